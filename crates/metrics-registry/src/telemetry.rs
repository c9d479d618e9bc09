//! What a process counts about itself, in a `prometheus_client` registry, and the bridge into an [`Exposition`].
//!
//! Register a counter without `_total` and a help text without its full stop: the client adds both.
//!
//! ```
//! use metrics_registry::{Exposition, telemetry};
//! use prometheus_client::{metrics::counter::Counter, registry::Registry};
//!
//! let retries: Counter = Counter::default();
//! let mut registry = Registry::default();
//! registry.register("retries", "Times that something was tried again", retries.clone());
//! retries.inc();
//!
//! let mut out = Exposition::default();
//! telemetry::bridge(&registry, &mut out);
//! assert!(out.to_text().starts_with("# HELP retries_total Times that something was tried again.\n"));
//! ```

mod handler;

use std::fmt;

use prometheus_client::encoding::text::encode_registry;
use prometheus_client::registry::Registry;

use crate::exposition::{line, number};
use crate::parse::{Entry, MetricType, Parser, Sample};
use crate::{Exposition, Format, Kind};

pub use self::handler::{Cause, HandlerTelemetry, InFlight};

/// Adds all that a registry holds: names, order and numbers as the Go client writes them, without exemplars and units.
///
/// An info becomes the gauge that it is in text 0.0.4. A line that OpenMetrics does not have (the client does not escape a
/// newline in a help text) is left out; so is what follows where a collector of the registry fails.
pub fn bridge(registry: &Registry, out: &mut Exposition) {
    let mut bridge = Bridge {
        out,
        parser: Parser::new(Format::OpenMetrics1),
        partial: String::new(),
        family: FamilyLines::default(),
    };
    let complete = encode_registry(&mut bridge, registry);
    debug_assert!(complete.is_ok(), "a collector failed");
    bridge.family.write(bridge.out);
}

/// Takes the client's OpenMetrics in pieces of any size and adds it to the exposition family by family.
struct Bridge<'a> {
    out: &'a mut Exposition,
    parser: Parser,
    partial: String,
    family: FamilyLines,
}

impl fmt::Write for Bridge<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for piece in text.split_inclusive('\n') {
            match piece.strip_suffix('\n') {
                None => self.partial.push_str(piece),
                Some(end) => {
                    self.partial.push_str(end);
                    self.line();
                    self.partial.clear();
                }
            }
        }
        Ok(())
    }
}

impl Bridge<'_> {
    fn line(&mut self) {
        match self.parser.line(self.partial.as_bytes()) {
            Ok(Entry::Help { name, help }) => {
                self.family.write(self.out);
                self.family = FamilyLines::new(&name, &help.unescape());
            }
            Ok(Entry::Type { kind, .. }) => self.family.set_type(kind),
            Ok(Entry::Sample(sample)) => self.family.add(&sample),
            Ok(Entry::Nothing | Entry::Unit { .. } | Entry::Eof) => {}
            Err(error) => debug_assert!(false, "{error}: {:?}", self.partial),
        }
    }
}

/// The sample lines of one family, while they arrive.
#[derive(Default)]
struct FamilyLines {
    name: String,
    help: String,
    kind: Option<Kind>,
    series: Vec<Series>,
}

/// The lines of one set of labels: one, or those of a histogram.
struct Series {
    /// Sorted by name, without `le`.
    labels: Vec<(String, String)>,
    buckets: String,
    /// The sum and the count, which the client writes before the buckets and Go behind them.
    others: String,
}

impl FamilyLines {
    fn new(name: &str, help: &str) -> Self {
        Self {
            name: name.to_owned(),
            help: help.to_owned(),
            kind: None,
            series: Vec::new(),
        }
    }

    fn set_type(&mut self, kind: MetricType) {
        let (kind, suffix) = match kind {
            MetricType::Counter => (Kind::Counter, "_total"),
            MetricType::Gauge => (Kind::Gauge, ""),
            MetricType::Histogram => (Kind::Histogram, ""),
            MetricType::Summary => (Kind::Summary, ""),
            MetricType::Info => (Kind::Gauge, "_info"),
            MetricType::Unknown | MetricType::GaugeHistogram | MetricType::StateSet => (Kind::Untyped, ""),
        };
        self.kind = Some(kind);
        self.name.push_str(suffix);
    }

    fn add(&mut self, sample: &Sample<'_>) {
        let mut bound = None;
        let mut labels = Vec::new();
        for (name, value) in sample.labels {
            match (name.as_ref(), self.kind) {
                ("le", Some(Kind::Histogram)) => bound = value.parse().ok().map(spelled),
                _ => labels.push((name.into_owned(), value.into_owned())),
            }
        }
        labels.sort();
        // The client writes the lines of one set of labels together.
        if self.series.last().is_none_or(|last| last.labels != labels) {
            self.series.push(Series {
                labels,
                buckets: String::new(),
                others: String::new(),
            });
        }
        let Some(series) = self.series.last_mut() else {
            return;
        };
        let labels = series
            .labels
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        match bound {
            Some(bound) => {
                let labels = labels.chain([("le", bound.as_str())]);
                line::write(&mut series.buckets, &sample.name, labels, sample.value);
            }
            None => line::write(&mut series.others, &sample.name, labels, sample.value),
        }
    }

