//! What a client may take, and what becomes of one that takes more.

use std::io::Write;
use std::net::Shutdown;
use std::thread;
use std::time::{Duration, Instant};

use exporter_http::flags::Settings;
use exporter_http::limits::Limits;

use crate::client::{connect, get, get_with, is_closed, read_answer, request, until};
use crate::running::{Running, short};

#[test]
fn requests_beyond_the_limit_are_told_to_come_again() {
    let settings = Settings {
        max_requests: 2,
        ..Settings::default()
    };
    let server = Running::start(settings, Limits::default());
    let mut hanging: Vec<_> = (0..2).map(|_| connect(server.address)).collect();
    for stream in &mut hanging {
        stream
            .write_all(b"GET /metrics?hang HTTP/1.1\r\nhost: x\r\n\r\n")
            .unwrap();
    }
    let refused = until(|| get(server.address, "/metrics"), |answer| answer.status == 503);
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(get(server.address, "/-/healthy").status, 200);
    // A client that leaves gives its place back.
    drop(hanging.pop());
    until(|| get(server.address, "/metrics"), |answer| answer.status == 200);
}

#[test]
fn zero_is_no_limit() {
    let settings = Settings {
        max_requests: 0,
        ..Settings::default()
    };
    let server = Running::start(settings, Limits::default());
    let mut streams: Vec<_> = (0..60).map(|_| connect(server.address)).collect();
    for stream in &mut streams {
        stream
            .write_all(b"GET /metrics?wait=100 HTTP/1.1\r\nhost: x\r\n\r\n")
            .unwrap();
    }
    for stream in &mut streams {
        assert_eq!(read_answer(stream, false).unwrap().status, 200);
    }
}

#[test]
fn a_scrape_ends_at_its_deadline_with_what_it_has() {
    let server = Running::plain();
    let start = Instant::now();
    let answer = get_with(
        server.address,
        "/metrics?samples=3&hang",
        "x-prometheus-scrape-timeout-seconds: 0.8\r\n",
    );
    let took = start.elapsed();
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains("sample_total{number=\"2\"} 2\n"));
    assert!(
        (Duration::from_millis(550)..Duration::from_millis(800)).contains(&took),
        "{took:?}"
    );
}

#[test]
fn a_client_that_trickles_its_head_is_cut_off() {
    let server = Running::start(Settings::default(), short());
    let mut stream = connect(server.address);
    let start = Instant::now();
    let mut writer = stream.try_clone().unwrap();
    let trickle = thread::spawn(move || {
        let mut sent = 0;
        while writer.write_all(b"G").is_ok() && start.elapsed() < Duration::from_secs(5) {
            sent += 1;
            thread::park_timeout(Duration::from_millis(20));
        }
        sent
    });
    assert!(is_closed(&mut stream));
    let took = start.elapsed();
    assert!(
        (Duration::from_millis(250)..Duration::from_secs(2)).contains(&took),
        "{took:?}"
    );
    assert!(trickle.join().unwrap() > 3);
}

#[test]
fn a_second_head_on_a_connection_has_the_same_time() {
    let limits = Limits {
        idle: Duration::from_secs(20),
        ..short()
    };
    let server = Running::start(Settings::default(), limits);
    let mut stream = connect(server.address);
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    assert_eq!(read_answer(&mut stream, false).unwrap().status, 200);
    let start = Instant::now();
    stream.write_all(b"GET / HT").unwrap();
    assert!(is_closed(&mut stream));
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[test]
fn an_idle_connection_is_closed() {
    let server = Running::start(Settings::default(), short());
    let mut stream = connect(server.address);
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    assert_eq!(read_answer(&mut stream, false).unwrap().status, 200);
    assert!(is_closed(&mut stream));
}

#[test]
fn a_thousand_slow_clients_do_not_delay_a_scrape() {
    let limits = Limits {
        connections: 64,
        ..Limits::default()
    };
    let server = Running::start(Settings::default(), limits);
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut stream = connect(server.address);
        stream.write_all(b"GET /metrics HTTP/1.1\r\nx: ").unwrap();
        slow.push(stream);
        if slow.len() % 50 == 0 {
            let start = Instant::now();
            assert_eq!(get(server.address, "/metrics?samples=100").status, 200);
            assert!(
                start.elapsed() < Duration::from_millis(500),
                "{:?}",
                start.elapsed()
            );
        }
    }
    // The oldest made room, the newest are still waited for.
    assert!(is_closed(&mut slow[0]));
    let newest = slow.last_mut().unwrap();
    newest.write_all(b"y\r\n\r\n").unwrap();
    assert_eq!(read_answer(newest, false).unwrap().status, 200);
}

