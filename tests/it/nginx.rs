//! The nginx exporter before real nginx servers, beside Debian's own exporters.

mod access_log;
mod comparison;
mod faults;

use std::process::Command;

use crate::daemon::{Daemon, binary};
use crate::servers::nginx::Nginx;
use crate::{exporters, http};

fn exporter(flags: &[String]) -> Daemon {
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    exporters::ours("nginx", &flags, &[])
}

fn metrics(daemon: &Daemon) -> String {
    http::get(&daemon.address, "/metrics").text()
}

/// Value of the sample that begins so.
#[track_caller]
fn value(text: &str, sample: &str) -> f64 {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {sample} in:\n{text}"))
        .parse()
        .unwrap()
}

#[test]
fn the_proxy_protocol_is_understood() {
    let nginx = Nginx::start();
    let uri = format!(
        "--nginx.scrape-uri=unix:{}:/stub_status",
        nginx.path("proxied.sock")
    );
    let with = exporter(&[uri.clone(), "--nginx.proxy-protocol".into()]);
    assert_eq!(value(&metrics(&with), "nginx_up"), 1.0);
    assert_eq!(value(&metrics(&exporter(&[uri])), "nginx_up"), 0.0);
}

#[test]
fn flags_of_both_generations() {
    let nginx = Nginx::start();
    let older = exporter(&[
        "-nginx.scrape-uri".into(),
        nginx.uri(),
        "-nginx.ssl-verify=false".into(),
        "-nginx.retries=5".into(),
        "-prometheus.const-labels=site=a,room=b".into(),
    ]);
    assert_eq!(value(&metrics(&older), "nginx_up{room=\"b\",site=\"a\"}"), 1.0);

    let environment = Daemon::start(
        Command::new(binary("pi-nginx-exporter"))
            .env(
                "SCRAPE_URI",
                format!("{}\nhttp://127.0.0.1:1/none\n", nginx.uri()),
            )
            .env("LISTEN_ADDRESS", "127.0.0.1:0")
            .env("TELEMETRY_PATH", "/numbers")
            .env("CONST_LABELS", "site=a"),
    );
    let text = http::get(&environment.address, "/numbers").text();
    assert_eq!(
        value(&text, &format!("nginx_up{{addr=\"{}\",site=\"a\"}}", nginx.uri())),
        1.0
    );
    assert_eq!(
        value(&text, "nginx_up{addr=\"http://127.0.0.1:1/none\",site=\"a\"}"),
        0.0
    );
}
