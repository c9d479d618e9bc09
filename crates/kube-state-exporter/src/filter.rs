//! Which families are wanted: `--metric-allowlist`, `--metric-denylist`, `--metric-opt-in-list`.

use regex_lite::Regex;

/// The three lists. An expression may match anywhere in a name.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    allow: Vec<Regex>,
    deny: Vec<Regex>,
    opt_in: Vec<Regex>,
}

impl Filter {
    /// Compiles the lists. Fails with a line that names the flag, also where both allow and deny are there.
    pub fn new(allow: &[String], deny: &[String], opt_in: &[String]) -> Result<Self, String> {
        if !allow.is_empty() && !deny.is_empty() {
            return Err("--metric-allowlist and --metric-denylist exclude each other".to_owned());
        }
        Ok(Self {
            allow: compile("metric-allowlist", allow)?,
            deny: compile("metric-denylist", deny)?,
            opt_in: compile("metric-opt-in-list", opt_in)?,
        })
    }

    /// Whether a family is written.
    pub fn is_on(&self, name: &str, opt_in: bool) -> bool {
        let any = |list: &[Regex]| list.iter().any(|regex| regex.is_match(name));
        let allowed = self.allow.is_empty() || any(&self.allow);
        allowed && !any(&self.deny) && (!opt_in || any(&self.opt_in))
    }
}

fn compile(flag: &str, list: &[String]) -> Result<Vec<Regex>, String> {
    let compile = |text: &String| Regex::new(text).map_err(|error| format!("--{flag}: {text:?}: {error}"));
    list.iter().map(compile).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(allow: &[&str], deny: &[&str], opt_in: &[&str]) -> Result<Filter, String> {
        let list = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        Filter::new(&list(allow), &list(deny), &list(opt_in))
    }

    #[test]
    fn lists() {
        let all = filter(&[], &[], &[]).unwrap();
        assert!(all.is_on("kube_pod_info", false) && !all.is_on("kube_pod_nodeselectors", true));
        let some = filter(&["^kube_pod_info$", "kube_node_.*_capacity"], &[], &[]).unwrap();
        assert!(some.is_on("kube_pod_info", false) && some.is_on("kube_node_status_capacity", false));
        assert!(!some.is_on("kube_pod_info2", false));
        let most = filter(&[], &["_labels$"], &["nodeselectors"]).unwrap();
        assert!(most.is_on("kube_pod_nodeselectors", true) && !most.is_on("kube_pod_labels", false));
    }

    #[test]
    fn wrong_lists_are_told() {
        let told = |result: Result<Filter, String>| result.unwrap_err();
        assert!(told(filter(&["a"], &["b"], &[])).contains("exclude each other"));
        assert!(told(filter(&["("], &[], &[])).starts_with("--metric-allowlist: \"(\": "));
    }
}
