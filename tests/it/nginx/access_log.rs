//! An access log that nginx writes, across rotation, and lines that somebody chose to break a graph.

use std::fs;
use std::io::Write as _;

use super::{exporter, metrics, value};
use crate::daemon::until;
use crate::peer;
use crate::servers::nginx::Nginx;

#[test]
fn access_logs_across_rotation() {
    let nginx = Nginx::start();
    nginx.request("/small", 3);
    let flags = ["access.log", "time.log", "json.log,format=json"]
        .map(|log| format!("--nginx.access-log={}", nginx.path(log)));
    let exporter = exporter(&[&flags[..], &[format!("--nginx.scrape-uri={}", nginx.uri())]].concat());
    let of = |name: &str, log: &str, more: &str| format!("{name}{{log=\"{}\"{more}}}", nginx.path(log));
    let count = |log: &str| {
        of(
            "nginx_http_response_count_total",
            log,
            ",method=\"GET\",status=\"200\"",
        )
    };

    nginx.request("/small", 5);
    nginx.request("/nothing", 2);
    let text = metrics(&exporter);
    for log in ["access.log", "time.log", "json.log"] {
        assert_eq!(value(&text, &count(log)), 5.0, "{log}");
        assert_eq!(
            value(&text, &of("nginx_access_log_unparsed_lines_total", log, "")),
            0.0
        );
        let size = of("nginx_http_response_size_bytes_sum", log, ",status_class=\"2xx\"");
        assert_eq!(value(&text, &size), 25.0);
    }
    let missing = of(
        "nginx_http_response_count_total",
        "access.log",
        ",method=\"GET\",status=\"404\"",
    );
    assert_eq!(value(&text, &missing), 2.0);
    for (log, count) in [("time.log", 5.0), ("json.log", 5.0)] {
        let time = of(
            "nginx_http_response_time_seconds_count",
            log,
            ",status_class=\"2xx\"",
        );
        assert_eq!(value(&text, &time), count);
    }

    // logrotate: rename, and a moment later the signal to reopen.
    for log in ["access.log", "time.log", "json.log"] {
        fs::rename(nginx.path(log), nginx.path(&format!("{log}.1"))).unwrap();
    }
    nginx.request("/small", 4);
    nginx.reopen();
    until("nginx to reopen its logs", || {
        std::path::Path::new(&nginx.path("json.log"))
            .exists()
            .then_some(())
    });
    nginx.request("/small", 3);
    let text = metrics(&exporter);
    for log in ["access.log", "time.log", "json.log"] {
        assert_eq!(value(&text, &count(log)), 12.0, "{log}");
        assert_eq!(
            value(&text, &of("nginx_access_log_rotations_total", log, "")),
            1.0
        );
    }

    // copytruncate.
    fs::OpenOptions::new()
        .write(true)
        .truncate(true)
        .open(nginx.path("access.log"))
        .unwrap();
    metrics(&exporter);
    nginx.request("/small", 6);
    assert_eq!(value(&metrics(&exporter), &count("access.log")), 18.0);
}

/// Longest line that may come of any request, in bytes.
const LINE_BYTES: usize = 4 << 10;

#[test]
fn methods_and_paths_that_somebody_chose_are_bounded_and_read_by_promtool() {
    let nginx = Nginx::start();
    let log = nginx.path("access.log");
    let exporter = exporter(&[
        format!("--nginx.access-log={log}"),
        format!("--nginx.scrape-uri={}", nginx.uri()),
    ]);
    let long = "x".repeat(6 << 10);
    let requests = [
        "GET /\"} 1\\n# TYPE nginx_up counter HTTP/1.1\r\nHost: a\"b\\\r\nConnection: close\r\n\r\n",
        "EVIL\"METHOD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "MADE-UP / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        &format!(
            "GET /small?{long} HTTP/1.1\r\nHost: a\r\nUser-Agent: \"{{}}\\\r\nConnection: close\r\n\r\n"
        ),
    ];
    for request in requests {
        // Whatever nginx answers, it logs a line.
        let _ = crate::http::raw(&nginx.address(), request.as_bytes());
    }
    // A line that nginx would not write, and one that never ends.
    let mut file = fs::OpenOptions::new().append(true).open(&log).unwrap();
    file.write_all(b"\xff\xfe \"{}\\ 1e309\n").unwrap();
    file.write_all("y".repeat(1 << 20).as_bytes()).unwrap();
    file.write_all(b"\n").unwrap();
    let text = metrics(&exporter);
    assert_eq!(value(&text, "nginx_up"), 1.0);
    let counted: f64 = text
        .lines()
        .filter(|line| line.starts_with("nginx_http_response_count_total{"))
        .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        .sum();
    assert!(counted >= 1.0, "requests were counted:\n{text}");
    assert!(
        value(&text, "nginx_access_log_unparsed_lines_total") >= 2.0,
        "{text}"
    );
    assert!(!text.contains("EVIL") && !text.contains("MADE-UP"), "{text}");
    assert_eq!(text.matches("# TYPE nginx_up ").count(), 1);
    let longest = text.lines().map(str::len).max().unwrap();
    assert!(longest <= LINE_BYTES, "a line of {longest} bytes");
    let broken: Vec<_> = peer::lint(&text)
        .into_iter()
        .filter(|line| !line.starts_with("nginx_"))
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
}
