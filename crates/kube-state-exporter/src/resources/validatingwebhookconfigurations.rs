//! Web hooks that may refuse objects.

use super::mutatingwebhookconfigurations::services;
use crate::generator::{Generator, headers, render};
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::admissionregistration::WebhookConfiguration;

pub const RESOURCE: Resource = Resource {
    name: "validatingwebhookconfigurations",
    on: true,
    go_type: "*v1.ValidatingWebhookConfiguration",
    group: "admissionregistration.k8s.io",
    version: "v1",
    kind: "ValidatingWebhookConfiguration",
    namespaced: false,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "validatingwebhookconfiguration"];

const GENERATORS: &[Generator<WebhookConfiguration>] = &[
    Generator::gauge(
        "kube_validatingwebhookconfiguration_info",
        "There is such a configuration.",
        &[],
        metadata::one,
    ),
    Generator::gauge(
        "kube_validatingwebhookconfiguration_created",
        "When the configuration was made, in seconds since 1970.",
        &[],
        metadata::created,
    ),
    Generator::gauge(
        "kube_validatingwebhookconfiguration_metadata_resource_version",
        "Version of the configuration in the store.",
        &[],
        metadata::resource_version,
    ),
    Generator::gauge(
        "kube_validatingwebhookconfiguration_webhook_clientconfig_service",
        "The service that a web hook calls; empty for one outside the cluster.",
        &["webhook_name", "service_name", "service_namespace"],
        services,
    ),
];
