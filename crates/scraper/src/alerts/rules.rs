//! The rules in force: which of them a scrape is about, and for which of its series they hold.

use std::collections::HashMap;
use std::rc::Rc;

use tokio::time::Instant;

use super::expression::Condition;
use super::rule::Rule;
use super::table::{Hit, ORPHAN_TIME};
use crate::label_set::{LabelSet, METRIC_NAME};
use crate::labels::Labels;
use crate::target::Target;

/// The rules, and by which names of metrics they are found.
#[derive(Debug, Default)]
pub struct Rules {
    /// In the order of the configuration.
    pub all: Vec<Rc<Rule>>,
    by_name: HashMap<String, Vec<usize>>,
    /// Those whose selector leaves the name open.
    of_any_name: Vec<usize>,
    /// For each rule about what is absent, by its id: the targets that were looked at, and whether they have it.
    present: HashMap<Rc<str>, HashMap<String, bool>>,
    taken_at: Option<Instant>,
}

impl Rules {
    /// Takes those of a configuration. What is known of the targets stays for rules that are the same.
    pub fn take(&mut self, rules: Vec<Rc<Rule>>, now: Instant) {
        self.by_name.clear();
        self.of_any_name.clear();
        for (at, rule) in rules.iter().enumerate() {
            match rule.expression.selector.exact_name() {
                Some(name) => self.by_name.entry(name.to_owned()).or_default().push(at),
                None => self.of_any_name.push(at),
            }
        }
        self.present
            .retain(|id, _| rules.iter().any(|rule| rule.id == *id));
        self.all = rules;
        self.taken_at = Some(now);
    }

    /// For each rule the series of a scrape for which it holds. Notes which targets have what may be absent.
    pub fn look<'s>(
        &mut self,
        target: &str,
        series: impl Iterator<Item = (&'s LabelSet, f64)>,
        external: &Labels,
    ) -> Vec<Vec<Hit>> {
        let mut hits = vec![Vec::new(); self.all.len()];
        let mut is_present = vec![false; self.all.len()];
        for (labels, value) in series {
            let name = labels.metric();
            let of_name = self.by_name.get(name).into_iter().flatten();
            for &at in of_name.chain(&self.of_any_name) {
                let (Some(rule), Some(hits), Some(is_present)) =
                    (self.all.get(at), hits.get_mut(at), is_present.get_mut(at))
                else {
                    continue;
                };
                let selector = &rule.expression.selector;
                if !selector.takes_name(name) || !selector.takes_labels(|label| labels.get(label)) {
                    continue;
                }
                *is_present = true;
                if let Condition::Compare(comparison, number) = rule.expression.condition
                    && comparison.holds(value, number)
                {
                    let series = labels.iter();
                    let series = series
                        .map(|(name, value)| (name.to_owned(), value.to_owned()))
                        .collect();
                    hits.push(hit(rule, &series, value, external));
                }
            }
        }
        for (rule, is_present) in self.all.iter().zip(is_present) {
            if rule.expression.condition == Condition::Absent {
                let targets = self.present.entry(Rc::clone(&rule.id)).or_default();
                targets.insert(target.to_owned(), is_present);
            }
        }
        hits
    }

    /// Forgets a target that is gone.
    pub fn forget(&mut self, target: &str) {
        for targets in self.present.values_mut() {
            targets.remove(target);
        }
    }

    /// For each rule about what is absent whether it holds; those of which that is not known yet are left out.
    pub fn absent(&self, running: &[Rc<Target>], now: Instant) -> Vec<(&Rc<Rule>, bool)> {
        let about_absent = |rule: &&Rc<Rule>| rule.expression.condition == Condition::Absent;
        let is_late = self
            .taken_at
            .is_some_and(|at| ORPHAN_TIME <= now.saturating_duration_since(at));
        let judged = self.all.iter().filter(about_absent).filter_map(|rule| {
            let targets = self.present.get(&rule.id);
            let is_present = targets.is_some_and(|targets| targets.values().any(|present| *present));
            let is_seen = |target: &Rc<Target>| targets.is_some_and(|seen| seen.contains_key(&target.id));
            let is_known = is_present || is_late || !running.is_empty() && running.iter().all(is_seen);
            is_known.then_some((rule, !is_present))
        });
        judged.collect()
    }
}

/// What is told of an absent series: the labels that the selector names.
pub fn of_absent(rule: &Rule, external: &Labels) -> Hit {
    let labels = rule.expression.selector.exact_labels();
    let mut series: Labels = labels
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    series.remove(METRIC_NAME);
    hit(rule, &series, 1.0, external)
}

fn hit(rule: &Rule, series: &Labels, value: f64, external: &Labels) -> Hit {
    Hit {
        labels: rule.labels_of(series, value, external),
        annotations: rule.annotations_of(series, value, external),
        value,
    }
}
