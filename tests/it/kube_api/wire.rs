//! Each kind of object finds its own way: the format, and how the list is read.

use super::{Exporter, SMALL, count};
use crate::api_server::fault::{Fault, What};
use crate::api_server::made::Cluster;
use crate::api_server::request::{Asked, Form, Format, Request};
use crate::api_server::{ApiServer, Streaming};
use crate::daemon::until;

/// More than two pages of pods.
const PAGES: Cluster = Cluster { pods: 230, ..SMALL };

fn of(plural: &'static str, asked: Asked) -> impl Fn(&Request) -> bool {
    move |request| request.plural() == plural && request.asked() == asked
}

/// What is served by a server of this sort, and what pods, secrets and config maps were answered in.
#[track_caller]
fn read(server: &ApiServer, protobuf: bool, streaming: Streaming) -> (String, Vec<(Form, Format)>) {
    server.change(|state| {
        (state.protobuf, state.streaming) = (protobuf, streaming);
        state.requests.clear();
    });
    let exporter = Exporter::ready(server, &[]);
    let text = exporter.text();
    let asked = match streaming {
        Streaming::Known => Asked::Streaming,
        _ => Asked::List,
    };
    let answered = |plural| server.asked(of(plural, asked)).pop().unwrap().answered.unwrap();
    (
        text,
        ["pods", "services", "secrets", "configmaps"]
            .map(answered)
            .to_vec(),
    )
}

#[test]
fn both_formats_streamed_and_in_pages_give_the_same_text() {
    let server = ApiServer::start(PAGES.world());
    let (text, answered) = read(&server, true, Streaming::Known);
    assert_eq!(count(&text, "kube_pod_info{"), 230);
    assert_eq!(count(&text, "kube_node_info{"), 3);
    assert_eq!(count(&text, "kube_secret_type{"), 4);
    assert_eq!(count(&text, "kube_configmap_info{"), 4);
    let best = [
        (Form::Whole, Format::Protobuf),
        // Not in the server's table, as custom resources are not in that of a real one.
        (Form::Whole, Format::Json),
        (Form::Table, Format::Json),
        (Form::Metadata, Format::Protobuf),
    ];
    assert_eq!(answered, best);
    assert!(server.asked(|request| request.asked() == Asked::List).is_empty());

    let plain = best.map(|(form, _)| (form, Format::Json));
    assert_eq!(
        read(&server, false, Streaming::Known),
        (text.clone(), plain.to_vec())
    );
    assert_eq!(
        read(&server, true, Streaming::Refused),
        (text.clone(), best.to_vec())
    );
    let pages = server.asked(of("pods", Asked::List));
    let pages: Vec<_> = pages
        .iter()
        .map(|page| page.parameter("continue").is_empty())
        .collect();
    assert_eq!(pages, [true, false, false]);
    assert_eq!(read(&server, false, Streaming::Refused), (text, plain.to_vec()));
}

#[test]
fn one_kind_without_streaming_lists_is_read_in_pages_and_the_others_stream() {
    let server = ApiServer::start(SMALL.world());
    let refusal = What::refused(422, "Invalid", "sendInitialEvents is forbidden");
    server.fault(Fault::always("pods", Some(Asked::Streaming), refusal));
    let exporter = Exporter::ready(&server, &["--resources=pods,nodes"]);
    assert_eq!(count(&exporter.text(), "kube_pod_info{"), 12);
    assert_eq!(server.asked(of("pods", Asked::Streaming)).len(), 1);
    assert_eq!(server.asked(of("pods", Asked::List)).len(), 1);
    assert_eq!(server.asked(of("nodes", Asked::List)).len(), 0);
    assert_eq!(
        exporter.value(r#"kube_state_metrics_list_total{resource="*v1.Pod",result="success"}"#),
        Some(1.0)
    );
    // What a server does not know is no fault.
    assert_eq!(exporter.lines(&["level=WARN"]), [""; 0]);
}

#[test]
fn a_server_that_never_ends_a_streaming_list_is_asked_for_pages() {
    let server = ApiServer::start(SMALL.world());
    server.change(|state| state.streaming = Streaming::Unheard);
    let exporter = Exporter::of(&server, &["--resources=pods", "--watch-timeout=1s"]);
    exporter.wait_for("kube_pod_info{");
    assert_eq!(server.asked(of("pods", Asked::Streaming)).len(), 1);
    assert_eq!(server.asked(of("pods", Asked::List)).len(), 1);
    exporter
        .daemon
        .wait_for_log("the watch ended before its list was complete");
}

#[test]
fn bookmarks_carry_a_quiet_watch_on() {
    let server = ApiServer::start(SMALL.world());
    let exporter = Exporter::ready(&server, &["--resources=nodes", "--watch-timeout=1s"]);
    let bookmarked = server.change(|state| {
        for _ in 0..5 {
            state.world.put("pods", crate::api_server::made::pod(0, 3));
        }
        state.world.compact();
        state.bookmarked = state.world.version;
        state.bookmarked
    });
    let watches = until("the next watch", || {
        let watches = server.asked(of("nodes", Asked::Watch));
        (!watches.is_empty()).then_some(watches)
    });
    assert_eq!(watches[0].parameter("resourceVersion"), bookmarked.to_string());
    assert_eq!(watches[0].parameter("allowWatchBookmarks"), "true");
    // Without the bookmark the version is too old by now, and the list would be read again.
    assert_eq!(server.asked(of("nodes", Asked::Streaming)).len(), 1);
    assert_eq!(count(&exporter.text(), "kube_node_info{"), 3);
}
