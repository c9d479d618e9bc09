//! Configurations that are taken, and what is said of those that are not.

use std::path::Path;

use expect_test::expect;

use super::*;

pub(super) fn parse(text: &str) -> Result<Config, Error> {
    Config::parse(Path::new("/etc/pi/prometheus.yml"), text)
}

#[track_caller]
pub(super) fn refused(text: &str, expect: &str) {
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
            alerts: None,
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
        r#"/etc/pi/prometheus.yml:3:22: "http://pi/" is not a valid target address (host:port, without scheme or path)"#,
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
fn keys_that_are_not_supported_say_what_to_do() {
    refused(
        "scrape_configs:\n  - job_name: a\n    consul_sd_configs:\n      - {server: x}\n",
        "/etc/pi/prometheus.yml:3:5: consul_sd_configs is not supported by the scraper: let whatever knows these targets write a file for file_sd_configs, or answer http_sd_configs",
    );
    refused(
        "remote_read:\n  - url: http://x\n",
        "/etc/pi/prometheus.yml:1:1: remote_read is not supported by the scraper: it keeps no database; query the receiver",
    );
    for (key, instead) in [
        (
            "sigv4",
            "send through a proxy that signs requests, such as aws-sigv4-proxy",
        ),
        ("azuread", "use oauth2 with the token_url of your tenant"),
        (
            "google_iam",
            "use authorization with a credentials_file that is kept fresh",
        ),
        ("no_proxy", "give proxy_url to the jobs that need it"),
    ] {
        refused(
            &format!("remote_write:\n  - url: http://x\n    {key}: {{a: b}}\n"),
            &format!("/etc/pi/prometheus.yml:3:5: {key} is not supported by the scraper: {instead}"),
        );
    }
    refused(
        "global: {scrape_protocols: [PrometheusProto]}\n",
        "/etc/pi/prometheus.yml:1:28: PrometheusProto as the only scrape protocol is not supported by the scraper",
    );
}

#[test]
fn what_runs_elsewhere_is_refused() {
    refused(
        "rule_files:\n  - a.yml\n",
        "/etc/pi/prometheus.yml:2:3: rule_files is not supported by the scraper: run them in Prometheus or the receiver, or use alerts",
    );
    refused(
        "alerting:\n  alertmanagers: []\n",
        "/etc/pi/prometheus.yml:2:3: alerting is not supported by the scraper: run them in Prometheus or the receiver, or use alerts",
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

#[test]
fn what_is_off_by_default_may_be_said() {
    let config = parse(
        "runtime: {gogc: 75}\nglobal: {scrape_native_histograms: false, metric_name_validation_scheme: utf8}\n\
         scrape_configs: [{job_name: a, proxy_from_environment: false, convert_classic_histograms_to_nhcb: no}]",
    );
    assert_eq!(config.unwrap().jobs.len(), 1);
    refused(
        "global: {scrape_native_histograms: true}",
        "/etc/pi/prometheus.yml:1:36: the scraper does not have this: leave it out, or false",
    );
    refused(
        "global: {metric_name_validation_scheme: legacy}",
        "/etc/pi/prometheus.yml:1:41: the scraper takes names in UTF-8 as they come: leave out \"legacy\"",
    );
}

#[test]
fn mistakes_of_shape() {
    let job = |line: &str| format!("scrape_configs:\n  - job_name: a\n    {line}\n");
    let list = "expected a list: `[…]`, or lines that begin with `- `";
    for (text, expect) in [
        (job("static_configs: [{targets: pi:9100}]"), format!("3:32: {list}")),
        (job("params: {module: http_2xx}"), format!("3:22: {list}")),
        ("remote_write:\n  url: http://x\n".into(), format!("2:3: {list}")),
        (
            job("basic_auth: {user: me}"),
            r#"3:18: unknown key "user", did you mean "username"?"#.into(),
        ),
        (
            job("authorization: {token: t}"),
            r#"3:21: unknown key "token"; known here: type, credentials, credentials_file"#.into(),
        ),
        (
            job("docker_sd_configs: [{host: /run/docker.sock}]"),
            "3:32: the socket of a daemon is written as unix:///run/docker.sock".into(),
        ),
        (
            "remote_write:\n  - url: cloud.example/push\n".into(),
            r#"2:10: not an address that begins with http:// or https://: "cloud.example/push""#.into(),
        ),
        (
            "remote_write:\n  - url: http://x\n    headers: {Authorization: hunter2}\n".into(),
            "2:5: header \"Authorization\" is the protocol's own: use basic_auth, authorization or oauth2 for credentials".into(),
        ),
        (
            "remote_write:\n  - url: me:hunter2@cloud.example/push\n".into(),
            "2:10: an address with a user or password in it: give them as basic_auth".into(),
        ),
        (
            "- job_name: a\n".into(),
            "1:1: expected a section of `key: value` lines".into(),
        ),
    ] {
        refused(&text, &format!("/etc/pi/prometheus.yml:{expect}"));
    }
}
