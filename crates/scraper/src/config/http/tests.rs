//! Credentials, TLS, headers and proxies, as the file names them.

use expect_test::expect;

use super::super::tests::{parse, refused};

#[test]
fn credentials_that_contradict() {
    refused(
        "scrape_configs:\n  - {job_name: a, bearer_token: x, basic_auth: {username: u}}\n",
        "/etc/pi/prometheus.yml:2:16: at most one of basic_auth, authorization, oauth2 and bearer_token must be given",
    );
    refused(
        "scrape_configs:\n  - {job_name: a, basic_auth: {username: u, password: p, password_file: f}}\n",
        "/etc/pi/prometheus.yml:2:16: at most one of basic_auth password and password_file must be given",
    );
    refused(
        "scrape_configs:\n  - {job_name: a, authorization: {type: Basic}}\n",
        r#"/etc/pi/prometheus.yml:2:16: authorization type cannot be "basic", use basic_auth instead"#,
    );
    refused(
        "scrape_configs:\n  - {job_name: a, tls_config: {cert_file: c}}\n",
        "/etc/pi/prometheus.yml:2:16: tls_config has cert_file but no key_file",
    );
}

#[test]
fn tls_headers_and_proxies() {
    let job = |more: &str| format!("scrape_configs: [{{job_name: a, {more}}}]");
    let config = parse(&job(
        "proxy_url: 'http://u:hunter%202@proxy:3128', http_headers: {X-Key: {secrets: [hunter2], files: [k]}}, \
         tls_config: {ca: hunter2, min_version: TLS13}",
    ))
    .unwrap();
    expect![[r#"
        HttpSettings {
            credentials: None,
            tls: TlsSettings {
                ca: Some(
                    Inline(
                        <secret>,
                    ),
                ),
                identity: None,
                server_name: None,
                insecure_skip_verify: false,
                versions: Only13,
            },
            follow_redirects: true,
            enable_compression: true,
            headers: {
                "X-Key": [
                    Inline(
                        <secret>,
                    ),
                    File(
                        "/etc/pi/k",
                    ),
                ],
            },
            proxy: Some(
                Proxy {
                    url: Url {
                        uri: http://proxy:3128/,
                        socket: None,
                    },
                    credentials: Some(
                        <secret>,
                    ),
                },
            ),
        }
    "#]]
    .assert_debug_eq(&config.jobs[0].scrape.http);
    for (more, expect) in [
        (
            "tls_config: {min_version: SSL3}",
            r#"58: unknown TLS version "SSL3""#,
        ),
        (
            "tls_config: {max_version: TLS11}",
            "29: tls_config max_version: TLS older than 1.2 is not spoken",
        ),
        (
            "tls_config: {min_version: TLS13, max_version: TLS12}",
            "29: tls_config min_version is greater than max_version",
        ),
        (
            "tls_config: {ca: x, ca_file: y}",
            "29: at most one of tls_config ca and ca_file must be given",
        ),
        (
            "proxy_url: socks5://x",
            "43: proxy_url must begin with http://: other proxies are not supported by this version",
        ),
        (
            "http_headers: {Host: {values: [x]}}",
            r#"29: http_headers: "Host" is set by other settings"#,
        ),
        (
            "http_headers: {'a b': {values: [x]}}",
            r#"29: http_headers: "a b" is no name of a header"#,
        ),
    ] {
        refused(&job(more), &format!("/etc/pi/prometheus.yml:1:{expect}"));
    }
}

#[test]
fn tokens_of_oauth2() {
    let job = |oauth2: &str| format!("scrape_configs: [{{job_name: a, oauth2: {{{oauth2}}}}}]");
    let config = parse(&job(
        "client_id: me, client_secret_file: s, token_url: 'https://login/token', scopes: [a, b], \
         endpoint_params: {audience: x}, tls_config: {ca_file: ca}, proxy_url: 'http://u:hunter2@proxy'",
    ))
    .unwrap();
    expect![[r#"
        Oauth2(
            Oauth2 {
                client_id: "me",
                client_secret: File(
                    "/etc/pi/s",
                ),
                token_url: Url {
                    uri: https://login/token,
                    socket: None,
                },
                scopes: [
                    "a",
                    "b",
                ],
                endpoint_params: {
                    "audience": "x",
                },
                tls: TlsSettings {
                    ca: Some(
                        File(
                            "/etc/pi/ca",
                        ),
                    ),
                    identity: None,
                    server_name: None,
                    insecure_skip_verify: false,
                    versions: Both,
                },
                proxy: Some(
                    Proxy {
                        url: Url {
                            uri: http://proxy/,
                            socket: None,
                        },
                        credentials: Some(
                            <secret>,
                        ),
                    },
                ),
            },
        )
    "#]]
    .assert_debug_eq(&config.jobs[0].scrape.http.credentials);
    for (oauth2, expect) in [
        (
            "client_secret: s, token_url: 'http://x'",
            "oauth2 has no client_id",
        ),
        (
            "client_id: i, token_url: 'http://x'",
            "oauth2 has no client_secret or client_secret_file",
        ),
        ("client_id: i, client_secret: s", "oauth2 has no token_url"),
        (
            "client_id: i, client_secret: s, client_secret_file: f, token_url: 'http://x'",
            "at most one of oauth2 client_secret and client_secret_file must be given",
        ),
    ] {
        refused(&job(oauth2), &format!("/etc/pi/prometheus.yml:1:29: {expect}"));
    }
    refused(
        &job("client_id: i, client_secret: s, token_url: 'ftp://x'"),
        r#"/etc/pi/prometheus.yml:1:84: not an address that begins with http:// or https://: "ftp://x""#,
    );
    refused(
        &job("grant_type: x"),
        "/etc/pi/prometheus.yml:1:41: grant_type is not supported by the scraper: oauth2 knows client_credentials with a client_secret",
    );
    refused(
        "scrape_configs: [{job_name: a, oauth2: {client_id: i}, bearer_token: t}]",
        "/etc/pi/prometheus.yml:1:29: at most one of basic_auth, authorization, oauth2 and bearer_token must be given",
    );
}
