//! What one line of an access log tells.

/// One request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// Index into [`METHODS`].
    pub method: usize,
    /// Status code from 100 to 599; 0 is any other.
    pub status: u16,
    /// Bytes of the body, or of the whole answer where the format has only that.
    pub size_bytes: Option<u64>,
    /// Seconds from the first byte of the request to the last one of the answer.
    pub time_seconds: Option<f64>,
}

/// Values of the label `method`: those of RFC 9110 and PATCH, and `other` for what a client made up.
pub const METHODS: [&str; 10] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", OTHER,
];

/// Where methods and status codes go that are none.
pub const OTHER: &str = "other";

impl Entry {
    /// Takes the texts of one line. `None` where the status is no number, which no format of nginx gives.
    #[must_use]
    pub fn new(method: &[u8], status: &[u8], size: &[u8], time: &[u8]) -> Option<Self> {
        let status: u16 = number(status)?;
        Some(Self {
            method: METHODS
                .iter()
                .position(|known| known.as_bytes() == method)
                .unwrap_or(METHODS.len() - 1),
            status: if (100..=599).contains(&status) { status } else { 0 },
            size_bytes: number(size),
            time_seconds: number(time).filter(|seconds: &f64| seconds.is_finite() && *seconds >= 0.0),
        })
    }
}

fn number<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.parse().ok()
}
