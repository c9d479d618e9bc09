//! The include and exclude expressions of the flags.

use std::cell::RefCell;

use clap::{Arg, ArgMatches};
use exporter_http::StartError;
use exporter_http::flags::{is_given, text};
use regex_lite::Regex;
use rustc_hash::FxHashMap;

/// Names whose verdict is remembered; all are forgotten when there are more, so that names that come and go do not add up.
const VERDICTS_MAX: usize = 1024;

/// Which names a collector reports: all, only those that match, or all but those that match.
///
/// Expressions are unanchored, as in the reference. Each name is matched once and its verdict remembered,
/// because the same names come back in every scrape.
#[derive(Debug, Default)]
pub struct Filter {
    rule: Rule,
    verdicts: RefCell<FxHashMap<Box<str>, bool>>,
}

#[derive(Debug, Default)]
enum Rule {
    #[default]
    All,
    Include(Regex),
    Exclude(Regex),
}

impl Filter {
    /// Passes names that match `text`; `flag` names it in the message if it is not valid.
    pub fn include(flag: &str, text: &str) -> Result<Self, StartError> {
        Ok(Self::from(Rule::Include(compile(flag, text)?)))
    }

    /// Passes names that do not match `text`; `flag` names it in the message if it is not valid.
    pub fn exclude(flag: &str, text: &str) -> Result<Self, StartError> {
        Ok(Self::from(Rule::Exclude(compile(flag, text)?)))
    }

    /// Whether `name` is reported.
    #[must_use]
    pub fn passes(&self, name: &str) -> bool {
        let verdict = match &self.rule {
            Rule::All => return true,
            Rule::Include(_) | Rule::Exclude(_) => self.verdicts.borrow().get(name).copied(),
        };
        verdict.unwrap_or_else(|| {
            let passes = match &self.rule {
                Rule::All => true,
                Rule::Include(regex) => regex.is_match(name),
                Rule::Exclude(regex) => !regex.is_match(name),
            };
            let mut verdicts = self.verdicts.borrow_mut();
            if verdicts.len() >= VERDICTS_MAX {
                verdicts.clear();
            }
            verdicts.insert(name.into(), passes);
            passes
        })
    }
}

impl From<Rule> for Filter {
    fn from(rule: Rule) -> Self {
        Self {
            rule,
            verdicts: RefCell::default(),
        }
    }
}

/// The flags `--PREFIX-include` and `--PREFIX-exclude`, which cannot be used together.
///
/// An include drops an exclude that is only there by default; an empty text is the same as no expression.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// `collector.diskstats.device`.
    pub prefix: &'static str,
    /// What is chosen, in the plural, for `--help`.
    pub what: &'static str,
    /// The exclude that applies where neither flag is given; empty for none.
    pub exclude_default: &'static str,
    /// Full name that the include once had, or empty.
    pub old_include: &'static str,
    /// Full name that the exclude once had, or empty.
    pub old_exclude: &'static str,
}

impl Pair {
    /// The two flags, and their old names hidden.
    #[must_use]
    pub fn args(&self) -> Vec<Arg> {
        let arg = |name: String| Arg::new(name.clone()).long(name).value_name("REGEX");
        let Self { prefix, what, .. } = self;
        let include = arg(self.include()).help(format!("Report only the {what} that match"));
        let mut exclude = arg(self.exclude()).help(format!(
            "Report all {what} but those that match; not together with --{prefix}-include"
        ));
        if !self.exclude_default.is_empty() {
            exclude = exclude.default_value(self.exclude_default);
        }
        let old = [self.old_include, self.old_exclude].into_iter();
        let old = old.filter(|name| !name.is_empty());
        [include, exclude]
            .into_iter()
            .chain(old.map(|name| arg(name.to_owned()).hide(true)))
            .collect()
    }

