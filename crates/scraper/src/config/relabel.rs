//! Relabelling rules as they stand in the file, checked.

use settings::document::{Node, Place, Refused};
use settings::read::{At, Keys, Read};

use crate::relabel::{Action, Rule, Template};

const SEPARATOR: &str = ";";
const EXPRESSION: &str = "(.*)";
const REPLACEMENT: &str = "$1";

const ACTIONS: &str = "replace, keep, drop, keepequal, dropequal, hashmod, lowercase, uppercase, labelmap, labeldrop or labelkeep";

/// The keys of one rule.
struct Raw {
    source_labels: Option<Vec<String>>,
    separator: Option<String>,
    regex: Option<At<String>>,
    modulus: Option<u64>,
    target_label: Option<String>,
    replacement: Option<String>,
}

impl Read for Rule {
    fn read(node: Node) -> Result<Self, Refused> {
        let place = node.place;
        let mut keys = Keys::of(
            node,
            &[
                "source_labels",
                "separator",
                "regex",
                "modulus",
                "target_label",
                "replacement",
                "action",
            ],
        )?;
        let action: Option<At<String>> = keys.take("action")?;
        let raw = Raw {
            source_labels: keys.take("source_labels")?,
            separator: keys.take("separator")?,
            regex: keys.take("regex")?,
            modulus: keys.take("modulus")?,
            target_label: keys.take("target_label")?,
            replacement: keys.take("replacement")?,
        };
        let action = match action {
            None => raw.action("replace", place, place)?,
            Some(at) => raw.action(&at.value.to_ascii_lowercase(), at.place, place)?,
        };
        let at = raw.regex.as_ref().map_or(place, |regex| regex.place);
        Self::new(
            raw.source_labels.unwrap_or_default(),
            raw.separator.unwrap_or_else(|| SEPARATOR.to_owned()),
            raw.regex
                .map_or_else(|| EXPRESSION.to_owned(), |regex| regex.value),
            action,
        )
        .map_err(|reason| (at, reason))
    }
}

impl Raw {
    fn action(&self, name: &str, at: Place, rule: Place) -> Result<Action, Refused> {
        let refuse = |what: &str| Err((rule, format!("{name} takes {what}")));
        let own_replacement = self
            .replacement
            .as_deref()
            .is_some_and(|text| text != REPLACEMENT);
        let own_expression = self.regex.as_ref().is_some_and(|regex| regex.value != EXPRESSION);
        let own_separator = self.separator.as_deref().is_some_and(|text| text != SEPARATOR);
        let target = || match self.target_label.as_deref() {
            None | Some("") => Err((rule, format!("{name} takes a target_label"))),
            Some(target) => Ok(target.to_owned()),
        };
        let replacement = self.replacement.as_deref().unwrap_or(REPLACEMENT);
        match name {
            "replace" => Ok(Action::Replace {
                target: Template::new(&target()?),
                replacement: Template::new(replacement),
            }),
            "keep" => Ok(Action::Keep),
            "drop" => Ok(Action::Drop),
            "keepequal" | "dropequal" => {
                let target = target()?;
                if own_expression || own_separator || own_replacement || self.modulus.is_some() {
                    return refuse("source_labels and target_label and nothing else");
                }
                match name {
                    "keepequal" => Ok(Action::KeepEqual(target)),
                    _ => Ok(Action::DropEqual(target)),
                }
            }
            "hashmod" => match self.modulus {
                None | Some(0) => refuse("a modulus that is not 0"),
                Some(modulus) => Ok(Action::HashMod {
                    target: target()?,
                    modulus,
                }),
            },
            "lowercase" | "uppercase" => {
                let target = target()?;
                match name {
                    _ if own_replacement => refuse("no replacement"),
                    "lowercase" => Ok(Action::Lowercase(target)),
                    _ => Ok(Action::Uppercase(target)),
                }
            }
            "labelmap" => match replacement {
                "" => refuse("a replacement"),
                replacement => Ok(Action::LabelMap(Template::new(replacement))),
            },
            "labeldrop" | "labelkeep" => {
                let more = self.source_labels.is_some() || self.target_label.is_some();
                if more || own_separator || own_replacement || self.modulus.is_some() {
                    return refuse("regex and nothing else");
                }
                match name {
                    "labeldrop" => Ok(Action::LabelDrop),
                    _ => Ok(Action::LabelKeep),
                }
            }
            _ => Err((at, format!("unknown action {name:?} ({ACTIONS})"))),
        }
    }
}
