//! Rules that may change objects.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::admissionregistration::MutatingAdmissionPolicy;

pub const RESOURCE: Resource = Resource {
    name: "mutatingadmissionpolicies",
    on: true,
    go_type: "*v1.MutatingAdmissionPolicy",
    group: "admissionregistration.k8s.io",
    version: "v1",
    kind: "MutatingAdmissionPolicy",
    namespaced: false,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "mutatingadmissionpolicy"];

const GENERATORS: &[Generator<MutatingAdmissionPolicy>] = &[
    Generator::gauge(
        "kube_mutatingadmissionpolicy_info",
        "Parameters of the policy, what happens when it fails, and whether it is asked again.",
        &[
            "param_api_version",
            "param_kind",
            "failure_policy",
            "reinvocation_policy",
        ],
        info,
    ),
    Generator::gauge(
        "kube_mutatingadmissionpolicy_created",
        "When the policy was made, in seconds since 1970.",
        &[],
        metadata::created,
    ),
];

fn info(policy: &MutatingAdmissionPolicy, out: &mut Lines<'_>) {
    let spec = &policy.spec;
    out.sample(
        [
            &spec.param_kind.api_version,
            &spec.param_kind.kind,
            &spec.failure_policy,
            &spec.reinvocation_policy,
        ],
        1.0,
    );
}
