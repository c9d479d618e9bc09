//! Services: how they are reached.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::core::Service;

pub const RESOURCE: Resource = Resource {
    name: "services",
    on: true,
    go_type: "*v1.Service",
    group: "",
    version: "v1",
    kind: "Service",
    namespaced: true,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "service", "uid"];

const GENERATORS: &[Generator<Service>] = &[
    Generator::gauge(
        "kube_service_info",
        "Addresses of the service.",
        &[
            "cluster_ip",
            "external_name",
            "load_balancer_ip",
            "external_traffic_policy",
        ],
        info,
    )
    .stable(),
    Generator::gauge(
        "kube_service_created",
        "When the service was made, in seconds since 1970.",
        &[],
        metadata::created,
    )
    .stable(),
    Generator::gauge(
        "kube_service_spec_type",
        "Kind of the service.",
        &["type"],
        |service: &Service, out| out.sample([&service.spec.kind], 1.0),
    )
    .stable(),
    Generator::gauge(
        "kube_service_annotations",
        "Annotations of the service, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_service_labels",
        "Kubernetes labels of the service, those that are allowed.",
        &["label_*"],
        metadata::labels,
    )
    .stable(),
    Generator::gauge(
        "kube_service_spec_external_ip",
        "An address outside at which the service is reached.",
        &["external_ip"],
        external_ips,
    )
    .stable(),
    Generator::gauge(
        "kube_service_status_load_balancer_ingress",
        "An address at which a load balancer listens for the service.",
        &["ip", "hostname"],
        load_balancer,
    )
    .stable(),
    Generator::gauge(
        "kube_service_deletion_timestamp",
        "When the deletion of the service was asked for, in seconds since 1970.",
        &[],
        metadata::deletion_timestamp,
    ),
];

fn info(service: &Service, out: &mut Lines<'_>) {
    let spec = &service.spec;
    out.sample(
        [
            &spec.cluster_ip,
            &spec.external_name,
            &spec.load_balancer_ip,
            &spec.external_traffic_policy,
        ],
        1.0,
    );
}

fn external_ips(service: &Service, out: &mut Lines<'_>) {
    for address in &service.spec.external_ips {
        out.sample([address], 1.0);
    }
}

fn load_balancer(service: &Service, out: &mut Lines<'_>) {
    for ingress in &service.status.load_balancer.ingress {
        out.sample([&ingress.ip, &ingress.hostname], 1.0);
    }
}
