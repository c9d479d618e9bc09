//! The labels of every role, from objects as an API server lists them.

use expect_test::{Expect, expect};
use serde::Deserialize;

use super::objects::{Table, key};
use super::*;
use crate::config::kubernetes::ApiServer;

/// Lists of objects, by their plurals.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Lists {
    nodes: Vec<node::Node>,
    namespaces: Vec<namespace::Namespace>,
    pods: Vec<pod::Pod>,
    services: Vec<service::Service>,
    endpoints: Vec<endpoints::Endpoints>,
    endpointslices: Vec<endpointslice::EndpointSlice>,
    ingresses: Vec<ingress::Ingress>,
}

fn table<K: Object>(list: Vec<K>) -> Table<K> {
    let keyed = |object: K| (key(&object.meta().namespace, &object.meta().name), object);
    list.into_iter().map(keyed).collect()
}

/// Lines that several cases have, and what stands for them.
const SAME: [(&str, &[&str]); 6] = [
    (
        "(the pod)",
        &[
            "pod_controller_kind=ReplicaSet",
            "pod_controller_name=web",
            "pod_host_ip=10.0.0.4",
            "pod_ip=10.42.0.7",
            "pod_label_app=web",
            "pod_labelpresent_app=true",
            "pod_name=web-1",
            "pod_node_name=pi4",
            "pod_phase=Running",
            "pod_ready=true",
            "pod_uid=u1",
        ],
    ),
    (
        "(the container exporter)",
        &[
            "pod_container_image=e:2",
            "pod_container_init=false",
            "pod_container_name=exporter",
            "pod_container_port_name=metrics",
            "pod_container_port_number=9113",
            "pod_container_port_protocol=TCP",
        ],
    ),
    (
        "(the container nginx)",
        &[
            "pod_container_id=containerd://n",
            "pod_container_image=nginx:1",
            "pod_container_init=false",
            "pod_container_name=nginx",
            "pod_container_port_name=http",
            "pod_container_port_number=80",
            "pod_container_port_protocol=TCP",
        ],
    ),
    (
        "(the annotation of the service)",
        &[
            "service_annotation_prometheus_io_scrape=true",
            "service_annotationpresent_prometheus_io_scrape=true",
        ],
    ),
    (
        "(the name of the slice)",
        &[
            "endpointslice_label_kubernetes_io_service_name=web",
            "endpointslice_labelpresent_kubernetes_io_service_name=true",
            "endpointslice_name=web-abc",
        ],
    ),
    (
        "(the node)",
        &[
            "node_label_kubernetes_io_arch=arm64",
            "node_labelpresent_kubernetes_io_arch=true",
            "node_name=pi4",
        ],
    ),
];

#[track_caller]
fn check(role: Role, attach: bool, lists: &str, expect: Expect) {
    let lists: Lists = serde_json::from_str(lists).unwrap();
    let objects = Objects {
        nodes: table(lists.nodes),
        namespaces: table(lists.namespaces),
        pods: table(lists.pods),
        services: table(lists.services),
        endpoints: table(lists.endpoints),
        slices: table(lists.endpointslices),
        ingresses: table(lists.ingresses),
    };
    let source = KubernetesSource {
        role,
        server: ApiServer::OfThisPod,
        own_namespace: false,
        namespaces: Vec::new(),
        selectors: Vec::new(),
        attach_node: attach,
        attach_namespace: attach,
    };
    let mut text = String::new();
    for labels in targets(&source, &objects) {
        text.push_str(&format!("{}\n", labels["__address__"]));
        for (name, value) in labels.iter().filter(|(name, _)| *name != "__address__") {
            let name = name.strip_prefix("__meta_kubernetes_").unwrap_or(name);
            text.push_str(&format!("  {name}={value}\n"));
        }
    }
    for (word, lines) in SAME {
        let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
        text = text.replace(&lines, &format!("  {word}\n"));
    }
    expect.assert_eq(&text);
}

