//! Certificates that were asked for.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::certificates::CertificateSigningRequest;

pub const RESOURCE: Resource = Resource {
    name: "certificatesigningrequests",
    on: true,
    go_type: "*v1.CertificateSigningRequest",
    group: "certificates.k8s.io",
    version: "v1",
    kind: "CertificateSigningRequest",
    namespaced: false,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["certificatesigningrequest", "signer_name"];

const GENERATORS: &[Generator<CertificateSigningRequest>] = &[
    Generator::gauge(
        "kube_certificatesigningrequest_annotations",
        "Annotations of the request, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_certificatesigningrequest_labels",
        "Kubernetes labels of the request, those that are allowed.",
        &["label_*"],
        metadata::labels,
    )
    .stable(),
    Generator::gauge(
        "kube_certificatesigningrequest_created",
        "When the request was made, in seconds since 1970.",
        &[],
        metadata::created,
    )
    .stable(),
    Generator::gauge(
        "kube_certificatesigningrequest_condition",
        "How often the request was approved, denied or failed.",
        &["condition"],
        conditions,
    )
    .stable(),
    Generator::gauge(
        "kube_certificatesigningrequest_cert_length",
        "Bytes of the certificate; 0 until there is one.",
        &[],
        |request: &CertificateSigningRequest, out| out.value(request.status.certificate.len() as f64),
    )
    .stable(),
];

fn conditions(request: &CertificateSigningRequest, out: &mut Lines<'_>) {
    for (label, kind) in [
        ("approved", "Approved"),
        ("denied", "Denied"),
        ("failed", "Failed"),
    ] {
        let conditions = request.status.conditions.iter();
        let count = conditions.filter(|condition| condition.kind == kind).count();
        out.sample([label], count as f64);
    }
}
