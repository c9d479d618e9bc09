//! The flags that every exporter has, and how a wrong one is told.
//!
//! The conventions are those of the reference exporters: `--flag=value` and `--flag value`, `--no-flag` for switches,
//! the last one of a repeated flag wins, `@file` stands for the arguments in a file.

mod arguments;
mod complaint;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::listen::ListenAddress;
use crate::logging::{Format, Level};
use crate::{About, StartError};

const LISTEN_ADDRESS: &str = "web.listen-address";
const TELEMETRY_PATH: &str = "web.telemetry-path";
const CONFIG_FILE: &str = "web.config.file";
const MAX_REQUESTS: &str = "web.max-requests";
const DISABLE_EXPORTER_METRICS: &str = "web.disable-exporter-metrics";
const SYSTEMD_SOCKET: &str = "web.systemd-socket";
const LOG_LEVEL: &str = "log.level";
const LOG_FORMAT: &str = "log.format";

/// Requests for samples that are answered at once, as the reference has it.
const MAX_REQUESTS_DEFAULT: &str = "40";

/// What the shared flags say.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen; not used with `systemd_socket`.
    pub listen: Vec<ListenAddress>,
    /// Path of the samples, with its leading slash.
    pub telemetry_path: String,
    /// The web configuration file.
    pub config_file: Option<PathBuf>,
    /// Requests for samples that are answered at once; 0 is no limit.
    pub max_requests: usize,
    /// Whether the numbers of this process are served too.
    pub exporter_metrics: bool,
    /// Whether the listeners come from systemd.
    pub systemd_socket: bool,
    /// The least severe level that is logged.
    pub log_level: Level,
    /// How a log line is written.
    pub log_format: Format,
}

impl Default for Settings {
    /// The flags' own defaults, but for `listen`, which is empty.
    fn default() -> Self {
        Self {
            listen: Vec::new(),
            telemetry_path: "/metrics".to_owned(),
            config_file: None,
            max_requests: 40,
            exporter_metrics: true,
            systemd_socket: false,
            log_level: Level::named("info"),
            log_format: Format::Logfmt,
        }
    }
}

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// Serve, with these flags.
    Serve(Settings, ArgMatches),
    /// Print this and end: `--help`, `--version`.
    Print(String),
}

/// A switch: `--name`, and `--no-name`, which help does not list. The last one given wins.
///
/// `on` is the default that help tells; [`switch_value`] says what was given.
#[must_use]
pub fn switch(name: &'static str, help: &'static str, on: bool) -> [Arg; 2] {
    let negative = format!("no-{name}");
    let state = if on { "on" } else { "off" };
    [
        Arg::new(name)
            .long(name)
            .help(format!("{help} [default: {state}]"))
            .action(ArgAction::SetTrue)
            .overrides_with(negative.clone()),
        Arg::new(negative.clone())
            .long(negative)
            .hide(true)
            .action(ArgAction::SetTrue)
            .overrides_with(name),
    ]
}

/// What the last of `--name` and `--no-name` says of a [`switch`]; `None` where neither was given.
#[must_use]
pub fn switch_value(matches: &ArgMatches, name: &str) -> Option<bool> {
    let given = |id: &str| matches!(matches.try_contains_id(id), Ok(true)) && is_given(matches, id);
    if given(name) {
        Some(true)
    } else if given(&format!("no-{name}")) {
        Some(false)
    } else {
        None
    }
}

/// Whether a flag stands on the command line, and is not there by its default.
#[must_use]
pub fn is_given(matches: &ArgMatches, name: &str) -> bool {
    matches.value_source(name) == Some(ValueSource::CommandLine)
}

/// The text of a flag, given or by default; empty where it has neither.
#[must_use]
pub fn text<'a>(matches: &'a ArgMatches, name: &str) -> &'a str {
    matches.get_one::<String>(name).map_or("", String::as_str)
}

/// Reads the command line, whose first item is the program's name.
///
/// Fails with the one line that stands on the terminal: what is wrong, and with which flag.
pub(crate) fn parse(
    about: &'static About,
    own: Command,
    arguments: impl IntoIterator<Item = OsString>,
    rewrite: impl FnOnce(Vec<OsString>) -> Result<Vec<OsString>, String>,
) -> Result<Wanted, StartError> {
    let mut arguments = arguments::expand(arguments)?;
    let given = arguments.split_off(1.min(arguments.len()));
    arguments.extend(rewrite(given).map_err(StartError)?);
    match command(about, own).try_get_matches_from(arguments) {
        Ok(matches) if matches.get_flag("version") => Ok(Wanted::Print(crate::version::text(about))),
        Ok(matches) => Ok(Wanted::Serve(settings(&matches)?, matches)),
        Err(error) if error.kind() == clap::error::ErrorKind::DisplayHelp => {
            Ok(Wanted::Print(error.to_string()))
        }
        Err(error) => Err(StartError(complaint::one_line(&error))),
    }
}

