//! Pods that come, change and go, many a second.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{ApiServer, World, made};

/// Changes that are made in one moment.
const AT_ONCE: usize = 20;

/// Changes, deletes and makes pods with numbers below `pods`, so many times a second. All of them exist at the end.
pub fn churn(server: &ApiServer, pods: usize, nodes: usize, per_second: usize, lasts: Duration) {
    let end = Instant::now() + lasts;
    let pause = Duration::from_secs(1).mul_f64(AT_ONCE as f64 / per_second as f64);
    let mut next = Instant::now();
    let mut step = 0;
    while next < end {
        // Made before, because everybody waits while the world changes.
        let made: Vec<_> = (step..step + AT_ONCE)
            .map(|step| changed(step, pods, nodes))
            .collect();
        server.change(|state| {
            for (step, (number, pod)) in (step..).zip(made) {
                change(&mut state.world, step, number, pod);
            }
        });
        step += AT_ONCE;
        next += pause;
        rest(next.saturating_duration_since(Instant::now()));
    }
    server.change(|state| {
        for number in 0..pods {
            if !has(&state.world, number) {
                state.world.put("pods", made::pod(number, nodes));
            }
        }
    });
}

/// A number, and the pod with that number as it is at this step.
fn changed(step: usize, pods: usize, nodes: usize) -> (usize, Value) {
    let number = step * 7919 % pods;
    let mut pod = made::pod(number, nodes);
    pod["status"]["containerStatuses"][0]["restartCount"] = step.into();
    pod["status"]["phase"] = ["Running", "Pending", "Failed"][step % 3].into();
    (number, pod)
}

/// Every eighth step takes a pod away, which a later one brings back.
fn change(world: &mut World, step: usize, number: usize, pod: Value) {
    if step % 8 == 3 && has(world, number) {
        world.delete("pods", &made::namespace_of(number), &made::pod_name(number));
    } else {
        world.put("pods", pod);
    }
}

fn has(world: &World, number: usize) -> bool {
    let found = world.object("pods", &made::namespace_of(number), &made::pod_name(number));
    found.is_some()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the pace of the changes, on the test's own thread"
)]
fn rest(pause: Duration) {
    std::thread::sleep(pause);
}
