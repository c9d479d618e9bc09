//! The command line: the reference's flags under its names, and a few of our own.
//!
//! What the reference also takes from `PG_EXPORTER_…` variables is taken from there here too; a flag wins.

use std::ffi::OsString;
use std::time::Duration;

use clap::{Arg, ArgMatches, Command};
use exporter_http::flags::{switch_value, text};
use exporter_http::{About, StartError};

use crate::collectors::{self, Collector};

/// What this program is called and where it listens.
pub const ABOUT: About = About {
    binary: "pi-postgres-exporter",
    name: "postgres_exporter",
    title: "Postgres Exporter",
    description: "Metrics of PostgreSQL servers, under the names of Prometheus' postgres_exporter",
    version: env!("CARGO_PKG_VERSION"),
    listen_address: ":9187",
    negotiates_openmetrics: false,
};

pub(crate) const COMPAT: &str = "metrics.compat";
pub(crate) const OLD_NAMES: &str = "metrics.old-names";
pub(crate) const CONFIG_FILE: &str = "config.file";
pub(crate) const DISABLE_DEFAULT_METRICS: &str = "disable-default-metrics";
pub(crate) const DISABLE_SETTINGS_METRICS: &str = "disable-settings-metrics";
pub(crate) const AUTO_DISCOVER: &str = "auto-discover-databases";
pub(crate) const QUERY_PATH: &str = "extend.query-path";
pub(crate) const CONSTANT_LABELS: &str = "constantLabels";
pub(crate) const EXCLUDE_DATABASES: &str = "exclude-databases";
pub(crate) const INCLUDE_DATABASES: &str = "include-databases";
pub(crate) const METRIC_PREFIX: &str = "metric-prefix";
pub(crate) const COLLECTION_TIMEOUT: &str = "collection-timeout";
pub(crate) const QUERY_TIMEOUT: &str = "query-timeout";
pub(crate) const LOCK_TIMEOUT: &str = "lock-timeout";
pub(crate) const PRINT_GRANTS: &str = "print-grants";

/// Flags that the reference also takes from the environment.
const VARIABLES: [(&str, &str); 9] = [
    (AUTO_DISCOVER, "PG_EXPORTER_AUTO_DISCOVER_DATABASES"),
    (COLLECTION_TIMEOUT, "PG_EXPORTER_COLLECTION_TIMEOUT"),
    (CONSTANT_LABELS, "PG_EXPORTER_CONSTANT_LABELS"),
    (DISABLE_DEFAULT_METRICS, "PG_EXPORTER_DISABLE_DEFAULT_METRICS"),
    (DISABLE_SETTINGS_METRICS, "PG_EXPORTER_DISABLE_SETTINGS_METRICS"),
    (EXCLUDE_DATABASES, "PG_EXPORTER_EXCLUDE_DATABASES"),
    (INCLUDE_DATABASES, "PG_EXPORTER_INCLUDE_DATABASES"),
    (METRIC_PREFIX, "PG_EXPORTER_METRIC_PREFIX"),
    (QUERY_PATH, "PG_EXPORTER_EXTEND_QUERY_PATH"),
];

/// Shared flags that the reference also takes from the environment.
const WEB_VARIABLES: [(&str, &str); 2] = [
    ("--web.listen-address", "PG_EXPORTER_WEB_LISTEN_ADDRESS"),
    ("--web.telemetry-path", "PG_EXPORTER_WEB_TELEMETRY_PATH"),
];

/// The arguments, with those shared flags before them that only the environment gives.
#[must_use]
pub fn with_web_variables(given: Vec<OsString>, variable: impl Fn(&str) -> Option<String>) -> Vec<OsString> {
    let is_given = |flag: &str| {
        given.iter().any(|argument| {
            let text = argument.to_string_lossy();
            text == flag || text.strip_prefix(flag).is_some_and(|rest| rest.starts_with('='))
        })
    };
    let from_variables = WEB_VARIABLES.iter().filter_map(|(flag, name)| {
        let value = variable(name).filter(|value| !value.is_empty() && !is_given(flag))?;
        Some(OsString::from(format!("{flag}={value}")))
    });
    let mut all: Vec<OsString> = from_variables.collect();
    all.extend(given);
    all
}

/// All flags of the postgres exporter's own.
#[must_use]
pub fn command() -> Command {
    Command::new("pi-postgres-exporter")
        .args(contract())
        .args(databases())
        .args(limits())
        .args(collectors::ALL.iter().flat_map(collector))
        .arg(
            Arg::new(PRINT_GRANTS)
                .long(PRINT_GRANTS)
                .help("Print the SQL that creates the monitoring user for this server, and end")
                .action(clap::ArgAction::SetTrue),
        )
        // A leftover of the reference's development; nothing reads its output.
        .arg(
            Arg::new("dumpmaps")
                .long("dumpmaps")
                .hide(true)
                .action(clap::ArgAction::SetTrue),
        )
}

