//! Where a target is scraped, and where a redirect leads.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;
use std::path::Path;
use std::rc::Rc;

use hyper::Uri;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// What is escaped in a path, as Go's net/url does.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// What is escaped in a query.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// An absolute address of HTTP, and the unix socket that leads there, where one does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    uri: Uri,
    socket: Option<Rc<Path>>,
}

impl Url {
    /// Puts an address together. Fails with a reason where the parts are none of an HTTP address.
    pub fn build(
        scheme: &str,
        address: &str,
        path: &str,
        query: &BTreeMap<String, Vec<String>>,
    ) -> Result<Self, String> {
        let mut text = format!("{scheme}://{address}");
        if !path.starts_with('/') {
            text.push('/');
        }
        text.extend(utf8_percent_encode(path, PATH));
        let mut separator = '?';
        for (name, values) in query {
            for value in values {
                let escape = |text: &str| utf8_percent_encode(text, QUERY).to_string().replace("%20", "+");
                let _ = write!(text, "{separator}{}={}", escape(name), escape(value));
                separator = '&';
            }
        }
        match address.contains(['/', '?', '#', '@']) {
            true => Err(format!("{address:?} is not a valid target address")),
            false => Self::parse(&text),
        }
    }

    /// Reads an absolute address. Fails with a reason where it is none of HTTP.
    ///
    /// A user and password in it are refused: addresses are shown in metrics, on the page and in the log.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err("an address with a user or password in it: give them as basic_auth".into());
        }
        if !matches!(scheme, "http" | "https") {
            return Err(format!(
                "not an address that begins with http:// or https://: {text:.200?}"
            ));
        }
        let uri: Uri = text
            .parse()
            .map_err(|error| format!("not an address: {text:.200?}: {error}"))?;
        match uri.host() {
            Some(host) if !host.is_empty() => Ok(Self { uri, socket: None }),
            _ => Err(format!("an address without a host: {text:.200?}")),
        }
    }

    /// The same address, reached through a unix socket.
    pub fn through(self, socket: &Path) -> Self {
        Self {
            socket: Some(socket.into()),
            ..self
        }
    }

    /// The unix socket that leads there.
    pub fn socket(&self) -> Option<&Path> {
        self.socket.as_deref()
    }

    /// Another path, with a query, at the same place.
    pub fn at(&self, path: &str, query: &[(&str, &str)]) -> Result<Self, String> {
        let folder = self.uri.path().trim_end_matches('/');
        let scheme = if self.is_https() { "https" } else { "http" };
        let mut text = format!("{scheme}://{}{folder}{path}", self.authority());
        for (number, (name, value)) in query.iter().enumerate() {
            let separator = if number == 0 { '?' } else { '&' };
            let _ = write!(text, "{separator}{name}={}", utf8_percent_encode(value, QUERY));
        }
        Ok(Self {
            socket: self.socket.clone(),
            ..Self::parse(&text)?
        })
    }

    /// Where InfluxDB takes line protocol with times in milliseconds.
    pub fn write_of_influx(&self, org: &str, bucket: &str) -> Result<Self, String> {
        let query = [("org", org), ("bucket", bucket), ("precision", "ms")];
        let skipped = usize::from(org.is_empty());
        self.at("/api/v2/write", query.get(skipped..).unwrap_or_default())
    }

    /// Where a `Location` header leads from here; through the same socket, if there is one.
    pub fn redirect(&self, location: &str) -> Result<Self, String> {
        Ok(Self {
            socket: self.socket.clone(),
            ..self.redirect_by_name(location)?
        })
    }

    fn redirect_by_name(&self, location: &str) -> Result<Self, String> {
        let scheme = if self.is_https() { "https" } else { "http" };
        let location = location.split('#').next().unwrap_or_default();
        if location.contains("://") {
            return Self::parse(location);
        }
        if location.starts_with("//") {
            return Self::parse(&format!("{scheme}:{location}"));
        }
        let authority = self.authority();
        if location.starts_with('/') {
            return Self::parse(&format!("{scheme}://{authority}{location}"));
        }
        let path = self.uri.path();
        let path = match location.starts_with('?') {
            true => path,
            false => path
                .rsplit_once('/')
                .map_or("/", |(folder, _)| path.get(..folder.len() + 1).unwrap_or("/")),
        };
        Self::parse(&format!("{scheme}://{authority}{path}{location}"))
    }

    /// Whether TLS is spoken.
    pub fn is_https(&self) -> bool {
        self.uri.scheme_str() == Some("https")
    }

    /// Host name or address, without the brackets of IPv6.
    pub fn host(&self) -> &str {
        let host = self.uri.host().unwrap_or_default();
        host.strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host)
    }

    /// The port, given or that of the scheme.
    pub fn port(&self) -> u16 {
        self.uri
            .port_u16()
            .unwrap_or(if self.is_https() { 443 } else { 80 })
    }

    /// What goes into the `Host` header.
    pub fn authority(&self) -> &str {
        self.uri.authority().map_or("", |authority| authority.as_str())
    }

    /// What goes into the request line.
    pub fn path_and_query(&self) -> &str {
        self.uri.path_and_query().map_or("/", |path| path.as_str())
    }

    /// The address with a loopback host replaced by the name of this machine.
    pub fn seen_from_outside(&self, hostname: &str) -> String {
        let text = self.uri.to_string();
        let host = self.uri.host().unwrap_or_default();
        match host {
            "localhost" | "127.0.0.1" | "[::1]" => text.replacen(host, hostname, 1),
            _ => text,
        }
    }

    /// Whether requests to both go through the same connection.
    pub fn same_origin(&self, other: &Self) -> bool {
        self.is_https() == other.is_https()
            && self.host() == other.host()
            && self.port() == other.port()
            && self.socket == other.socket
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uri.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(scheme: &str, address: &str, path: &str, query: &[(&str, &[&str])], expect: &str) {
        let query = query
            .iter()
            .map(|(name, values)| {
                (
                    (*name).to_owned(),
                    values.iter().map(|v| (*v).to_owned()).collect(),
                )
            })
            .collect();
        match Url::build(scheme, address, path, &query) {
            Ok(url) => assert_eq!(url.to_string(), expect),
            Err(reason) => assert_eq!(reason, expect),
        }
    }

    #[test]
    fn built() {
        check("http", "pi:9100", "/metrics", &[], "http://pi:9100/metrics");
        check("https", "[::1]:9100", "m", &[], "https://[::1]:9100/m");
        check(
            "http",
            "pi",
            "/a b?",
            &[("x[]", &["1 2", "&"])],
            "http://pi/a%20b%3F?x%5B%5D=1+2&x%5B%5D=%26",
        );
    }

    #[test]
    fn refused() {
        check(
            "http",
            "pi:9100/metrics",
            "/",
            &[],
            "\"pi:9100/metrics\" is not a valid target address",
        );
        check(
            "ftp",
            "pi",
            "/",
            &[],
            "not an address that begins with http:// or https://: \"ftp://pi/\"",
        );
        check(
            "http",
            "p i",
            "/",
            &[],
            "not an address: \"http://p i/\": invalid uri character",
        );
    }

    #[test]
    fn passwords_are_not_part_of_addresses() {
        let error = Url::parse("https://u:hunter2@cloud/write?x=a@b").unwrap_err();
        assert_eq!(
            error,
            "an address with a user or password in it: give them as basic_auth"
        );
        assert!(Url::parse("https://cloud/u@v?x=a@b").is_ok());
    }

    #[test]
    fn redirects() {
        let url = Url::parse("http://pi:9100/a/b?c=d").unwrap();
        for (location, expect) in [
            ("https://other/x#y", "https://other/x"),
            ("//other:1/x", "http://other:1/x"),
            ("/x?y", "http://pi:9100/x?y"),
            ("x", "http://pi:9100/a/x"),
            ("?e=f", "http://pi:9100/a/b?e=f"),
        ] {
            assert_eq!(url.redirect(location).unwrap().to_string(), expect);
        }
        assert!(url.redirect("file:///etc/passwd").is_err());
    }

    #[test]
    fn sockets_and_other_paths() {
        let url = Url::parse("http://docker")
            .unwrap()
            .through(Path::new("/run/d.sock"));
        let other = url
            .at("/containers/json", &[("filters", r#"{"a":["b c"]}"#)])
            .unwrap();
        assert_eq!(
            other.to_string(),
            "http://docker/containers/json?filters=%7B%22a%22%3A%5B%22b%20c%22%5D%7D"
        );
        assert_eq!(other.socket(), Some(Path::new("/run/d.sock")));
        assert!(url.same_origin(&other));
        assert!(!url.same_origin(&Url::parse("http://docker").unwrap()));
        let influx = Url::parse("https://cloud.example/base/").unwrap();
        assert_eq!(
            influx.write_of_influx("my org", "b").unwrap().to_string(),
            "https://cloud.example/base/api/v2/write?org=my%20org&bucket=b&precision=ms"
        );
        assert_eq!(
            influx.write_of_influx("", "b").unwrap().to_string(),
            "https://cloud.example/base/api/v2/write?bucket=b&precision=ms"
        );
    }

    #[test]
    fn parts() {
        let url = Url::parse("https://[::1]/x").unwrap();
        assert_eq!(
            (url.host(), url.port(), url.authority(), url.path_and_query()),
            ("::1", 443, "[::1]", "/x")
        );
        assert_eq!(url.seen_from_outside("pi"), "https://pi/x");
        assert!(url.same_origin(&Url::parse("https://[::1]:443/y").unwrap()));
        assert!(!url.same_origin(&Url::parse("http://[::1]:443/y").unwrap()));
    }
}
