//! What the lines of one access log add up to.

use std::collections::BTreeMap;

use metrics_registry::Family;

use super::Entry;
use super::entry::{METHODS, OTHER};
use crate::sink::Sink;

const RESPONSES: Family<2> = Family::counter(
    "nginx_http_response_count_total",
    "Answers that the access log tells of.",
    ["method", "status"],
);
const SIZE: Family<1> = Family::histogram(
    "nginx_http_response_size_bytes",
    "Bytes of the bodies that were sent.",
    ["status_class"],
);
const TIME: Family<1> = Family::histogram(
    "nginx_http_response_time_seconds",
    "Seconds from the first byte of a request to the last one of its answer, where the log has request_time.",
    ["status_class"],
);

/// Upper bounds in bytes: pages, pictures, downloads.
const SIZE_BOUNDS: [f64; 8] = [100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, f64::INFINITY];
/// Upper bounds in seconds, those that Prometheus' libraries have by default.
const TIME_BOUNDS: [f64; 12] = [
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1.0,
    2.5,
    5.0,
    10.0,
    f64::INFINITY,
];
/// Values of the label `status_class`; the last one is for what is no status.
const CLASSES: [&str; 6] = ["1xx", "2xx", "3xx", "4xx", "5xx", OTHER];

/// Sums of one log.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// By index of the method and status code: at most 10 × 501.
    responses: BTreeMap<(usize, u16), u64>,
    sizes: [Histogram<8>; 6],
    times: [Histogram<12>; 6],
    unparsed: u64,
}

/// Counts per bucket, not cumulative.
#[derive(Clone, Copy, Debug)]
struct Histogram<const N: usize> {
    buckets: [u64; N],
    sum: f64,
}

impl<const N: usize> Default for Histogram<N> {
    fn default() -> Self {
        Self {
            buckets: [0; N],
            sum: 0.0,
        }
    }
}

impl<const N: usize> Histogram<N> {
    fn add(&mut self, bounds: &[f64; N], value: f64) {
        // The last bound is infinite, so there is always one.
        let bucket = bounds.partition_point(|bound| *bound < value).min(N - 1);
        self.buckets[bucket] += 1;
        self.sum += value;
    }

    fn write(&self, sink: &mut Sink<'_>, family: &Family<1>, class: &str, bounds: &[f64; N]) {
        let mut count = 0;
        let mut cumulative = [(0.0, 0); N];
        for ((out, bound), bucket) in cumulative.iter_mut().zip(bounds).zip(self.buckets) {
            count += bucket;
            *out = (*bound, count);
        }
        if count > 0 {
            sink.histogram(family, class, &cumulative, self.sum, count);
        }
    }
}

impl Counts {
    /// Adds what one line tells.
    pub(super) fn add(&mut self, entry: Option<Entry>) {
        let Some(entry) = entry else {
            self.unparsed += 1;
            return;
        };
        *self.responses.entry((entry.method, entry.status)).or_default() += 1;
        let class = class(entry.status);
        if let (Some(bytes), Some(sizes)) = (entry.size_bytes, self.sizes.get_mut(class)) {
            sizes.add(&SIZE_BOUNDS, bytes as f64);
        }
        if let (Some(seconds), Some(times)) = (entry.time_seconds, self.times.get_mut(class)) {
            times.add(&TIME_BOUNDS, seconds);
        }
    }

    /// Lines that are of another format.
    pub(super) fn unparsed(&self) -> u64 {
        self.unparsed
    }

    pub(super) fn write(&self, sink: &mut Sink<'_>) {
        for ((method, status), count) in &self.responses {
            let method = METHODS.get(*method).copied().unwrap_or(OTHER);
            match status {
                0 => sink.sample(&RESPONSES, [method, OTHER], *count as f64),
                status => sink.sample(&RESPONSES, [method, &status.to_string()], *count as f64),
            }
        }
        for (class, sizes) in CLASSES.into_iter().zip(&self.sizes) {
            sizes.write(sink, &SIZE, class, &SIZE_BOUNDS);
        }
        for (class, times) in CLASSES.into_iter().zip(&self.times) {
            times.write(sink, &TIME, class, &TIME_BOUNDS);
        }
    }
}

