//! The page of `stub_status` (ngx_http_stub_status_module), nginx's and Tengine's.
//!
//! ```text
//! Active connections: 291
//! server accepts handled requests
//!  16630948 16630948 31070465
//! Reading: 6 Writing: 179 Waiting: 106
//! ```
//!
//! Tengine has a fourth column, `request_time`, which is read over. The page is the same since nginx 0.1.18.

use metrics_registry::Family;

use crate::sink::Sink;

const ACCEPTED: Family<0> = Family::counter(
    "nginx_connections_accepted",
    "Connections that nginx accepted since its start.",
    [],
);
const ACTIVE: Family<0> = Family::gauge(
    "nginx_connections_active",
    "Connections that are open, the waiting ones included.",
    [],
);
const HANDLED: Family<0> = Family::counter(
    "nginx_connections_handled",
    "Connections that were served; fewer than accepted where a limit was reached, as worker_connections.",
    [],
);
const READING: Family<0> = Family::gauge(
    "nginx_connections_reading",
    "Connections whose request header is being read.",
    [],
);
const WAITING: Family<0> = Family::gauge(
    "nginx_connections_waiting",
    "Connections that are idle between two requests.",
    [],
);
const WRITING: Family<0> = Family::gauge(
    "nginx_connections_writing",
    "Connections whose answer is being made or sent.",
    [],
);
const REQUESTS: Family<0> = Family::counter(
    "nginx_http_requests_total",
    "Requests that nginx received since its start.",
    [],
);

/// Words of the page's second line.
const COLUMNS: [&str; 3] = ["accepts", "handled", "requests"];

/// The numbers of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StubStatus {
    /// Connections open.
    pub active: u64,
    /// Connections accepted since the start.
    pub accepted: u64,
    /// Connections served since the start.
    pub handled: u64,
    /// Requests since the start.
    pub requests: u64,
    /// Connections in the header of a request.
    pub reading: u64,
    /// Connections in an answer.
    pub writing: u64,
    /// Connections between two requests.
    pub waiting: u64,
}

impl StubStatus {
    /// Reads the page; `None` where it is another one.
    #[must_use]
    pub fn parse(page: &str) -> Option<Self> {
        let mut lines = page.lines();
        let active = lines
            .next()?
            .strip_prefix("Active connections:")?
            .trim()
            .parse()
            .ok()?;
        let mut names = lines.next()?.strip_prefix("server ")?.split_ascii_whitespace();
        let mut numbers = lines.next()?.split_ascii_whitespace();
        let [accepted, handled, requests] = COLUMNS.map(|column| {
            let number = numbers.next()?;
            (names.next()? == column).then(|| number.parse().ok()).flatten()
        });
        let mut states = lines.next()?.split_ascii_whitespace();
        let mut state = |name: &str| -> Option<u64> {
            (states.next()? == name)
                .then(|| states.next()?.parse().ok())
                .flatten()
        };
        Some(Self {
            active,
            accepted: accepted?,
            handled: handled?,
            requests: requests?,
            reading: state("Reading:")?,
            writing: state("Writing:")?,
            waiting: state("Waiting:")?,
        })
    }

    /// Writes the samples.
    pub fn write(&self, sink: &mut Sink<'_>) {
        // Counts above 2^53 lose digits, which takes 285 years at a million requests a second.
        sink.sample(&ACCEPTED, [], self.accepted as f64);
        sink.sample(&ACTIVE, [], self.active as f64);
        sink.sample(&HANDLED, [], self.handled as f64);
        sink.sample(&READING, [], self.reading as f64);
        sink.sample(&WAITING, [], self.waiting as f64);
        sink.sample(&WRITING, [], self.writing as f64);
        sink.sample(&REQUESTS, [], self.requests as f64);
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use metrics_registry::Exposition;

    use super::*;

    #[track_caller]
    fn check(page: &str, expect: Expect) {
        let mut out = Exposition::default();
        if let Some(status) = StubStatus::parse(page) {
            status.write(&mut Sink::new(&mut out, &[]));
        }
        let text = out.to_text();
        let samples: String = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| format!("{line}\n"))
            .collect();
        expect.assert_eq(&samples);
    }

    #[test]
    fn nginx() {
        check(
            "Active connections: 291 \nserver accepts handled requests\n 16630948 16630947 31070465 \nReading: 6 Writing: 179 Waiting: 106 \n",
            expect![[r#"
                nginx_connections_accepted 1.6630948e+07
                nginx_connections_active 291
                nginx_connections_handled 1.6630947e+07
                nginx_connections_reading 6
                nginx_connections_waiting 106
                nginx_connections_writing 179
                nginx_http_requests_total 3.1070465e+07
            "#]],
        );
    }

    #[test]
    fn tengine() {
        check(
            "Active connections: 1 \nserver accepts handled requests request_time\n 1140 1140 1141 75806 \nReading: 0 Writing: 1 Waiting: 0 \n",
            expect![[r#"
                nginx_connections_accepted 1140
                nginx_connections_active 1
                nginx_connections_handled 1140
                nginx_connections_reading 0
                nginx_connections_waiting 0
                nginx_connections_writing 1
                nginx_http_requests_total 1141
            "#]],
        );
    }

    #[test]
    fn windows_lines_and_large_numbers() {
        check(
            "Active connections: 1\r\nserver accepts handled requests\r\n 18446744073709551615 2 3\r\nReading: 0 Writing: 1 Waiting: 0\r\n",
            expect![[r#"
                nginx_connections_accepted 1.8446744073709552e+19
                nginx_connections_active 1
                nginx_connections_handled 2
                nginx_connections_reading 0
                nginx_connections_waiting 0
                nginx_connections_writing 1
                nginx_http_requests_total 3
            "#]],
        );
    }

    #[test]
    fn other_pages() {
        for page in [
            "",
            "<html>",
            "Active connections: x\n",
            "Active connections: 1 \nserver accepts handled requests\n 1 2\nReading: 0 Writing: 1 Waiting: 0 \n",
            "Active connections: 1 \nserver handled accepts requests\n 1 2 3\nReading: 0 Writing: 1 Waiting: 0 \n",
            "Active connections: 1 \nserver accepts handled requests\n 1 2 -3\nReading: 0 Writing: 1 Waiting: 0 \n",
            "Active connections: 1 \nserver accepts handled requests\n 1 2 3\nReading: 0 Writing: 1\n",
        ] {
            assert_eq!(StubStatus::parse(page), None, "{page:?}");
        }
    }
}