const NODE: &str = r#"{"metadata": {"name": "pi4", "labels": {"kubernetes.io/arch": "arm64"}, "annotations": {"empty": ""}},
    "spec": {"providerID": "k3s://pi4"}, "status": {"addresses": [
      {"type": "Hostname", "address": "pi4"}, {"type": "InternalIP", "address": "10.0.0.4"},
      {"type": "InternalIP", "address": "fd00::4"}], "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}}}}"#;

const NAMESPACE: &str = r#"{"metadata": {"name": "home", "labels": {"team": "attic"}}}"#;

const POD: &str = r#"{"metadata": {"name": "web-1", "namespace": "home", "uid": "u1", "labels": {"app": "web"},
      "ownerReferences": [{"kind": "Node", "name": "x"}, {"kind": "ReplicaSet", "name": "web", "controller": true}]},
    "spec": {"nodeName": "pi4", "containers": [
        {"name": "nginx", "image": "nginx:1", "ports": [{"name": "http", "containerPort": 80, "protocol": "TCP"}]},
        {"name": "exporter", "image": "e:2", "ports": [{"name": "metrics", "containerPort": 9113, "protocol": "TCP"}]}],
      "initContainers": [{"name": "prepare", "image": "p:1"}]},
    "status": {"phase": "Running", "podIP": "10.42.0.7", "hostIP": "10.0.0.4",
      "conditions": [{"type": "Ready", "status": "True"}],
      "containerStatuses": [{"name": "nginx", "containerID": "containerd://n"}]}}"#;

const SERVICE: &str = r#"{"metadata": {"name": "web", "namespace": "home", "annotations": {"prometheus.io/scrape": "true"}},
    "spec": {"type": "ClusterIP", "clusterIP": "10.43.0.1", "ports": [{"name": "http", "port": 80, "protocol": "TCP"}]}}"#;