/// Which families, under which names and labels.
fn contract() -> Vec<Arg> {
    let mut all = vec![
        value(
            COMPAT,
            "VERSION",
            "Whose names and labels are served: 0.20, or 0.19 with the label server",
            "0.20",
        )
        .value_parser(["0.19", "0.20"]),
    ];
    all.extend(switch(
        OLD_NAMES,
        "Serve names that newer servers and versions dropped: pg_stat_bgwriter_* from 17 on, pg_replication_lag",
        true,
    ));
    all.extend(switch(
        DISABLE_DEFAULT_METRICS,
        "Leave out the default metrics",
        false,
    ));
    all.extend(switch(DISABLE_SETTINGS_METRICS, "Leave out pg_settings_*", false));
    all.push(value(
        METRIC_PREFIX,
        "PREFIX",
        "What default metrics and custom queries begin with",
        "pg",
    ));
    all.push(value(
        CONSTANT_LABELS,
        "LABELS",
        "name=value,... for default metrics, custom queries and what the exporter says of itself",
        "",
    ));
    all.push(value(
        QUERY_PATH,
        "FILE",
        "YAML file with queries of your own",
        "",
    ));
    all
}

/// Which databases.
fn databases() -> Vec<Arg> {
    let mut all = vec![value(
        CONFIG_FILE,
        "FILE",
        "YAML file with logins for /probe",
        "postgres_exporter.yml",
    )];
    all.extend(switch(
        AUTO_DISCOVER,
        "Ask every database of a server for its tables and custom queries",
        false,
    ));
    all.push(value(
        EXCLUDE_DATABASES,
        "NAMES",
        "Databases that are left out, separated by commas",
        "",
    ));
    all.push(value(
        INCLUDE_DATABASES,
        "NAMES",
        "The only databases that are discovered, separated by commas",
        "",
    ));
    all
}

fn limits() -> Vec<Arg> {
    vec![
        value(
            COLLECTION_TIMEOUT,
            "DURATION",
            "Longest scrape, whatever the client waits",
            "1m",
        ),
        value(
            QUERY_TIMEOUT,
            "DURATION",
            "Longest statement, ended by the server (statement_timeout)",
            "5s",
        ),
        value(
            LOCK_TIMEOUT,
            "DURATION",
            "Longest wait for a locked table, ended by the server (lock_timeout)",
            "250ms",
        ),
    ]
}

/// The switch of one collector and the flags that it declares.
fn collector(collector: &Collector) -> impl Iterator<Item = Arg> + use<> {
    // Flags live as long as the process, and clap wants their names so.
    let name: &'static str = Box::leak(format!("collector.{}", collector.name).into_boxed_str());
    switch(name, collector.help, collector.on)
        .into_iter()
        .chain((collector.flags)())
}

/// `--NAME` and `--no-NAME`; the variable of a flag changes its default.
pub(crate) fn switch(name: &'static str, help: &'static str, on: bool) -> Vec<Arg> {
    exporter_http::flags::switch(name, help, variable_switch(name).unwrap_or(on)).into()
}

/// A flag with a value; its variable changes its default.
pub(crate) fn value(
    name: &'static str,
    unit: &'static str,
    help: &'static str,
    default: &'static str,
) -> Arg {
    let default = variable(name).unwrap_or_else(|| default.to_owned());
    Arg::new(name)
        .long(name)
        .value_name(unit)
        .help(help)
        .hide_default_value(default.is_empty())
        .default_value(default)
}

fn variable(name: &str) -> Option<String> {
    let (_, variable) = VARIABLES.iter().find(|(flag, _)| *flag == name)?;
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}

fn variable_switch(name: &str) -> Option<bool> {
    match variable(name)?.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" => Some(true),
        "false" | "f" | "0" => Some(false),
        _ => None,
    }
}

/// What a switch says: the command line, the variable, the default.
pub(crate) fn is_on(matches: &ArgMatches, name: &str, default: bool) -> bool {
    switch_value(matches, name)
        .or_else(|| variable_switch(name))
        .unwrap_or(default)
}

/// The names that a flag lists, separated by commas.
pub(crate) fn list(matches: &ArgMatches, name: &str) -> Vec<String> {
    let names = text(matches, name).split(',').map(str::trim);
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Refuses what is no whole number.
pub(crate) fn is_number(text: &str) -> Result<String, String> {
    match text.parse::<u32>() {
        Ok(number) => Ok(number.to_string()),
        Err(_) => Err("not a whole number".to_owned()),
    }
}

/// The duration that a flag gives: `5s`, `1m30s`, `500ms`. Fails with one line that names the flag.
pub(crate) fn duration(matches: &ArgMatches, name: &str) -> Result<Duration, StartError> {
    let text = text(matches, name);
    settings::duration::parse(text)
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| StartError(format!("--{name}={text}: not a duration such as 5s or 1m30s")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_flags_from_the_environment() {
        let variable = |name: &str| (name == "PG_EXPORTER_WEB_TELEMETRY_PATH").then(|| "/m".to_owned());
        let with = |given: &[&str]| with_web_variables(given.iter().map(OsString::from).collect(), variable);
        assert_eq!(with(&["--x"]), ["--web.telemetry-path=/m", "--x"]);
        assert_eq!(
            with(&["--web.telemetry-path", "/n"]),
            ["--web.telemetry-path", "/n"]
        );
        assert_eq!(with(&["--web.telemetry-path=/n"]), ["--web.telemetry-path=/n"]);
    }

    #[test]
    fn every_flag_is_declared_once() {
        command().debug_assert();
    }
}
