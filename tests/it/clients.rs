//! Clients that are slow, many, or wrong.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::daemon::{self, Daemon, binary, until};
use crate::http;

/// What a slow client may hold before it is cut off, with room for a busy machine.
const HEADER_TIMEOUT_MAX: Duration = Duration::from_secs(13);

#[test]
fn a_thousand_slow_clients_are_cut_off_and_cost_little() {
    let node = daemon::node(&[]);
    // The start's code is given back after a few scrapes; what a client that stops needs is let in by the first of them.
    for _ in 0..5 {
        assert_eq!(http::get(&node.address, "/metrics").status, 200);
        let mut stopping = TcpStream::connect(&node.address).unwrap();
        stopping
            .write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n")
            .unwrap();
    }
    node.reset_peak();
    let before_kib = node.memory_kib("VmRSS");

    let started = Instant::now();
    let mut slow: Vec<TcpStream> = Vec::new();
    for _ in 0..1_000 {
        let mut stream = TcpStream::connect(&node.address).unwrap();
        let _ = stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ");
        slow.push(stream);
    }

    let mut fastest = Duration::MAX;
    for _ in 0..5 {
        let asked = Instant::now();
        assert_eq!(http::get(&node.address, "/metrics").status, 200);
        fastest = fastest.min(asked.elapsed());
    }
    assert!(
        fastest < Duration::from_millis(100),
        "a normal scrape took {fastest:?} beside slow clients"
    );

    for stream in &mut slow {
        let left = HEADER_TIMEOUT_MAX
            .saturating_sub(started.elapsed())
            .max(Duration::from_millis(1));
        stream.set_read_timeout(Some(left)).unwrap();
        let mut answer = [0; 512];
        // Closed, reset, or answered 408 and closed: all but a time-out here means that it was cut off.
        if let Err(error) = stream.read(&mut answer) {
            assert_ne!(
                error.kind(),
                std::io::ErrorKind::WouldBlock,
                "a slow client is still there"
            );
        }
    }
    let grown_kib = node.memory_kib("VmHWM").saturating_sub(before_kib);
    assert!(grown_kib <= 2_048, "slow clients cost {grown_kib} KiB");
}

#[test]
fn a_thousand_scrapes_at_once_are_bounded() {
    let node = daemon::node(&[]);
    http::get(&node.address, "/metrics");
    let clients: Vec<_> = (0..1_000)
        .map(|_| {
            let address = node.address.clone();
            std::thread::Builder::new()
                .stack_size(256 << 10)
                .spawn(move || http::request(&address, "GET", "/metrics", &[]).map(|answer| answer.status))
                .unwrap()
        })
        .collect();
    let answers: Vec<_> = clients
        .into_iter()
        .filter_map(|client| client.join().unwrap().ok())
        .collect();
    assert!(
        answers.iter().all(|status| [200, 503].contains(status)),
        "{answers:?}"
    );
    assert!(
        answers.iter().filter(|status| **status == 200).count() >= 40,
        "{answers:?}"
    );
    let peak_kib = node.memory_kib("VmHWM");
    assert!(peak_kib < 16 << 10, "1,000 scrapes at once took {peak_kib} KiB");
    assert_eq!(http::get(&node.address, "/metrics").status, 200);
}

#[test]
fn requests_that_make_no_sense_are_refused() {
    let node = daemon::node(&[]);
    let status = |method: &str, path: &str| http::request(&node.address, method, path, &[]).unwrap().status;
    assert_eq!(status("DELETE", "/metrics"), 405);
    assert_eq!(status("BREW", "/metrics"), 405);
    assert_eq!(status("GET", "/debug/pprof/"), 404);
    assert!([301, 404].contains(&status("GET", "//metrics")));
    assert!([400, 404].contains(&status("GET", "/../../etc/passwd")));
    assert!([400, 404].contains(&status("GET", "/metrics/%2e%2e/%2e%2e/etc/passwd")));
    assert_eq!(status("GET", "/metrics?collect%5B%5D=nope"), 400);
    assert_eq!(status("GET", "/metrics?collect[]=cpu&exclude[]=stat"), 400);
    assert!([400, 414, 431].contains(&status("GET", &format!("/metrics?x={}", "y".repeat(1 << 20)))));

    let large = format!(
        "GET /metrics HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n",
        "y".repeat(2 << 20)
    );
    assert_eq!(http::raw(&node.address, large.as_bytes()).unwrap().status, 431);
    assert_eq!(
        http::raw(&node.address, b"\x16\x03\x01 nonsense\r\n\r\n")
            .unwrap()
            .status,
        400
    );

    let only = http::get(&node.address, "/metrics?collect[]=loadavg").text();
    assert!(
        only.contains("node_load1 ") && !only.contains("node_cpu_seconds_total"),
        "{only}"
    );
}

#[test]
fn no_descriptors_left_is_survived() {
    let command = format!(
        "ulimit -n 40; exec {} --web.listen-address=127.0.0.1:0",
        binary("pi-node-exporter").display()
    );
    let mut node = Daemon::start(Command::new("sh").args(["-c", &command]));
    let crowd: Vec<_> = (0..100)
        .filter_map(|_| TcpStream::connect(&node.address).ok())
        .collect();
    // Whatever it answers now, it must live, and answer again when the crowd is gone.
    let _ = http::request(&node.address, "GET", "/-/healthy", &[]);
    assert!(node.is_running());
    drop(crowd);
    until("a scrape after the crowd", || {
        let answer = http::request(&node.address, "GET", "/metrics", &[]).ok()?;
        (answer.status == 200 && answer.text().contains("node_load1 ")).then_some(())
    });
}

#[test]
fn a_full_disk_under_the_log_and_little_memory_are_survived() {
    // 64 MiB of address space, and a log that cannot be written.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let command = format!(
        "ulimit -v 65536; exec {} --web.listen-address=127.0.0.1:{port} --log.level=debug 2>/dev/full",
        binary("pi-node-exporter").display()
    );
    let mut node = Daemon::spawn(Command::new("sh").args(["-c", &command]));
    let address = format!("127.0.0.1:{port}");
    for _ in 0..50 {
        let answer = until("an answer", || {
            http::request(&address, "GET", "/metrics", &[]).ok()
        });
        assert_eq!(answer.status, 200);
    }
    assert!(node.is_running());
}
