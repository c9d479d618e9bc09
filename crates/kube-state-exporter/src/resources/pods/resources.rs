//! How much containers of a pod may use, and how much is kept for them.

use std::collections::BTreeMap;

use crate::label_name;
use crate::lines::Lines;
use crate::resource_name;
use crate::wire::pod::{Container, Pod, ResourceRequirements};
use crate::wire::quantity::Quantity;

pub fn limits(pod: &Pod, out: &mut Lines<'_>) {
    each(pod, &pod.spec.containers, |of| &of.limits, out);
}

pub fn requests(pod: &Pod, out: &mut Lines<'_>) {
    each(pod, &pod.spec.containers, |of| &of.requests, out);
}

pub fn init_limits(pod: &Pod, out: &mut Lines<'_>) {
    each(pod, &pod.spec.init_containers, |of| &of.limits, out);
}

pub fn init_requests(pod: &Pod, out: &mut Lines<'_>) {
    each(pod, &pod.spec.init_containers, |of| &of.requests, out);
}

fn each(
    pod: &Pod,
    containers: &[Container],
    which: fn(&ResourceRequirements) -> &BTreeMap<String, Quantity>,
    out: &mut Lines<'_>,
) {
    for container in containers {
        for (name, quantity) in which(&container.resources) {
            if let Some((unit, value)) = resource_name::unit_and_value(name, quantity) {
                let resource = label_name::sanitize(name);
                out.sample([&container.name, &pod.spec.node_name, &resource, unit], value);
            }
        }
    }
}

pub fn overhead_cpu(pod: &Pod, out: &mut Lines<'_>) {
    if let Some(cpu) = pod.spec.overhead.get("cpu") {
        out.value(cpu.amount().milli());
    }
}

pub fn overhead_memory(pod: &Pod, out: &mut Lines<'_>) {
    if let Some(memory) = pod.spec.overhead.get("memory") {
        out.value(memory.amount().whole());
    }
}
