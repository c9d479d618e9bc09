//! What the plan of a receiver includes.

use super::raw;

/// Limits of a receiver's plan; `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BudgetLimits {
    /// Series that brought a sample within the last 20 minutes.
    pub series: Option<u64>,
    /// Samples of a day, by UTC.
    pub samples_per_day: Option<u64>,
    /// Samples of a calendar month, by UTC.
    pub samples_per_month: Option<u64>,
    /// Bytes of request bodies of a day, as they are sent: compressed.
    pub bytes_per_day: Option<u64>,
    /// The same of a calendar month.
    pub bytes_per_month: Option<u64>,
}

impl BudgetLimits {
    pub(super) fn check(raw: raw::BudgetConfig) -> Self {
        let given = |limit: Option<u64>| limit.filter(|limit| *limit != 0);
        Self {
            series: given(raw.series),
            samples_per_day: given(raw.samples_per_day),
            samples_per_month: given(raw.samples_per_month),
            bytes_per_day: given(raw.bytes_per_day.map(|size| size.0)),
            bytes_per_month: given(raw.bytes_per_month.map(|size| size.0)),
        }
    }
}
