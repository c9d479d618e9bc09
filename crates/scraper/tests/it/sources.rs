//! Targets that are found by asking: HTTP lists, Docker and tailscaled on sockets, and targets behind sockets and proxies.

use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixListener;
use tokio::task::spawn_local;

use crate::rig::{Rig, local};
use crate::running::{Installed, config};
use crate::server::{Act, Server, answer, text};

fn json(body: &str) -> Act {
    Act::Send(answer(
        "200 OK",
        "Content-Type: application/json\r\n",
        body.as_bytes(),
    ))
}

/// A server on a unix socket: `reply` has the answer to each request's head.
fn on_socket(path: &Path, reply: impl Fn(&str) -> Vec<u8> + Clone + 'static) {
    let listener = UnixListener::bind(path).unwrap();
    spawn_local(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let reply = reply.clone();
            spawn_local(async move {
                let mut head = Vec::new();
                while let Ok(byte) = stream.read_u8().await {
                    head.push(byte);
                    if head.ends_with(b"\r\n\r\n") {
                        let bytes = reply(&String::from_utf8(std::mem::take(&mut head)).unwrap());
                        stream.write_all(&bytes).await.unwrap();
                    }
                }
            });
        }
    });
}

#[tokio::test]
async fn a_server_of_target_lists_that_fails_keeps_its_last_list() {
    local(async {
        let target = Server::always(Act::Send(text("a 1\n"))).await;
        let list = format!(
            r#"[{{"targets": ["{}"], "labels": {{"room": "attic"}}}}]"#,
            target.address
        );
        let lists = Server::always(json(&list)).await;
        let jobs = format!(
            "- {{job_name: h, http_sd_configs: [{{url: 'http://{}/list', refresh_interval: 100ms, \
             bearer_token: t}}]}}\n",
            lists.address
        );
        let installed = Installed::start(&config(&jobs), &[]);
        installed
            .until("/federate?match[]=up", |text| text.contains("room=\"attic\"} 1 "))
            .await;
        let request = lists.requests().remove(0);
        assert!(request.starts_with("GET /list HTTP/1.1\r\n"), "{request}");
        for header in [
            "x-prometheus-refresh-interval-seconds: 0.1\r\n",
            "authorization: Bearer t\r\n",
        ] {
            assert!(request.contains(header), "{request}");
        }
        let found = installed.targets().await;
        let labels = &found["data"]["activeTargets"][0]["discoveredLabels"];
        assert_eq!(labels["__meta_url"], format!("http://{}/list", lists.address));
        // It fails: the target stays.
        lists.set(Act::Send(answer("500 Internal Server Error", "", b"")));
        let asked = lists.requests().len();
        while lists.requests().len() < asked + 3 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(installed.get("/federate?match[]=up").await.contains("} 1 "));
        let metrics = installed.metrics().await;
        assert!(
            !metrics.contains("prometheus_sd_http_failures_total 0"),
            "{metrics}"
        );
        assert!(
            metrics.contains(r#"prometheus_sd_refresh_failures_total{mechanism="http",config="h"}"#)
                || metrics.contains(r#"prometheus_sd_refresh_failures_total{config="h",mechanism="http"}"#),
            "{metrics}"
        );
        // It says that there is none.
        lists.set(json("[]"));
        installed.until("/federate?match[]=up", str::is_empty).await;
    })
    .await;
}

#[tokio::test]
async fn containers_and_peers_over_sockets() {
    local(async {
        let folder = tempfile::tempdir().unwrap();
        let (docker, tailscale) = (folder.path().join("docker.sock"), folder.path().join("tailscaled.sock"));
        let target = Server::always(Act::Send(text("a 1\n"))).await;
        let port = target.address.rsplit(':').next().unwrap().to_owned();
        let ports = port.clone();
        on_socket(&docker, move |head| {
            let body = match head.split_ascii_whitespace().nth(1).unwrap() {
                "/containers/json?filters=%7B%22status%22%3A%5B%22running%22%5D%7D" => format!(
                    r#"[{{"Id": "c", "Names": ["/web"], "Ports": [{{"PrivatePort": {ports}, "Type": "tcp"}}],
                        "HostConfig": {{"NetworkMode": "bridge"}},
                        "NetworkSettings": {{"Networks": {{"bridge": {{"NetworkID": "n", "IPAddress": "127.0.0.1"}}}}}}}}]"#
                ),
                "/networks" => r#"[{"Id": "n", "Name": "bridge"}]"#.to_owned(),
                other => panic!("{other}"),
            };
            answer("200 OK", "Content-Type: application/json\r\n", body.as_bytes())
        });
        on_socket(&tailscale, |head| {
            assert!(head.starts_with("GET /localapi/v0/status HTTP/1.1\r\n"), "{head}");
            assert!(head.contains("host: local-tailscaled.sock\r\n"), "{head}");
            let body = r#"{"Peer": {"k": {"HostName": "pi", "TailscaleIPs": ["127.0.0.1"], "Online": true}}}"#;
            answer("200 OK", "Content-Type: application/json\r\n", body.as_bytes())
        });
        let jobs = format!(
            "- {{job_name: d, docker_sd_configs: [{{host: 'unix://{}', filters: [{{name: status, values: [running]}}]}}], \
             relabel_configs: [{{source_labels: [__meta_docker_container_name], target_label: container}}]}}\n\
             - {{job_name: t, tailscale_sd_configs: [{{socket: '{}', port: {port}}}], \
             relabel_configs: [{{source_labels: [__meta_tailscale_name], target_label: machine}}]}}\n",
            docker.display(),
            tailscale.display()
        );
        let installed = Installed::start(&config(&jobs), &[]);
        let is_up = |text: &str| {
            ["container=\"/web\"", "machine=\"pi\""]
                .iter()
                .all(|label| text.lines().any(|line| line.contains(label) && line.contains("} 1 ")))
        };
        installed.until("/federate?match[]=up", is_up).await;
    })
    .await;
}

