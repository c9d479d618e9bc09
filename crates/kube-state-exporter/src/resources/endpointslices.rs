//! Addresses behind services, in slices.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::discovery::{Endpoint, EndpointSlice};

pub const RESOURCE: Resource = Resource {
    name: "endpointslices",
    on: true,
    go_type: "*v1.EndpointSlice",
    group: "discovery.k8s.io",
    version: "v1",
    kind: "EndpointSlice",
    namespaced: true,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["endpointslice", "namespace"];

const GENERATORS: &[Generator<EndpointSlice>] = &[
    Generator::gauge(
        "kube_endpointslice_info",
        "Kind of the addresses.",
        &["addresstype"],
        |slice: &EndpointSlice, out| out.sample([&slice.address_type], 1.0),
    ),
    Generator::gauge(
        "kube_endpointslice_created",
        "When the slice was made, in seconds since 1970.",
        &[],
        metadata::created,
    ),
    Generator::gauge(
        "kube_endpointslice_endpoints_hints",
        "A zone from which an endpoint should be used, with its first address.",
        &["address", "for_zone"],
        hints,
    ),
    Generator::gauge(
        "kube_endpointslice_endpoints",
        "An address, whether it answers, and what is behind it.",
        &[
            "ready",
            "serving",
            "hostname",
            "terminating",
            "targetref_kind",
            "targetref_name",
            "targetref_namespace",
            "endpoint_nodename",
            "endpoint_zone",
            "address",
        ],
        endpoints,
    ),
    Generator::gauge(
        "kube_endpointslice_ports",
        "A port behind the service.",
        &["port_name", "port_protocol", "port_number"],
        ports,
    ),
    Generator::gauge(
        "kube_endpointslice_annotations",
        "Annotations of the slice, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_endpointslice_labels",
        "Kubernetes labels of the slice, those that are allowed.",
        &["label_*"],
        metadata::labels,
    ),
];

fn hints(slice: &EndpointSlice, out: &mut Lines<'_>) {
    for Endpoint { addresses, hints, .. } in &slice.endpoints {
        let Some(address) = addresses.first() else {
            continue;
        };
        for zone in &hints.for_zones {
            out.sample([address, &zone.name], 1.0);
        }
    }
}

fn endpoints(slice: &EndpointSlice, out: &mut Lines<'_>) {
    let told = |condition: Option<bool>| condition.map_or("", metadata::text);
    for endpoint in &slice.endpoints {
        for address in &endpoint.addresses {
            out.sample(
                [
                    told(endpoint.conditions.ready),
                    told(endpoint.conditions.serving),
                    &endpoint.hostname,
                    told(endpoint.conditions.terminating),
                    &endpoint.target_ref.kind,
                    &endpoint.target_ref.name,
                    &endpoint.target_ref.namespace,
                    &endpoint.node_name,
                    &endpoint.zone,
                    address,
                ],
                1.0,
            );
        }
    }
}

fn ports(slice: &EndpointSlice, out: &mut Lines<'_>) {
    let mut digits = itoa::Buffer::new();
    for port in &slice.ports {
        let number = port.port.map_or("", |number| digits.format(number));
        out.sample([&port.name, &port.protocol, number], 1.0);
    }
}
