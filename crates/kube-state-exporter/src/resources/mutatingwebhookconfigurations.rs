//! Web hooks that may change objects.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::admissionregistration::WebhookConfiguration;

pub const RESOURCE: Resource = Resource {
    name: "mutatingwebhookconfigurations",
    on: true,
    go_type: "*v1.MutatingWebhookConfiguration",
    group: "admissionregistration.k8s.io",
    version: "v1",
    kind: "MutatingWebhookConfiguration",
    namespaced: false,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "mutatingwebhookconfiguration"];

const GENERATORS: &[Generator<WebhookConfiguration>] = &[
    Generator::gauge(
        "kube_mutatingwebhookconfiguration_info",
        "There is such a configuration.",
        &[],
        metadata::one,
    ),
    Generator::gauge(
        "kube_mutatingwebhookconfiguration_created",
        "When the configuration was made, in seconds since 1970.",
        &[],
        metadata::created,
    ),
    Generator::gauge(
        "kube_mutatingwebhookconfiguration_metadata_resource_version",
        "Version of the configuration in the store.",
        &[],
        metadata::resource_version,
    ),
    Generator::gauge(
        "kube_mutatingwebhookconfiguration_webhook_clientconfig_service",
        "The service that a web hook calls; empty for one outside the cluster.",
        &["webhook_name", "service_name", "service_namespace"],
        services,
    ),
];

/// Web hooks that refuse objects are told of in the same way.
pub(super) fn services(configuration: &WebhookConfiguration, out: &mut Lines<'_>) {
    for webhook in &configuration.webhooks {
        let service = &webhook.client_config.service;
        out.sample([&webhook.name, &service.name, &service.namespace], 1.0);
    }
}
