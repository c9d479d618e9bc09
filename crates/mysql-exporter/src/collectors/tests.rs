//! What all collectors have in common.

use metrics_registry::Exposition;

use super::*;
use crate::row::made::Made;
use crate::samples::{Samples, Seen};

/// The text that rows of a result come to. `\N` is NULL, as in the server's own dumps; cells are parted by `|`.
pub(super) fn text(names: &str, rows: &[&str], mut write: impl FnMut(&Made, &mut Samples<'_>)) -> String {
    let (mut out, mut seen) = (Exposition::default(), Seen::default());
    let mut samples = Samples {
        out: &mut out,
        seen: &mut seen,
    };
    for row in rows {
        let cell = |cell: &str| (cell != "\\N").then(|| cell.to_owned());
        let made = Made {
            names: names.split('|').map(str::to_owned).collect(),
            cells: row.split('|').map(cell).collect(),
        };
        write(&made, &mut samples);
    }
    out.to_text()
}

/// The same without the `#` lines.
pub(super) fn samples(names: &str, rows: &[&str], write: impl FnMut(&Made, &mut Samples<'_>)) -> String {
    let text = text(names, rows, write);
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn in_the_order_of_their_names() {
    assert!(ALL.is_sorted_by_key(|collector| collector.flag));
    assert_eq!(ALL.len(), 36);
}

#[test]
fn old_servers_lack_sources() {
    let sum = ALL
        .iter()
        .find(|collector| collector.name() == "perf_schema.eventsstatementssum")
        .unwrap();
    for (version, suits) in [
        ("5.6.51", false),
        ("5.7.44", true),
        ("9.7.4", true),
        ("10.5.23-MariaDB", true),
    ] {
        assert_eq!(sum.suits(&Server::parse(version)), suits, "{version}");
    }
}
