//! Containers of a compose stack, as a daemon lists them.

use std::path::Path;

use expect_test::{Expect, expect};

use super::*;
use crate::config::Config;
use crate::config::source::Source;

const CONTAINERS: &str = r#"[
  {"Id": "c1", "Names": ["/stack-web-1"], "Labels": {"com.docker.compose.service": "web"},
   "Ports": [{"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}, {"PrivatePort": 53, "Type": "udp"},
             {"PrivatePort": 9100, "Type": "tcp"}],
   "HostConfig": {"NetworkMode": "stack_default"},
   "NetworkSettings": {"Networks": {"b": {"NetworkID": "n2", "IPAddress": "172.19.0.2"},
                                    "a": {"NetworkID": "n1", "IPAddress": "172.18.0.2"}}}},
  {"Id": "c2", "Names": ["/sidecar"], "Ports": [], "HostConfig": {"NetworkMode": "container:c1"},
   "NetworkSettings": {"Networks": {}}},
  {"Id": "c3", "Names": ["/on-host"], "HostConfig": {"NetworkMode": "host"},
   "NetworkSettings": {"Networks": {"host": {"NetworkID": "n3", "IPAddress": ""}}}},
  {"Id": "c4", "Names": [], "HostConfig": {}}]"#;

const NETWORKS: &str = r#"[{"Id": "n1", "Name": "a", "Scope": "local", "Internal": false, "Ingress": false, "Labels": {"x.y": "z"}}]"#;

fn source(more: &str) -> DockerSource {
    let text = format!(
        "scrape_configs: [{{job_name: d, docker_sd_configs: [{{host: 'unix:///run/d.sock', {more}}}]}}]"
    );
    let config = Config::parse(Path::new("p.yml"), &text).unwrap();
    match &config.jobs[0].sources[0] {
        Source::Docker(source) => source.clone(),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn check(more: &str, expect: Expect) {
    let found = parse(CONTAINERS.as_bytes(), NETWORKS.as_bytes(), &source(more)).unwrap();
    let shown: Vec<String> = found
        .iter()
        .map(|labels| {
            let short = |name: &str| name.replace("__meta_docker_", "");
            let pairs = labels
                .iter()
                .map(|(name, value)| format!("{}={value}", short(name)));
            pairs.collect::<Vec<_>>().join(" ")
        })
        .collect();
    expect.assert_eq(&format!("{}\n", shown.join("\n")));
}

#[test]
fn ports_networks_and_those_who_share_them() {
    check(
        "",
        expect![[r#"
        __address__=172.18.0.2:80 container_id=c1 container_label_com_docker_compose_service=web container_name=/stack-web-1 container_network_mode=stack_default network_id=n1 network_ingress=false network_internal=false network_ip=172.18.0.2 network_label_x_y=z network_name=a network_scope=local port_private=80 port_public=8080 port_public_ip=0.0.0.0
        __address__=172.18.0.2:9100 container_id=c1 container_label_com_docker_compose_service=web container_name=/stack-web-1 container_network_mode=stack_default network_id=n1 network_ingress=false network_internal=false network_ip=172.18.0.2 network_label_x_y=z network_name=a network_scope=local port_private=9100
        __address__=172.18.0.2:80 container_id=c2 container_name=/sidecar container_network_mode=container:c1 network_id=n1 network_ingress=false network_internal=false network_ip=172.18.0.2 network_label_x_y=z network_name=a network_scope=local
        __address__=localhost container_id=c3 container_name=/on-host container_network_mode=host network_ip=
    "#]],
    );
}

#[test]
fn every_network() {
    check(
        "match_first_network: false, port: 9, host_networking_host: pi",
        expect![[r#"
            __address__=172.18.0.2:80 container_id=c1 container_label_com_docker_compose_service=web container_name=/stack-web-1 container_network_mode=stack_default network_id=n1 network_ingress=false network_internal=false network_ip=172.18.0.2 network_label_x_y=z network_name=a network_scope=local port_private=80 port_public=8080 port_public_ip=0.0.0.0
            __address__=172.18.0.2:9100 container_id=c1 container_label_com_docker_compose_service=web container_name=/stack-web-1 container_network_mode=stack_default network_id=n1 network_ingress=false network_internal=false network_ip=172.18.0.2 network_label_x_y=z network_name=a network_scope=local port_private=9100
            __address__=172.19.0.2:80 container_id=c1 container_label_com_docker_compose_service=web container_name=/stack-web-1 container_network_mode=stack_default network_ip=172.19.0.2 port_private=80 port_public=8080 port_public_ip=0.0.0.0
            __address__=172.19.0.2:9100 container_id=c1 container_label_com_docker_compose_service=web container_name=/stack-web-1 container_network_mode=stack_default network_ip=172.19.0.2 port_private=9100
            __address__=172.18.0.2:9 container_id=c2 container_name=/sidecar container_network_mode=container:c1 network_id=n1 network_ingress=false network_internal=false network_ip=172.18.0.2 network_label_x_y=z network_name=a network_scope=local
            __address__=172.19.0.2:9 container_id=c2 container_name=/sidecar container_network_mode=container:c1 network_ip=172.19.0.2
            __address__=pi container_id=c3 container_name=/on-host container_network_mode=host network_ip=
        "#]],
    );
}

#[test]
fn what_no_daemon_says() {
    let error = parse(b"{}", b"[]", &source("")).unwrap_err();
    assert!(error.starts_with("containers: "), "{error}");
}