#[test]
fn nodes() {
    let lists = format!(r#"{{"nodes": [{NODE}, {{"metadata": {{"name": "no address"}}}}]}}"#);
    check(
        Role::Node,
        true,
        &lists,
        expect![[r#"
            10.0.0.4:10250
              node_address_Hostname=pi4
              node_address_InternalIP=10.0.0.4
              node_annotationpresent_empty=true
              (the node)
              node_provider_id=k3s://pi4
              instance=pi4
        "#]],
    );
}

#[test]
fn pods() {
    let starting =
        r#"{"metadata": {"name": "starting"}, "spec": {"containers": [{"name": "c"}]}, "status": {}}"#;
    check(
        Role::Pod,
        true,
        &format!(r#"{{"pods": [{POD}, {starting}], "nodes": [{NODE}], "namespaces": [{NAMESPACE}]}}"#),
        expect![[r#"
            10.42.0.7:80
              namespace=home
              namespace_label_team=attic
              namespace_labelpresent_team=true
              node_annotationpresent_empty=true
              (the node)
              (the container nginx)
              (the pod)
            10.42.0.7:9113
              namespace=home
              namespace_label_team=attic
              namespace_labelpresent_team=true
              node_annotationpresent_empty=true
              (the node)
              (the container exporter)
              (the pod)
            10.42.0.7
              namespace=home
              namespace_label_team=attic
              namespace_labelpresent_team=true
              node_annotationpresent_empty=true
              (the node)
              pod_container_image=p:1
              pod_container_init=true
              pod_container_name=prepare
              (the pod)
        "#]],
    );
}

#[test]
fn services() {
    let more = r#"{"metadata": {"name": "out", "namespace": "home"}, "spec": {"type": "ExternalName", "externalName": "x.example", "ports": [{"port": 443}]}},
        {"metadata": {"name": "lb", "namespace": "home"}, "spec": {"type": "LoadBalancer", "clusterIP": "10.43.0.2", "loadBalancerIP": "1.2.3.4", "ports": [{"port": 1}]}},
        {"metadata": {"name": "none", "namespace": "home"}, "spec": {"ports": null}}"#;
    check(
        Role::Service,
        false,
        &format!(r#"{{"services": [{SERVICE}, {more}]}}"#),
        expect![[r#"
            lb.home.svc:1
              namespace=home
              service_cluster_ip=10.43.0.2
              service_loadbalancer_ip=1.2.3.4
              service_name=lb
              service_port_number=1
              service_type=LoadBalancer
            out.home.svc:443
              namespace=home
              service_external_name=x.example
              service_name=out
              service_port_number=443
              service_type=ExternalName
            web.home.svc:80
              namespace=home
              (the annotation of the service)
              service_cluster_ip=10.43.0.1
              service_name=web
              service_port_name=http
              service_port_number=80
              service_port_protocol=TCP
              service_type=ClusterIP
        "#]],
    );
}

#[test]
fn endpoint_slices() {
    let slice = r#"{"metadata": {"name": "web-abc", "namespace": "home", "labels": {"kubernetes.io/service-name": "web"}},
      "addressType": "IPv4", "ports": [{"name": "http", "port": 80, "protocol": "TCP", "appProtocol": "http"}],
      "endpoints": [
        {"addresses": ["10.42.0.7"], "conditions": {"ready": true, "serving": true, "terminating": false}, "nodeName": "pi4",
         "zone": "attic", "targetRef": {"kind": "Pod", "namespace": "home", "name": "web-1"}},
        {"addresses": ["fd00::9"], "hostname": "h", "conditions": {}, "deprecatedTopology": {"a/b": "c"}}]}"#;
    let empty = r#"{"metadata": {"name": "none", "namespace": "home"}, "endpoints": null, "ports": null}"#;
    check(
        Role::EndpointSlice,
        false,
        &format!(
            r#"{{"endpointslices": [{slice}, {empty}], "services": [{SERVICE}], "pods": [{POD}], "nodes": [{NODE}]}}"#
        ),
        expect![[r#"
            10.42.0.7:80
              endpointslice_address_target_kind=Pod
              endpointslice_address_target_name=web-1
              endpointslice_address_type=IPv4
              endpointslice_endpoint_conditions_ready=true
              endpointslice_endpoint_conditions_serving=true
              endpointslice_endpoint_conditions_terminating=false
              endpointslice_endpoint_node_name=pi4
              endpointslice_endpoint_zone=attic
              (the name of the slice)
              endpointslice_port=80
              endpointslice_port_app_protocol=http
              endpointslice_port_name=http
              endpointslice_port_protocol=TCP
              namespace=home
              (the container nginx)
              (the pod)
              (the annotation of the service)
              service_name=web
            [fd00::9]:80
              endpointslice_address_type=IPv4
              endpointslice_endpoint_hostname=h
              endpointslice_endpoint_topology_a_b=c
              endpointslice_endpoint_topology_present_a_b=true
              (the name of the slice)
              endpointslice_port=80
              endpointslice_port_app_protocol=http
              endpointslice_port_name=http
              endpointslice_port_protocol=TCP
              namespace=home
              (the annotation of the service)
              service_name=web
            10.42.0.7:9113
              endpointslice_address_type=IPv4
              (the name of the slice)
              namespace=home
              (the container exporter)
              (the pod)
              (the annotation of the service)
              service_name=web
        "#]],
    );
}

#[test]
fn endpoints_of_services() {
    let endpoints = r#"{"metadata": {"name": "web", "namespace": "home"}, "subsets": [
        {"addresses": [{"ip": "10.42.0.7", "nodeName": "pi4", "targetRef": {"kind": "Pod", "namespace": "home", "name": "web-1"}}],
         "notReadyAddresses": [{"ip": "10.42.0.8", "hostname": "h", "targetRef": {"kind": "Node", "name": "pi4"}}],
         "ports": [{"name": "metrics", "port": 9113, "protocol": "TCP"}]}]}"#;
    check(
        Role::Endpoints,
        true,
        &format!(r#"{{"endpoints": [{endpoints}], "pods": [{POD}], "nodes": [{NODE}]}}"#),
        expect![[r#"
            10.42.0.7:9113
              endpoint_address_target_kind=Pod
              endpoint_address_target_name=web-1
              endpoint_node_name=pi4
              endpoint_port_name=metrics
              endpoint_port_protocol=TCP
              endpoint_ready=true
              endpoints_name=web
              namespace=home
              node_annotationpresent_empty=true
              (the node)
              (the container exporter)
              (the pod)
            10.42.0.8:9113
              endpoint_address_target_kind=Node
              endpoint_address_target_name=pi4
              endpoint_hostname=h
              endpoint_port_name=metrics
              endpoint_port_protocol=TCP
              endpoint_ready=false
              endpoints_name=web
              namespace=home
              node_annotationpresent_empty=true
              (the node)
            10.42.0.7:80
              endpoints_name=web
              namespace=home
              (the container nginx)
              (the pod)
        "#]],
    );
}

#[test]
fn ingresses() {
    let ingress = r#"{"metadata": {"name": "web", "namespace": "home"}, "spec": {"ingressClassName": "traefik",
        "tls": [{"hosts": ["*.example"]}], "rules": [
          {"host": "a.example", "http": {"paths": [{"path": "/x"}, {"path": ""}]}}, {"host": "b.c.example"}, {"http": null}]}}"#;
    check(
        Role::Ingress,
        false,
        &format!(r#"{{"ingresses": [{ingress}]}}"#),
        expect![[r#"
            a.example
              ingress_class_name=traefik
              ingress_host=a.example
              ingress_name=web
              ingress_path=/x
              ingress_scheme=https
              namespace=home
            a.example
              ingress_class_name=traefik
              ingress_host=a.example
              ingress_name=web
              ingress_path=/
              ingress_scheme=https
              namespace=home
            b.c.example
              ingress_class_name=traefik
              ingress_host=b.c.example
              ingress_name=web
              ingress_path=/
              ingress_scheme=http
              namespace=home
        "#]],
    );
}
