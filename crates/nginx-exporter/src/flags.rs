//! The command line: the reference's flags, and `--nginx.access-log`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};
use exporter_http::flags::{switch, switch_value};
use exporter_http::{About, StartError};
use http_client::{Pem, TlsSettings};

use crate::access_log::AccessLogFlag;
use crate::arguments;
use crate::client::ClientSettings;
use crate::client::connection::CA_FLAG;
use crate::sink::Labels;
use crate::target::{Place, Target};

/// What this program is called and where it listens.
pub const ABOUT: About = About {
    binary: "pi-nginx-exporter",
    name: "nginx_exporter",
    title: "NGINX Exporter",
    description: "What nginx tells of itself, under the names of nginx-prometheus-exporter",
    version: env!("CARGO_PKG_VERSION"),
    listen_address: ":9113",
    negotiates_openmetrics: false,
};

const SCRAPE_URI: &str = "nginx.scrape-uri";
const SCRAPE_URI_DEFAULT: &str = "http://127.0.0.1:8080/stub_status";
const PLUS: &str = "nginx.plus";
const SSL_VERIFY: &str = "nginx.ssl-verify";
const SSL_CA_CERT: &str = "nginx.ssl-ca-cert";
const SSL_CLIENT_CERT: &str = "nginx.ssl-client-cert";
const SSL_CLIENT_KEY: &str = "nginx.ssl-client-key";
const PROXY_PROTOCOL: &str = "nginx.proxy-protocol";
const HOST_HEADER: &str = "nginx.hostheader";
const TIMEOUT: &str = "nginx.timeout";
const ACCESS_LOG: &str = "nginx.access-log";
const CONST_LABEL: &str = "prometheus.const-label";
/// The name of [`CONST_LABEL`] before 1.0.
const CONST_LABELS: &str = "prometheus.const-labels";
/// Flags of versions before 1.0 that ended when nginx was not there at the start. This one waits anyway.
const IGNORED: [&str; 2] = ["nginx.retries", "nginx.retry-interval"];

/// Most targets of one process: each has a connection and is asked at every scrape.
const TARGETS_MAX: usize = 64;
/// Most access logs of one process.
const ACCESS_LOGS_MAX: usize = 64;

/// What the flags say.
#[derive(Debug)]
pub struct Settings {
    /// Whom to ask, each once.
    pub targets: Vec<Target>,
    /// Whether the targets are APIs of NGINX Plus.
    pub plus: bool,
    /// How to connect to them.
    pub client: ClientSettings,
    /// How long one target may take.
    pub timeout: Duration,
    /// Labels of every sample, sorted by name.
    pub const_labels: Labels,
    /// Logs to follow.
    pub access_logs: Vec<AccessLogFlag>,
}

/// All flags of this exporter's own.
#[must_use]
pub fn command() -> Command {
    let value = |name: &'static str, value_name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value_name).help(help)
    };
    Command::new("pi-nginx-exporter")
        .arg(
            value(
                SCRAPE_URI,
                "URI",
                "Where stub_status, or with --nginx.plus the API, is served: http://host/path, https://host/path or unix:/socket:/path; may be given several times",
            )
            .action(ArgAction::Append)
            .default_value(SCRAPE_URI_DEFAULT),
        )
        .args(switch(PLUS, "Ask the API of NGINX Plus", false))
        .arg(value(TIMEOUT, "DURATION", "How long one nginx may take to answer").default_value("5s"))
        .args(switch(SSL_VERIFY, "Check the certificate of nginx", false))
        .arg(value(SSL_CA_CERT, "FILE", "PEM file of the authorities that are trusted, instead of the system's"))
        .arg(value(SSL_CLIENT_CERT, "FILE", "PEM file of the certificate to show to nginx"))
        .arg(value(SSL_CLIENT_KEY, "FILE", "PEM file of its key"))
        .args(switch(PROXY_PROTOCOL, "Begin connections with a PROXY protocol header", false))
        .arg(value(HOST_HEADER, "HOST", "Host header of the requests, where nginx serves several names"))
        .arg(
            value(
                ACCESS_LOG,
                "PATH[,format=combined|json]",
                "Access log to follow and count; may be given several times",
            )
            .action(ArgAction::Append),
        )
        .arg(
            value(CONST_LABEL, "NAME=VALUE", "Label of every sample; may be given several times")
                .action(ArgAction::Append),
        )
        .arg(Arg::new(CONST_LABELS).long(CONST_LABELS).hide(true).action(ArgAction::Append))
        .args(IGNORED.map(|name| Arg::new(name).long(name).hide(true).action(ArgAction::Append)))
        .mut_args(with_variable)
}

/// Help tells the variable of a flag too.
fn with_variable(arg: Arg) -> Arg {
    let Some(variable) = arguments::variable_of(arg.get_id().as_str()) else {
        return arg;
    };
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    arg.help(format!("{help} [variable: {variable}]"))
}

