//! Where rules that may change objects hold.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::admissionregistration::{PolicyBinding, PolicyBindingSpec};

pub const RESOURCE: Resource = Resource {
    name: "mutatingadmissionpolicybindings",
    on: true,
    go_type: "*v1.MutatingAdmissionPolicyBinding",
    group: "admissionregistration.k8s.io",
    version: "v1",
    kind: "MutatingAdmissionPolicyBinding",
    namespaced: false,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "mutatingadmissionpolicybinding"];

const GENERATORS: &[Generator<PolicyBinding>] = &[
    Generator::gauge(
        "kube_mutatingadmissionpolicybinding_info",
        "The policy that is bound, and its parameters.",
        &[
            "policy_name",
            "param_name",
            "param_namespace",
            "param_not_found_action",
        ],
        info,
    ),
    Generator::gauge(
        "kube_mutatingadmissionpolicybinding_created",
        "When the binding was made, in seconds since 1970.",
        &[],
        metadata::created,
    ),
];

/// Bindings of rules that refuse objects are told of in the same way.
pub(super) fn info(binding: &PolicyBinding, out: &mut Lines<'_>) {
    let PolicyBindingSpec {
        policy_name,
        param_ref,
        ..
    } = &binding.spec;
    out.sample(
        [
            policy_name,
            &param_ref.name,
            &param_ref.namespace,
            &param_ref.parameter_not_found_action,
        ],
        1.0,
    );
}
