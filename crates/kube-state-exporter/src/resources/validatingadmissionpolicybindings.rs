//! Where rules that may refuse objects hold.

use super::mutatingadmissionpolicybindings::info;
use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::admissionregistration::PolicyBinding;

pub const RESOURCE: Resource = Resource {
    name: "validatingadmissionpolicybindings",
    on: true,
    go_type: "*v1.ValidatingAdmissionPolicyBinding",
    group: "admissionregistration.k8s.io",
    version: "v1",
    kind: "ValidatingAdmissionPolicyBinding",
    namespaced: false,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "validatingadmissionpolicybinding"];

const GENERATORS: &[Generator<PolicyBinding>] = &[
    Generator::gauge(
        "kube_validatingadmissionpolicybinding_info",
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
        "kube_validatingadmissionpolicybinding_created",
        "When the binding was made, in seconds since 1970.",
        &[],
        metadata::created,
    ),
    Generator::gauge(
        "kube_validatingadmissionpolicybinding_validation_action",
        "What happens to an object that breaks a rule.",
        &["action"],
        actions,
    ),
];

fn actions(binding: &PolicyBinding, out: &mut Lines<'_>) {
    for action in &binding.spec.validation_actions {
        out.sample([action], 1.0);
    }
}
