//! Formats and compression.

use std::io::Write;

use exporter_http::flags::Settings;
use exporter_http::limits::Limits;

use crate::client::{connect, get, get_with, read_answer};
use crate::running::Running;
use crate::sample::OPENMETRICS;

#[test]
fn gzip_where_it_is_accepted() {
    let server = Running::plain();
    // Not `/metrics`, whose numbers of the process change.
    let path = "/probe?samples=2000";
    let plain = get(server.address, path);
    assert_eq!(plain.header("content-encoding"), None);
    for accepts in ["gzip", "br, gzip;q=0.5", "*"] {
        let answer = get_with(server.address, path, &format!("accept-encoding: {accepts}\r\n"));
        assert!(answer.gunzipped() == plain.text(), "{accepts}");
        assert!(answer.body.len() < plain.body.len() / 4);
    }
    for accepts in ["gzip;q=0", "identity", "br", "*;q=0"] {
        let answer = get_with(server.address, path, &format!("accept-encoding: {accepts}\r\n"));
        assert!(answer.body == plain.body, "{accepts}");
    }
}

#[test]
fn one_connection_and_one_compressor_serve_many_scrapes() {
    let server = Running::plain();
    let mut stream = connect(server.address);
    for samples in [3, 3000, 0, 500] {
        let request =
            format!("GET /metrics?samples={samples} HTTP/1.1\r\nhost: x\r\naccept-encoding: gzip\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let text = read_answer(&mut stream, false).unwrap().gunzipped();
        assert_eq!(text.matches("\nsample_total{").count(), samples);
    }
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = Running::plain();
    let mut stream = connect(server.address);
    let requests: String = (1..=3)
        .map(|n| format!("GET /metrics?echo={n} HTTP/1.1\r\nhost: x\r\n\r\n"))
        .collect();
    stream.write_all(requests.as_bytes()).unwrap();
    for n in 1..=3 {
        let text = read_answer(&mut stream, false).unwrap().text();
        assert!(text.contains(&format!("{{number=\"{n}\"}}")), "{text}");
    }
}

#[test]
fn what_does_not_shrink_is_sent_as_it_is() {
    let server = Running::plain();
    let image = get_with(server.address, "/image", "accept-encoding: gzip\r\n");
    assert_eq!((image.header("content-encoding"), image.body.len()), (None, 5000));
    assert_eq!(image.header("vary"), None);
    let short = get_with(server.address, "/-/healthy", "accept-encoding: gzip\r\n");
    assert_eq!(short.header("content-encoding"), None);
}

#[test]
fn openmetrics_only_where_the_program_negotiates() {
    let accept = "accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5\r\n";
    let text = get_with(Running::plain().address, "/metrics", accept);
    assert!(
        text.header("content-type")
            .unwrap()
            .starts_with("text/plain; version=0.0.4")
    );
    let server = Running::start_as(&OPENMETRICS, Settings::default(), Limits::default());
    let answer = get_with(server.address, "/metrics?samples=1", accept);
    assert!(
        answer
            .header("content-type")
            .unwrap()
            .starts_with("application/openmetrics-text; version=1.0.0")
    );
    assert!(answer.text().contains("# TYPE sample counter\n") && answer.text().ends_with("# EOF\n"));
    let text = get_with(server.address, "/metrics", "accept: text/plain\r\n");
    assert!(!text.text().contains("# EOF"));
}

#[test]
fn a_body_is_made_while_it_is_taken() {
    let server = Running::start(
        Settings::default(),
        Limits {
            idle: std::time::Duration::from_millis(1),
            ..Limits::default()
        },
    );
    for pieces in [0, 1, 1000] {
        let answer = get(server.address, &format!("/metrics?stream={pieces}"));
        assert_eq!(answer.body.len(), pieces * 10_000);
        assert_eq!(answer.header("content-length"), None);
        assert_eq!(answer.text().lines().count(), pieces);
    }
}
