//! Addresses behind services, the old way; endpoint slices came after.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::core::Endpoints;

pub const RESOURCE: Resource = Resource {
    name: "endpoints",
    on: false,
    go_type: "*v1.Endpoints",
    group: "",
    version: "v1",
    kind: "Endpoints",
    namespaced: true,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "endpoint"];

const GENERATORS: &[Generator<Endpoints>] = &[
    Generator::gauge(
        "kube_endpoint_info",
        "There are such endpoints.",
        &[],
        metadata::one,
    )
    .stable(),
    Generator::gauge(
        "kube_endpoint_created",
        "When the endpoints were made, in seconds since 1970.",
        &[],
        metadata::created,
    )
    .stable(),
    Generator::gauge(
        "kube_endpoint_annotations",
        "Annotations of the endpoints, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_endpoint_labels",
        "Kubernetes labels of the endpoints, those that are allowed.",
        &["label_*"],
        metadata::labels,
    )
    .stable(),
    Generator::gauge(
        "kube_endpoint_address",
        "An address with one of its ports, and whether it is ready.",
        &["port_protocol", "port_number", "port_name", "ip", "ready"],
        addresses,
    )
    .stable(),
    Generator::gauge(
        "kube_endpoint_ports",
        "A port behind the service.",
        &["port_name", "port_protocol", "port_number"],
        ports,
    )
    .stable()
    .deprecated("2.14.0"),
];

fn addresses(endpoints: &Endpoints, out: &mut Lines<'_>) {
    let mut digits = itoa::Buffer::new();
    for subset in &endpoints.subsets {
        for port in &subset.ports {
            let number = digits.format(port.port);
            for (addresses, ready) in [
                (&subset.addresses, "true"),
                (&subset.not_ready_addresses, "false"),
            ] {
                for address in addresses {
                    out.sample([&port.protocol, number, &port.name, &address.ip, ready], 1.0);
                }
            }
        }
    }
}

fn ports(endpoints: &Endpoints, out: &mut Lines<'_>) {
    let mut digits = itoa::Buffer::new();
    for port in endpoints.subsets.iter().flat_map(|subset| &subset.ports) {
        out.sample([&port.name, &port.protocol, digits.format(port.port)], 1.0);
    }
}
