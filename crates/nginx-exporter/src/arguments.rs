//! The environment and the older spellings of the command line, turned into flags.
//!
//! A variable counts where its flag is not given, as in the reference. Names are the reference's, without a prefix;
//! several values are one per line. `-flag` stands for `--flag`, and `-switch=false` for `--no-switch`:
//! the flags of nginx-prometheus-exporter before 1.0, which Debian bookworm has.

use std::ffi::OsString;

/// How the value of a variable becomes flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `--flag=value`.
    One,
    /// `--flag=line` for every line.
    Lines,
    /// `--flag` or `--no-flag`.
    Switch,
}

/// Flags, their variables, and their form.
const VARIABLES: [(&str, &str, Form); 14] = [
    ("web.listen-address", "LISTEN_ADDRESS", Form::Lines),
    ("web.config.file", "CONFIG_FILE", Form::One),
    ("web.telemetry-path", "TELEMETRY_PATH", Form::One),
    ("web.systemd-socket", "SYSTEMD_SOCKET", Form::Switch),
    ("nginx.plus", "NGINX_PLUS", Form::Switch),
    ("nginx.scrape-uri", "SCRAPE_URI", Form::Lines),
    ("nginx.ssl-verify", "SSL_VERIFY", Form::Switch),
    ("nginx.ssl-ca-cert", "SSL_CA_CERT", Form::One),
    ("nginx.ssl-client-cert", "SSL_CLIENT_CERT", Form::One),
    ("nginx.ssl-client-key", "SSL_CLIENT_KEY", Form::One),
    ("nginx.proxy-protocol", "PROXY_PROTOCOL", Form::Switch),
    ("nginx.hostheader", "HOST_HEADER", Form::One),
    ("nginx.timeout", "TIMEOUT", Form::One),
    ("prometheus.const-label", "CONST_LABELS", Form::Lines),
];

/// The arguments, without the program's name, completed by what the environment says.
///
/// Fails with one line that names the variable.
pub fn complete(
    given: Vec<OsString>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Vec<OsString>, String> {
    let given: Vec<OsString> = given.into_iter().map(respelled).collect();
    let mut all = Vec::new();
    for (flag, name, form) in VARIABLES {
        let Some(value) = variable(name).filter(|value| !value.is_empty()) else {
            continue;
        };
        if given.iter().any(|argument| names(argument, flag)) {
            continue;
        }
        match form {
            Form::One => all.push(format!("--{flag}={value}").into()),
            Form::Lines => all.extend(
                value
                    .lines()
                    .filter(|line| !line.is_empty())
                    .map(|line| OsString::from(format!("--{flag}={line}"))),
            ),
            Form::Switch => {
                all.push(switched(flag, &value).ok_or_else(|| {
                    format!("environment variable {name}={value:?}: expected true or false")
                })?)
            }
        }
    }
    all.extend(given);
    Ok(all)
}

/// The variable of a flag.
#[must_use]
pub fn variable_of(flag: &str) -> Option<&'static str> {
    let found = VARIABLES.iter().find(|(name, ..)| *name == flag);
    found.map(|(_, variable, _)| *variable)
}

/// Whether an argument is this flag, with or without its value, or its negative.
fn names(argument: &OsString, flag: &str) -> bool {
    let Some(text) = argument.to_str().and_then(|text| text.strip_prefix("--")) else {
        return false;
    };
    let name = text.split('=').next().unwrap_or_default();
    name == flag || name.strip_prefix("no-") == Some(flag)
}

/// `-flag` as `--flag`, and a switch with a value as a switch.
fn respelled(argument: OsString) -> OsString {
    let Some(text) = argument.to_str() else {
        return argument;
    };
    let text = match text.strip_prefix('-') {
        Some(rest) if rest.len() > 1 && !rest.starts_with('-') => format!("--{rest}"),
        _ => text.to_owned(),
    };
    let switch = text.strip_prefix("--").and_then(|text| text.split_once('='));
    if let Some((flag, value)) = switch
        && VARIABLES
            .iter()
            .any(|(name, _, form)| *name == flag && *form == Form::Switch)
        && let Some(switched) = switched(flag, value)
    {
        return switched;
    }
    text.into()
}

/// A switch that has this value, in the spellings that Go reads.
fn switched(flag: &str, value: &str) -> Option<OsString> {
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(format!("--{flag}").into()),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(format!("--no-{flag}").into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(given: &[&str], environment: &[(&str, &str)], expect: Expect) {
        let given = given.iter().map(OsString::from).collect();
        let variable = |name: &str| {
            let found = environment.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let text = match complete(given, variable) {
            Ok(all) => all
                .iter()
                .map(|argument| format!("{}\n", argument.display()))
                .collect(),
            Err(error) => error,
        };
        expect.assert_eq(&text);
    }

    #[test]
    fn older_spellings() {
        check(
            &[
                "-nginx.scrape-uri",
                "http://x",
                "-nginx.ssl-verify=false",
                "-nginx.plus=true",
                "-h",
                "-",
            ],
            &[],
            expect![[r#"
                --nginx.scrape-uri
                http://x
                --no-nginx.ssl-verify
                --nginx.plus
                -h
                -
            "#]],
        );
    }

    #[test]
    fn variables() {
        check(
            &["--log.level=debug"],
            &[
                ("SCRAPE_URI", "http://a,b\nunix:/s:/p\n"),
                ("LISTEN_ADDRESS", ":1"),
                ("CONST_LABELS", "a=1,b=2"),
                ("SSL_VERIFY", "false"),
                ("NGINX_PLUS", "T"),
                ("TIMEOUT", ""),
            ],
            expect![[r#"
                --web.listen-address=:1
                --nginx.plus
                --nginx.scrape-uri=http://a,b
                --nginx.scrape-uri=unix:/s:/p
                --no-nginx.ssl-verify
                --prometheus.const-label=a=1,b=2
                --log.level=debug
            "#]],
        );
    }

    #[test]
    fn a_flag_wins() {
        check(
            &["--nginx.scrape-uri", "http://a", "--no-nginx.plus"],
            &[
                ("SCRAPE_URI", "http://b"),
                ("NGINX_PLUS", "true"),
                ("TIMEOUT", "3s"),
            ],
            expect![[r#"
                --nginx.timeout=3s
                --nginx.scrape-uri
                http://a
                --no-nginx.plus
            "#]],
        );
    }

    #[test]
    fn no_switch() {
        check(
            &[],
            &[("NGINX_PLUS", "maybe")],
            expect![[r#"environment variable NGINX_PLUS="maybe": expected true or false"#]],
        );
    }
}
