//! What each rule made of a set of labels, for whoever asks why a target was dropped.

use std::fmt;

use super::{Action, Rule};
use crate::labels::Labels;

/// What one rule did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The rule's place in its list, from 0.
    pub rule: usize,
    /// Labels that it set, with their values, and those that it removed.
    pub changes: Vec<(String, Option<String>)>,
    /// Whether it dropped the labels; then it is the last step.
    pub drops: bool,
}

/// Applies rules one after the other and tells what each did; rules that changed nothing are left out.
pub fn trace(rules: &[Rule], labels: &Labels) -> Vec<Step> {
    let mut labels = labels.clone();
    let mut steps = Vec::new();
    for (at, rule) in rules.iter().enumerate() {
        let before = labels.clone();
        let drops = !rule.apply(&mut labels);
        let set = labels
            .iter()
            .filter(|(name, value)| before.get(*name) != Some(*value));
        let set = set.map(|(name, value)| (name.clone(), Some(value.clone())));
        let removed = before.keys().filter(|name| !labels.contains_key(*name));
        let changes: Vec<_> = set.chain(removed.map(|name| (name.clone(), None))).collect();
        if drops || !changes.is_empty() {
            steps.push(Step {
                rule: at,
                changes,
                drops,
            });
        }
        if drops {
            break;
        }
    }
    steps
}

/// The rule as one line of YAML, without what it leaves at its default.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, target, replacement) = match &self.action {
            Action::Replace { target, replacement } => {
                ("replace", Some(target.text()), Some(replacement.text()))
            }
            Action::Keep => ("keep", None, None),
            Action::Drop => ("drop", None, None),
            Action::KeepEqual(target) => ("keepequal", Some(target.as_str()), None),
            Action::DropEqual(target) => ("dropequal", Some(target.as_str()), None),
            Action::HashMod { target, .. } => ("hashmod", Some(target.as_str()), None),
            Action::Lowercase(target) => ("lowercase", Some(target.as_str()), None),
            Action::Uppercase(target) => ("uppercase", Some(target.as_str()), None),
            Action::LabelMap(replacement) => ("labelmap", None, Some(replacement.text())),
            Action::LabelDrop => ("labeldrop", None, None),
            Action::LabelKeep => ("labelkeep", None, None),
        };
        write!(f, "action: {name}")?;
        if !self.source_labels.is_empty() {
            write!(f, ", source_labels: [{}]", self.source_labels.join(", "))?;
        }
        if self.separator != ";" {
            write!(f, ", separator: {:?}", self.separator)?;
        }
        if self.expression != "(.*)" {
            write!(f, ", regex: {:?}", self.expression)?;
        }
        if let Action::HashMod { modulus, .. } = &self.action {
            write!(f, ", modulus: {modulus}")?;
        }
        if let Some(target) = target {
            write!(f, ", target_label: {target}")?;
        }
        match replacement {
            Some(replacement) if replacement != "$1" => write!(f, ", replacement: {replacement:?}"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn every_step_until_the_drop() {
        let text = r#"scrape_configs: [{job_name: a, relabel_configs: [
            {source_labels: [room], target_label: place},
            {source_labels: [absent], regex: x, target_label: y},
            {regex: room, action: labeldrop},
            {source_labels: [place, job], separator: "-", regex: "attic-(.+)", action: drop},
            {target_label: never, replacement: reached}]}]"#;
        let config = Config::parse(std::path::Path::new("p.yml"), text).unwrap();
        let rules = &config.jobs[0].relabel;
        let labels = Labels::from([("job".into(), "node".into()), ("room".into(), "attic".into())]);
        let shown: Vec<String> = trace(rules, &labels)
            .iter()
            .map(|step| format!("{} {:?} {}", step.rule, step.changes, step.drops))
            .collect();
        assert_eq!(
            shown,
            [
                r#"0 [("place", Some("attic"))] false"#,
                r#"2 [("room", None)] false"#,
                "3 [] true"
            ]
        );
        let shown: Vec<String> = rules.iter().map(Rule::to_string).collect();
        assert_eq!(
            shown,
            [
                "action: replace, source_labels: [room], target_label: place",
                r#"action: replace, source_labels: [absent], regex: "x", target_label: y"#,
                r#"action: labeldrop, regex: "room""#,
                r#"action: drop, source_labels: [place, job], separator: "-", regex: "attic-(.+)""#,
                r#"action: replace, target_label: never, replacement: "reached""#,
            ]
        );
    }
}
