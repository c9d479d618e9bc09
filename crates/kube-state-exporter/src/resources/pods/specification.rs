//! What was asked for, and where the pod runs.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::lines::Lines;
use crate::metadata;
use crate::wire::pod::{Pod, Toleration, Volume};

pub fn info(pod: &Pod, out: &mut Lines<'_>) {
    let owners = pod.metadata.owner_references.iter();
    let controller = owners
        .filter(|owner| owner.controller == Some(true))
        .map(|owner| (owner.kind.as_str(), owner.name.as_str()))
        .next();
    let (kind, name) = controller.unwrap_or_default();
    out.sample(
        [
            &pod.status.host_ip,
            &pod.status.pod_ip,
            &pod.spec.node_name,
            kind,
            name,
            &pod.spec.priority_class_name,
            metadata::text(pod.spec.host_network),
        ],
        1.0,
    );
}

/// What is no address is left out.
pub fn ips(pod: &Pod, out: &mut Lines<'_>) {
    for address in &pod.status.pod_ips {
        let family = match address.ip.parse().map(|ip: IpAddr| ip.to_canonical()) {
            Ok(IpAddr::V4(_)) => "4",
            Ok(IpAddr::V6(_)) => "6",
            Err(_) => continue,
        };
        out.sample([&address.ip, family], 1.0);
    }
}

/// Claims that name neither an object nor a template are left out.
pub fn resource_claims(pod: &Pod, out: &mut Lines<'_>) {
    for claim in &pod.spec.resource_claims {
        if claim.resource_claim_name.is_none() && claim.resource_claim_template_name.is_none() {
            continue;
        }
        let statuses = &pod.status.resource_claim_statuses;
        let made = || {
            statuses
                .iter()
                .find(|status| status.name == claim.name)?
                .resource_claim_name
                .as_ref()
        };
        let object = claim.resource_claim_name.as_ref().or_else(made);
        let template = claim.resource_claim_template_name.as_deref();
        let object = object.map_or("", String::as_str);
        out.sample([&claim.name, object, template.unwrap_or_default()], 1.0);
    }
}

pub fn runtime_class(pod: &Pod, out: &mut Lines<'_>) {
    if let Some(class) = &pod.spec.runtime_class_name {
        out.sample([class], 1.0);
    }
}

pub fn claim_volumes(pod: &Pod, out: &mut Lines<'_>) {
    each_claim(pod, out, |_| 1.0);
}

pub fn claim_volumes_read_only(pod: &Pod, out: &mut Lines<'_>) {
    each_claim(pod, out, f64::from);
}

/// Claims that the pod names, and those that live and die with it, which are named after it and the volume.
fn each_claim(pod: &Pod, out: &mut Lines<'_>, value: fn(bool) -> f64) {
    for Volume { name, source } in &pod.spec.volumes {
        if let Some(claim) = &source.persistent_volume_claim {
            out.sample([name, &claim.claim_name, "false"], value(claim.read_only));
        } else if source.ephemeral.is_some() {
            let claim = format!("{}-{name}", pod.metadata.name);
            out.sample([name, &claim, "true"], value(false));
        }
    }
}

/// A toleration that is there twice is told once.
pub fn tolerations(pod: &Pod, out: &mut Lines<'_>) {
    let mut told = BTreeSet::new();
    let mut digits = itoa::Buffer::new();
    for toleration in pod.spec.tolerations.iter().filter(|it| told.insert(*it)) {
        let Toleration {
            key,
            operator,
            value,
            effect,
            toleration_seconds,
        } = toleration;
        let seconds = toleration_seconds.map_or("", |seconds| digits.format(seconds));
        out.sample([key, operator, value, effect, seconds], 1.0);
    }
}

pub fn node_selectors(pod: &Pod, out: &mut Lines<'_>) {
    metadata::map(out, "nodeselector", pod.spec.node_selector.iter());
}
