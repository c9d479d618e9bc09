use expect_test::{Expect, expect};

use super::*;

#[track_caller]
fn check(flags: &[&str], expect: Expect) {
    let matches = command().try_get_matches_from([&["pi-nginx-exporter"], flags].concat());
    let text = match Settings::new(&matches.unwrap()) {
        Err(error) => error.to_string(),
        Ok(settings) => {
            let names: Vec<_> = settings
                .targets
                .iter()
                .map(|target| target.name.as_str())
                .collect();
            format!(
                "{names:?} plus={} {:?} {:?}\n{:?}\n{:?}",
                settings.plus, settings.timeout, settings.const_labels, settings.client, settings.access_logs
            )
        }
    };
    expect.assert_eq(&text);
}

#[test]
fn defaults() {
    check(
        &[],
        expect![[r#"
            ["http://127.0.0.1:8080/stub_status"] plus=false 5s []
            ClientSettings { tls: TlsSettings { ca: None, identity: None, server_name: None, insecure_skip_verify: true, versions: Both }, proxy_protocol: false }
            []"#]],
    );
}

#[test]
fn everything() {
    check(
        &[
            "--nginx.scrape-uri=http://a:b@c/d",
            "--nginx.scrape-uri=unix:/s:/p",
            "--nginx.scrape-uri=http://c/d",
            "--nginx.plus",
            "--nginx.ssl-client-cert=c",
            "--nginx.ssl-client-key=k",
            "--nginx.proxy-protocol",
            "--nginx.timeout=1m1.5s",
            "--prometheus.const-label=z=1",
            "--prometheus.const-label=a=x,y,b=2",
            "--prometheus.const-labels=c=3",
            "--nginx.retries=5",
            "--nginx.access-log=/a",
            "--nginx.access-log=/b,format=json",
        ],
        expect![[r#"
            ["http://c/d", "unix:/s:/p"] plus=true 61.5s [("a", "x,y"), ("b", "2"), ("c", "3"), ("z", "1")]
            ClientSettings { tls: TlsSettings { ca: None, identity: Some((File("c"), File("k"))), server_name: None, insecure_skip_verify: true, versions: Both }, proxy_protocol: true }
            [AccessLogFlag { path: "/a", format: Combined }, AccessLogFlag { path: "/b", format: Json }]"#]],
    );
}

#[test]
fn wrong_ones() {
    check(
        &["--nginx.timeout=0s"],
        expect!["--nginx.timeout=0s: not a duration such as 5s or 1m30s"],
    );
    check(
        &["--nginx.timeout=5"],
        expect!["--nginx.timeout=5: not a duration such as 5s or 1m30s"],
    );
    check(
        &["--nginx.scrape-uri=nginx/status"],
        expect![
            "--nginx.scrape-uri: expected http://host/path, https://host/path or unix:/socket:/path: invalid format"
        ],
    );
    check(
        &["--prometheus.const-label=a"],
        expect!["--prometheus.const-label=a: expected name=value"],
    );
    check(
        &["--prometheus.const-label=1a=x"],
        expect!["--prometheus.const-label=1a=x: not a name of a label"],
    );
    check(
        &["--nginx.access-log=/a", "--nginx.access-log=/a,format=json"],
        expect!["--nginx.access-log=/a,format=json: given twice"],
    );
    check(
        &["--nginx.access-log=/a,format=xml"],
        expect![[r#"--nginx.access-log=/a,format=xml: format "xml" is neither combined nor json"#]],
    );
    check(
        &[
            "--nginx.scrape-uri=https://x/",
            "--nginx.ssl-verify",
            "--nginx.ssl-ca-cert=/nonexistent/ca",
        ],
        expect!["read /nonexistent/ca: No such file or directory (os error 2)"],
    );
}

#[test]
fn help_tells_the_variables() {
    let help = command().render_long_help().to_string();
    for variable in ["SCRAPE_URI", "NGINX_PLUS", "TIMEOUT", "CONST_LABELS"] {
        assert!(help.contains(&format!("[variable: {variable}]")), "{help}");
    }
}

#[test]
fn every_flag_is_declared_once() {
    command().debug_assert();
}
