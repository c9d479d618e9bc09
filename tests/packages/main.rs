//! The packages, installed in a real Debian with a real systemd, beside real MariaDB, PostgreSQL and nginx.
//!
//! `make test-packages` makes the packages and the system first. Each test boots a system of its own from it, whose
//! changes are in memory and end with it.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails where it stands"
)]
#![expect(clippy::print_stderr, reason = "a test that leaves something out says so")]

mod container;
mod interrupted;
mod life;
mod monitored;
mod rights;
mod sandbox;
mod swap;
