//! An nginx that is not there, or is something else.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::exporter::{asking, run, scrape, scrape_within};
use crate::responder::{Responder, answer, page};

/// Only `nginx_up 0` is served of a target that answers this.
#[track_caller]
fn check(response: Option<String>) {
    run(async || {
        let nginx = Responder::start(move |_| response.clone());
        let exporter = asking(&[&nginx.uri], &[]);
        for _ in 0..2 {
            assert_eq!(scrape(&exporter).await, "nginx_up 0\n");
        }
    });
}

#[test]
fn other_answers() {
    check(None);
    check(Some(answer(404, "not here")));
    check(Some(answer(301, &page(1))));
    check(Some(answer(200, "<html>It works!</html>")));
    check(Some(answer(200, "")));
    check(Some(answer(200, &"x".repeat(1 << 20))));
    check(Some("no HTTP\r\n\r\n".into()));
}

#[test]
fn down_and_up_again() {
    run(async || {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("nginx.sock");
        let exporter = asking(&[&format!("unix:{}:/stub_status", socket.display())], &[]);
        assert_eq!(scrape(&exporter).await, "nginx_up 0\n");
        let _nginx = Responder::unix(&socket, |_| Some(answer(200, &page(7))));
        assert!(scrape(&exporter).await.contains("nginx_up 1\n"));
    });
}

#[test]
fn one_that_stays_silent_does_not_hold_up_the_others() {
    run(async || {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let silent = format!("http://{}/", silent.local_addr().unwrap());
        let nginx = Responder::page(7);
        let exporter = asking(&[&silent, &nginx.uri], &["--nginx.timeout=200ms"]);
        let start = Instant::now();
        let text = scrape(&exporter).await;
        assert!(start.elapsed() < Duration::from_secs(10));
        assert!(
            text.contains(&format!("nginx_up{{addr=\"{silent}\"}} 0\n")),
            "{text}"
        );
        assert!(
            text.contains(&format!("nginx_up{{addr=\"{}\"}} 1\n", nginx.uri)),
            "{text}"
        );
    });
}

#[test]
fn a_silent_one_is_told_as_down_before_the_deadline() {
    run(async || {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let uri = format!("http://{}/", silent.local_addr().unwrap());
        let exporter = asking(&[&uri], &["--nginx.timeout=60s"]);
        let time = Duration::from_millis(300);
        let text = tokio::time::timeout(time, scrape_within(&exporter, time)).await;
        assert_eq!(text.unwrap(), "nginx_up 0\n");
    });
}
