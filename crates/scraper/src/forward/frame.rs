//! The samples of one scrape of one target, as they are queued for the receivers.
//!
//! A target that exposes the same series as before gives a frame with the same layout, so that a frame costs eight bytes
//! a sample. Every queue that holds a frame holds the same one.

use std::rc::Rc;

use metrics_registry::parse::MetricType;

use crate::label_set::{LabelSet, METRIC_NAME};
use crate::labels::Labels;
use crate::store::STALE_BITS;

/// One series of a layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// Its labels, the metric's name among them, before external labels and write relabelling.
    pub labels: LabelSet,
    /// What the target says that it is.
    pub kind: Option<MetricType>,
}

/// The series of a frame, in their order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// None stands there twice.
    pub series: Box<[Series]>,
}

/// Samples taken at one time.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Whose values they are.
    pub layout: Rc<Layout>,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// One for each series of the layout. Those with [`STALE_BITS`] say that the series has ended.
    pub values: Box<[f64]>,
    /// Series, by their place, whose sample has another time in milliseconds, because the target gave one.
    pub own_times: Box<[(u32, i64)]>,
}

impl Frame {
    /// Marks the end of these series.
    pub fn ended(series: Vec<LabelSet>, at_ms: i64) -> Self {
        let values = vec![f64::from_bits(STALE_BITS); series.len()];
        let series = series.into_iter().map(|labels| Series { labels, kind: None });
        Self {
            layout: Rc::new(Layout {
                series: series.collect(),
            }),
            at_ms,
            values: values.into_boxed_slice(),
            own_times: Box::default(),
        }
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Series, time in milliseconds since 1970, and value.
    pub fn samples(&self) -> impl Iterator<Item = (&Series, i64, f64)> {
        let mut own_times = self.own_times.iter().copied().peekable();
        let series = self.layout.series.iter().zip(&self.values).enumerate();
        series.map(move |(at, (series, value))| {
            let own = own_times.next_if(|(own, _)| *own as usize == at);
            (series, own.map_or(self.at_ms, |(_, at_ms)| at_ms), *value)
        })
    }
}

/// The series that report on the scrapes of a target with these labels: `up` and the others, as gauges.
pub fn report_layout<'a>(labels: &Labels, names: impl Iterator<Item = &'a str>) -> Layout {
    let pairs = || {
        let own = labels.iter().filter(|(name, _)| *name != METRIC_NAME);
        own.map(|(name, value)| (name.as_str(), value.as_str()))
    };
    let series = names.map(|name| Series {
        labels: LabelSet::of_metric(name, pairs()),
        kind: Some(MetricType::Gauge),
    });
    Layout {
        series: series.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_with_and_without_times_of_their_own() {
        let labels = Labels::from([("job".into(), "node".into())]);
        let frame = Frame {
            layout: Rc::new(report_layout(&labels, ["a", "b", "c"].into_iter())),
            at_ms: 1000,
            values: Box::new([1.0, 2.0, 3.0]),
            own_times: Box::new([(1, 500)]),
        };
        let shown: Vec<_> = frame
            .samples()
            .map(|(series, at_ms, value)| format!("{} {at_ms} {value}", series.labels.metric()))
            .collect();
        assert_eq!(shown, ["a 1000 1", "b 500 2", "c 1000 3"]);
    }

    #[test]
    fn an_end_is_the_marker_that_prometheus_knows() {
        let frame = Frame::ended(vec![LabelSet::of_metric("a", std::iter::empty())], 5);
        let (_, at_ms, value) = frame.samples().next().unwrap();
        assert_eq!((at_ms, value.to_bits()), (5, 0x7ff0_0000_0000_0002));
        assert_eq!((frame.len(), frame.is_empty()), (1, false));
    }
}
