//! The labels of series as one receiver gets them: with the external labels, and relabelled on the way out.
//!
//! Done once for a layout and not for every sample. A receiver without either rule gets the bytes of the store.

use std::rc::Rc;

use super::frame::{Layout, Series};
use crate::label_set::LabelSet;
use crate::labels::Labels;
use crate::relabel::{self, Rule};

/// What becomes of labels on their way to one receiver.
#[derive(Debug)]
pub struct Outgoing {
    external: Labels,
    rules: Vec<Rule>,
    prepared: Vec<Prepared>,
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
        Self {
            external,
            rules,
            prepared: Vec::new(),
        }
    }

    /// The labels of a layout's series, by their places; `None` instead of the whole where all stay as they are.
    pub fn labels(&mut self, layout: &Rc<Layout>) -> Option<Rc<[Option<LabelSet>]>> {
        if self.external.is_empty() && self.rules.is_empty() {
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
        assert!(Outgoing::new(Labels::new(), Vec::new()).labels(&layout).is_none());
    }

    #[test]
    fn layouts_that_are_gone_are_forgotten() {
        let mut outgoing = Outgoing::new(labels(&[("a", "b")]), Vec::new());
        for _ in 0..100 {
            let layout = Rc::new(report_layout(&Labels::new(), ["up"].into_iter()));
            outgoing.labels(&layout).unwrap();
        }
        assert_eq!(outgoing.prepared.len(), 1);
    }
}
