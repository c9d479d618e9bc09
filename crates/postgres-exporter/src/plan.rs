//! What the command line says, read once.

use std::path::PathBuf;
use std::time::Duration;

use clap::ArgMatches;
use exporter_http::StartError;
use exporter_http::flags::text;

use crate::collectors::{self, stat_statements};
use crate::dsn::options::ServerLimits;
use crate::flags;

/// Which version of the reference the names and labels are those of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compat {
    /// Debian's packages: default metrics carry the label `server`.
    V019,
    /// The newest contract.
    #[default]
    V020,
}

/// What every scrape does.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Whose names and labels are served.
    pub compat: Compat,
    /// Whether names that went away with newer servers and versions are filled.
    pub old_names: bool,
    /// Whether the default metrics of the contract are asked.
    pub default_metrics: bool,
    /// Whether settings are served.
    pub settings_metrics: bool,
    /// Whether every database of a server is asked for what is its own.
    pub auto_discover: bool,
    /// Databases that are left out.
    pub exclude_databases: Vec<String>,
    /// The only databases that are discovered; empty is all.
    pub include_databases: Vec<String>,
    /// Put on the default metrics and on what the exporter says of itself.
    pub constant_labels: Vec<(String, String)>,
    /// What default metrics and custom queries begin with instead of `pg`.
    pub metric_prefix: Option<String>,
    /// The longest scrape, whatever the client waits.
    pub collection_timeout: Duration,
    /// What the server itself ends.
    pub limits: ServerLimits,
    /// The file of custom queries.
    pub custom_queries: Option<PathBuf>,
    /// What `stat_statements` serves.
    pub stat_statements: stat_statements::Wanted,
    /// Which of [`collectors::ALL`] run, by their position.
    pub is_on: Vec<bool>,
}

impl Default for Plan {
    /// What an empty command line says.
    fn default() -> Self {
        let compat = Compat::default();
        Self {
            compat,
            old_names: true,
            default_metrics: true,
            settings_metrics: true,
            auto_discover: false,
            exclude_databases: Vec::new(),
            include_databases: Vec::new(),
            constant_labels: Vec::new(),
            metric_prefix: None,
            collection_timeout: Duration::from_secs(60),
            limits: ServerLimits::default(),
            custom_queries: None,
            stat_statements: stat_statements::Wanted::default(),
            is_on: collectors::ALL
                .iter()
                .map(|collector| collector.on && collector.is_in(compat))
                .collect(),
        }
    }
}

impl Plan {
    /// Reads the command line. Fails with one line that names the flag.
    pub fn from_flags(matches: &ArgMatches) -> Result<Self, StartError> {
        let compat = match text(matches, flags::COMPAT) {
            "0.19" => Compat::V019,
            _ => Compat::V020,
        };
        let query_timeout = flags::duration(matches, flags::QUERY_TIMEOUT)?;
        let lock_timeout = flags::duration(matches, flags::LOCK_TIMEOUT)?;
        let prefix = text(matches, flags::METRIC_PREFIX);
        let path = text(matches, flags::QUERY_PATH);
        let settings_metrics = !flags::is_on(matches, flags::DISABLE_SETTINGS_METRICS, false);
        Ok(Self {
            compat,
            old_names: flags::is_on(matches, flags::OLD_NAMES, true),
            default_metrics: !flags::is_on(matches, flags::DISABLE_DEFAULT_METRICS, false),
            settings_metrics,
            auto_discover: flags::is_on(matches, flags::AUTO_DISCOVER, false),
            exclude_databases: flags::list(matches, flags::EXCLUDE_DATABASES),
            include_databases: flags::list(matches, flags::INCLUDE_DATABASES),
            constant_labels: constant_labels(text(matches, flags::CONSTANT_LABELS))?,
            metric_prefix: (prefix != "pg").then(|| prefix.to_owned()),
            collection_timeout: flags::duration(matches, flags::COLLECTION_TIMEOUT)?,
            limits: ServerLimits {
                statement: query_timeout,
                lock: lock_timeout,
            },
            custom_queries: (!path.is_empty()).then(|| PathBuf::from(path)),
            stat_statements: stat_statements::Wanted::from_flags(matches),
            is_on: collectors::ALL
                .iter()
                .map(|collector| {
                    let name = format!("collector.{}", collector.name);
                    // The flag went away with 0.20; whoever still gives it wants no settings.
                    let default = collector.on && (collector.name != "settings" || settings_metrics);
                    flags::is_on(matches, &name, default) && collector.is_in(compat)
                })
                .collect(),
        })
    }