/// Index into [`CLASSES`].
fn class(status: u16) -> usize {
    match status {
        100..=599 => usize::from(status / 100) - 1,
        _ => CLASSES.len() - 1,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use metrics_registry::Exposition;

    use super::super::combined;
    use super::*;

    #[track_caller]
    fn check(requests: &[&str], expect: Expect) {
        let mut counts = Counts::default();
        for request in requests {
            counts.add(combined::parse(format!("- - - [-] {request}").as_bytes()));
        }
        let mut out = Exposition::default();
        counts.write(&mut Sink::new(&mut out, &[]));
        expect.assert_eq(&format!("{}unparsed {}\n", out.to_text(), counts.unparsed()));
    }

    #[test]
    fn nothing_yet() {
        check(
            &[],
            expect![[r#"
            unparsed 0
        "#]],
        );
    }

    #[test]
    fn lines() {
        check(
            &[
                r#""GET / HTTP/1.1" 200 100 "-" "-" rt=0.005"#,
                r#""GET / HTTP/1.1" 200 101 "-" "-" rt=11"#,
                r#""POST / HTTP/1.1" 502 5 "-" "-""#,
                r#""x" 700 - "-" "-""#,
                "nonsense",
            ],
            expect![[r##"
                # HELP nginx_http_response_count_total Answers that the access log tells of.
                # TYPE nginx_http_response_count_total counter
                nginx_http_response_count_total{method="GET",status="200"} 2
                nginx_http_response_count_total{method="POST",status="502"} 1
                nginx_http_response_count_total{method="other",status="other"} 1
                # HELP nginx_http_response_size_bytes Bytes of the bodies that were sent.
                # TYPE nginx_http_response_size_bytes histogram
                nginx_http_response_size_bytes_bucket{status_class="2xx",le="100"} 1
                nginx_http_response_size_bytes_bucket{status_class="2xx",le="1000"} 2
                nginx_http_response_size_bytes_bucket{status_class="2xx",le="10000"} 2
                nginx_http_response_size_bytes_bucket{status_class="2xx",le="100000"} 2
                nginx_http_response_size_bytes_bucket{status_class="2xx",le="1e+06"} 2
                nginx_http_response_size_bytes_bucket{status_class="2xx",le="1e+07"} 2
                nginx_http_response_size_bytes_bucket{status_class="2xx",le="1e+08"} 2
                nginx_http_response_size_bytes_bucket{status_class="2xx",le="+Inf"} 2
                nginx_http_response_size_bytes_sum{status_class="2xx"} 201
                nginx_http_response_size_bytes_count{status_class="2xx"} 2
                nginx_http_response_size_bytes_bucket{status_class="5xx",le="100"} 1
                nginx_http_response_size_bytes_bucket{status_class="5xx",le="1000"} 1
                nginx_http_response_size_bytes_bucket{status_class="5xx",le="10000"} 1
                nginx_http_response_size_bytes_bucket{status_class="5xx",le="100000"} 1
                nginx_http_response_size_bytes_bucket{status_class="5xx",le="1e+06"} 1
                nginx_http_response_size_bytes_bucket{status_class="5xx",le="1e+07"} 1
                nginx_http_response_size_bytes_bucket{status_class="5xx",le="1e+08"} 1
                nginx_http_response_size_bytes_bucket{status_class="5xx",le="+Inf"} 1
                nginx_http_response_size_bytes_sum{status_class="5xx"} 5
                nginx_http_response_size_bytes_count{status_class="5xx"} 1
                # HELP nginx_http_response_time_seconds Seconds from the first byte of a request to the last one of its answer, where the log has request_time.
                # TYPE nginx_http_response_time_seconds histogram
                nginx_http_response_time_seconds_bucket{status_class="2xx",le="0.005"} 1
                nginx_http_response_time_seconds_bucket{status_class="2xx",le="0.01"} 1
                nginx_http_response_time_seconds_bucket{status_class="2xx",le="0.025"} 1
                nginx_http_response_time_seconds_bucket{status_class="2xx",le="0.05"} 1
                nginx_http_response_time_seconds_bucket{status_class="2xx",le="0.1"} 1
                nginx_http_response_time_seconds_bucket{status_class="2xx",le="0.25"} 1
                nginx_http_response_time_seconds_bucket{status_class="2xx",le="0.5"} 1
                nginx_http_response_time_seconds_bucket{status_class="2xx",le="1"} 1
                nginx_http_response_time_seconds_bucket{status_class="2xx",le="2.5"} 1
                nginx_http_response_time_seconds_bucket{status_class="2xx",le="5"} 1
                nginx_http_response_time_seconds_bucket{status_class="2xx",le="10"} 1
                nginx_http_response_time_seconds_bucket{status_class="2xx",le="+Inf"} 2
                nginx_http_response_time_seconds_sum{status_class="2xx"} 11.005
                nginx_http_response_time_seconds_count{status_class="2xx"} 2
                unparsed 1
            "##]],
        );
    }
}