    /// Adds the family to an exposition, sorted: the client keeps sets of labels in a hash map.
    fn write(&mut self, out: &mut Exposition) {
        let Some(kind) = self.kind else {
            return;
        };
        self.series.sort_by(|a, b| a.labels.cmp(&b.labels));
        for series in &self.series {
            out.lines(&self.name, format_args!("{}", self.help), kind, &series.buckets);
            out.lines(&self.name, format_args!("{}", self.help), kind, &series.others);
        }
    }
}

fn spelled(bound: f64) -> String {
    let mut text = String::new();
    number::write(&mut text, bound);
    text
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use prometheus_client::metrics::counter::Counter;
    use prometheus_client::metrics::family::Family;
    use prometheus_client::metrics::gauge::Gauge;
    use prometheus_client::metrics::histogram::Histogram;
    use prometheus_client::metrics::info::Info;
    use prometheus_client::registry::Unit;

    use super::*;

    #[track_caller]
    fn check(registry: &Registry, format: Format, expect: Expect) {
        let mut out = Exposition::default();
        bridge(registry, &mut out);
        let mut text = Vec::new();
        out.write_to(format, &mut text).unwrap();
        expect.assert_eq(&String::from_utf8(text).unwrap());
    }

    fn filled() -> Registry {
        let mut registry = Registry::default();
        let requests = Family::<[(&str, &str); 2], Counter>::default();
        for (target, code) in [("b", "500"), ("a", "200"), ("a\"\n\\", "200"), ("a", "404")] {
            requests
                .get_or_create(&[("target", target), ("code", code)])
                .inc_by(1_500_000);
        }
        registry.register("requests", "Requests, by target and \\ code", requests);
        let duration =
            Family::<[(&str, &str); 1], Histogram>::new_with_constructor(|| Histogram::new([0.5, 1.0, 1e6]));
        duration.get_or_create(&[("route", "/z")]).observe(0.75);
        duration.get_or_create(&[("route", "/a")]).observe(2e6);
        registry.register_with_unit("duration", "How long it took", Unit::Seconds, duration);
        let queue: Gauge = Gauge::default();
        queue.set(-3);
        registry
            .sub_registry_with_prefix("remote")
            .register("queue", "What waits", queue);
        registry.register("build", "What this is", Info::new([("version", "1.0")]));
        registry.register(
            "nothing",
            "A family without samples",
            Family::<[(&str, &str); 1], Counter>::default(),
        );
        registry
    }

    #[test]
    fn text() {
        check(
            &filled(),
            Format::Text004,
            expect![[r##"
            # HELP build_info What this is.
            # TYPE build_info gauge
            build_info{version="1.0"} 1
            # HELP duration_seconds How long it took.
            # TYPE duration_seconds histogram
            duration_seconds_bucket{route="/a",le="0.5"} 0
            duration_seconds_bucket{route="/a",le="1"} 0
            duration_seconds_bucket{route="/a",le="1e+06"} 0
            duration_seconds_bucket{route="/a",le="+Inf"} 1
            duration_seconds_sum{route="/a"} 2e+06
            duration_seconds_count{route="/a"} 1
            duration_seconds_bucket{route="/z",le="0.5"} 0
            duration_seconds_bucket{route="/z",le="1"} 1
            duration_seconds_bucket{route="/z",le="1e+06"} 1
            duration_seconds_bucket{route="/z",le="+Inf"} 1
            duration_seconds_sum{route="/z"} 0.75
            duration_seconds_count{route="/z"} 1
            # HELP remote_queue What waits.
            # TYPE remote_queue gauge
            remote_queue -3
            # HELP requests_total Requests, by target and \\ code.
            # TYPE requests_total counter
            requests_total{code="200",target="a"} 1.5e+06
            requests_total{code="200",target="a\"\n\\"} 1.5e+06
            requests_total{code="404",target="a"} 1.5e+06
            requests_total{code="500",target="b"} 1.5e+06
        "##]],
        );
    }

    #[test]
    fn openmetrics() {
        check(
            &filled(),
            Format::OpenMetrics1,
            expect![[r##"
            # HELP build_info What this is.
            # TYPE build_info gauge
            build_info{version="1.0"} 1
            # HELP duration_seconds How long it took.
            # TYPE duration_seconds histogram
            duration_seconds_bucket{route="/a",le="0.5"} 0
            duration_seconds_bucket{route="/a",le="1.0"} 0
            duration_seconds_bucket{route="/a",le="1e+06"} 0
            duration_seconds_bucket{route="/a",le="+Inf"} 1
            duration_seconds_sum{route="/a"} 2e+06
            duration_seconds_count{route="/a"} 1
            duration_seconds_bucket{route="/z",le="0.5"} 0
            duration_seconds_bucket{route="/z",le="1.0"} 1
            duration_seconds_bucket{route="/z",le="1e+06"} 1
            duration_seconds_bucket{route="/z",le="+Inf"} 1
            duration_seconds_sum{route="/z"} 0.75
            duration_seconds_count{route="/z"} 1
            # HELP remote_queue What waits.
            # TYPE remote_queue gauge
            remote_queue -3
            # HELP requests Requests, by target and \\ code.
            # TYPE requests counter
            requests_total{code="200",target="a"} 1.5e+06
            requests_total{code="200",target="a\"\n\\"} 1.5e+06
            requests_total{code="404",target="a"} 1.5e+06
            requests_total{code="500",target="b"} 1.5e+06
            # EOF
        "##]],
        );
    }
}
