//! Scrapes of small servers on loopback, good and bad, and a scraper that runs, reloads and is asked.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod backlog;
mod bad_targets;
mod forwarding;
mod good_targets;
mod memory;
mod rig;
mod running;
mod server;
mod sources;
mod tls_targets;
