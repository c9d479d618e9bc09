//! Clients that ask the same at once, of an exporter that answers them with one run.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::client::{Answer, connect, get, read_answer, until};
use crate::running::Running;

/// Sends a GET and does not wait for its answer.
fn ask(server: &Running, path: &str, timeout_seconds: u32) -> TcpStream {
    let mut stream = connect(server.address);
    let head = format!(
        "GET {path} HTTP/1.1\r\nhost: x\r\nx-prometheus-scrape-timeout-seconds: {timeout_seconds}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

fn answer(mut stream: TcpStream) -> Answer {
    let answer = read_answer(&mut stream, false).unwrap();
    assert_eq!(answer.status, 200);
    answer
}

/// Waits until so many clients other than this one wait for an answer.
#[track_caller]
fn until_in_flight(server: &Running, count: u32) {
    let line = format!("promhttp_metric_handler_requests_in_flight {}\n", count + 1);
    until(
        || get(server.address, "/metrics?look").text(),
        |text| text.contains(&line),
    );
}

/// Waits until so many runs are under way beside the one that tells it.
#[track_caller]
fn until_others(server: &Running, count: u32) {
    let line = format!("sample_total{{number=\"others\"}} {count}\n");
    until(
        || get(server.address, "/metrics?others").text(),
        |text| text.contains(&line),
    );
}

#[test]
fn the_second_of_two_gets_the_body_of_the_first() {
    let server = Running::sharing();
    let both = [(); 2].map(|()| ask(&server, "/metrics?count&gate", 60));
    until_in_flight(&server, 2);
    until_others(&server, 1);
    get(server.address, "/open-gate");
    let [first, second] = both.map(answer);
    assert!(first.text().contains("sample_total{number=\"run\"} 1\n"));
    assert!(first.text().contains("sample_exporter_build_info{"));
    assert_eq!(first.text(), second.text());
}

#[test]
fn one_after_the_other_are_two_runs() {
    let server = Running::sharing();
    for run in 1..=3 {
        let text = get(server.address, "/metrics?count").text();
        assert!(text.contains(&format!("sample_total{{number=\"run\"}} {run}\n")));
    }
}

#[test]
fn another_target_does_not_wait() {
    let server = Running::sharing();
    let first = ask(&server, "/probe?target=a&gate", 60);
    until_others(&server, 1);
    assert_eq!(get(server.address, "/probe?target=b").status, 200);
    assert_eq!(get(server.address, "/metrics?target=a").status, 200);
    get(server.address, "/open-gate");
    answer(first);
}

#[test]
fn without_the_switch_each_has_its_own_run() {
    let server = Running::plain();
    let both = [(); 2].map(|()| ask(&server, "/metrics?gate&count", 60));
    until_others(&server, 2);
    get(server.address, "/open-gate");
    for text in both.map(|stream| answer(stream).text()) {
        assert!(text.contains("sample_total{number=\"run\"}"), "{text}");
    }
}

#[test]
fn a_first_client_that_leaves_does_not_end_the_run() {
    let server = Running::sharing();
    let first = ask(&server, "/metrics?count&gate", 60);
    until_in_flight(&server, 1);
    let rest = [(); 2].map(|()| ask(&server, "/metrics?count&gate", 60));
    until_in_flight(&server, 3);
    drop(first);
    until_in_flight(&server, 2);
    until_others(&server, 1);
    get(server.address, "/open-gate");
    for text in rest.map(|stream| answer(stream).text()) {
        assert!(text.contains("sample_total{number=\"run\"} 1\n"), "{text}");
    }
}

#[test]
fn a_run_ends_when_all_have_left() {
    let server = Running::sharing();
    let both = [(); 2].map(|()| ask(&server, "/metrics?hang", 600));
    until_in_flight(&server, 2);
    until_others(&server, 1);
    drop(both);
    until_others(&server, 0);
    until_in_flight(&server, 0);
}

#[test]
fn the_deadline_of_the_first_ends_the_run() {
    let server = Running::sharing();
    let start = Instant::now();
    let first = ask(&server, "/metrics?samples=3&hang", 1);
    until_in_flight(&server, 1);
    let second = ask(&server, "/metrics?samples=3&hang", 600);
    for text in [first, second].map(|stream| answer(stream).text()) {
        assert!(text.contains("sample_total{number=\"2\"} 2\n"), "{text}");
    }
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn an_earlier_deadline_of_the_second_is_kept() {
    let server = Running::sharing();
    let first = ask(&server, "/metrics?samples=3&gate", 600);
    until_in_flight(&server, 1);
    let second = answer(ask(&server, "/metrics?samples=3&gate", 1)).text();
    assert!(second.contains("sample_exporter_build_info{"), "{second}");
    assert!(!second.contains("sample_total"), "{second}");
    get(server.address, "/open-gate");
    assert!(answer(first).text().contains("sample_total{number=\"2\"} 2\n"));
}

#[test]
fn left_alone_at_its_deadline_the_second_gets_what_there_is() {
    let server = Running::sharing();
    let first = ask(&server, "/metrics?samples=3&hang", 600);
    until_in_flight(&server, 1);
    let second = ask(&server, "/metrics?samples=3&hang", 2);
    until_in_flight(&server, 2);
    drop(first);
    let text = answer(second).text();
    assert!(text.contains("sample_total{number=\"2\"} 2\n"), "{text}");
}
