//! The exporter as a scrape sees it, before a small server of the test's own that stands for nginx.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something is not as expected"
)]

mod access_log;
mod connections;
mod exporter;
mod faults;
mod labels;
mod plus;
mod responder;
mod tls;
