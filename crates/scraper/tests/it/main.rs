//! Scrapes of small servers on loopback, good and bad, and a scraper that runs, reloads and is asked.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[cfg(feature = "kubernetes")]
mod api_server;
mod backlog;
mod bad_targets;
mod ending;
mod forwarding;
mod good_targets;
#[cfg(feature = "kubernetes")]
mod kubernetes;
mod memory;
mod oauth2;
mod rig;
mod running;
mod server;
mod sources;
mod tls_targets;