/// The whole command line of a program: `own` and the shared flags.
#[must_use]
pub fn command(about: &'static About, own: Command) -> Command {
    own.name(about.binary)
        .bin_name(about.binary)
        .about(about.description)
        .args_override_self(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .help_template("{about-with-newline}\nusage: {name} [--flag=value ...] [@file]\n\n{all-args}{after-help}")
        .after_help(format!(
            "Examples:\n  {0} --web.listen-address=127.0.0.1:9100 --web.listen-address=unix:/run/exporter.sock\n  {0} --web.config.file=/etc/prometheus/web.yml    (TLS, passwords, rate limit)\n  {0} @/etc/default/flags                          (one argument a line)\n  {0} healthcheck --address=127.0.0.1:9100         (exit code 0 where a listener answers)",
            about.binary
        ))
        .next_help_heading("Shared flags")
        .args(web_flags(about))
        .args(process_flags())
}

fn web_flags(about: &'static About) -> [Arg; 6] {
    [
        Arg::new(LISTEN_ADDRESS)
            .long(LISTEN_ADDRESS)
            .value_name("ADDRESS")
            .help("Where to listen: host:port, :port, [v6]:port or unix:/path; may be given several times")
            .action(ArgAction::Append)
            .default_value(about.listen_address),
        Arg::new(TELEMETRY_PATH)
            .long(TELEMETRY_PATH)
            .value_name("PATH")
            .help("Path under which the samples are served")
            .default_value("/metrics"),
        Arg::new(CONFIG_FILE)
            .long(CONFIG_FILE)
            .value_name("FILE")
            .help(
                "YAML file with TLS, users, headers and rate limit; a change is picked up without a restart",
            )
            .default_value("")
            .hide_default_value(true),
        Arg::new(MAX_REQUESTS)
            .long(MAX_REQUESTS)
            .value_name("COUNT")
            .help("Requests for samples that are answered at once; 0 is no limit")
            .value_parser(clap::value_parser!(u32))
            .default_value(MAX_REQUESTS_DEFAULT),
        Arg::new(DISABLE_EXPORTER_METRICS)
            .long(DISABLE_EXPORTER_METRICS)
            .help("Leave out the numbers of this process (process_*, promhttp_*)")
            .action(ArgAction::SetTrue)
            .overrides_with("no-web.disable-exporter-metrics"),
        Arg::new(SYSTEMD_SOCKET)
            .long(SYSTEMD_SOCKET)
            .help("Serve on the sockets that systemd opened, instead of the listen addresses")
            .action(ArgAction::SetTrue)
            .overrides_with("no-web.systemd-socket"),
    ]
}

fn process_flags() -> [Arg; 7] {
    let negative = |name: &'static str, positive: &'static str| {
        Arg::new(name)
            .long(name)
            .hide(true)
            .action(ArgAction::SetTrue)
            .overrides_with(positive)
    };
    [
        negative("no-web.disable-exporter-metrics", DISABLE_EXPORTER_METRICS),
        negative("no-web.systemd-socket", SYSTEMD_SOCKET),
        Arg::new(LOG_LEVEL)
            .long(LOG_LEVEL)
            .value_name("LEVEL")
            .help("Least severe messages that are logged")
            .value_parser(PossibleValuesParser::new(Level::NAMES))
            .default_value("info"),
        Arg::new(LOG_FORMAT)
            .long(LOG_FORMAT)
            .value_name("FORMAT")
            .help("How a log line is written")
            .value_parser(PossibleValuesParser::new(Format::NAMES))
            .default_value("logfmt"),
        // The reference's switch for its thread count; old unit files have it.
        Arg::new("runtime.gomaxprocs")
            .long("runtime.gomaxprocs")
            .hide(true)
            .action(ArgAction::Set),
        Arg::new("version")
            .long("version")
            .help("Print version and build, and end")
            .action(ArgAction::SetTrue),
        Arg::new("help")
            .long("help")
            .short('h')
            .help("Print this, and end")
            .action(ArgAction::Help),
    ]
}

fn settings(matches: &ArgMatches) -> Result<Settings, StartError> {
    let text = |name: &str| text(matches, name);
    let listen = matches
        .get_many::<String>(LISTEN_ADDRESS)
        .unwrap_or_default()
        .map(|address| {
            address
                .parse()
                .map_err(|error| StartError(format!("--{LISTEN_ADDRESS}={address:?}: {error}")))
        })
        .collect::<Result<_, _>>()?;
    let telemetry_path = text(TELEMETRY_PATH).to_owned();
    if !telemetry_path.starts_with('/') || telemetry_path.contains(['?', '#', ' ', '"', '<']) {
        return Err(StartError(format!(
            "--{TELEMETRY_PATH}={telemetry_path:?}: a path starts with '/' and has no query"
        )));
    }
    Ok(Settings {
        listen,
        telemetry_path,
        config_file: Some(text(CONFIG_FILE))
            .filter(|path| !path.is_empty())
            .map(PathBuf::from),
        max_requests: matches
            .get_one::<u32>(MAX_REQUESTS)
            .map_or(0, |count| *count as usize),
        exporter_metrics: !matches.get_flag(DISABLE_EXPORTER_METRICS),
        systemd_socket: matches.get_flag(SYSTEMD_SOCKET),
        log_level: Level::named(text(LOG_LEVEL)),
        log_format: Format::named(text(LOG_FORMAT)),
    })
}

#[cfg(test)]
mod tests;
