//! Rules and the labels that they work on: YAML rules, a NUL, then lines of names and values.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use scraper::config::LIMITS;
use scraper::labels::Labels;
use scraper::relabel::{self, Rule, trace};
use settings::document;

fuzz_target!(|text: &str| {
    let (rules, labels) = text.split_once('\0').unwrap_or((text, "__address__ pi:9100"));
    // What a pattern costs grows with its length times that of the text; both are the owner's own.
    if 2000 < labels.len() {
        return;
    }
    let rules: Vec<Rule> = match document::parse(Path::new("rules.yml"), rules, &LIMITS) {
        Ok(rules) => rules,
        Err(error) => {
            let line = error.to_string();
            assert!(!line.contains(['\n', '\r', '\0']), "{line:?}");
            return;
        }
    };
    let pairs = labels.lines().map(|line| line.split_once(' ').unwrap_or((line, "x")));
    let found: Labels = pairs
        .filter(|(name, value)| !name.is_empty() && !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut after = found.clone();
    let dropped = relabel::apply(&rules, &mut after);
    if let Err(at) = dropped {
        assert!(at < rules.len());
    }
    assert!(after.iter().all(|(name, value)| !name.is_empty() && !value.is_empty()));
    // The page explains what the rules did, and must come to the same end.
    let steps = trace::trace(&rules, &found);
    let told = steps.last().filter(|step| step.drops);
    assert_eq!(told.map(|step| step.rule), dropped.err());
});
