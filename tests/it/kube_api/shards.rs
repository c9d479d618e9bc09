//! Pods of a StatefulSet divide the objects among them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Exporter, SMALL};
use crate::api_server::ApiServer;
use crate::daemon::until;

fn set(replicas: u32) -> Value {
    json!({"metadata": {"name": "state", "namespace": "monitoring"}, "spec": {"replicas": replicas}})
}

fn pods(exporter: &Exporter) -> BTreeSet<String> {
    let text = exporter.text();
    let info = text.lines().filter(|line| line.starts_with("kube_pod_info{"));
    info.map(str::to_owned).collect()
}

#[test]
fn pods_of_a_stateful_set_divide_the_objects() {
    let server = ApiServer::start(SMALL.world());
    server.change(|state| {
        state.world.put("statefulsets", set(2));
        for number in 0..2 {
            let owner =
                json!([{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "state", "uid": "u"}]);
            let name = format!("state-{number}");
            let metadata =
                json!({"name": name, "namespace": "monitoring", "uid": name, "ownerReferences": owner});
            state.world.put("pods", json!({"metadata": metadata}));
        }
    });
    let start = |name: &str| {
        let flags = [
            "--pod-namespace=monitoring",
            "--resources=pods",
            "--watch-timeout=1s",
            name,
        ];
        Exporter::ready(&server, &flags)
    };
    let (first, second) = (start("--pod=state-0"), start("--pod=state-1"));
    let (ours, theirs) = (pods(&first), pods(&second));
    assert_eq!(ours.len() + theirs.len(), 14);
    assert!(!ours.is_empty() && !theirs.is_empty() && ours.is_disjoint(&theirs));
    assert_eq!(
        first.value(r#"kube_state_metrics_shard_ordinal{shard_ordinal="0"}"#),
        Some(0.0)
    );
    assert_eq!(
        second.value(r#"kube_state_metrics_shard_ordinal{shard_ordinal="1"}"#),
        Some(1.0)
    );
    assert_eq!(second.value("kube_state_metrics_total_shards"), Some(2.0));

    // With one replica left, the first has all of them.
    server.change(|state| state.world.put("statefulsets", set(1)));
    until("the first to take over", || {
        (pods(&first).len() == 14).then_some(())
    });
    assert_eq!(first.value("kube_state_metrics_total_shards"), Some(1.0));
}