impl Settings {
    /// Reads the command line. Fails with one line that names the flag.
    pub fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        let on = |name| switch_value(matches, name) == Some(true);
        let file = |name| text(matches, name).map(|path| Pem::File(PathBuf::from(path)));
        let tls = TlsSettings {
            insecure_skip_verify: !on(SSL_VERIFY),
            ca: file(SSL_CA_CERT),
            // As in the reference, one of them alone is none.
            identity: file(SSL_CLIENT_CERT).zip(file(SSL_CLIENT_KEY)),
            ..TlsSettings::default()
        };
        let targets = targets(matches)?;
        if targets
            .iter()
            .any(|target| matches!(target.place, Place::Tcp { tls: true, .. }))
        {
            tls.connector(CA_FLAG).map_err(StartError)?;
            if tls.insecure_skip_verify {
                log::info!("certificates of nginx are not checked, --nginx.ssl-verify turns that on");
            }
        }
        Ok(Self {
            targets,
            plus: on(PLUS),
            client: ClientSettings {
                tls,
                proxy_protocol: on(PROXY_PROTOCOL),
            },
            timeout: timeout(matches)?,
            const_labels: const_labels(matches)?,
            access_logs: access_logs(matches)?,
        })
    }
}

fn text<'a>(matches: &'a ArgMatches, name: &str) -> Option<&'a str> {
    matches
        .get_one::<String>(name)
        .map(String::as_str)
        .filter(|text| !text.is_empty())
}

fn all<'a>(matches: &'a ArgMatches, name: &str) -> impl Iterator<Item = &'a str> {
    matches
        .get_many::<String>(name)
        .unwrap_or_default()
        .map(String::as_str)
}

fn targets(matches: &ArgMatches) -> Result<Vec<Target>, StartError> {
    let mut targets: Vec<Target> = Vec::new();
    for uri in all(matches, SCRAPE_URI) {
        // The address may hold a password, so it is not shown as it was given.
        let mut target =
            Target::parse(uri).map_err(|error| StartError(format!("--{SCRAPE_URI}: {error}")))?;
        if let Some(host) = text(matches, HOST_HEADER) {
            target
                .set_host(host)
                .map_err(|error| StartError(format!("--{HOST_HEADER}: {error}")))?;
        }
        if targets.iter().any(|other| other.name == target.name) {
            log::warn!(uri = target.name.as_str(); "--nginx.scrape-uri given twice, asked once");
            continue;
        }
        targets.push(target);
    }
    if targets.len() > TARGETS_MAX {
        return Err(StartError(format!("--{SCRAPE_URI}: more than {TARGETS_MAX}")));
    }
    Ok(targets)
}

fn timeout(matches: &ArgMatches) -> Result<Duration, StartError> {
    let text = text(matches, TIMEOUT).unwrap_or_default();
    settings::duration::parse(text)
        .filter(|timeout| !timeout.is_zero())
        .ok_or_else(|| StartError(format!("--{TIMEOUT}={text}: not a duration such as 5s or 1m30s")))
}

fn const_labels(matches: &ArgMatches) -> Result<Labels, StartError> {
    let mut labels = Labels::new();
    for pair in all(matches, CONST_LABEL)
        .chain(all(matches, CONST_LABELS))
        .flat_map(pairs)
    {
        let refuse = |what: &str| StartError(format!("--{CONST_LABEL}={pair}: {what}"));
        // The reference takes a colon too.
        let (name, value) = pair
            .split_once(['=', ':'])
            .ok_or_else(|| refuse("expected name=value"))?;
        if !is_label_name(name) {
            return Err(refuse("not a name of a label"));
        }
        labels.retain(|(other, _)| other != name);
        labels.push((name.to_owned(), value.to_owned()));
    }
    labels.sort();
    Ok(labels)
}

/// `a=1,b=2` as two pairs, which versions before 1.0 had. A comma that no name follows belongs to the value.
fn pairs(text: &str) -> Vec<&str> {
    let mut pairs = Vec::new();
    let (mut start, mut from) = (0, 0);
    while let Some(comma) = text.get(from..).and_then(|rest| rest.find(',')) {
        let next = from + comma + 1;
        let name = text
            .get(next..)
            .and_then(|rest| rest.split_once('='))
            .map(|(name, _)| name);
        if name.is_some_and(is_label_name) {
            pairs.extend(text.get(start..next - 1));
            start = next;
        }
        from = next;
    }
    pairs.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    pairs
}

fn is_label_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.starts_with("__")
}

fn access_logs(matches: &ArgMatches) -> Result<Vec<AccessLogFlag>, StartError> {
    let mut logs: Vec<AccessLogFlag> = Vec::new();
    for value in all(matches, ACCESS_LOG) {
        let log: AccessLogFlag = value
            .parse()
            .map_err(|error| StartError(format!("--{ACCESS_LOG}={value}: {error}")))?;
        if logs.iter().any(|other| other.path == log.path) {
            return Err(StartError(format!("--{ACCESS_LOG}={value}: given twice")));
        }
        logs.push(log);
    }
    if logs.len() > ACCESS_LOGS_MAX {
        return Err(StartError(format!("--{ACCESS_LOG}: more than {ACCESS_LOGS_MAX}")));
    }
    Ok(logs)
}

#[cfg(test)]
mod tests;
