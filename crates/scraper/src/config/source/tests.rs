//! What is asked for targets, as the file names it.

use expect_test::expect;

use super::super::tests::{parse, refused};

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
            r#"3:29: not an address that begins with http:// or https://: "ftp://x""#,
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