    /// Reads the flags.
    ///
    /// Fails where an include and an exclude are given, a flag and its old name are, or an expression is not valid.
    pub fn read(&self, matches: &ArgMatches) -> Result<Filter, StartError> {
        let (include, exclude) = (self.include(), self.exclude());
        let only = given(matches, &include, self.old_include)?.filter(|(_, text)| !text.is_empty());
        let but = given(matches, &exclude, self.old_exclude)?;
        match (only, but.unwrap_or((&exclude, self.exclude_default))) {
            (Some((include, _)), (exclude, text)) if but.is_some() && !text.is_empty() => Err(StartError(
                format!("--{include} and --{exclude} cannot be used together"),
            )),
            (Some((include, text)), _) => Filter::include(include, text),
            (None, (_, "")) => Ok(Filter::default()),
            (None, (exclude, text)) => Filter::exclude(exclude, text),
        }
    }

    fn include(&self) -> String {
        format!("{}-include", self.prefix)
    }

    fn exclude(&self) -> String {
        format!("{}-exclude", self.prefix)
    }
}

/// The name and text of the flag that stands on the command line, by its own or its old name.
fn given<'a>(
    matches: &'a ArgMatches,
    name: &'a str,
    old: &'a str,
) -> Result<Option<(&'a str, &'a str)>, StartError> {
    let is_old = !old.is_empty() && is_given(matches, old);
    match (is_given(matches, name), is_old) {
        (true, true) => Err(StartError(format!(
            "--{old} is the old name of --{name} and cannot be used together with it"
        ))),
        (true, false) => Ok(Some((name, text(matches, name)))),
        (false, true) => Ok(Some((old, text(matches, old)))),
        (false, false) => Ok(None),
    }
}

/// Compiles the expression of one flag. Fails with one line that names the flag.
///
/// The engine is the small one: 150 kB less binary, and names are matched once. As in the reference's RE2, `\d` and
/// its like are ASCII; unlike there, classes such as `\pL` are refused.
pub fn compile(flag: &str, text: &str) -> Result<Regex, StartError> {
    Regex::new(text)
        .map_err(|error| StartError(format!("--{flag}={text}: not a regular expression: {error}")))
}

#[cfg(test)]
mod tests {
    use clap::Command;

    use super::*;

    const PAIR: Pair = Pair {
        prefix: "collector.x.device",
        what: "devices",
        exclude_default: "^lo$",
        old_include: "",
        old_exclude: "collector.x.ignored-devices",
    };

    fn read(flags: &[&str]) -> Result<Filter, String> {
        let matches = Command::new("x")
            .args(PAIR.args())
            .get_matches_from([&["x"], flags].concat());
        PAIR.read(&matches).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn check(flags: &[&str], passes: &[&str]) {
        let filter = read(flags).unwrap();
        let passed: Vec<_> = ["eth0", "lo", "veth1"]
            .into_iter()
            .filter(|name| filter.passes(name))
            .collect();
        assert_eq!(passed, passes);
    }

    #[test]
    fn include_exclude_and_neither() {
        check(&[], &["eth0", "veth1"]);
        check(&["--collector.x.device-exclude=eth"], &["lo"]);
        check(&["--collector.x.device-exclude="], &["eth0", "lo", "veth1"]);
        check(&["--collector.x.ignored-devices=eth"], &["lo"]);
    }

    #[test]
    fn an_include_drops_the_default_exclude() {
        check(&["--collector.x.device-include", "lo|veth"], &["lo", "veth1"]);
        check(&["--collector.x.device-include="], &["eth0", "veth1"]);
        check(
            &["--collector.x.device-include=o", "--collector.x.device-exclude="],
            &["lo"],
        );
    }

    #[test]
    fn wrong_flags_stop_the_start() {
        let both = [
            "--collector.x.device-include=a",
            "--collector.x.ignored-devices=b",
        ];
        assert_eq!(
            read(&both).unwrap_err(),
            "--collector.x.device-include and --collector.x.ignored-devices cannot be used together"
        );
        let old = [
            "--collector.x.device-exclude=a",
            "--collector.x.ignored-devices=b",
        ];
        assert_eq!(
            read(&old).unwrap_err(),
            "--collector.x.ignored-devices is the old name of --collector.x.device-exclude and cannot be used together with it"
        );
        assert_eq!(
            read(&["--collector.x.device-exclude=("]).unwrap_err(),
            "--collector.x.device-exclude=(: not a regular expression: found open group without closing ')'"
        );
    }
}
