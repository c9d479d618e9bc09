//! The labels of series as one receiver gets them: with the external labels, and relabelled on the way out.
//!
//! Relabelling is done once for a layout and not for every sample. External labels alone are put between those of the
//! store while a request is made: that costs less than to keep them with every series.

use std::rc::Rc;

use super::frame::{Layout, Series};
use crate::label_set::{self, LabelSet};
use crate::labels::Labels;
use crate::relabel::{self, Rule};

/// What becomes of labels on their way to one receiver.
#[derive(Debug)]
pub struct Outgoing {
    external: Labels,
    /// The same as they are sent.
    encoded: LabelSet,
    rules: Vec<Rule>,
    prepared: Vec<Prepared>,
    /// Labels of the series that was asked for last.
    joined: Vec<u8>,
}

#[derive(Debug)]
struct Prepared {
    layout: Rc<Layout>,
    /// `None` where the series is not sent.
    labels: Rc<[Option<LabelSet>]>,
}

impl Outgoing {
    /// External labels are added where a series has none of that name; then come the rules.
    pub fn new(external: Labels, rules: Vec<Rule>) -> Self {
        let pairs = external
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(_, value)| !value.is_empty());
        Self {
            encoded: LabelSet::encode(pairs),
            external,
            rules,
            prepared: Vec::new(),
            joined: Vec::new(),
        }
    }

    /// The labels of a series that no rule changes, as they are sent.
    pub fn joined<'a>(&'a mut self, series: &'a LabelSet) -> &'a [u8] {
        if self.encoded.as_bytes().is_empty() {
            return series.as_bytes();
        }
        self.joined.clear();
        label_set::push_joined(&mut self.joined, series, &self.encoded);
        &self.joined
    }

    /// The labels of a layout's series as rules leave them, by their places; `None` where there are no rules, and what
    /// is sent is [`Outgoing::joined`].
    pub fn labels(&mut self, layout: &Rc<Layout>) -> Option<Rc<[Option<LabelSet>]>> {
        if self.rules.is_empty() {
            return None;
        }
        let known = self
            .prepared
            .iter()
            .find(|prepared| Rc::ptr_eq(&prepared.layout, layout));
        if let Some(known) = known {
            return Some(Rc::clone(&known.labels));
        }
        // A layout that only this list still knows is not sent again.
        self.prepared
            .retain(|prepared| 1 < Rc::strong_count(&prepared.layout));
        let labels: Rc<[Option<LabelSet>]> =
            layout.series.iter().map(|series| self.prepare(series)).collect();
        self.prepared.push(Prepared {
            layout: Rc::clone(layout),
            labels: Rc::clone(&labels),
        });
        Some(labels)
    }

    fn prepare(&self, series: &Series) -> Option<LabelSet> {
        let pairs = series.labels.iter();
        let mut labels: Labels = pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        for (name, value) in &self.external {
            labels.entry(name.clone()).or_insert_with(|| value.clone());
        }
        relabel::apply(&self.rules, &mut labels).ok()?;
        labels.retain(|_, value| !value.is_empty());
        if labels.is_empty() {
            return None;
        }
        let pairs = labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Some(LabelSet::encode(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forward::frame::report_layout;
    use crate::relabel::Action;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect()
    }

    #[test]
    fn external_labels_and_rules() {
        let layout = Rc::new(report_layout(
            &labels(&[("job", "node"), ("site", "attic")]),
            ["down", "up"].into_iter(),
        ));
        let rule = Rule::new(vec!["__name__".into()], ";".into(), "down".into(), Action::Drop).unwrap();
        let mut outgoing = Outgoing::new(labels(&[("site", "home"), ("replica", "a")]), vec![rule]);
        let prepared = outgoing.labels(&layout).unwrap();
        assert_eq!(prepared[0], None);
        let up: Vec<_> = prepared[1].as_ref().unwrap().iter().collect();
        assert_eq!(
            up,
            [
                ("__name__", "up"),
                ("job", "node"),
                ("replica", "a"),
                ("site", "attic")
            ]
        );
        assert!(Rc::ptr_eq(&prepared, &outgoing.labels(&layout).unwrap()));
        let mut without_rules = Outgoing::new(labels(&[("site", "home"), ("replica", "a")]), Vec::new());
        assert!(without_rules.labels(&layout).is_none());
        let joined = without_rules.joined(&layout.series[1].labels).to_vec();
        assert_eq!(prepared[1].as_ref().unwrap().as_bytes(), joined);
    }

    #[test]
    fn layouts_that_are_gone_are_forgotten() {
        let rule = Rule::new(vec!["__name__".into()], ";".into(), "down".into(), Action::Drop).unwrap();
        let mut outgoing = Outgoing::new(Labels::new(), vec![rule]);
        for _ in 0..100 {
            let layout = Rc::new(report_layout(&Labels::new(), ["up"].into_iter()));
            outgoing.labels(&layout).unwrap();
        }
        assert_eq!(outgoing.prepared.len(), 1);
    }
}
