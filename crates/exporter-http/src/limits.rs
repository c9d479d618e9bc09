//! What a client may take of this machine. Each number has its reason; tests shorten the times.

use std::time::Duration;

/// Limits of one server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once. Beyond, the oldest one that waits for its client makes room for the new one.
    pub connections: usize,
    /// Bytes of request line and headers together.
    pub header_bytes: usize,
    /// Time from a request's first byte (of a new connection: from the connection) to the end of its headers.
    pub header_read: Duration,
    /// Time for a TLS handshake.
    pub handshake: Duration,
    /// Time that a connection may stay open between two requests.
    pub idle: Duration,
    /// Bytes of a request's body. Nothing that is served here needs one; it is read so that the connection can be reused.
    pub body_bytes: usize,
    /// Time to read a request's body.
    pub body_read: Duration,
    /// Time for the client to take the whole answer.
    pub response_write: Duration,
    /// Time that a closed connection is read on, so that a client that still sends sees the answer (RFC 9112, 9.6).
    pub linger: Duration,
    /// Time that requests under way get when the process is told to end.
    pub drain: Duration,
    /// Of that, the time for a connection that has not sent its request yet.
    pub drain_unsent: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // A fleet has a handful of clients. 512 keep below the usual 1,024 file descriptors, with room for an exporter's own.
            connections: 512,
            // Prometheus sends 400 bytes; the largest cookie jar of a browser on the same host fits.
            header_bytes: 16 * 1024,
            header_read: Duration::from_secs(10),
            // A Pi Zero signs with a 4096-bit RSA key in under a second.
            handshake: Duration::from_secs(10),
            // Longer than the usual scrape intervals, so that a scraper keeps its connection and its TLS session.
            idle: Duration::from_secs(150),
            body_bytes: 64 * 1024,
            body_read: Duration::from_secs(10),
            // 70 kB at 10 kB/s, and some patience.
            response_write: Duration::from_secs(15),
            linger: Duration::from_secs(1),
            // systemd waits 90 s by default, Docker 10; an upgrade should not be felt.
            drain: Duration::from_secs(5),
            drain_unsent: Duration::from_millis(500),
        }
    }
}
