//! The catalogue entry of a metric: what is known before any sample is read.

/// The type of a family, as its `# TYPE` line tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Only rises, but for a restart.
    Counter,
    /// Rises and falls.
    Gauge,
    /// Cumulative buckets with `le`, a sum and a count.
    Histogram,
    /// Quantiles, a sum and a count.
    Summary,
    /// Not known to be any of the others.
    Untyped,
}

/// One metric: its name, help text, kind and the names of its `N` labels.
///
/// Made as a constant, so that the catalogue is data that documentation and tests can read:
///
/// ```
/// use metrics_registry::{Exposition, Family};
///
/// const CPU: Family<2> = Family::counter("node_cpu_seconds_total", "Seconds spent in each mode.", ["cpu", "mode"]);
///
/// let mut out = Exposition::default();
/// out.sample(&CPU, ["0", "idle"], 12.5);
/// assert!(out.to_text().ends_with("node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 12.5\n"));
/// ```
///
/// Label names must be in alphabetical order, which is the order that the reference exporters write;
/// a constant that breaks this does not compile:
///
/// ```compile_fail
/// # use metrics_registry::Family;
/// const WRONG: Family<2> = Family::gauge("x", "Labels out of order.", ["mode", "cpu"]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Family<const N: usize> {
    /// Full name, with its unit and `_total` where it has one.
    pub name: &'static str,
    /// One sentence for people; escaped when written.
    pub help: &'static str,
    /// What `# TYPE` says.
    pub kind: Kind,
    /// Label names in alphabetical order; a histogram's `le` and a summary's `quantile` are not among them.
    pub labels: [&'static str; N],
}

impl<const N: usize> Family<N> {
    /// A family of any kind.
    #[must_use]
    pub const fn new(name: &'static str, help: &'static str, kind: Kind, labels: [&'static str; N]) -> Self {
        let mut i = 1;
        while i < N {
            assert!(
                before(labels[i - 1], labels[i]),
                "label names must be in alphabetical order"
            );
            i += 1;
        }
        Self {
            name,
            help,
            kind,
            labels,
        }
    }

    /// A value that only rises.
    #[must_use]
    pub const fn counter(name: &'static str, help: &'static str, labels: [&'static str; N]) -> Self {
        Self::new(name, help, Kind::Counter, labels)
    }

    /// A value that rises and falls.
    #[must_use]
    pub const fn gauge(name: &'static str, help: &'static str, labels: [&'static str; N]) -> Self {
        Self::new(name, help, Kind::Gauge, labels)
    }

    /// A value of which nothing more is known.
    #[must_use]
    pub const fn untyped(name: &'static str, help: &'static str, labels: [&'static str; N]) -> Self {
        Self::new(name, help, Kind::Untyped, labels)
    }

    /// A distribution in cumulative buckets.
    #[must_use]
    pub const fn histogram(name: &'static str, help: &'static str, labels: [&'static str; N]) -> Self {
        Self::new(name, help, Kind::Histogram, labels)
    }

    /// A distribution in quantiles.
    #[must_use]
    pub const fn summary(name: &'static str, help: &'static str, labels: [&'static str; N]) -> Self {
        Self::new(name, help, Kind::Summary, labels)
    }
}

/// Whether `a` sorts before `b`, byte by byte; usable in constants, where `<` on strings is not.
const fn before(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() && i < b.len() {
        if a[i] != b[i] {
            return a[i] < b[i];
        }
        i += 1;
    }
    a.len() < b.len()
}
