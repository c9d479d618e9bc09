//! Rows whose first columns are labels and whose other columns are one sample each.

use metrics_registry::Family;

use crate::samples::Samples;
use crate::table::Table;

/// What becomes of a value that is NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Null {
    /// It counts as 0.
    Zero,
    /// It gives no sample.
    Skip,
    /// It is served as NaN, as 0.19 does for the default metrics.
    NaN,
}

/// Writes each row: the first `N` columns are the label values in the order of `families`' labels,
/// the following columns are the values of `families`, in their order.
pub(crate) fn write<const N: usize>(
    table: &Table,
    families: &[Family<N>],
    null: Null,
    samples: &mut Samples<'_>,
) {
    for row in table.rows() {
        let labels = std::array::from_fn(|column| row.label(column));
        for (index, family) in families.iter().enumerate() {
            let value = match (row.number(N + index), null) {
                (Some(value), _) => value,
                (None, Null::Zero) => 0.0,
                (None, Null::Skip) => continue,
                (None, Null::NaN) => f64::NAN,
            };
            samples.sample(family, labels, value);
        }
    }
}
