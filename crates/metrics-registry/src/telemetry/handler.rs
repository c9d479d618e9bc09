//! What the metrics handler counts about itself: the `promhttp_*` families, as the Go client has them.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Codes that are there from the start, at 0, so that `rate()` sees the first of each.
const CODES: [u16; 3] = [200, 500, 503];

/// The cells of the `promhttp_*` families. Clones count into the same cells.
#[derive(Clone, Debug)]
pub struct HandlerTelemetry {
    /// Labels: code.
    requests: Family<[(&'static str, u16); 1], Counter>,
    /// Labels: cause.
    errors: Family<[(&'static str, &'static str); 1], Counter>,
    in_flight: Gauge,
}

/// What went wrong in a scrape that was answered all the same, or could not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The samples could not be written out.
    Encoding,
    /// The samples could not be collected.
    Gathering,
}

/// A request that is being answered, until it is dropped.
#[derive(Debug)]
pub struct InFlight(Gauge);

impl HandlerTelemetry {
    /// Makes the cells and registers them.
    pub fn register(registry: &mut Registry) -> Self {
        let telemetry = Self {
            requests: Family::default(),
            errors: Family::default(),
            in_flight: Gauge::default(),
        };
        for code in CODES {
            drop(telemetry.requests.get_or_create(&[("code", code)]));
        }
        for cause in [Cause::Encoding, Cause::Gathering] {
            drop(telemetry.errors.get_or_create(&cause.label()));
        }
        registry.register(
            "promhttp_metric_handler_requests",
            "Scrapes answered, by HTTP status code",
            telemetry.requests.clone(),
        );
        registry.register(
            "promhttp_metric_handler_requests_in_flight",
            "Scrapes being answered now",
            telemetry.in_flight.clone(),
        );
        registry.register(
            "promhttp_metric_handler_errors",
            "Internal errors met while answering scrapes",
            telemetry.errors.clone(),
        );
        telemetry
    }

    /// Counts a request as being answered, until the guard is dropped.
    #[must_use = "the request counts as answered when this is dropped"]
    pub fn enter(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// Counts an answer by its HTTP status code.
    pub fn answered(&self, code: u16) {
        self.requests.get_or_create(&[("code", code)]).inc();
    }

    /// Counts an internal error.
    pub fn failed(&self, cause: Cause) {
        self.errors.get_or_create(&cause.label()).inc();
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Cause {
    const fn label(self) -> [(&'static str, &'static str); 1] {
        [(
            "cause",
            match self {
                Self::Encoding => "encoding",
                Self::Gathering => "gathering",
            },
        )]
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::Exposition;
    use crate::telemetry::bridge;

    #[track_caller]
    fn check(registry: &Registry, expect: Expect) {
        let mut out = Exposition::default();
        bridge(registry, &mut out);
        expect.assert_eq(&out.to_text());
    }

    #[test]
    fn all_there_from_the_start() {
        let mut registry = Registry::default();
        HandlerTelemetry::register(&mut registry);
        check(
            &registry,
            expect![[r##"
            # HELP promhttp_metric_handler_errors_total Internal errors met while answering scrapes.
            # TYPE promhttp_metric_handler_errors_total counter
            promhttp_metric_handler_errors_total{cause="encoding"} 0
            promhttp_metric_handler_errors_total{cause="gathering"} 0
            # HELP promhttp_metric_handler_requests_in_flight Scrapes being answered now.
            # TYPE promhttp_metric_handler_requests_in_flight gauge
            promhttp_metric_handler_requests_in_flight 0
            # HELP promhttp_metric_handler_requests_total Scrapes answered, by HTTP status code.
            # TYPE promhttp_metric_handler_requests_total counter
            promhttp_metric_handler_requests_total{code="200"} 0
            promhttp_metric_handler_requests_total{code="500"} 0
            promhttp_metric_handler_requests_total{code="503"} 0
        "##]],
        );
    }

    #[test]
    fn counted() {
        let mut registry = Registry::default();
        let telemetry = HandlerTelemetry::register(&mut registry);
        let first = telemetry.enter();
        let second = telemetry.enter();
        drop(first);
        telemetry.answered(200);
        telemetry.answered(200);
        telemetry.answered(404);
        telemetry.failed(Cause::Gathering);
        check(
            &registry,
            expect![[r##"
            # HELP promhttp_metric_handler_errors_total Internal errors met while answering scrapes.
            # TYPE promhttp_metric_handler_errors_total counter
            promhttp_metric_handler_errors_total{cause="encoding"} 0
            promhttp_metric_handler_errors_total{cause="gathering"} 1
            # HELP promhttp_metric_handler_requests_in_flight Scrapes being answered now.
            # TYPE promhttp_metric_handler_requests_in_flight gauge
            promhttp_metric_handler_requests_in_flight 1
            # HELP promhttp_metric_handler_requests_total Scrapes answered, by HTTP status code.
            # TYPE promhttp_metric_handler_requests_total counter
            promhttp_metric_handler_requests_total{code="200"} 2
            promhttp_metric_handler_requests_total{code="404"} 1
            promhttp_metric_handler_requests_total{code="500"} 0
            promhttp_metric_handler_requests_total{code="503"} 0
        "##]],
        );
        drop(second);
    }
}
