//! The web configuration file while the server runs.

use std::path::PathBuf;

use exporter_http::flags::Settings;
use exporter_http::limits::Limits;
use tempfile::TempDir;

use crate::client::get;
use crate::running::Running;

struct Config {
    directory: TempDir,
}

impl Config {
    fn new(text: &str) -> Self {
        let config = Self {
            directory: TempDir::new().unwrap(),
        };
        config.write(text);
        config
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("web.yml")
    }

    /// Replaces the file in one step, as an editor does.
    fn write(&self, text: &str) {
        let next = self.directory.path().join("next");
        std::fs::write(&next, text).unwrap();
        std::fs::rename(next, self.path()).unwrap();
    }

    fn start(&self) -> Running {
        let settings = Settings {
            config_file: Some(self.path()),
            ..Settings::default()
        };
        Running::start(settings, Limits::default())
    }
}

const GAUGE: &str = "\nexporter_http_web_config_last_reload_successful ";

#[test]
fn headers_are_on_every_answer() {
    let config = Config::new(
        "http_server_config:\n  headers:\n    X-Frame-Options: deny\n    Content-Security-Policy: default-src 'self'\n",
    );
    let server = config.start();
    for path in ["/", "/metrics", "/nothing"] {
        let answer = get(server.address, path);
        assert_eq!(answer.header("x-frame-options"), Some("deny"), "{path}");
        assert_eq!(
            answer.header("content-security-policy"),
            Some("default-src 'self'")
        );
    }
}

#[test]
fn more_requests_than_the_rate_are_refused() {
    let config = Config::new("rate_limit:\n  interval: 1h\n  burst: 2\n");
    let server = config.start();
    let statuses: Vec<_> = (0..4).map(|_| get(server.address, "/metrics").status).collect();
    assert_eq!(statuses, [200, 200, 429, 429]);
    assert_eq!(get(server.address, "/").header("retry-after"), Some("3600"));
    config.write("rate_limit:\n  interval: 1ms\n  burst: 10000\n");
    assert_eq!(get(server.address, "/metrics").status, 200);
}

#[test]
fn a_changed_file_is_in_force_at_the_next_request_and_a_broken_one_is_not() {
    let config = Config::new("http_server_config:\n  headers:\n    X-XSS-Protection: one\n");
    let server = config.start();
    let seen = || {
        let answer = get(server.address, "/metrics");
        let header = answer.header("x-xss-protection").unwrap().to_owned();
        let (_, gauge) = answer
            .text()
            .split_once(GAUGE)
            .map(|(a, b)| (a.len(), b.as_bytes()[0]))
            .unwrap();
        (header, char::from(gauge))
    };
    assert_eq!(seen(), ("one".to_owned(), '1'));
    config.write("http_server_config:\n  headers:\n    X-XSS-Protection: two\n");
    assert_eq!(seen(), ("two".to_owned(), '1'));
    for broken in [
        "http_server_config: [",
        "unknown: 1\n",
        "tls_server_config: {cert_file: gone, key_file: gone}\n",
    ] {
        config.write(broken);
        assert_eq!(seen(), ("two".to_owned(), '0'), "{broken}");
    }
    std::fs::remove_file(config.path()).unwrap();
    assert_eq!(seen(), ("two".to_owned(), '0'));
    config.write("http_server_config:\n  headers:\n    X-XSS-Protection: three\n");
    assert_eq!(seen(), ("three".to_owned(), '1'));
}

#[test]
fn without_a_file_there_is_no_gauge() {
    assert!(!get(Running::plain().address, "/metrics").text().contains(GAUGE));
}
