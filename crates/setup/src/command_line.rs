//! The command line, and what it wishes.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde::{Deserialize, Serialize};

use crate::Error;

/// What is to be done.
#[derive(Clone, Debug)]
pub enum Action {
    /// Print this and end.
    Print(String),
    /// Plan, ask, do.
    Setup,
    /// Look at every link of the chain.
    Doctor,
    /// Take everything back.
    Uninstall {
        /// The accounts in databases too.
        drop_db_users: bool,
    },
}

/// The command line.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What is to be done.
    pub action: Action,
    /// Only tell.
    pub dry_run: bool,
    /// Do not ask.
    pub yes: bool,
    /// Answer for a program.
    pub json: bool,
    /// What stands on the command line; the rest is as the last run had it.
    pub wishes: Given,
    /// `/`, but in tests.
    pub root: PathBuf,
    /// For tests: end after this many changes, as if killed.
    pub stop_after: Option<u32>,
}

/// The wishes that stand on the command line.
#[derive(Clone, Debug, Default)]
pub struct Given {
    allow_from: Option<Vec<String>>,
    listen: Option<Listen>,
    scraper: bool,
    mysql: Option<String>,
    postgres: Option<String>,
}

/// How the machine is to be monitored; kept in the journal, so that a later run without flags changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wishes {
    /// Networks that may scrape; empty is everybody.
    pub allow_from: Vec<String>,
    /// Where the exporters listen.
    pub listen: Listen,
    /// Whether this machine scrapes too.
    pub scraper: bool,
    /// A MySQL server elsewhere: `host:port`.
    pub mysql: Option<String>,
    /// A PostgreSQL server elsewhere: `host:port`.
    pub postgres: Option<String>,
}

/// Where the exporters listen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Listen {
    /// On every address, as the exporters do by themselves.
    #[default]
    Lan,
    /// On the address in the tailnet and on loopback.
    Tailscale,
    /// On loopback.
    Local,
}

impl Given {
    /// The wishes of the last run, with what is given now in their place. `--allow-from any` lifts the limit.
    #[must_use]
    pub fn over(&self, last: Wishes) -> Wishes {
        let allow_from = self.allow_from.clone().unwrap_or(last.allow_from);
        Wishes {
            allow_from: allow_from
                .into_iter()
                .filter(|network| network != "any")
                .collect(),
            listen: self.listen.unwrap_or(last.listen),
            scraper: self.scraper || last.scraper,
            mysql: self.mysql.clone().or(last.mysql),
            postgres: self.postgres.clone().or(last.postgres),
        }
    }
}

/// All flags.
#[must_use]
pub fn command() -> Command {
    let switch = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).help(help).action(ArgAction::SetTrue)
    };
    let value = |name: &'static str, what: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(what).help(help)
    };
    Command::new("pi-setup")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Finds what runs on this machine, and has it monitored with the least rights")
        .arg(switch("dry-run", "Tell what would be done, and change nothing").global(true))
        .arg(switch("yes", "Do it without asking").global(true))
        .arg(switch("json", "Answer in JSON; without --yes as --dry-run").global(true))
        .arg(
            value("allow-from", "NETWORK", "Let only these addresses or networks in, as 192.0.2.7 or 10.0.0.0/8; any is everybody; may be given several times")
                .action(ArgAction::Append)
                .value_parser(network),
        )
        .arg(
            value("listen", "WHERE", "Where the exporters listen: lan (every address), tailscale or local")
                .value_parser(["lan", "tailscale", "local"]),
        )
        .arg(switch("scraper", "Install the scraper on this machine too, with all that is monitored here in its targets"))
        .arg(value("mysql", "HOST:PORT", "Monitor a server elsewhere; its administrator's login is in root's ~/.my.cnf").value_parser(host))
        .arg(value("postgres", "HOST:PORT", "Monitor a server elsewhere; the password of its role postgres is in root's ~/.pgpass").value_parser(host))
        .arg(value("root", "FOLDER", "Instead of /").hide(true).global(true).default_value("/"))
        .arg(value("stop-after", "COUNT", "End after this many changes, as if killed").hide(true).global(true).value_parser(clap::value_parser!(u32)))
        .subcommand(Command::new("doctor").about("Look at every link: units, ports, databases, rights, secrets, clock"))
        .subcommand(
            Command::new("uninstall")
                .about("Take back everything that pi-setup has changed")
                .arg(switch("drop-db-users", "Drop the accounts that it made in databases, too")),
        )
}

