//! Configurations that are taken, and what is said of those that are not.

use std::path::Path;

use expect_test::expect;

use super::*;

fn parse(text: &str) -> Result<Config, Error> {
    Config::parse(Path::new("/etc/pi/prometheus.yml"), text)
}

#[track_caller]
fn refused(text: &str, expect: &str) {
    let error = parse(text).unwrap_err().to_string();
    assert!(!error.contains('\n'), "{error}");
    assert_eq!(error, expect);
}

const EVERYTHING: &str = r#"
global:
  scrape_interval: 15s
  scrape_timeout: 5s
  evaluation_interval: 1m
  external_labels: {site: home, rack: 1}
  body_size_limit: 1MB
  sample_limit: 100
  label_limit: 30
  label_name_length_limit: 40
  label_value_length_limit: 50
  target_limit: 7
  keep_dropped_targets: 1
scrape_configs:
  - job_name: defaults
    static_configs:
      - targets: ['pi1:9100', "pi2:9100"]
        labels: {room: attic, floor: 2}
  - job_name: own
    scrape_interval: 1m30s
    scrape_timeout: 20s
    metrics_path: /probe
    scheme: https
    params: {module: [http_2xx, b]}
    honor_labels: true
    honor_timestamps: false
    track_timestamps_staleness: true
    fallback_scrape_protocol: PrometheusText0.0.4
    body_size_limit: 2MB
    sample_limit: 200
    target_limit: 8
    label_limit: 31
    basic_auth: {username: u, password_file: secrets/p}
    tls_config:
      ca_file: /abs/ca.pem
      cert_file: c.pem
      key_file: k.pem
      server_name: pi
      insecure_skip_verify: true
    follow_redirects: false
    enable_compression: false
    enable_http2: true
    file_sd_configs:
      - files: [targets/*.json, /abs/t.yml]
        refresh_interval: 30s
"#;

#[test]
fn everything() {
    let config = parse(EVERYTHING).unwrap();
    expect![[r#"
        Config {
            external_labels: {
                "rack": "1",
                "site": "home",
            },
            jobs: [
                Job {
                    name: "defaults",
                    scrape: ScrapeSettings {
                        interval: PromDuration(
                            15s,
                        ),
                        timeout: PromDuration(
                            5s,
                        ),
                        metrics_path: "/metrics",
                        scheme: "http",
                        params: {},
                        honor_labels: false,
                        honor_timestamps: true,
                        track_timestamps_staleness: false,
                        accept: "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                        extra_metrics: false,
                        fallback_format: None,
                        limits: Limits {
                            body_bytes: 1048576,
                            samples: 100,
                            samples_configured: 100,
                            labels: 30,
                            label_name_bytes: 40,
                            label_value_bytes: 50,
                        },
                        metric_relabel: [],
                        http: HttpSettings {
                            credentials: None,
                            tls: TlsSettings {
                                ca: None,
                                identity: None,
                                server_name: None,
                                insecure_skip_verify: false,
                                versions: Both,
                            },
                            follow_redirects: true,
                            enable_compression: true,
                            headers: {},
                            proxy: None,
                        },
                    },
                    target_limit: 7,
                    relabel: [],
                    keep_dropped_targets: 1,
                    static_groups: [
                        StaticGroup {
                            targets: [
                                "pi1:9100",
                                "pi2:9100",
                            ],
                            labels: {
                                "floor": "2",
                                "room": "attic",
                            },
                        },
                    ],
                    file_sd: [],
                    sources: [],
                },
                Job {
                    name: "own",
                    scrape: ScrapeSettings {
                        interval: PromDuration(
                            90s,
                        ),
                        timeout: PromDuration(
                            20s,
                        ),
                        metrics_path: "/probe",
                        scheme: "https",
                        params: {
                            "module": [
                                "http_2xx",
                                "b",
                            ],
                        },
                        honor_labels: true,
                        honor_timestamps: false,
                        track_timestamps_staleness: true,
                        accept: "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                        extra_metrics: false,
                        fallback_format: Some(
                            Text004,
                        ),
                        limits: Limits {
                            body_bytes: 2097152,
                            samples: 200,
                            samples_configured: 200,
                            labels: 31,
                            label_name_bytes: 40,
                            label_value_bytes: 50,
                        },
                        metric_relabel: [],
                        http: HttpSettings {
                            credentials: Basic {
                                username: Inline(
                                    <secret>,
                                ),
                                password: File(
                                    "/etc/pi/secrets/p",
                                ),
                            },
                            tls: TlsSettings {
                                ca: Some(
                                    File(
                                        "/abs/ca.pem",
                                    ),
                                ),
                                identity: Some(
                                    (
                                        File(
                                            "/etc/pi/c.pem",
                                        ),
                                        File(
                                            "/etc/pi/k.pem",
                                        ),
                                    ),
                                ),
                                server_name: Some(
                                    "pi",
                                ),
                                insecure_skip_verify: true,
                                versions: Both,
                            },
                            follow_redirects: false,
                            enable_compression: false,
                            headers: {},
                            proxy: None,
                        },
                    },
                    target_limit: 8,
                    relabel: [],
                    keep_dropped_targets: 1,
                    static_groups: [],
                    file_sd: [
                        FileSd {
                            files: [
                                "/etc/pi/targets/*.json",
                                "/abs/t.yml",
                            ],
                            refresh_interval: PromDuration(
                                30s,
                            ),
                        },
                    ],
                    sources: [],
                },
            ],
            remote_write: [],
            scrape_config_files: [],
        }
    "#]]
    .assert_debug_eq(&config);
}

#[test]
fn nothing_is_valid() {
    for text in [
        "",
        "# nothing\n",
        "global:\nrule_files:\n  # - first.yml\nscrape_configs:\n",
        "rule_files: []",
    ] {
        assert_eq!(parse(text).unwrap(), Config::default(), "{text}");
    }
}

#[test]
fn timeout_is_cut_to_the_interval() {
    let config = parse("scrape_configs: [{job_name: a, scrape_interval: 5s}]").unwrap();
    assert_eq!(config.jobs[0].scrape.timeout.to_string(), "5s");
}

#[test]
fn mistakes() {
    refused(
        "scrape_configs:\n  - job_name: a\n    metric_path: /x\n",
        r#"/etc/pi/prometheus.yml:3:5: unknown key "metric_path", did you mean "metrics_path"?"#,
    );
    refused(
        "globl: {}\n",
        r#"/etc/pi/prometheus.yml:1:1: unknown key "globl", did you mean "global"?"#,
    );
    refused(
        "scrape_configs:\n  - job_name: a\n    static_configs:\n      - target: [x]\n",
        r#"/etc/pi/prometheus.yml:4:9: unknown key "target", did you mean "targets"?"#,
    );
    refused(
        "global:\n  scrape_interval: 15\n",
        r#"/etc/pi/prometheus.yml:2:20: "15" is not a duration, as in 15s or 1m30s"#,
    );
    refused(
        "global:\n  body_size_limit: 15\n",
        r#"/etc/pi/prometheus.yml:2:20: "15" is not a size, as in 512KB or 16MB"#,
    );
    refused(
        "global: {scrape_interval: 5s, scrape_timeout: 6s}\n",
        "/etc/pi/prometheus.yml:1:47: global scrape timeout is greater than scrape interval",
    );
    refused(
        "scrape_configs:\n  - job_name: a\n    scrape_timeout: 2m\n",
        r#"/etc/pi/prometheus.yml:3:21: scrape timeout 2m of job "a" is greater than its scrape interval 1m"#,
    );
    refused(
        "scrape_configs:\n  - job_name: a\n  - job_name: a\n",
        r#"/etc/pi/prometheus.yml:3:15: more than one scrape config has the job name "a""#,
    );
    refused(
        "scrape_configs:\n  - metrics_path: /x\n",
        "/etc/pi/prometheus.yml:2:5: a scrape config has no job_name",
    );
    refused(
        "scrape_configs:\n  - job_name: ''\n",
        "/etc/pi/prometheus.yml:2:15: job_name is empty",
    );
    refused(
        "scrape_configs:\n  - {job_name: a, scheme: ftp}\n",
        r#"/etc/pi/prometheus.yml:2:27: scheme must be http or https, not "ftp""#,
    );
    refused(
        "scrape_configs: [\n",
        "/etc/pi/prometheus.yml:1:17: unclosed bracket '['",
    );
    refused(
        "scrape_configs:\n  - {job_name: a, sample_limit: -1}\n",
        r#"/etc/pi/prometheus.yml:2:33: "-1" is not a whole number from 0"#,
    );
    refused(
        "scrape_configs:\n  - {job_name: a, fallback_scrape_protocol: x}\n",
        r#"/etc/pi/prometheus.yml:2:45: unknown fallback_scrape_protocol "x""#,
    );
    refused(
        "global:\n  external_labels: {__name__: x}\n",
        r#"/etc/pi/prometheus.yml:2:20: "__name__" is not a valid label name"#,
    );
    refused(
        "scrape_configs:\n  - job_name: a\n    static_configs: [{targets: ['http://pi/']}]\n",
        r#"/etc/pi/prometheus.yml:2:15: "http://pi/" is not a valid target address (host:port, without scheme or path)"#,
    );
    refused(
        "scrape_configs:\n  - job_name: a\n    file_sd_configs: [{files: [a/*/b.json]}]\n",
        r#"/etc/pi/prometheus.yml:3:32: path "a/*/b.json" is not valid for file discovery (.json, .yml or .yaml; * only in its last element)"#,
    );
    refused(
        "scrape_configs:\n  - job_name: a\n    file_sd_configs: [{files: [b.txt]}]\n",
        r#"/etc/pi/prometheus.yml:3:32: path "b.txt" is not valid for file discovery (.json, .yml or .yaml; * only in its last element)"#,
    );
}

