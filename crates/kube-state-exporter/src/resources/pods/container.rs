//! Containers of a pod: what they are, and how they run. Init containers are told of in the same way, under names of their own.

use crate::lines::Lines;
use crate::wire::pod::{Container, ContainerStatus, Pod, Terminated};
use crate::wire::time::Time;

pub fn info(pod: &Pod, out: &mut Lines<'_>) {
    for status in &pod.status.container_statuses {
        let image = find(&pod.spec.containers, status).map_or("", |container| &container.image);
        let ContainerStatus {
            name,
            image: running,
            image_id,
            container_id,
            ..
        } = status;
        out.sample([name, image, running, image_id, container_id], 1.0);
    }
}

pub fn init_info(pod: &Pod, out: &mut Lines<'_>) {
    for status in &pod.status.init_container_statuses {
        let container = find(&pod.spec.init_containers, status);
        let (image, restart) = container.map_or(("", ""), |it| (&it.image, &it.restart_policy));
        let ContainerStatus {
            name,
            image: running,
            image_id,
            container_id,
            ..
        } = status;
        out.sample([name, image, running, image_id, container_id, restart], 1.0);
    }
}

/// The container that a status is of.
fn find<'a>(containers: &'a [Container], status: &ContainerStatus) -> Option<&'a Container> {
    containers.iter().find(|container| container.name == status.name)
}

/// The last end of all containers, where one has ended.
pub fn completion_time(pod: &Pod, out: &mut Lines<'_>) {
    let ends = pod.status.container_statuses.iter();
    let ends = ends.filter_map(|status| Time::set(&status.state.terminated.as_ref()?.finished_at));
    if let Some(last) = ends.max().filter(|last| *last > 0) {
        out.count(last);
    }
}

/// Go's zero of time where the time is not told.
pub fn started(containers: &[ContainerStatus], out: &mut Lines<'_>) {
    for ContainerStatus { name, state, .. } in containers {
        let started_at = match (&state.running, &state.terminated) {
            (Some(running), _) => &running.started_at,
            (None, Some(terminated)) => &terminated.started_at,
            (None, None) => continue,
        };
        out.sample([name], Time::or_zero(started_at) as f64);
    }
}

pub fn ready(containers: &[ContainerStatus], out: &mut Lines<'_>) {
    for status in containers {
        out.sample([&status.name], status.ready.into());
    }
}

pub fn restarts(containers: &[ContainerStatus], out: &mut Lines<'_>) {
    for status in containers {
        out.sample([&status.name], status.restart_count.into());
    }
}

pub fn running(containers: &[ContainerStatus], out: &mut Lines<'_>) {
    for status in containers {
        out.sample([&status.name], status.state.running.is_some().into());
    }
}

pub fn terminated(containers: &[ContainerStatus], out: &mut Lines<'_>) {
    for status in containers {
        out.sample([&status.name], status.state.terminated.is_some().into());
    }
}

pub fn waiting(containers: &[ContainerStatus], out: &mut Lines<'_>) {
    for status in containers {
        out.sample([&status.name], status.state.waiting.is_some().into());
    }
}

pub fn terminated_reason(containers: &[ContainerStatus], out: &mut Lines<'_>) {
    for status in containers {
        if let Some(terminated) = &status.state.terminated {
            out.sample([&status.name, &terminated.reason], 1.0);
        }
    }
}

pub fn waiting_reason(containers: &[ContainerStatus], out: &mut Lines<'_>) {
    for status in containers {
        if let Some(waiting) = &status.state.waiting {
            out.sample([&status.name, &waiting.reason], 1.0);
        }
    }
}

pub fn last_terminated_reason(containers: &[ContainerStatus], out: &mut Lines<'_>) {
    for (name, terminated) in last_terminated(containers) {
        out.sample([name, &terminated.reason], 1.0);
    }
}

pub fn last_terminated_exit_code(containers: &[ContainerStatus], out: &mut Lines<'_>) {
    for (name, terminated) in last_terminated(containers) {
        out.sample([name], terminated.exit_code.into());
    }
}

pub fn last_terminated_timestamp(containers: &[ContainerStatus], out: &mut Lines<'_>) {
    for (name, terminated) in last_terminated(containers) {
        out.sample([name], Time::or_zero(&terminated.finished_at) as f64);
    }
}

/// Containers that have ended before, and how.
fn last_terminated(containers: &[ContainerStatus]) -> impl Iterator<Item = (&str, &Terminated)> {
    let ended = containers.iter();
    ended.filter_map(|status| Some((status.name.as_str(), status.last_state.terminated.as_ref()?)))
}
