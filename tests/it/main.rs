//! What is seen from outside, in one binary: real processes on loopback, real peers from Debian's packages.
//!
//! `make test` builds the daemons and installs the peers first; a test that lacks one fails and says which.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails where it stands"
)]
#![expect(clippy::print_stderr, reason = "a test that leaves something out says so")]

mod alerts;
mod api_server;
mod clients;
mod daemon;
mod dashboards;
mod emulator;
mod exporters;
mod families;
mod fixtures;
mod fleet;
mod forwarding;
mod hostile;
mod http;
mod images;
mod intended;
mod kube_api;
mod kube_cases;
mod kube_start;
mod life;
mod metric_docs;
mod mounts;
mod mysql;
mod nginx;
mod npm;
mod output;
mod packaging;
mod page;
mod peer;
mod postgres;
mod prometheus;
mod python;
mod reference;
mod scraper_alerts;
mod served;
mod servers;
mod sid;
mod targets;
mod textfile;
mod unprivileged;
