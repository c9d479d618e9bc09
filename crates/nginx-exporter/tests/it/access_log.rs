//! Access logs beside the targets.

use std::io::Write as _;
use std::path::Path;

use expect_test::expect;

use crate::exporter::{asking, run, scrape};
use crate::responder::Responder;

fn append(path: &Path, line: &str) {
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .unwrap();
    writeln!(file, "{line}").unwrap();
}

const GET: &str = r#"1.1.1.1 - - [21/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 612 "-" "-""#;

/// Lines that are not of the histograms and not of the target.
fn counters(text: &str) -> String {
    let own = text
        .lines()
        .filter(|line| !line.contains("_bucket") && !line.starts_with("nginx_connections"));
    own.map(|line| format!("{line}\n")).collect()
}

#[test]
fn counted_from_the_start_of_the_process() {
    run(async || {
        let nginx = Responder::page(7);
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("access.log");
        append(&log, GET);
        let exporter = asking(&[&nginx.uri], &[&format!("--nginx.access-log={}", log.display())]);
        append(&log, GET);
        append(&log, &GET.replace("GET", "BREW").replace("200 612", "404 10"));
        append(&log, "nonsense");
        expect![[r#"
            nginx_access_log_read_bytes_total 157
            nginx_access_log_rotations_total 0
            nginx_access_log_unparsed_lines_total 1
            nginx_access_log_up 1
            nginx_http_requests_total 7
            nginx_http_response_count_total{method="GET",status="200"} 1
            nginx_http_response_count_total{method="other",status="404"} 1
            nginx_http_response_size_bytes_sum{status_class="2xx"} 612
            nginx_http_response_size_bytes_count{status_class="2xx"} 1
            nginx_http_response_size_bytes_sum{status_class="4xx"} 10
            nginx_http_response_size_bytes_count{status_class="4xx"} 1
            nginx_up 1
        "#]]
        .assert_eq(&counters(&scrape(&exporter).await));
    });
}

#[test]
fn several_logs_are_told_apart() {
    run(async || {
        let nginx = Responder::page(7);
        let folder = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|name| folder.path().join(name));
        let flags = [
            format!("--nginx.access-log={}", a.display()),
            format!("--nginx.access-log={},format=json", b.display()),
        ];
        let exporter = asking(&[&nginx.uri], &flags.each_ref().map(String::as_str));
        let missing = scrape(&exporter).await;
        append(&a, GET);
        append(
            &b,
            r#"{"status":"301","request_method":"HEAD","request_time":"0.250"}"#,
        );
        let text = scrape(&exporter).await;
        let labelled =
            |name: &str, path: &Path, rest: &str| format!("{name}{{log=\"{}\"{rest}\n", path.display());
        for (text, line) in [
            (&missing, labelled("nginx_access_log_up", &a, "} 0")),
            (&text, labelled("nginx_access_log_up", &a, "} 1")),
            (
                &text,
                labelled(
                    "nginx_http_response_count_total",
                    &a,
                    ",method=\"GET\",status=\"200\"} 1",
                ),
            ),
            (
                &text,
                labelled(
                    "nginx_http_response_count_total",
                    &b,
                    ",method=\"HEAD\",status=\"301\"} 1",
                ),
            ),
            (
                &text,
                labelled(
                    "nginx_http_response_time_seconds_sum",
                    &b,
                    ",status_class=\"3xx\"} 0.25",
                ),
            ),
        ] {
            assert!(text.contains(&line), "{line}{text}");
        }
    });
}

#[test]
fn looked_at_between_scrapes() {
    run(async || {
        let nginx = Responder::page(7);
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("access.log");
        append(&log, GET);
        let exporter = asking(&[&nginx.uri], &[&format!("--nginx.access-log={}", log.display())]);
        append(&log, GET);
        // The first look comes with the first turn of the runtime; then the file may go.
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        std::fs::remove_file(&log).unwrap();
        assert!(
            scrape(&exporter)
                .await
                .contains("nginx_http_response_count_total{method=\"GET\",status=\"200\"} 1\n")
        );
    });
}

#[test]
fn a_scrape_and_the_watch_may_look_at_once() {
    run(async || {
        let nginx = Responder::page(7);
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("access.log");
        append(&log, GET);
        let exporter = asking(&[&nginx.uri], &[&format!("--nginx.access-log={}", log.display())]);
        // Many steps, so that both are in the middle of it.
        append(&log, &[GET; 5000].join("\n"));
        let (one, other) = tokio::join!(scrape(&exporter), scrape(&exporter));
        for text in [one, other] {
            assert!(
                text.contains("nginx_access_log_unparsed_lines_total 0\n"),
                "{text}"
            );
        }
        let count = "nginx_http_response_count_total{method=\"GET\",status=\"200\"} 5000\n";
        assert!(scrape(&exporter).await.contains(count));
    });
}