    /// The collectors that run, in their order.
    pub fn collectors(&self) -> impl Iterator<Item = &'static collectors::Collector> {
        collectors::ALL
            .iter()
            .zip(&self.is_on)
            .filter(|(_, is_on)| **is_on)
            .map(|(collector, _)| collector)
    }

    /// The collectors whose numbers are default metrics of the older contract.
    pub fn default_metrics_of_019(&self) -> impl Iterator<Item = &'static collectors::Collector> {
        let wanted = self.compat == Compat::V019;
        collectors::ALL.iter().filter(move |collector| {
            wanted
                && collector.in_019 == collectors::In019::DefaultMetrics
                && match collector.name {
                    "settings" => self.settings_metrics,
                    _ => self.default_metrics,
                }
        })
    }
}

/// `name=value,…`; the reference passes over what is no pair, a name that Prometheus refuses stops the start.
fn constant_labels(text: &str) -> Result<Vec<(String, String)>, StartError> {
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    text.split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) if is_name(name.trim()) => {
                Ok((name.trim().to_owned(), value.trim().to_owned()))
            }
            _ => Err(StartError(format!(
                "--{}: {pair:?} is not name=value",
                flags::CONSTANT_LABELS
            ))),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(flags: &[&str]) -> Result<Plan, String> {
        let matches = flags::command().get_matches_from([&["pi-postgres-exporter"], flags].concat());
        Plan::from_flags(&matches).map_err(|error| error.to_string())
    }

    fn names(flags: &[&str]) -> Vec<&'static str> {
        let plan = plan(flags).expect("flags that are right");
        plan.collectors().map(|collector| collector.name).collect()
    }

    #[test]
    fn an_empty_command_line_is_the_default() {
        let plan = plan(&[]).expect("no flags");
        assert_eq!(format!("{plan:?}"), format!("{:?}", Plan::default()));
    }

    #[test]
    fn switches_of_collectors() {
        assert!(names(&[]).contains(&"wal") && !names(&[]).contains(&"process_idle"));
        let names = names(&["--no-collector.wal", "--collector.process_idle"]);
        assert!(!names.contains(&"wal") && names.contains(&"process_idle"));
    }

    #[test]
    fn the_older_contract() {
        let plan = plan(&["--metrics.compat=0.19", "--disable-settings-metrics"]).expect("flags");
        let own: Vec<_> = plan.collectors().map(|collector| collector.name).collect();
        assert!(own.contains(&"replication_slot") && !own.contains(&"settings"));
        let default: Vec<_> = plan
            .default_metrics_of_019()
            .map(|collector| collector.name)
            .collect();
        assert_eq!(
            default,
            [
                "replication_slots",
                "stat_activity",
                "stat_archiver",
                "stat_replication"
            ]
        );
    }

    #[test]
    fn labels() {
        let labels =
            |text: &str| plan(&[&format!("--constantLabels={text}")]).map(|plan| plan.constant_labels);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(labels("a=b, c = d=e"), Ok(vec![pair("a", "b"), pair("c", "d=e")]));
        assert_eq!(
            labels("a-b=c"),
            Err("--constantLabels: \"a-b=c\" is not name=value".into())
        );
    }
}
