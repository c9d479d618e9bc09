//! Several servers, and servers that are not well: 200 within the announced timeout, and `nginx_up` right.

use super::{exporter, metrics, value};
use crate::exporters::{ANNOUNCED, HURRIED, Holdings, SCRAPES, assert_quiet, scrape, scrape_within};
use crate::servers::nginx::Nginx;
use crate::servers::silent::Silent;

#[test]
fn two_sockets_report_different_numbers() {
    let (one, other) = (Nginx::start(), Nginx::start());
    let (few, many) = (one.uri(), other.uri());
    let exporter = exporter(&[&few, &many].map(|uri| format!("--nginx.scrape-uri={uri}")));
    other.request("/small", 30);
    let text = metrics(&exporter);
    let requests = |uri| value(&text, &format!("nginx_http_requests_total{{addr=\"{uri}\"}}"));
    assert_eq!(value(&text, &format!("nginx_up{{addr=\"{few}\"}}")), 1.0);
    assert_eq!(requests(&many) - requests(&few), 30.0, "{text}");
}

#[test]
fn a_hundred_scrapes_use_one_connection_and_hold_nothing_more() {
    let nginx = Nginx::start();
    for uri in [nginx.uri(), nginx.tcp_uri()] {
        let exporter = exporter(&[format!("--nginx.scrape-uri={uri}")]);
        let accepted = |text: &str| value(text, "nginx_connections_accepted");
        let first = accepted(&scrape(&exporter));
        let before = Holdings::of(&exporter);
        for _ in 0..SCRAPES {
            assert_eq!(accepted(&scrape(&exporter)), first);
        }
        Holdings::of(&exporter).assert_not_grown(before);
    }
    assert_eq!(nginx.connections(), 2, "one of each exporter");
}

#[test]
fn down_and_up_again() {
    let nginx = Nginx::start();
    let exporter = exporter(&[format!("--nginx.scrape-uri={}", nginx.uri())]);
    assert_eq!(value(&scrape(&exporter), "nginx_up"), 1.0);
    nginx.stop();
    let _ = scrape(&exporter);
    let before = Holdings::of(&exporter);
    for _ in 0..SCRAPES {
        assert_eq!(value(&scrape(&exporter), "nginx_up"), 0.0);
    }
    Holdings::of(&exporter).assert_not_grown(before);
    nginx.run();
    assert_eq!(value(&scrape(&exporter), "nginx_up"), 1.0);
    exporter.wait_for_log("nginx answers again");
    let log = exporter.log();
    assert_eq!(log.matches("nginx is down").count(), 1, "{log}");
    assert_eq!(log.matches("nginx answers again").count(), 1, "{log}");
}

#[test]
fn a_restart_between_scrapes_is_not_seen() {
    let nginx = Nginx::start();
    let exporter = exporter(&[format!("--nginx.scrape-uri={}", nginx.uri())]);
    assert_eq!(value(&scrape(&exporter), "nginx_up"), 1.0);
    for _ in 0..5 {
        nginx.stop();
        nginx.run();
        assert_eq!(value(&scrape(&exporter), "nginx_up"), 1.0, "{}", exporter.log());
    }
    assert_quiet(&exporter);
}

#[test]
fn one_that_accepts_and_stays_silent_is_down_in_time() {
    let silent = Silent::start();
    let exporter = exporter(&[format!(
        "--nginx.scrape-uri=http://{}/stub_status",
        silent.address()
    )]);
    let text = scrape_within(&exporter, "/metrics", ANNOUNCED);
    assert_eq!(value(&text, "nginx_up"), 0.0);
    assert!(
        text.contains("process_resident_memory_bytes"),
        "the exporter's own numbers are there"
    );
    let before = Holdings::of(&exporter);
    for _ in 0..SCRAPES {
        assert_eq!(
            value(&scrape_within(&exporter, "/metrics", HURRIED), "nginx_up"),
            0.0
        );
        assert!(silent.open() <= 2, "{} connections are open", silent.open());
    }
    Holdings::of(&exporter).assert_not_grown(before);
    assert_quiet(&exporter);
}

#[test]
fn a_frozen_nginx_is_answered_for_in_time() {
    let nginx = Nginx::start();
    let exporter = exporter(&[format!("--nginx.scrape-uri={}", nginx.uri())]);
    assert_eq!(value(&scrape(&exporter), "nginx_up"), 1.0);
    nginx.signal("STOP");
    let _ = scrape_within(&exporter, "/metrics", HURRIED);
    let before = Holdings::of(&exporter);
    for _ in 0..SCRAPES {
        assert_eq!(
            value(&scrape_within(&exporter, "/metrics", HURRIED), "nginx_up"),
            0.0
        );
    }
    Holdings::of(&exporter).assert_not_grown(before);
    nginx.signal("CONT");
    crate::daemon::until("nginx_up 1", || {
        (value(&scrape(&exporter), "nginx_up") == 1.0).then_some(())
    });
}
