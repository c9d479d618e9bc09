//! Service accounts: who pods are to the API server.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::core::ServiceAccount;

pub const RESOURCE: Resource = Resource {
    name: "serviceaccounts",
    on: false,
    go_type: "*v1.ServiceAccount",
    group: "",
    version: "v1",
    kind: "ServiceAccount",
    namespaced: true,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "serviceaccount", "uid"];

const GENERATORS: &[Generator<ServiceAccount>] = &[
    Generator::gauge(
        "kube_serviceaccount_info",
        "Whether pods get the token of the account, where that is said.",
        &["automount_token"],
        info,
    ),
    Generator::gauge(
        "kube_serviceaccount_created",
        "When the service account was made, in seconds since 1970.",
        &[],
        metadata::created,
    ),
    Generator::gauge(
        "kube_serviceaccount_deleted",
        "When the deletion of the service account was asked for, in seconds since 1970.",
        &[],
        metadata::deletion_timestamp,
    ),
    Generator::gauge(
        "kube_serviceaccount_secret",
        "A secret that pods of the account may use.",
        &["name"],
        secrets,
    ),
    Generator::gauge(
        "kube_serviceaccount_image_pull_secret",
        "A secret with which images are pulled.",
        &["name"],
        image_pull_secrets,
    ),
    Generator::gauge(
        "kube_serviceaccount_annotations",
        "Annotations of the service account, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_serviceaccount_labels",
        "Kubernetes labels of the service account, those that are allowed.",
        &["label_*"],
        metadata::labels,
    ),
];

fn info(account: &ServiceAccount, out: &mut Lines<'_>) {
    let automount = account.automount_service_account_token;
    out.labeled(automount.map(|is| ("automount_token", metadata::text(is))), 1.0);
}

fn secrets(account: &ServiceAccount, out: &mut Lines<'_>) {
    for secret in &account.secrets {
        out.sample([&secret.name], 1.0);
    }
}

fn image_pull_secrets(account: &ServiceAccount, out: &mut Lines<'_>) {
    for secret in &account.image_pull_secrets {
        out.sample([&secret.name], 1.0);
    }
}
