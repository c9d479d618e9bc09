//! Which collectors are on, and how each of them did in a scrape.

use std::time::Duration;

use crate::{Exposition, Family};

/// The collectors of one exporter and whether each is on, in the order of the exporter's own table.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    name: &'static str,
    on: bool,
}

/// Why a request's `collect[]` and `exclude[]` cannot be served. The text is the body of the 400.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A name that no collector has.
    #[error("missing collector: {0}")]
    Missing(String),
    /// A collector that the flags turned off.
    #[error("disabled collector: {0}")]
    Disabled(String),
    /// Both lists in one request.
    #[error("collect[] and exclude[] cannot be used together")]
    Both,
}

impl Roster {
    /// Takes each collector's name and whether it is on.
    pub fn new(collectors: impl IntoIterator<Item = (&'static str, bool)>) -> Self {
        Self {
            entries: collectors
                .into_iter()
                .map(|(name, on)| Entry { name, on })
                .collect(),
        }
    }

    /// Names of the collectors that are on, in table order.
    pub fn enabled(&self) -> impl Iterator<Item = &'static str> {
        self.entries
            .iter()
            .filter(|entry| entry.on)
            .map(|entry| entry.name)
    }

    /// The indices into the exporter's table of the collectors that one request runs.
    ///
    /// Both lists empty means all that are on. Fails with [`Refused`] on a name that is unknown or off.
    pub fn select(&self, collect: &[String], exclude: &[String]) -> Result<Vec<usize>, Refused> {
        if !collect.is_empty() && !exclude.is_empty() {
            return Err(Refused::Both);
        }
        for name in collect.iter().chain(exclude) {
            match self.entries.iter().find(|entry| entry.name == name) {
                None => return Err(Refused::Missing(name.clone())),
                Some(Entry { on: false, .. }) => return Err(Refused::Disabled(name.clone())),
                Some(_) => {}
            }
        }
        let wanted = |name: &str| match (collect, exclude) {
            ([], exclude) => !exclude.iter().any(|other| other == name),
            (collect, _) => collect.iter().any(|other| other == name),
        };
        Ok(self
            .entries
            .iter()
            .enumerate()
            .filter(|(_, e)| e.on && wanted(e.name))
            .map(|(i, _)| i)
            .collect())
    }
}

/// The two families that tell how a collector did: `…_scrape_collector_duration_seconds` and `…_scrape_collector_success`.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Gauge in seconds, label `collector`.
    pub duration_seconds: Family<1>,
    /// Gauge, 1 or 0, label `collector`.
    pub success: Family<1>,
}

impl Outcome {
    /// Writes how `collector` did.
    pub fn write(&self, out: &mut Exposition, collector: &str, duration: Duration, success: bool) {
        out.sample(&self.duration_seconds, [collector], duration.as_secs_f64());
        out.sample(&self.success, [collector], f64::from(u8::from(success)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(collect: &[&str], exclude: &[&str]) -> Result<Vec<usize>, Refused> {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_string()).collect::<Vec<_>>();
        Roster::new([("arp", true), ("cpu", true), ("ntp", false)]).select(&own(collect), &own(exclude))
    }

    #[test]
    fn all_that_are_on_by_default() {
        assert_eq!(select(&[], &[]), Ok(vec![0, 1]));
    }

    #[test]
    fn only_and_without() {
        assert_eq!(select(&["cpu"], &[]), Ok(vec![1]));
        assert_eq!(select(&[], &["cpu"]), Ok(vec![0]));
    }

    #[test]
    fn refusals() {
        assert_eq!(select(&["nope"], &[]), Err(Refused::Missing("nope".into())));
        assert_eq!(select(&["ntp"], &[]), Err(Refused::Disabled("ntp".into())));
        assert_eq!(select(&["cpu"], &["arp"]), Err(Refused::Both));
    }
}