#[test]
fn credentials_that_contradict() {
    refused(
        "scrape_configs:\n  - {job_name: a, bearer_token: x, basic_auth: {username: u}}\n",
        "/etc/pi/prometheus.yml:2:16: at most one of basic_auth, authorization and bearer_token must be given",
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
fn keys_of_later_versions_are_named() {
    refused(
        "scrape_configs:\n  - job_name: a\n    consul_sd_configs:\n      - {server: x}\n",
        "/etc/pi/prometheus.yml:3:5: consul_sd_configs is not supported yet by this version",
    );
    refused(
        "remote_read:\n  - url: http://x\n",
        "/etc/pi/prometheus.yml:1:1: remote_read is not supported yet by this version",
    );
    refused(
        "scrape_configs:\n  - job_name: a\n    kubernetes_sd_configs: [{role: node}]\n",
        "/etc/pi/prometheus.yml:3:5: kubernetes_sd_configs is not supported yet by this version",
    );
    refused(
        "global: {scrape_protocols: [PrometheusProto]}\n",
        "/etc/pi/prometheus.yml:1:28: PrometheusProto as the only scrape protocol is not supported yet by this version",
    );
}

#[test]
fn sources_of_targets() {
    let job = |more: &str| format!("scrape_configs:\n  - job_name: a\n    {more}\n");
    let config = parse(&job(
        "http_sd_configs: [{url: 'http://sd/x', bearer_token: t}]\n    dns_sd_configs: [{names: [_a._tcp.lan]}, {names: [b], type: aaaa, port: 1}]\n    \
         tailscale_sd_configs: [{}]\n    docker_sd_configs: [{host: tcp://pi:2375, filters: [{name: status, values: [running]}]}]",
    ))
    .unwrap();
    expect![[r#"
        [
            Http(
                HttpSource {
                    url: Url {
                        uri: http://sd/x,
                        socket: None,
                    },
                    refresh_interval: PromDuration(
                        60s,
                    ),
                    http: HttpSettings {
                        credentials: Scheme {
                            scheme: "Bearer",
                            credentials: Inline(
                                <secret>,
                            ),
                        },
                        tls: TlsSettings {
                            ca: None,
                            identity: None,
                            server_name: None,
                            insecure_skip_verify: false,
                            versions: Both,
                        },
                        follow_redirects: true,
                        enable_compression: true,
                        headers: {},
                        proxy: None,
                    },
                },
            ),
            Dns(
                DnsSource {
                    names: [
                        "_a._tcp.lan",
                    ],
                    kind: Srv,
                    port: 0,
                    refresh_interval: PromDuration(
                        30s,
                    ),
                },
            ),
            Dns(
                DnsSource {
                    names: [
                        "b",
                    ],
                    kind: Aaaa,
                    port: 1,
                    refresh_interval: PromDuration(
                        30s,
                    ),
                },
            ),
            Docker(
                DockerSource {
                    daemon: Url {
                        uri: http://pi:2375/,
                        socket: None,
                    },
                    filters: [
                        (
                            "status",
                            [
                                "running",
                            ],
                        ),
                    ],
                    port: 80,
                    host_networking_host: "localhost",
                    match_first_network: true,
                    refresh_interval: PromDuration(
                        60s,
                    ),
                    http: HttpSettings {
                        credentials: None,
                        tls: TlsSettings {
                            ca: None,
                            identity: None,
                            server_name: None,
                            insecure_skip_verify: false,
                            versions: Both,
                        },
                        follow_redirects: true,
                        enable_compression: true,
                        headers: {},
                        proxy: None,
                    },
                },
            ),
            Tailscale(
                TailscaleSource {
                    socket: "/var/run/tailscale/tailscaled.sock",
                    port: 9100,
                    refresh_interval: PromDuration(
                        60s,
                    ),
                },
            ),
        ]
    "#]]
    .assert_debug_eq(&config.jobs[0].sources);
    for (more, expect) in [
        ("http_sd_configs: [{}]", "3:23: http_sd_configs has no url"),
        (
            "http_sd_configs: [{url: ftp://x}]",
            r#"3:29: not an address of http or https: "ftp://x""#,
        ),
        ("dns_sd_configs: [{}]", "3:22: dns_sd_configs has no names"),
        (
            "dns_sd_configs: [{names: [a], type: A}]",
            "3:22: dns_sd_configs takes a port for every type but SRV",
        ),
        (
            "dns_sd_configs: [{names: [a], type: TXT}]",
            r#"3:41: dns_sd_configs knows no type "TXT""#,
        ),
        ("docker_sd_configs: [{}]", "3:25: docker_sd_configs has no host"),
        (
            "tailscale_sd_configs: [{port: 70000}]",
            "3:28: 70000 is not a port",
        ),
    ] {
        refused(&job(more), &format!("/etc/pi/prometheus.yml:{expect}"));
    }
}

#[test]
fn protocols_in_their_order() {
    let accept = |more: &str| {
        let config = parse(&format!("scrape_configs: [{{job_name: a, {more}}}]"));
        config
            .map(|config| config.jobs[0].scrape.accept.clone())
            .unwrap_or_else(|error| error.to_string())
    };
    assert_eq!(
        accept("scrape_protocols: [PrometheusProto, PrometheusText0.0.4, OpenMetricsText1.0.0]"),
        "text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,*/*;q=0.4"
    );
    assert!(accept("scrape_protocols: [x]").ends_with("unknown scrape protocol \"x\""));
    assert!(accept("scrape_protocols: []").ends_with("scrape_protocols names no protocol"));
    assert!(
        accept("scrape_protocols: [PrometheusText0.0.4, PrometheusText0.0.4]")
            .ends_with("scrape_protocols names PrometheusText0.0.4 twice")
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
fn influxdb_and_budgets() {
    let config = parse(
        "influxdb_write:\n  - {url: 'https://cloud', org: my org, bucket: b, token: hunter2, budget: {series: 10, bytes_per_month: 1GB}}\n",
    )
    .unwrap();
    let receiver = &config.remote_write[0];
    assert_eq!(
        receiver.url.to_string(),
        "https://cloud/api/v2/write?org=my%20org&bucket=b&precision=ms"
    );
    assert_eq!(
        (
            receiver.budget.series,
            receiver.budget.bytes_per_month,
            receiver.budget.samples_per_day
        ),
        (Some(10), Some(1 << 30), None)
    );
    for (section, expect) in [
        ("{bucket: b, token: t}", "5: influxdb_write has no url"),
        ("{url: 'http://x', token: t}", "5: influxdb_write has no bucket"),
        (
            "{url: 'http://x', bucket: b}",
            "5: influxdb_write has no token or token_file",
        ),
        (
            "{url: 'http://x', bucket: b, token: t, token_file: f}",
            "5: at most one of influxdb_write token and token_file must be given",
        ),
        (
            "{url: 'http://x', bucket: b, token: t, buget: {}}",
            r#"44: unknown key "buget", did you mean "budget"?"#,
        ),
    ] {
        refused(
            &format!("influxdb_write:\n  - {section}\n"),
            &format!("/etc/pi/prometheus.yml:2:{expect}"),
        );
    }
}

#[test]
fn jobs_in_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("jobs")).unwrap();
    let file = |name: &str, text: &str| std::fs::write(folder.path().join("jobs").join(name), text).unwrap();
    let load = || {
        let text = "scrape_config_files: ['jobs/*.yml', absent.yml]\nscrape_configs: [{job_name: main}]\n";
        match Config::parse(&folder.path().join("p.yml"), text) {
            Ok(config) => config
                .jobs
                .iter()
                .map(|job| job.name.clone())
                .collect::<Vec<_>>()
                .join(" "),
            Err(error) => error
                .to_string()
                .replace(&format!("{}/", folder.path().display()), ""),
        }
    };
    file("b.yml", "scrape_configs: [{job_name: b, scrape_interval: 1s}]");
    file("a.yml", "scrape_configs: [{job_name: a}]");
    file("c.txt", "not read");
    assert_eq!(load(), "main a b");
    file("b.yml", "scrape_configs: [{job_name: a}]");
    assert_eq!(
        load(),
        r#"jobs/b.yml:1:29: more than one scrape config has the job name "a""#
    );
    file("b.yml", "global: {}");
    assert_eq!(load(), r#"jobs/b.yml:1:1: unknown key "global""#);
}

#[test]
fn what_runs_elsewhere_is_refused() {
    refused(
        "rule_files:\n  - a.yml\n",
        "/etc/pi/prometheus.yml:2:3: rule_files is not supported by the scraper: run them in Prometheus or the receiver",
    );
    refused(
        "alerting:\n  alertmanagers: []\n",
        "/etc/pi/prometheus.yml:2:3: alerting is not supported by the scraper: run them in Prometheus or the receiver",
    );
}

#[test]
fn secrets_are_not_in_messages() {
    let config = parse("scrape_configs: [{job_name: a, bearer_token: hunter2}]").unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
    refused(
        "scrape_configs: [{job_name: a, basic_auth: {password: [hunter2]}}]",
        "/etc/pi/prometheus.yml:1:55: expected a text",
    );
}

#[test]
fn a_file_that_is_not_there() {
    let error = Config::load(Path::new("/nowhere/prometheus.yml")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "/nowhere/prometheus.yml: No such file or directory (os error 2)"
    );
    let error = Config::load(Path::new("/dev/zero")).unwrap_err();
    assert_eq!(error.to_string(), "/dev/zero: not a regular file");
}
