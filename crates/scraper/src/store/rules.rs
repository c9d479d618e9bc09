//! What becomes of a target's samples, by its job.

use metrics_registry::parse::{MetricType, Sample};

use super::bound;
use super::fault::{self, Fault};
use super::help::Helps;
use crate::config::job::Limits;
use crate::label_set::{LabelSet, METRIC_NAME};
use crate::labels::{self, Labels, Pair};
use crate::relabel::{self, Rule};

/// What becomes of a target's samples.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'t> {
    /// The target's labels.
    pub labels: &'t Labels,
    /// Whether exposed labels win over those.
    pub honor_labels: bool,
    /// Whether exposed timestamps are taken.
    pub honor_timestamps: bool,
    /// Whether series with exposed timestamps go stale like others.
    pub track_timestamps_staleness: bool,
    /// What becomes of the labels of a series.
    pub relabel: &'t [Rule],
    /// What one scrape may bring.
    pub limits: Limits,
    /// The texts of all targets.
    pub helps: &'t Helps,
}

impl Rules<'_> {
    /// The labels of a series of a family of this kind as it is kept, within their limits; `None` where relabelling
    /// drops it.
    pub(super) fn labels_of(
        &self,
        kind: Option<MetricType>,
        sample: &Sample<'_>,
    ) -> Result<Option<LabelSet>, Fault> {
        let mut pairs = Vec::new();
        let exposed = sample.labels.iter().map(|(name, value)| {
            let respelled = bound::respelled(kind, &name, &value);
            (name, respelled.map_or(value, Into::into))
        });
        labels::join(exposed, self.labels, self.honor_labels, &mut pairs);
        let pairs = pairs.as_slice();
        let (metric, limits) = (sample.name.as_ref(), &self.limits);
        if self.relabel.is_empty() {
            fault::check_labels(metric, borrowed(pairs), limits)?;
            return Ok(Some(LabelSet::of_metric(metric, borrowed(pairs))));
        }
        // A label that stands there twice would be lost in the map.
        fault::check_labels(metric, borrowed(pairs), &Limits::default())?;
        let mut set: Labels = pairs
            .iter()
            .map(|(name, value)| (name.clone().into_owned(), value.clone().into_owned()))
            .collect();
        set.insert(METRIC_NAME.to_owned(), metric.to_owned());
        if relabel::apply(self.relabel, &mut set).is_err() || set.is_empty() {
            return Ok(None);
        }
        let Some(metric) = set.remove(METRIC_NAME).filter(|name| !name.is_empty()) else {
            return Err(Fault::NoName);
        };
        set.retain(|_, value| !value.is_empty());
        let pairs = || set.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        fault::check_labels(&metric, pairs(), limits)?;
        Ok(Some(LabelSet::of_metric(&metric, pairs())))
    }
}

fn borrowed<'a>(pairs: &'a [Pair<'_>]) -> impl Iterator<Item = (&'a str, &'a str)> + Clone {
    pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
}
