//! One target: how its last scrape went.

use crate::fleet::Observation;
use crate::fleet::text::cut;

/// How much of each text of a target is kept, so that neither a label nor an error can fill the page.
const TEXT_BYTES_MAX: usize = 300;
/// How much of a link is kept; a longer one is not linked.
const URL_BYTES_MAX: usize = 2000;
/// A target that was not scraped for this many of its intervals is silent.
const SILENT_INTERVALS: f64 = 2.0;
/// Where node exporters listen unless told otherwise.
const NODE_PORT: &str = "9100";

/// A target.
#[derive(Debug)]
pub struct Target {
    /// Unique in this process; unlike `id` it fits into a machine.
    pub number: u64,
    /// The scraper's name for it.
    pub id: Box<str>,
    /// The `job` label.
    pub job: String,
    /// The `instance` label.
    pub instance: String,
    /// What it is linked to; empty where no link is safe.
    pub url: String,
    /// Why the last scrape failed; empty if it did not, or did not say.
    pub error: String,
    /// What it turned out to be.
    pub role: Role,
    /// When the state began that the last scrape found, in milliseconds since 1970.
    pub since_ms: i64,
    /// When the last scrape began, in milliseconds since 1970.
    pub scraped_at_ms: i64,
    /// How often it is scraped.
    pub interval_seconds: f64,
    /// How long the last scrape took.
    pub duration_seconds: f64,
    /// How many series the last scrape brought.
    pub series: usize,
    up: bool,
}

/// What serves a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It has never answered.
    Unknown,
    /// A node exporter, which makes the machine a card.
    Node,
    /// Something else.
    Other,
}

/// How a target is, seen from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The last scrape succeeded.
    Up,
    /// The last scrape failed.
    Down,
    /// No scrape took place, so nothing is known.
    Silent,
}

impl Target {
    /// A target with its first scrape.
    pub fn new(number: u64, observation: &Observation<'_>) -> Self {
        let mut target = Self {
            number,
            id: observation.target.into(),
            job: String::new(),
            instance: String::new(),
            url: String::new(),
            error: String::new(),
            role: Role::Unknown,
            since_ms: observation.scraped_at_ms,
            scraped_at_ms: observation.scraped_at_ms,
            interval_seconds: observation.interval_seconds,
            duration_seconds: 0.0,
            series: 0,
            up: observation.up,
        };
        target.update(observation);
        target
    }

    /// Takes a further scrape; texts keep their memory.
    pub fn update(&mut self, observation: &Observation<'_>) {
        replace(&mut self.job, cut(observation.job, TEXT_BYTES_MAX));
        replace(&mut self.instance, cut(observation.instance, TEXT_BYTES_MAX));
        replace(&mut self.url, linkable(observation.url));
        let error = if observation.up { None } else { observation.error };
        replace(&mut self.error, cut(error.unwrap_or_default(), TEXT_BYTES_MAX));
        if self.up != observation.up {
            self.since_ms = observation.scraped_at_ms;
        }
        self.up = observation.up;
        self.scraped_at_ms = observation.scraped_at_ms;
        self.interval_seconds = observation.interval_seconds;
        self.duration_seconds = observation.duration_seconds;
        self.series = observation.series;
    }

    /// How the target is at a time.
    pub fn state(&self, now_ms: i64) -> State {
        if SILENT_INTERVALS * self.interval_seconds < self.age_seconds(now_ms) {
            State::Silent
        } else if self.up {
            State::Up
        } else {
            State::Down
        }
    }

    /// Seconds since the last scrape began.
    pub fn age_seconds(&self, now_ms: i64) -> f64 {
        now_ms.saturating_sub(self.scraped_at_ms).max(0) as f64 / 1e3
    }

    /// The machine: the instance without scheme, path and port.
    pub fn host(&self) -> &str {
        host(&self.instance)
    }

    /// Whether a machine without an answer yet should have a card because of this target.
    pub fn is_node(&self) -> bool {
        let port = || {
            self.instance
                .rsplit_once(':')
                .is_some_and(|(_, port)| port == NODE_PORT)
        };
        match self.role {
            Role::Node => true,
            Role::Other => false,
            Role::Unknown => self.job.contains("node") || port(),
        }
    }
}

fn replace(slot: &mut String, text: &str) {
    slot.clear();
    slot.push_str(text);
}

/// The address if a click on it does what it looks like, and it holds no password.
fn linkable(url: &str) -> &str {
    let rest = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"));
    let authority = rest.and_then(|rest| rest.split(['/', '?', '#', '\\']).next());
    match authority {
        Some(authority) if !authority.contains('@') && url.len() <= URL_BYTES_MAX => url,
        _ => "",
    }
}

fn host(instance: &str) -> &str {
    let rest = instance.split_once("://").map_or(instance, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or(rest);
    let bracketed = authority.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let host = match (bracketed, authority.rsplit_once(':')) {
        (Some((host, _)), _) => host,
        // An address of IPv6 without brackets has no port.
        (None, Some((host, port)))
            if !host.contains(':') && port.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            host
        }
        (None, _) => authority,
    };
    if host.is_empty() { instance } else { host }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(instance: &str, expect: &str) {
        assert_eq!(host(instance), expect);
    }

    #[test]
    fn hosts() {
        check("pi4:9100", "pi4");
        check("pi4.local", "pi4.local");
        check("192.168.1.20:9104", "192.168.1.20");
        check("[fe80::1%eth0]:9100", "fe80::1%eth0");
        check("fe80::1", "fe80::1");
        check("https://pi4:9100/metrics", "pi4");
        check("pi4:kitchen", "pi4:kitchen");
    }

    #[test]
    fn instances_without_a_host_stay() {
        check("", "");
        check(":9100", ":9100");
        check("/run/x.sock", "/run/x.sock");
        check("[]:1", "[]:1");
    }

    #[test]
    fn links_are_http_without_passwords() {
        assert_eq!(
            linkable("http://pi4:9100/metrics?a=@"),
            "http://pi4:9100/metrics?a=@"
        );
        assert_eq!(linkable("https://[::1]/"), "https://[::1]/");
        assert_eq!(linkable("javascript:alert(1)"), "");
        assert_eq!(linkable("http://user:secret@pi4/"), "");
        assert_eq!(linkable(&format!("http://{}/", "a".repeat(URL_BYTES_MAX))), "");
    }

    #[test]
    fn states() {
        let scrape = |up, scraped_at_ms| Observation {
            target: "t",
            job: "node",
            instance: "pi4:9100",
            url: "",
            scraped_at_ms,
            interval_seconds: 15.0,
            up,
            error: Some("connection refused"),
            duration_seconds: 0.1,
            series: 1,
        };
        let mut target = Target::new(1, &scrape(true, 0));
        assert_eq!((target.state(30_000), &*target.error), (State::Up, ""));
        assert_eq!(target.state(30_001), State::Silent);
        target.update(&scrape(false, 45_000));
        target.update(&scrape(false, 60_000));
        assert_eq!(
            (target.state(60_100), target.since_ms, &*target.error),
            (State::Down, 45_000, "connection refused")
        );
        target.update(&scrape(true, 75_000));
        assert_eq!((target.state(75_000), target.since_ms), (State::Up, 75_000));
        // The clock was set back.
        assert_eq!(target.state(0), State::Up);
    }
}
