//! Pods that come, change and go, many a second.

use std::time::{Duration, Instant};

use super::{ApiServer, made};

/// Changes that are made in one moment.
const AT_ONCE: usize = 20;

/// Changes, deletes and makes pods with numbers below `pods`, so many times a second. All of them exist at the end.
pub fn churn(server: &ApiServer, pods: usize, nodes: usize, per_second: usize, lasts: Duration) {
    let end = Instant::now() + lasts;
    let pause = Duration::from_secs(1).mul_f64(AT_ONCE as f64 / per_second as f64);
    let mut next = Instant::now();
    let mut step = 0;
    while next < end {
        server.change(|state| {
            for _ in 0..AT_ONCE {
                step += 1;
                change(&mut state.world, step, pods, nodes);
            }
        });
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

/// Of eight steps six change a pod, and two take one away and bring another back.
fn change(world: &mut super::World, step: usize, pods: usize, nodes: usize) {
    let number = step * 7919 % pods;
    match (step % 8, has(world, number)) {
        (3, true) => world.delete("pods", &made::namespace_of(number), &made::pod_name(number)),
        _ => {
            let mut pod = made::pod(number, nodes);
            pod["status"]["containerStatuses"][0]["restartCount"] = step.into();
            pod["status"]["phase"] = ["Running", "Pending", "Failed"][step % 3].into();
            world.put("pods", pod);
        }
    }
}

fn has(world: &super::World, number: usize) -> bool {
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
