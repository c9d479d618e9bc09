//! The shared server as a client sees it, on loopback, with a small exporter behind it.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something is not as expected"
)]

mod auth;
mod client;
mod encoding;
mod ending;
mod healthcheck;
mod limits;
mod process;
mod routes;
mod running;
mod sample;
mod sharing;
mod tls;
mod unix;
mod web_config;
