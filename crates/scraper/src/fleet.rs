//! The page that the owner of six Pis looks at on the phone: one card per machine, one row per target.
//!
//! The scraper tells of every scrape with [`Fleet::begin`], feeds its samples, and calls [`Visit::finish`].
//! What the page shows is kept in RAM in rings of fixed size; nothing here grows with time or with the number of series.

/// What a scrape ended as, but for its samples.
#[derive(Debug, Clone, Copy)]
pub struct Observation<'a> {
    /// Names the target in all its scrapes and in [`Fleet::forget`]; never shown.
    pub target: &'a str,
    /// The `job` label.
    pub job: &'a str,
    /// The `instance` label; its host part names the machine.
    pub instance: &'a str,
    /// Where the target is scraped; the page links there.
    pub url: &'a str,
    /// When the scrape began, in milliseconds since 1970.
    pub scraped_at_ms: i64,
    /// The target's scrape interval.
    pub interval_seconds: f64,
    /// Whether the scrape brought a whole, well-formed exposition.
    pub up: bool,
    /// Why the scrape failed, in one line.
    pub error: Option<&'a str>,
    /// How long the scrape took.
    pub duration_seconds: f64,
    /// How many series it brought.
    pub series: usize,
}

/// Every machine and target, with an hour of history for the machines.
#[derive(Debug, Default)]
pub struct Fleet {}

impl Fleet {
    /// A fleet that nothing is known of.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts the record of one scrape; its samples follow, and [`Visit::finish`] ends it.
    pub fn begin(&mut self, _observation: Observation<'_>) -> Visit<'_> {
        Visit { _fleet: self }
    }

    /// Removes a target that is no longer configured or discovered.
    pub fn forget(&mut self, _target: &str) {}

    /// The whole page, to be served at `/`.
    pub fn page(&self, _now_ms: i64) -> String {
        String::new()
    }

    /// The `<main>` element of the page, to be served at [`FRAGMENT_PATH`].
    pub fn fragment(&self, _now_ms: i64) -> String {
        String::new()
    }
}

/// Where the page's script fetches [`Fleet::fragment`], as `text/html; charset=utf-8`.
pub const FRAGMENT_PATH: &str = "/fleet";

/// The `Content-Security-Policy` that the page is written for: nothing comes from anywhere else.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
     connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// One scrape while its samples are told; dropped without [`Visit::finish`] it leaves no trace.
#[derive(Debug)]
pub struct Visit<'f> {
    _fleet: &'f mut Fleet,
}

impl Visit<'_> {
    /// Takes one sample; cheap for the many that the page does not show, and never allocates.
    ///
    /// `labels` looks up the value of a label.
    pub fn sample<'l>(&mut self, _name: &str, _labels: impl Fn(&str) -> Option<&'l str>, _value: f64) {}

    /// Commits the scrape.
    pub fn finish(self) {}
}