#[test]
fn a_head_that_is_too_large_is_refused_and_the_client_learns_it() {
    let server = Running::plain();
    for bytes in [17_000, 100_000, 2_000_000] {
        let answer = get_with(
            server.address,
            "/metrics",
            &format!("x: {}\r\n", "y".repeat(bytes)),
        );
        assert_eq!((bytes, answer.status), (bytes, 431));
    }
    let many: String = (0..200).map(|n| format!("h{n}: v\r\n")).collect();
    assert_eq!(get_with(server.address, "/metrics", &many).status, 431);
    let long_query = get(server.address, &format!("/metrics?{}", "a=b&".repeat(20_000)));
    assert!(matches!(long_query.status, 414 | 431), "{}", long_query.status);
    assert_eq!(
        get(server.address, &format!("/metrics?{}", "a=b&".repeat(3000))).status,
        200
    );
}

#[test]
fn what_is_not_http_is_refused() {
    let server = Running::plain();
    for nonsense in [
        "\0\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\x16\x03\x01\r\n\r\n",
        "GET / HTTP/1.1\r\n: x\r\n\r\n",
    ] {
        let answer = request(server.address, nonsense);
        assert!(
            matches!(answer.status, 400 | 505),
            "{nonsense:?}: {}",
            answer.status
        );
    }
    assert_eq!(get(server.address, "/metrics").status, 200);
}

#[test]
fn bodies_are_read_up_to_their_limits() {
    let server = Running::start(Settings::default(), short());
    let post = |length: usize, sent: usize| {
        format!(
            "POST /metrics HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n{}",
            "b".repeat(sent)
        )
    };
    assert_eq!(request(server.address, &post(60_000, 60_000)).status, 200);
    assert_eq!(request(server.address, &post(1_000_000, 1_000_000)).status, 413);
    assert_eq!(request(server.address, &post(10, 5)).status, 408);
}

#[test]
fn a_client_that_does_not_read_is_cut_off() {
    let server = Running::start(
        Settings {
            max_requests: 1,
            ..Settings::default()
        },
        short(),
    );
    let mut stream = connect(server.address);
    // 40 MB, more than the system buffers.
    stream
        .write_all(b"GET /metrics?samples=1000000 HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    // While it is written nobody else is served, and then its place is free again.
    until(|| get(server.address, "/metrics"), |answer| answer.status == 200);
    let error = until(|| read_answer(&mut stream, false), |_| true).unwrap_err();
    assert!(
        matches!(
            error.kind(),
            std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::ConnectionReset
        ),
        "{error}"
    );
}

#[test]
fn a_client_that_only_shuts_down_is_no_trouble() {
    let server = Running::plain();
    let mut stream = connect(server.address);
    stream.shutdown(Shutdown::Write).unwrap();
    assert!(is_closed(&mut stream));
    let mut stream = connect(server.address);
    stream.write_all(b"GET / HT").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert!(is_closed(&mut stream));
    assert_eq!(get(server.address, "/metrics").status, 200);
}

#[test]
fn the_end_waits_for_requests_under_way() {
    let mut server = Running::start(Settings::default(), short());
    let mut busy = connect(server.address);
    busy.write_all(b"GET /metrics?wait=400&samples=1 HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    let mut idle = connect(server.address);
    idle.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    read_answer(&mut idle, false).unwrap();
    server.stop();
    let answer = read_answer(&mut busy, false).unwrap();
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
    assert!(is_closed(&mut idle));
    assert!(server.end().is_ok());
}

#[test]
fn the_end_does_not_wait_for_ever() {
    let server = Running::start(Settings::default(), short());
    let mut stream = connect(server.address);
    stream
        .write_all(b"GET /metrics?hang HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    until(
        || get(server.address, "/-/healthy"),
        |answer| answer.status == 200,
    );
    let start = Instant::now();
    assert!(server.end().is_ok());
    assert!(start.elapsed() < Duration::from_secs(3));
    assert!(is_closed(&mut stream));
}
