//! Leases: signs of life of nodes, and who leads.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::resource::{Resource, Wire};
use crate::wire::coordination::Lease;
use crate::wire::meta::OwnerReference;
use crate::wire::time::Time;

pub const RESOURCE: Resource = Resource {
    name: "leases",
    on: true,
    go_type: "*v1.Lease",
    group: "coordination.k8s.io",
    version: "v1",
    kind: "Lease",
    namespaced: true,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["lease"];

const GENERATORS: &[Generator<Lease>] = &[
    Generator::gauge(
        "kube_lease_owner",
        "Who holds the lease, and what it belongs to.",
        &["owner_kind", "owner_name", "namespace", "lease_holder"],
        owner,
    ),
    Generator::gauge(
        "kube_lease_renew_time",
        "When the lease was renewed last, in seconds since 1970.",
        &["namespace"],
        renew_time,
    ),
];

/// Unlike those of other objects, its labels end with the namespace and the holder.
fn owner(lease: &Lease, out: &mut Lines<'_>) {
    let Lease { metadata, spec } = lease;
    let owners = &metadata.owner_references;
    if owners.is_empty() {
        out.sample(["", "", &metadata.namespace, &spec.holder_identity], 1.0);
    }
    for OwnerReference { kind, name, .. } in owners {
        out.sample([kind, name, &metadata.namespace, &spec.holder_identity], 1.0);
    }
}

fn renew_time(lease: &Lease, out: &mut Lines<'_>) {
    if let Some(seconds) = Time::set(&lease.spec.renew_time) {
        out.sample([&lease.metadata.namespace], seconds as f64);
    }
}