#[tokio::test]
async fn a_target_behind_a_unix_socket() {
    local(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("exporter.sock");
        on_socket(&path, |head| {
            assert!(head.contains("host: pi:9100\r\n"), "{head}");
            text("a 7\n")
        });
        let relabel = format!(
            "relabel_configs: [{{target_label: __unix_socket__, replacement: '{}'}}], extra_scrape_metrics: true",
            path.display()
        );
        let mut rig = Rig::new("pi:9100", &relabel);
        assert_eq!(rig.scrape().await, "up; scraped 1 added 1; a 7");
        let outcome = rig.target.outcome.borrow().clone().unwrap();
        let extra = outcome.report().split_off(5);
        assert_eq!(
            extra,
            [
                ("scrape_body_size_bytes", 4.0),
                ("scrape_sample_limit", 0.0),
                ("scrape_timeout_seconds", 10.0)
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_proxy_is_asked_with_the_whole_address() {
    local(async {
        let proxy = Server::always(Act::Send(text("a 1\n"))).await;
        let settings = format!(
            "proxy_url: 'http://u:p@{}', http_headers: {{X-Key: {{secrets: [k]}}}}, scrape_protocols: [PrometheusText0.0.4]",
            proxy.address
        );
        let mut rig = Rig::new("pi.invalid:9100", &settings);
        assert_eq!(rig.scrape().await, "up; scraped 1 added 1; a 1");
        let request = proxy.requests().remove(0);
        assert!(request.starts_with("GET http://pi.invalid:9100/metrics HTTP/1.1\r\n"), "{request}");
        for header in [
            "host: pi.invalid:9100\r\n",
            "proxy-authorization: Basic dTpw\r\n",
            "x-key: k\r\n",
            "accept: text/plain;version=0.0.4;q=0.6,*/*;q=0.5\r\n",
        ] {
            assert!(request.contains(header), "{request}");
        }
        let mut rig = Rig::new("pi.invalid:443", &format!("scheme: https, proxy_url: 'http://{}'", proxy.address));
        proxy.set(Act::SendAndClose(b"HTTP/1.1 403 Forbidden\r\n\r\n".to_vec()));
        let result = rig.scrape().await;
        assert!(result.contains(": HTTP/1.1 403 Forbidden; "), "{result}");
        let request = proxy.requests().pop().unwrap();
        assert_eq!(request, "CONNECT pi.invalid:443 HTTP/1.1\r\nHost: pi.invalid:443\r\n\r\n");
    })
    .await;
}
