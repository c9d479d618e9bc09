//! Paths, methods and headers.

use exporter_http::flags::Settings;
use exporter_http::limits::Limits;

use crate::client::{get, get_with, request};
use crate::running::Running;

#[test]
fn samples_with_the_headers_of_the_reference() {
    let server = Running::plain();
    let answer = get(server.address, "/metrics?samples=2");
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8; escaping=underscores")
    );
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("vary"), Some("Accept-Encoding"));
    let text = answer.text();
    assert!(text.contains("\nsample_total{number=\"1\"} 1\n"), "{text}");
    assert!(text.contains("\nsample_exporter_build_info{branch=\""), "{text}");
    assert!(
        text.contains(",goarch=\"") && text.contains(",version=\"1.2.3\"} 1\n"),
        "{text}"
    );
}

#[test]
fn head_and_post_are_answered_others_are_not() {
    let server = Running::plain();
    let get = get(server.address, "/probe?samples=1");
    let head = request(
        server.address,
        "HEAD /probe?samples=1 HTTP/1.1\r\nhost: x\r\n\r\n",
    );
    assert_eq!(head.status, 200);
    assert_eq!(head.header("content-length"), get.header("content-length"));
    let post = request(
        server.address,
        "POST /metrics HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello",
    );
    assert_eq!(post.status, 200);
    for method in ["DELETE", "PUT", "OPTIONS", "TRACE", "PATCH", "NONSENSE"] {
        let answer = request(
            server.address,
            &format!("{method} /metrics HTTP/1.1\r\nhost: x\r\n\r\n"),
        );
        assert_eq!((method, answer.status), (method, 405));
        assert_eq!(answer.header("allow"), Some("GET, HEAD, POST"));
    }
}

#[test]
fn paths_that_nothing_has() {
    let server = Running::plain();
    for path in [
        "/nothing",
        "//metrics",
        "/metrics/",
        "/../metrics",
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/metrics%00",
        "/METRICS",
        "/debug/pprof/",
    ] {
        let answer = get(server.address, path);
        assert_eq!((path, answer.status), (path, 404));
        assert_eq!(answer.text().lines().count(), 1);
    }
}

#[test]
fn queries_are_decoded_whatever_they_hold() {
    let server = Running::plain();
    let answer = get(server.address, "/metrics?echo=a%20b%2Bc&echo=%ff%zz");
    assert!(
        answer.text().contains("{number=\"a b+c\"} 1\n"),
        "{}",
        answer.text()
    );
    assert!(
        answer.text().contains("{number=\"\u{fffd}%zz\"} 1\n"),
        "{}",
        answer.text()
    );
    let refused = get(server.address, "/metrics?refuse=sense");
    assert_eq!((refused.status, refused.text().as_str()), (400, "no sense\n"));
}

#[test]
fn probe_is_served_without_the_numbers_of_the_process() {
    let server = Running::plain();
    let answer = get(server.address, "/probe?target=x");
    assert_eq!(
        answer.text(),
        "# HELP sample_total A sample that counts itself.\n# TYPE sample_total counter\nsample_total{number=\"probe\"} 1\n"
    );
}

#[test]
fn health_and_readiness() {
    let server = Running::plain();
    assert_eq!(
        get(server.address, "/-/healthy").text(),
        "Sample Exporter is healthy.\n"
    );
    assert_eq!(get(server.address, "/-/ready").status, 503);
    assert_eq!(get(server.address, "/become-ready").status, 200);
    let ready = get(server.address, "/-/ready");
    assert_eq!(
        (ready.status, ready.text().as_str()),
        (200, "Sample Exporter is ready.\n")
    );
}

#[test]
fn the_landing_page_links_and_forbids() {
    let server = Running::plain();
    let answer = get(server.address, "/");
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("script-src"),
        "{policy}"
    );
    let page = answer.text();
    for link in ["/metrics", "/-/healthy", "/-/ready", "/page"] {
        assert!(page.contains(&format!("<a href=\"{link}\">")), "{link}: {page}");
    }
    assert!(page.contains("prefers-color-scheme:dark") && page.contains("pi-sample-exporter 1.2.3"));
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("<script"));
}

#[test]
fn an_own_page_may_have_its_inline_script() {
    let server = Running::plain();
    let answer = get_with(server.address, "/page", "accept-encoding: gzip\r\n");
    assert!(answer.gunzipped().starts_with("<script>1"));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'unsafe-inline'") && policy.contains("connect-src 'self'"));
}

#[test]
fn the_process_tells_of_itself_unless_it_is_told_not_to() {
    let server = Running::plain();
    get(server.address, "/metrics?refuse=x");
    get(server.address, "/probe?refuse=x");
    let text = get(server.address, "/metrics").text();
    for line in [
        "promhttp_metric_handler_requests_in_flight 1",
        "promhttp_metric_handler_requests_total{code=\"400\"} 1",
        "promhttp_metric_handler_requests_total{code=\"503\"} 0",
        "# TYPE process_resident_memory_bytes gauge",
        "# TYPE sample_exporter_build_info gauge",
    ] {
        assert!(text.contains(&format!("\n{line}\n")), "{line}: {text}");
    }
    let settings = Settings {
        exporter_metrics: false,
        ..Settings::default()
    };
    let quiet = get(Running::start(settings, Limits::default()).address, "/metrics").text();
    assert!(quiet.contains("\nsample_exporter_build_info{"), "{quiet}");
    assert_eq!(quiet.lines().count(), 3, "{quiet}");
}

#[test]
fn the_telemetry_path_can_be_another() {
    let settings = Settings {
        telemetry_path: "/samples".to_owned(),
        ..Settings::default()
    };
    let server = Running::start(settings, Limits::default());
    assert_eq!(get(server.address, "/samples").status, 200);
    assert_eq!(get(server.address, "/metrics").status, 404);
    assert!(get(server.address, "/").text().contains("<a href=\"/samples\">"));
}