/// Reads the command line, program name first. Fails with one line.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked, Error> {
    let matches = match command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) if !error.use_stderr() => return Ok(asked(Action::Print(error.to_string()), None)),
        Err(error) => {
            let text = error.to_string();
            let line = text
                .lines()
                .next()
                .unwrap_or_default()
                .trim_start_matches("error: ");
            return Err(Error::Usage(format!("{line}; see pi-setup --help")));
        }
    };
    let action = match matches.subcommand() {
        Some(("doctor", _)) => Action::Doctor,
        Some(("uninstall", own)) => Action::Uninstall {
            drop_db_users: own.get_flag("drop-db-users"),
        },
        _ => Action::Setup,
    };
    Ok(asked(action, Some(&matches)))
}

fn asked(action: Action, matches: Option<&ArgMatches>) -> Asked {
    let is_on = |name| matches.is_some_and(|matches| matches.get_flag(name));
    let text = |name| matches?.get_one::<String>(name).cloned();
    Asked {
        action,
        dry_run: is_on("dry-run"),
        yes: is_on("yes"),
        json: is_on("json"),
        wishes: Given {
            allow_from: matches
                .and_then(|matches| Some(matches.get_many::<String>("allow-from")?.cloned().collect())),
            listen: text("listen").map(|place: String| match place.as_str() {
                "tailscale" => Listen::Tailscale,
                "local" => Listen::Local,
                _ => Listen::Lan,
            }),
            scraper: is_on("scraper"),
            mysql: text("mysql"),
            postgres: text("postgres"),
        },
        root: text("root").unwrap_or_else(|| "/".to_owned()).into(),
        stop_after: matches.and_then(|matches| matches.get_one("stop-after").copied()),
    }
}

/// An address, a network, or `any`.
fn network(text: &str) -> Result<String, String> {
    let wrong = || "want an address or a network, as 192.0.2.7, 10.0.0.0/8, fd00::/8 or any".to_owned();
    if text == "any" {
        return Ok(text.to_owned());
    }
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let address: std::net::IpAddr = address.parse().map_err(|_| wrong())?;
    let bits_max = if address.is_ipv4() { 32 } else { 128 };
    match prefix.map(str::parse::<u8>) {
        None => Ok(text.to_owned()),
        Some(Ok(bits)) if bits <= bits_max => Ok(text.to_owned()),
        Some(_) => Err(wrong()),
    }
}

/// A host and perhaps a port; it ends up in commands and data sources.
fn host(text: &str) -> Result<String, String> {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || ".-:_".contains(character);
    if !text.is_empty() && text.chars().all(is_plain) && !text.starts_with('-') {
        Ok(text.to_owned())
    } else {
        Err("want a host name or an address, and perhaps a port".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(arguments: &[&str]) -> Result<Asked, Error> {
        parse(
            std::iter::once("pi-setup")
                .chain(arguments.iter().copied())
                .map(OsString::from),
        )
    }

    #[test]
    fn every_flag_is_declared_once() {
        command().debug_assert();
    }

    #[test]
    fn wishes_stay_until_others_are_given() {
        let last = Wishes {
            allow_from: vec!["10.0.0.0/8".to_owned()],
            listen: Listen::Local,
            ..Wishes::default()
        };
        assert_eq!(given(&["--yes"]).unwrap().wishes.over(last.clone()), last);
        let now = given(&["--allow-from=any", "--listen=lan", "--scraper"])
            .unwrap()
            .wishes
            .over(last);
        assert_eq!(
            (now.allow_from.len(), now.listen, now.scraper),
            (0, Listen::Lan, true)
        );
    }

    #[test]
    fn networks() {
        for right in ["192.0.2.7", "10.0.0.0/8", "fd00::/8", "::1", "any"] {
            assert!(network(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "10.0.0.0/33",
            "fd00::/129",
            "host",
            "10.0.0.0/8\nIPAddressAllow=any",
            "/8",
        ] {
            assert!(network(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_wrong_flag_is_one_line() {
        let error = given(&["--alow-from=x"]).unwrap_err().to_string();
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(given(&["--mysql=a;b"]).is_err());
        assert!(matches!(given(&["--help"]).unwrap().action, Action::Print(_)));
        assert!(matches!(
            given(&["uninstall", "--drop-db-users"]).unwrap().action,
            Action::Uninstall { drop_db_users: true }
        ));
        assert!(given(&["doctor", "--json"]).unwrap().json);
    }
}
