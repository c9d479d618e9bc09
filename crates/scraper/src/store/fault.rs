//! Why a scrape is not kept, and the limits of a series' labels.

use metrics_registry::parse::ParseError;

use crate::config::job::Limits;

/// Most bytes of series text that one scrape may add, so that few and long series are bounded like many short ones.
pub(super) const NEW_TEXT_BYTES_MAX: usize = 8 << 20;

/// Why a scrape is not kept.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The exposition is malformed.
    #[error("{0}")]
    Parse(#[from] ParseError),
    /// More bytes than `body_size_limit` after decompression.
    #[error("body size limit exceeded ({0} bytes)")]
    BodySize(u64),
    /// More samples than `sample_limit`.
    #[error("sample limit exceeded ({0} samples)")]
    Samples(u64),
    /// More text of new series than is kept.
    #[error("more than {NEW_TEXT_BYTES_MAX} bytes of new series")]
    NewText,
    /// More labels than `label_limit`.
    #[error("label_limit exceeded (metric: {metric:.50}, number of labels: {labels}, limit: {limit})")]
    Labels {
        /// The metric's name.
        metric: String,
        /// How many labels it has.
        labels: u64,
        /// How many it may have.
        limit: u64,
    },
    /// A label name or value that is too long.
    #[error(
        "label_{part}_length_limit exceeded (metric: {metric:.50}, label: {label:.50}, length: {bytes}, limit: {limit})"
    )]
    LabelLength {
        /// `name` or `value`.
        part: &'static str,
        /// The metric's name.
        metric: String,
        /// The label's name.
        label: String,
        /// Its length.
        bytes: u64,
        /// How long it may be.
        limit: u64,
    },
    /// Relabelling left a series without a name.
    #[error("a series has no name after relabelling")]
    NoName,
    /// The same label twice in one series.
    #[error("label name {label:.50?} is not unique (metric: {metric:.50})")]
    LabelTwice {
        /// The metric's name.
        metric: String,
        /// The label's name.
        label: String,
    },
}

/// Checks the labels of a new series, sorted by name. Fails with the first that is too many, too long or repeated.
pub(super) fn check_labels<'a>(
    metric: &'a str,
    pairs: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    limits: &Limits,
) -> Result<(), Fault> {
    let exceeds = |value: u64, limit: u64| limit != 0 && limit < value;
    // The name is a label too, as Prometheus counts.
    let count = pairs.clone().count() as u64 + 1;
    if exceeds(count, limits.labels) {
        return Err(Fault::Labels {
            metric: metric.to_owned(),
            labels: count,
            limit: limits.labels,
        });
    }
    let names = pairs.clone().map(|(name, _)| name);
    if let Some(label) = first_repeated(std::iter::once("__name__").chain(names)) {
        return Err(Fault::LabelTwice {
            metric: metric.to_owned(),
            label: label.to_owned(),
        });
    }
    for (name, value) in pairs {
        for (part, bytes, limit) in [
            ("name", name.len() as u64, limits.label_name_bytes),
            ("value", value.len() as u64, limits.label_value_bytes),
        ] {
            if exceeds(bytes, limit) {
                return Err(Fault::LabelLength {
                    part,
                    metric: metric.to_owned(),
                    label: name.to_owned(),
                    bytes,
                    limit,
                });
            }
        }
    }
    Ok(())
}

/// The labels are sorted but for the metric's name in front, which sorts before lower case and rarely repeats.
fn first_repeated<'a>(mut names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let metric = names.next()?;
    let mut before = metric;
    names.find(|name| {
        let repeated = *name == before || *name == metric;
        before = name;
        repeated
    })
}
