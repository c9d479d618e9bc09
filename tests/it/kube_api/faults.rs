//! What goes wrong, and what is served, told and asked then.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::{Exporter, SMALL, count};
use crate::api_server::fault::{Fault, What};
use crate::api_server::made::{self, Cluster};
use crate::api_server::request::{Asked, Request};
use crate::api_server::{ApiServer, World};
use crate::daemon::{pause, until};

const PODS: &str = "--resources=pods";
/// Watches last up to two seconds, and are believed dead a second later.
const BRIEF: &str = "--watch-timeout=1s";

fn lists(request: &Request) -> bool {
    request.asked() == Asked::Streaming
}

#[track_caller]
fn wait_for_requests(server: &ApiServer, plural: &str, more_than: usize) -> Vec<Request> {
    until(&format!("more than {more_than} requests for {plural}"), || {
        let asked = server.asked(|request| request.plural() == plural);
        (more_than < asked.len()).then_some(asked)
    })
}

#[test]
fn forbidden_and_missing_kinds_are_told_once_and_tried_again_while_the_others_go_on() {
    let server = ApiServer::start(SMALL.world());
    let forbidden = "secrets is forbidden: User \"pi\" cannot list resource \"secrets\"";
    server.fault(Fault::always(
        "secrets",
        None,
        What::refused(403, "Forbidden", forbidden),
    ));
    server.change(|state| state.absent = vec!["nodes"]);
    let exporter = Exporter::ready(&server, &["--resources=pods,secrets,nodes"]);
    let text = exporter.text();
    assert_eq!(count(&text, "kube_pod_info{"), 12);
    assert!(
        !text.contains("kube_secret_") && !text.contains("kube_node_"),
        "{text}"
    );

    for plural in ["secrets", "nodes"] {
        let asked = wait_for_requests(&server, plural, 2);
        let waits: Vec<_> = asked.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
        assert!(Duration::from_millis(700) < waits[0], "{waits:?}");
        assert!(
            Duration::from_millis(1_500) < waits[1],
            "the waits grow: {waits:?}"
        );
    }
    let told = exporter.lines(&["objects not read"]);
    assert_eq!(told.len(), 2, "{told:?}");
    let secrets = exporter.lines(&[
        "objects not read",
        "resource=secrets",
        "status 403",
        "ClusterRole",
    ]);
    assert_eq!(secrets.len(), 1, "{told:?}");
    let nodes = exporter.lines(&[
        "objects not read",
        "resource=nodes",
        "status 404",
        "the server has no such kind",
    ]);
    assert_eq!(nodes.len(), 1, "{told:?}");
    for kind in ["Secret", "Node"] {
        let failed = format!(r#"kube_state_metrics_watch_total{{resource="*v1.{kind}",result="error"}}"#);
        assert!(Some(3.0) <= exporter.value(&failed), "{}", exporter.told());
    }
    let synced = r#"kube_state_metrics_resource_synced_seconds{namespace="",resource="pods"}"#;
    assert_eq!(exporter.value(synced), Some(0.0));
    assert!(
        !exporter
            .told()
            .contains(r#"synced_seconds{namespace="",resource="secrets"}"#)
    );

    server.heal();
    exporter.wait_for("kube_secret_info{");
    assert_eq!(
        exporter
            .lines(&["objects are read again", "resource=secrets"])
            .len(),
        1
    );
}

#[test]
fn a_server_that_asks_for_time_gets_it() {
    let server = ApiServer::start(SMALL.world());
    let busy = What::Refused {
        code: 429,
        reason: "TooManyRequests",
        message: "the server has received too many requests",
        retry_after: Some(2),
    };
    server.fault(Fault::once("pods", None, busy));
    let exporter = Exporter::of(&server, &[PODS]);
    exporter.wait_for("kube_pod_info{");
    let asked = server.asked(lists);
    assert_eq!(asked.len(), 2);
    assert!(Duration::from_secs(2) <= asked[1].at - asked[0].at);
    assert_eq!(
        exporter
            .lines(&["status 429: the server has received too many requests"])
            .len(),
        1
    );
}

/// One pod goes, one comes, one changes. Returns what a fresh start tells of it.
fn change_three(server: &ApiServer) -> String {
    server.change(|state| {
        state
            .world
            .delete("pods", &made::namespace_of(0), &made::pod_name(0));
        state.world.put("pods", made::pod(100, 3));
        let mut pod = made::pod(1, 3);
        pod["status"]["phase"] = "Failed".into();
        state.world.put("pods", pod);
    });
    Exporter::ready(server, &[PODS]).text()
}

#[test]
fn a_list_that_breaks_off_changes_nothing_and_the_next_one_is_put_in_its_place_whole() {
    let server = ApiServer::start(SMALL.world());
    let exporter = Exporter::ready(&server, &[PODS]);
    let old = exporter.text();
    server.cut();
    let new = change_three(&server);
    // The fresh one is gone; what breaks and stalls now is the list of the first one.
    server.cut();
    server.fault(Fault::once("pods", Some(Asked::Streaming), What::Broken(7)));
    let asked = server.asked(lists).len();
    let seen = exporter.meanwhile(|| {
        wait_for_requests(&server, "pods", asked + 1);
        exporter.wait_for(&made::pod_name(100));
    });
    assert!(seen.iter().all(|text| *text == old || *text == new), "{seen:#?}");
    assert_eq!(exporter.text(), new);
    assert_eq!(exporter.lines(&["objects are read again"]).len(), 1);
}

#[test]
fn an_expired_version_is_read_again_without_a_word() {
    let server = ApiServer::start(SMALL.world());
    server.fault(Fault::once("pods", Some(Asked::Watch), What::Expired));
    let exporter = Exporter::ready(&server, &[PODS, BRIEF]);
    let old = exporter.text();
    until("the list to be read again", || {
        (2 <= server.asked(lists).len()).then_some(())
    });
    let new = change_three(&server);
    let seen = exporter.meanwhile(|| exporter.wait_for(&made::pod_name(100)));
    // These come one by one, each at once.
    assert!(
        seen.contains(&new) && seen.iter().all(|text| 11 <= count(text, "kube_pod_info{")),
        "{old}"
    );
    assert_eq!(exporter.lines(&["level=WARN"]), [""; 0]);

    // The same where the server says it before the watch begins.
    let asked = server.asked(lists).len();
    server.change(|state| {
        state
            .world
            .put("nodes", serde_json::json!({"metadata": {"name": "late"}}));
        state.world.compact();
        state.faults.push(Fault::once(
            "pods",
            Some(Asked::Watch),
            What::refused(410, "Expired", "too old resource version"),
        ));
    });
    until("the list to be read again", || {
        (asked < server.asked(lists).len()).then_some(())
    });
    assert_eq!(exporter.text(), new);
    assert_eq!(exporter.lines(&["level=WARN"]), [""; 0]);
}

#[test]
fn a_server_that_restarts_with_other_objects() {
    let mut server = ApiServer::start(SMALL.world());
    let exporter = Exporter::ready(&server, &["--resources=pods,jobs,services"]);
    let old = exporter.text();
    let mut other = World::empty(3);
    (50..54).for_each(|number| other.put("pods", made::pod(number, 1)));
    let synced = r#"kube_state_metrics_resource_synced_seconds{namespace="",resource="pods"}"#;
    assert_eq!(exporter.value(synced), Some(0.0));
    let mut seen = exporter.meanwhile(|| {
        server.down();
        let age = until("the age to be told", || {
            exporter.value(synced).filter(|age| 0.5 < *age)
        });
        assert!(age < 20.0);
        assert_eq!(exporter.page("/livez").status, 503);
        exporter
            .daemon
            .wait_for_log("API server not read; what was read is served on");
        server.change(|state| state.world = other);
        server.up();
        exporter.wait_for(&made::pod_name(50));
    });
    let new = exporter.text();
    assert_eq!(count(&new, "kube_pod_info{"), 4);
    assert!(
        seen.remove(&old) && seen.remove(&new) && seen.is_empty(),
        "{seen:#?}"
    );
    assert_eq!(exporter.value(synced), Some(0.0));
    assert_eq!(exporter.page("/livez").status, 200);
    // Once, and not for each kind.
    assert_eq!(exporter.lines(&["level=WARN"]).len(), 1);
    assert_eq!(exporter.lines(&["API server is read again"]).len(), 1);

    // A server that has nothing at all is believed, once its list is complete.
    server.down();
    server.change(|state| state.world = World::empty(1));
    server.up();
    let seen = exporter.meanwhile(|| until("the empty list", || exporter.text().is_empty().then_some(())));
    assert_eq!(seen, BTreeSet::from([String::new(), new]));
}

#[test]
fn a_watch_in_which_nothing_arrives_is_begun_again() {
    let server = ApiServer::start(SMALL.world());
    // Behind the twelve pods and the end of the list.
    server.fault(Fault::once("pods", Some(Asked::Streaming), What::Stalled(13)));
    let exporter = Exporter::ready(&server, &[PODS, BRIEF]);
    server.change(|state| state.world.put("pods", made::pod(100, 3)));
    let seen = exporter.meanwhile(|| exporter.wait_for(&made::pod_name(100)));
    assert!(seen.iter().all(|text| 12 <= count(text, "kube_pod_info{")));
    assert_eq!(exporter.lines(&["level=WARN", "nothing arrived for"]).len(), 1);
    assert_eq!(server.asked(lists).len(), 2);
}

#[test]
fn slow_lists_hold_up_no_other_kind() {
    let many = Cluster {
        pods: 90,
        nodes: 90,
        deployments: 90,
        replicasets: 90,
        ..SMALL
    };
    let server = ApiServer::start(many.world());
    for plural in ["pods", "nodes", "deployments", "replicasets"] {
        // An event or two a second, so that nothing tells that these lists are stuck; they take a minute and more.
        let trickle = What::Trickling(2_000, Duration::from_millis(200));
        server.fault(Fault::always(plural, None, trickle));
    }
    server.fault(Fault::always("leases", None, What::Silent));
    let exporter = Exporter::of(
        &server,
        &[
            "--resources=pods,nodes,deployments,replicasets,leases,namespaces,secrets,configmaps",
            BRIEF,
        ],
    );
    for family in [
        "kube_namespace_created{",
        "kube_secret_info{",
        "kube_configmap_info{",
    ] {
        exporter.wait_for(family);
    }
    assert_eq!(count(&exporter.text(), "kube_pod_info{"), 0);
}

#[test]
fn a_client_that_does_not_read_holds_up_no_change() {
    let server = ApiServer::start(Cluster { pods: 600, ..SMALL }.world());
    let exporter = Exporter::ready(&server, &[PODS]);
    let mut stuck = TcpStream::connect(&exporter.daemon.address).unwrap();
    stuck
        .write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut first = [0; 15];
    stuck.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    server.change(|state| {
        for number in 600..610 {
            state.world.put("pods", made::pod(number, 3));
        }
        state
            .world
            .delete("pods", &made::namespace_of(599), &made::pod_name(599));
    });
    exporter.wait_for(&made::pod_name(609));
    // What it reads then is the moment at which it asked, whole.
    let mut rest = String::new();
    stuck.read_to_string(&mut rest).unwrap();
    assert!(rest.contains(&made::pod_name(599)) && !rest.contains(&made::pod_name(609)));
    assert!(rest.ends_with("\r\n0\r\n\r\n"), "{:?}", &rest[rest.len() - 100..]);
    assert_eq!(count(&rest, "kube_pod_info{"), 600);
    pause();
}
