//! Every kind of object of which something is told.

mod certificatesigningrequests;
mod clusterrolebindings;
mod clusterroles;
mod configmaps;
mod cronjobs;
mod daemonsets;
mod deployments;
mod endpoints;
mod endpointslices;
mod horizontalpodautoscalers;
mod ingressclasses;
mod ingresses;
mod jobs;
mod leases;
mod limitranges;
mod mutatingadmissionpolicies;
mod mutatingadmissionpolicybindings;
mod mutatingwebhookconfigurations;
mod namespaces;
mod networkpolicies;
mod nodes;
mod persistentvolumeclaims;
mod persistentvolumes;
mod poddisruptionbudgets;
mod pods;
mod replicasets;
mod replicationcontrollers;
mod resourcequotas;
mod rolebindings;
mod roles;
mod secrets;
mod serviceaccounts;
mod services;
mod statefulsets;
mod storageclasses;
mod validatingadmissionpolicies;
mod validatingadmissionpolicybindings;
mod validatingwebhookconfigurations;
mod volumeattachments;

use crate::resource::Resource;

/// Every resource, in the order of their names.
pub const ALL: &[&Resource] = &[
    &certificatesigningrequests::RESOURCE,
    &clusterrolebindings::RESOURCE,
    &clusterroles::RESOURCE,
    &configmaps::RESOURCE,
    &cronjobs::RESOURCE,
    &daemonsets::RESOURCE,
    &deployments::RESOURCE,
    &endpoints::RESOURCE,
    &endpointslices::RESOURCE,
    &horizontalpodautoscalers::RESOURCE,
    &ingressclasses::RESOURCE,
    &ingresses::RESOURCE,
    &jobs::RESOURCE,
    &leases::RESOURCE,
    &limitranges::RESOURCE,
    &mutatingadmissionpolicies::RESOURCE,
    &mutatingadmissionpolicybindings::RESOURCE,
    &mutatingwebhookconfigurations::RESOURCE,
    &namespaces::RESOURCE,
    &networkpolicies::RESOURCE,
    &nodes::RESOURCE,
    &persistentvolumeclaims::RESOURCE,
    &persistentvolumes::RESOURCE,
    &poddisruptionbudgets::RESOURCE,
    &pods::RESOURCE,
    &replicasets::RESOURCE,
    &replicationcontrollers::RESOURCE,
    &resourcequotas::RESOURCE,
    &rolebindings::RESOURCE,
    &roles::RESOURCE,
    &secrets::RESOURCE,
    &serviceaccounts::RESOURCE,
    &services::RESOURCE,
    &statefulsets::RESOURCE,
    &storageclasses::RESOURCE,
    &validatingadmissionpolicies::RESOURCE,
    &validatingadmissionpolicybindings::RESOURCE,
    &validatingwebhookconfigurations::RESOURCE,
    &volumeattachments::RESOURCE,
];

#[cfg(test)]
mod tests;
