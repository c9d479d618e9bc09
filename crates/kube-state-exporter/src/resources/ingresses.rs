//! Ingresses: which requests go to which service.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::networking::{HttpPath, Ingress};

pub const RESOURCE: Resource = Resource {
    name: "ingresses",
    on: true,
    go_type: "*v1.Ingress",
    group: "networking.k8s.io",
    version: "v1",
    kind: "Ingress",
    namespaced: true,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "ingress"];

const GENERATORS: &[Generator<Ingress>] = &[
    Generator::gauge(
        "kube_ingress_info",
        "Class of the ingress.",
        &["ingressclass"],
        info,
    )
    .stable(),
    Generator::gauge(
        "kube_ingress_annotations",
        "Annotations of the ingress, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_ingress_labels",
        "Kubernetes labels of the ingress, those that are allowed.",
        &["label_*"],
        metadata::labels,
    )
    .stable(),
    Generator::gauge(
        "kube_ingress_created",
        "When the ingress was made, in seconds since 1970.",
        &[],
        metadata::created,
    )
    .stable(),
    Generator::gauge(
        "kube_ingress_metadata_resource_version",
        "Version of the ingress in the store.",
        &[],
        metadata::resource_version,
    ),
    Generator::gauge(
        "kube_ingress_path",
        "A path of a host and what is behind it.",
        &[
            "host",
            "path",
            "path_type",
            "resource_api_group",
            "resource_kind",
            "resource_name",
            "service_name",
            "service_port",
        ],
        paths,
    )
    .stable(),
    Generator::gauge(
        "kube_ingress_tls",
        "A host with a certificate, and the secret that holds it.",
        &["tls_host", "secret"],
        tls,
    )
    .stable(),
];

/// Names the class where the specification does not, the old way.
const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";

fn info(ingress: &Ingress, out: &mut Lines<'_>) {
    let annotation = || ingress.metadata.annotations.get(CLASS_ANNOTATION);
    let class = ingress.spec.ingress_class_name.as_ref().or_else(annotation);
    out.sample([class.map_or("_default", String::as_str)], 1.0);
}

fn paths(ingress: &Ingress, out: &mut Lines<'_>) {
    let mut digits = itoa::Buffer::new();
    for rule in &ingress.spec.rules {
        for HttpPath {
            path,
            backend,
            path_type,
        } in &rule.value.http.paths
        {
            let from = [
                ("host", rule.host.as_str()),
                ("path", path),
                ("path_type", path_type),
            ];
            if let Some(service) = &backend.service {
                let port = match service.port.name.as_str() {
                    "" => digits.format(service.port.number),
                    name => name,
                };
                let to = [("service_name", service.name.as_str()), ("service_port", port)];
                out.labeled(from.into_iter().chain(to), 1.0);
            } else if let Some(resource) = &backend.resource {
                let to = [
                    ("resource_api_group", resource.api_group.as_str()),
                    ("resource_kind", &resource.kind),
                    ("resource_name", &resource.name),
                ];
                out.labeled(from.into_iter().chain(to), 1.0);
            }
        }
    }
}

fn tls(ingress: &Ingress, out: &mut Lines<'_>) {
    for tls in &ingress.spec.tls {
        for host in &tls.hosts {
            out.sample([host, &tls.secret_name], 1.0);
        }
    }
}
