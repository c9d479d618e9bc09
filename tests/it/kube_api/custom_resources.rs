//! Kinds that somebody defined, told of as a configuration says.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::Exporter;
use crate::api_server::fault::{Fault, What};
use crate::api_server::request::{Asked, Form, Format};
use crate::api_server::{ApiServer, State, Streaming, World};
use crate::daemon::until;

const DEFINITIONS: &str = "customresourcedefinitions";
const KIND: &str = "greenhouses";

/// One family of each type, with labels from every place that labels can come from.
const CONFIG: &str = "
kind: CustomResourceStateMetrics
spec:
  resources:
    - groupVersionKind: {group: garden.example, version: v1, kind: Greenhouse}
      commonLabels: {site: north}
      labelsFromPath: {name: [metadata, name], namespace: [metadata, namespace]}
      metrics:
        - name: temperature_celsius
          help: Temperature in a zone.
          each:
            type: Gauge
            gauge: {path: [status, zones], labelFromKey: zone, valueFrom: [temperature]}
        - name: info
          help: What grows there.
          each:
            type: Info
            info: {labelsFromPath: {crop: [spec, crop], 'label_*': [metadata, labels]}}
        - name: phase
          help: Whether it is in this phase.
          each:
            type: StateSet
            stateSet: {labelName: phase, path: [status, phase], list: [Growing, Resting]}
";

fn greenhouse(name: &str, phase: &str, celsius: f64) -> Value {
    json!({
        "metadata": {"name": name, "namespace": "farm", "uid": name, "labels": {"glass/type": "double"}},
        "spec": {"crop": "tomato"},
        "status": {"phase": phase, "zones": {"back": {"temperature": 17}, "front": {"temperature": celsius}}},
    })
}

fn definition() -> Value {
    json!({
        "metadata": {"name": "greenhouses.garden.example", "uid": "d"},
        "spec": {
            "group": "garden.example", "scope": "Namespaced",
            "names": {"kind": "Greenhouse", "plural": KIND, "singular": "greenhouse"},
            "versions": [{"name": "v1", "served": true, "storage": true}, {"name": "v1beta1", "served": false}],
        },
    })
}

/// The kind is defined, and there.
fn define(state: &mut State) {
    state.absent.clear();
    state.world.put(DEFINITIONS, definition());
}

fn start(server: &ApiServer) -> Exporter {
    let config = format!("--custom-resource-state-config={CONFIG}");
    Exporter::ready(
        server,
        &[&config, "--custom-resource-state-only", "--watch-timeout=1s"],
    )
}

/// Samples without what all of them have.
#[track_caller]
fn check(exporter: &Exporter, expect: &Expect) {
    let common = r#"customresource_group="garden.example",customresource_kind="Greenhouse",customresource_version="v1","#;
    let text = exporter
        .text()
        .replace(common, "")
        .replace("kube_customresource_", "");
    expect.assert_eq(&text);
}

#[test]
fn objects_of_a_kind_that_is_there_in_both_ways() {
    let told = expect![[r##"
        # HELP temperature_celsius Temperature in a zone.
        # TYPE temperature_celsius gauge
        temperature_celsius{name="east",namespace="farm",site="north",zone="back"} 17
        temperature_celsius{name="east",namespace="farm",site="north",zone="front"} -3
        temperature_celsius{name="west",namespace="farm",site="north",zone="back"} 17
        temperature_celsius{name="west",namespace="farm",site="north",zone="front"} 21.5
        # HELP info What grows there.
        # TYPE info gauge
        info{crop="tomato",label_glass_type="double",name="east",namespace="farm",site="north"} 1
        info{crop="tomato",label_glass_type="double",name="west",namespace="farm",site="north"} 1
        # HELP phase Whether it is in this phase.
        # TYPE phase gauge
        phase{name="east",namespace="farm",phase="Growing",site="north"} 0
        phase{name="east",namespace="farm",phase="Resting",site="north"} 1
        phase{name="west",namespace="farm",phase="Growing",site="north"} 1
        phase{name="west",namespace="farm",phase="Resting",site="north"} 0
    "##]];
    for streaming in [Streaming::Known, Streaming::Refused] {
        let server = ApiServer::start(World::empty(1));
        server.change(|state| {
            state.streaming = streaming;
            define(state);
            state.world.put(KIND, greenhouse("west", "Growing", 21.5));
            state.world.put(KIND, greenhouse("east", "Resting", -3.0));
        });
        let exporter = start(&server);
        check(&exporter, &told);
        // As a real server has them: no protobuf for what somebody defined.
        let asked = server.asked(|request| request.plural() == KIND);
        assert!(
            asked
                .iter()
                .all(|request| request.answered == Some((Form::Whole, Format::Json)))
        );
        assert_eq!(exporter.lines(&["level=WARN"]), [""; 0]);
    }
}

#[test]
fn changes_of_objects_are_followed() {
    let server = ApiServer::start(World::empty(1));
    server.change(|state| {
        define(state);
        state.world.put(KIND, greenhouse("west", "Growing", 21.5));
    });
    let exporter = start(&server);
    server.change(|state| state.world.put(KIND, greenhouse("west", "Resting", 4.0)));
    exporter.wait_for(r#"zone="front"} 4"#);
    assert!(exporter.text().contains(r#"phase="Resting",site="north"} 1"#));
    server.change(|state| state.world.put(KIND, greenhouse("east", "Growing", 30.0)));
    exporter.wait_for(r#"zone="front"} 30"#);
    server.change(|state| state.world.delete(KIND, "farm", "west"));
    until("the object to go", || {
        (!exporter.text().contains("west")).then_some(())
    });
    // A broken watch leaves what is known, and what happened meanwhile is found.
    let seen = exporter.meanwhile(|| {
        server.fault(Fault {
            times: 2,
            ..Fault::always(KIND, None, What::refused(503, "ServiceUnavailable", "not now"))
        });
        server.cut();
        server.change(|state| state.world.put(KIND, greenhouse("south", "Growing", 25.0)));
        exporter.wait_for("south");
    });
    assert!(seen.iter().all(|text| text.contains("east")), "{seen:#?}");
}

#[test]
fn a_kind_that_is_defined_after_the_start_is_told_of() {
    let server = ApiServer::start(World::empty(1));
    server.change(|state| state.absent = vec![KIND]);
    let exporter = start(&server);
    assert_eq!(exporter.text(), "");
    server.change(|state| {
        define(state);
        state.world.put(KIND, greenhouse("west", "Growing", 21.5));
    });
    exporter.wait_for(r#"name="west""#);
    assert_eq!(
        exporter.value("kube_state_metrics_custom_resource_state_add_events_total"),
        Some(1.0)
    );
    // Only the version that is served is read.
    let asked = server.asked(|request| request.path.starts_with("/apis/garden.example/"));
    assert!(asked.iter().any(|request| request.asked() == Asked::Streaming));
    assert!(asked.iter().all(|request| !request.path.contains("v1beta1")));

    server.change(|state| {
        state.absent = vec![KIND];
        state.world.delete(DEFINITIONS, "", "greenhouses.garden.example");
    });
    until("the kind to go", || exporter.text().is_empty().then_some(()));
}
