//! What becomes of a pod: its phase, its conditions and the reasons that are given for them.

use crate::lines::Lines;
use crate::wire::pod::{Pod, PodCondition};
use crate::wire::time::Time;

const PHASES: [&str; 5] = ["Pending", "Succeeded", "Failed", "Unknown", "Running"];
const QOS_CLASSES: [&str; 3] = ["BestEffort", "Burstable", "Guaranteed"];
/// Reasons for a pod's state that are told; others of the pod itself are told as `Other`, so that labels do not multiply.
const REASONS: [&str; 8] = [
    "Evicted",
    "NodeAffinity",
    "NodeLost",
    "PreemptionByScheduler",
    "SchedulingGated",
    "Shutdown",
    "TerminationByKubelet",
    "UnexpectedAdmissionError",
];
/// Reasons for driving a pod out that are told; others are told as `Other`.
const DISRUPTION_REASONS: [&str; 5] = [
    "DeletionByPodGC",
    "DeletionByTaintManager",
    "EvictionByEvictionAPI",
    "PreemptionByScheduler",
    "TerminationByKubelet",
];
const OTHER: &str = "Other";

pub fn phase(pod: &Pod, out: &mut Lines<'_>) {
    if !pod.status.phase.is_empty() {
        out.state(&PHASES, &pod.status.phase);
    }
}

pub fn qos_class(pod: &Pod, out: &mut Lines<'_>) {
    if !pod.status.qos_class.is_empty() {
        out.state(&QOS_CLASSES, &pod.status.qos_class);
    }
}

/// True, false or unknown.
pub fn condition(pod: &Pod, kind: &str, out: &mut Lines<'_>) {
    for condition in of_kind(pod, kind) {
        out.condition([], &condition.status);
    }
}

/// Since when a condition has a status. Go's zero of time where the time is not told.
pub fn since(pod: &Pod, kind: &str, status: &str, out: &mut Lines<'_>) {
    for condition in of_kind(pod, kind).filter(|condition| condition.status == status) {
        out.count(Time::or_zero(&condition.last_transition_time));
    }
}

pub fn unschedulable(pod: &Pod, out: &mut Lines<'_>) {
    for _ in of_kind(pod, "PodScheduled").filter(|condition| condition.status == "False") {
        out.value(1.0);
    }
}

/// Reasons are looked for in the pod itself, in its conditions and in what its containers ended with.
pub fn reason(pod: &Pod, out: &mut Lines<'_>) {
    let status = &pod.status;
    for reason in REASONS {
        let ended = |reason| {
            let states = status.container_statuses.iter();
            let mut ends = states.filter_map(|container| container.state.terminated.as_ref());
            ends.any(|end| end.reason == reason)
        };
        if status.reason == reason
            || status
                .conditions
                .iter()
                .any(|condition| condition.reason == reason)
            || ended(reason)
        {
            out.sample([reason], 1.0);
        }
    }
    if !status.reason.is_empty() && !REASONS.contains(&status.reason.as_str()) {
        out.sample([OTHER], 1.0);
    }
}

pub fn disruption_reason(pod: &Pod, out: &mut Lines<'_>) {
    for condition in of_kind(pod, "DisruptionTarget").filter(|condition| !condition.reason.is_empty()) {
        let known = DISRUPTION_REASONS.contains(&condition.reason.as_str());
        out.sample([if known { &condition.reason } else { OTHER }], 1.0);
    }
}

fn of_kind<'a>(pod: &'a Pod, kind: &'a str) -> impl Iterator<Item = &'a PodCondition> {
    pod.status
        .conditions
        .iter()
        .filter(move |condition| condition.kind == kind)
}
