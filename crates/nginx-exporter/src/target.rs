//! One `--nginx.scrape-uri`: `http://host/path`, `https://host/path` or `unix:/socket:/path`.

use std::fmt;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::Uri;
use hyper::header::HeaderValue;
use percent_encoding::percent_decode_str;

/// Bytes of an address; a path may be long, a whole page is a mistake.
const BYTES_MAX: usize = 4096;
const FORMS: &str = "expected http://host/path, https://host/path or unix:/socket:/path";

/// Where to ask.
#[derive(Clone, Debug)]
pub struct Target {
    /// The address as given, without password: the value of `addr`, and what the log shows.
    pub name: String,
    /// Where to connect.
    pub place: Place,
    /// Value of the `Host` header.
    pub host: HeaderValue,
    /// Path and query, with its leading slash.
    pub path: String,
    /// Value of the `Authorization` header, from `user:password@` in the address. Marked as sensitive.
    pub authorization: Option<HeaderValue>,
}

/// Where to connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A host and port, with TLS where it says so.
    Tcp {
        /// Name or address, without the brackets of IPv6.
        host: String,
        /// Given, or that of the scheme.
        port: u16,
        /// Whether TLS is spoken.
        tls: bool,
    },
    /// A socket of this machine.
    Unix(PathBuf),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port, .. } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port, .. } => write!(f, "{host}:{port}"),
            Self::Unix(path) => path.display().fmt(f),
        }
    }
}

impl Target {
    /// Reads an address. Fails with what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > BYTES_MAX {
            return Err(format!("longer than {BYTES_MAX} bytes"));
        }
        match text.strip_prefix("unix:") {
            Some(rest) => Self::unix(text, rest),
            None => Self::url(text),
        }
    }

    /// A server with names asks the `Host` header which of them is meant.
    pub fn set_host(&mut self, host: &str) -> Result<(), String> {
        self.host = HeaderValue::from_str(host).map_err(|_| format!("{host:?} is no host"))?;
        Ok(())
    }

    fn unix(text: &str, rest: &str) -> Result<Self, String> {
        let (socket, path) = rest.split_once(':').unwrap_or((rest, ""));
        if socket.is_empty() || path.contains(':') {
            return Err("expected unix:/path/of/socket:/path/of/page".into());
        }
        let path = path_of(
            &format!("http://unix{path}")
                .parse::<Uri>()
                .map_err(|error| error.to_string())?,
        );
        Ok(Self {
            name: text.to_owned(),
            place: Place::Unix(PathBuf::from(socket)),
            host: HeaderValue::from_static("unix"),
            path,
            authorization: None,
        })
    }

    fn url(text: &str) -> Result<Self, String> {
        let uri: Uri = text
            .split('#')
            .next()
            .unwrap_or_default()
            .parse()
            .map_err(|error| format!("{FORMS}: {error}"))?;
        let (Some(scheme @ ("http" | "https")), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(FORMS.into());
        };
        let tls = scheme == "https";
        let host = uri.host().unwrap_or_default();
        let host = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        if host.is_empty() {
            return Err("the host is missing".into());
        }
        let (user, address) = match authority.as_str().rsplit_once('@') {
            Some((user, address)) => (Some(user), address),
            None => (None, authority.as_str()),
        };
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Ok(Self {
            name: match user {
                Some(user) => text.replacen(&format!("{user}@"), "", 1),
                None => text.to_owned(),
            },
            place: Place::Tcp {
                host: host.to_owned(),
                port,
                tls,
            },
            host: HeaderValue::from_str(address).map_err(|_| "the host is no text".to_owned())?,
            path: path_of(&uri),
            authorization: user.map(basic).transpose()?,
        })
    }
}

fn path_of(uri: &Uri) -> String {
    let path = uri.path_and_query().map_or("", |path| path.as_str());
    match path.starts_with('/') {
        true => path.to_owned(),
        false => format!("/{path}"),
    }
}

/// `user:password`, each percent-encoded.
fn basic(user_info: &str) -> Result<HeaderValue, String> {
    let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
    let mut pair: Vec<u8> = percent_decode_str(user).collect();
    pair.push(b':');
    pair.extend(percent_decode_str(password));
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair)))
        .map_err(|_| "user and password are no header".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let found = match Target::parse(text) {
            Ok(target) => format!(
                "{} | {} {:?} | host {:?} | {} | {:?}",
                target.name,
                target.place,
                target.place,
                target.host,
                target.path,
                target
                    .authorization
                    .map(|value| value.to_str().map(str::to_owned)),
            ),
            Err(error) => error,
        };
        expect.assert_eq(&found);
    }

    #[test]
    fn urls() {
        check(
            "http://127.0.0.1:8080/stub_status",
            expect![[
                r#"http://127.0.0.1:8080/stub_status | 127.0.0.1:8080 Tcp { host: "127.0.0.1", port: 8080, tls: false } | host "127.0.0.1:8080" | /stub_status | None"#
            ]],
        );
        check(
            "https://[::1]/api?x=1",
            expect![[
                r#"https://[::1]/api?x=1 | [::1]:443 Tcp { host: "::1", port: 443, tls: true } | host "[::1]" | /api?x=1 | None"#
            ]],
        );
        check(
            "http://nginx",
            expect![[
                r#"http://nginx | nginx:80 Tcp { host: "nginx", port: 80, tls: false } | host "nginx" | / | None"#
            ]],
        );
    }

    #[test]
    fn a_password_is_not_in_the_name() {
        check(
            "http://me:p%40ss@nginx:81/status",
            expect![[
                r#"http://nginx:81/status | nginx:81 Tcp { host: "nginx", port: 81, tls: false } | host "nginx:81" | /status | Some(Ok("Basic bWU6cEBzcw=="))"#
            ]],
        );
    }

    #[test]
    fn sockets() {
        check(
            "unix:/run/nginx.sock:/stub_status",
            expect![[
                r#"unix:/run/nginx.sock:/stub_status | /run/nginx.sock Unix("/run/nginx.sock") | host "unix" | /stub_status | None"#
            ]],
        );
        check(
            "unix:/run/nginx.sock",
            expect![[
                r#"unix:/run/nginx.sock | /run/nginx.sock Unix("/run/nginx.sock") | host "unix" | / | None"#
            ]],
        );
        check("unix:", expect!["expected unix:/path/of/socket:/path/of/page"]);
        check(
            "unix:/a:/b:/c",
            expect!["expected unix:/path/of/socket:/path/of/page"],
        );
    }

    #[test]
    fn refused() {
        check(
            "",
            expect!["expected http://host/path, https://host/path or unix:/socket:/path: empty string"],
        );
        check(
            "nginx:8080/status",
            expect!["expected http://host/path, https://host/path or unix:/socket:/path: invalid format"],
        );
        check(
            "ftp://nginx/",
            expect!["expected http://host/path, https://host/path or unix:/socket:/path"],
        );
        check(
            "http://",
            expect!["expected http://host/path, https://host/path or unix:/socket:/path: empty string"],
        );
        check(
            "http://a b/",
            expect![
                "expected http://host/path, https://host/path or unix:/socket:/path: invalid uri character"
            ],
        );
    }
}
