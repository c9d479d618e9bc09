//! Rules that may refuse objects.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::admissionregistration::ValidatingAdmissionPolicy;

pub const RESOURCE: Resource = Resource {
    name: "validatingadmissionpolicies",
    on: true,
    go_type: "*v1.ValidatingAdmissionPolicy",
    group: "admissionregistration.k8s.io",
    version: "v1",
    kind: "ValidatingAdmissionPolicy",
    namespaced: false,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "validatingadmissionpolicy"];

const GENERATORS: &[Generator<ValidatingAdmissionPolicy>] = &[
    Generator::gauge(
        "kube_validatingadmissionpolicy_info",
        "Parameters of the policy, and what happens when it fails.",
        &["param_api_version", "param_kind", "failure_policy"],
        info,
    ),
    Generator::gauge(
        "kube_validatingadmissionpolicy_created",
        "When the policy was made, in seconds since 1970.",
        &[],
        metadata::created,
    ),
];

fn info(policy: &ValidatingAdmissionPolicy, out: &mut Lines<'_>) {
    let spec = &policy.spec;
    out.sample(
        [
            &spec.param_kind.api_version,
            &spec.param_kind.kind,
            &spec.failure_policy,
        ],
        1.0,
    );
}
