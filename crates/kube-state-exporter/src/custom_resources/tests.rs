//! What is told of an object, by configurations like those of the reference's documentation.

use std::path::Path;
use std::rc::Rc;

use expect_test::{Expect, expect};
use settings::document;

use super::config::{Config, LIMITS};
use super::definition::Definition;
use super::subject::subject;
use crate::filter::Filter;
use crate::resource::{DecodeError, Object, Rendered};
use crate::telemetry::CustomCounts;

const FOO: &str = r#"{
    "kind": "Foo", "apiVersion": "myteam.io/v1",
    "metadata": {
        "annotations": {"bar": "baz", "qux": "quxx"}, "labels": {"foo": "bar"},
        "name": "foo", "namespace": "ns", "uid": "u-1", "resourceVersion": "9",
        "creationTimestamp": "2022-06-28T00:00:00Z"
    },
    "spec": {
        "version": "v1.2.3", "replicas": 1, "refs": ["my_other_foo", "foo_2"],
        "order": [{"id": 1, "value": true}, {"id": 3, "value": false}]
    },
    "status": {
        "phase": "Pending", "uptime": 43.21, "ready": true,
        "active": {"type-a": 1, "type-b": 3},
        "conditions": [{"name": "a", "value": 45}, {"name": "b", "value": 66}],
        "sub": {"type-a": {"active": 1, "ready": 2}, "type-b": {"active": 3, "ready": 4}},
        "states": [{"type": "Ready", "status": "True"}, {"type": "Stalled", "status": "False"}],
        "limit": {"cpu": "250m", "memory": "5Gi"}, "share": "28%"
    }
}"#;

/// Renders `object` by the items of `metrics`, and the keys of the resource before them.
fn render(resource: &str, metrics: &str, object: &str) -> Result<Rendered, DecodeError> {
    let indented = |text: &str| text.replace('\n', "\n      ");
    let text = format!(
        "kind: CustomResourceStateMetrics\nspec:\n  resources:\n    - groupVersionKind: \
         {{group: myteam.io, version: v1, kind: Foo}}\n      {}\n      metrics:\n      {}\n",
        indented(resource),
        indented(metrics)
    );
    let config: Config = document::parse(Path::new("crs.yml"), &text, &LIMITS).unwrap();
    let definition = Definition {
        group: "myteam.io".to_owned(),
        version: "v1".to_owned(),
        kind: "Foo".to_owned(),
        plural: "foos".to_owned(),
        namespaced: true,
    };
    let counts = Rc::<CustomCounts>::default();
    let subject = subject(&definition, &config.entries, &Filter::default(), &counts);
    let mut out = Rendered::default();
    (subject.render)(Object::Json(object.as_bytes()), &mut out)?;
    assert_eq!(out.ends.len(), subject.headers.len());
    Ok(out)
}

/// Lines without what all of them have.
fn lines(resource: &str, metrics: &str, object: &str) -> String {
    let text = String::from_utf8(render(resource, metrics, object).unwrap().text).unwrap();
    let common = r#"customresource_group="myteam.io",customresource_kind="Foo",customresource_version="v1""#;
    let line = |line: &str| {
        assert!(line.contains(common), "{line}");
        line.replace(common, "…").replace("kube_customresource_", "") + "\n"
    };
    text.lines().map(line).collect()
}

#[track_caller]
fn check(metrics: &str, expect: Expect) {
    expect.assert_eq(&lines("", metrics, FOO));
}

#[test]
fn numbers() {
    check(
        "- {name: uptime, each: {type: Gauge, gauge: {path: [status, uptime]}}}\n\
         - {name: cpu, each: {type: gauge, gauge: {path: [status, limit, cpu]}}}\n\
         - {name: memory, each: {type: gauge, gauge: {path: [status, limit], valueFrom: [memory]}}}\n\
         - {name: share, each: {type: gauge, gauge: {path: [status, share]}}}\n\
         - {name: ready, each: {type: gauge, gauge: {path: [status, ready]}}}\n\
         - {name: created, each: {type: gauge, gauge: {path: [metadata], valueFrom: [creationTimestamp], labelsFromPath: {name: [name]}}}}\n\
         - {name: condition, each: {type: gauge, gauge: {path: [status, states, '[type=Ready]', status]}}}\n\
         - {name: last, each: {type: gauge, gauge: {path: [spec, order, '-1', id]}}}",
        expect![[r#"
            uptime{…} 43.21
            cpu{…} 0.25
            memory{…} 5.36870912e+09
            share{…} 0.28
            ready{…} 1
            created{…,name="foo"} 1.6563744e+09
            condition{…} 1
            last{…} 3
        "#]],
    );
}

#[test]
fn what_is_not_there() {
    check(
        "- {name: nothing, each: {type: Gauge, gauge: {path: [status, nothing]}}}\n\
         - {name: zero, each: {type: Gauge, gauge: {path: [spec, paused], nilIsZero: true}}}\n\
         - {name: zeros, each: {type: Gauge, gauge: {path: [status, sub], valueFrom: [lost], nilIsZero: true, labelFromKey: type}}}\n\
         - {name: text, each: {type: Gauge, gauge: {path: [status, phase]}}}\n\
         - {name: known, each: {type: Gauge, gauge: {path: [status], valueFrom: [uptime], nilIsZero: true}}}\n\
         - {name: no_info, each: {type: Info, info: {path: [does, not, exist], labelsFromPath: {x: [y]}}}}\n\
         - {name: no_state, each: {type: StateSet, stateSet: {path: [spec, replicas], labelName: x, list: [a]}}}",
        expect![[r#"
            zero{…} 0
            zeros{…,type="type-a"} 0
            zeros{…,type="type-b"} 0
            known{…} 43.21
        "#]],
    );
}

#[test]
fn items_of_lists_and_sections() {
    check(
        "- {name: conditions, each: {type: Gauge, gauge: {path: [status, conditions], labelsFromPath: {name: [name]}, valueFrom: [value]}}}\n\
         - {name: active, each: {type: Gauge, gauge: {path: [status, active], labelFromKey: type}}}\n\
         - {name: sub, each: {type: Gauge, gauge: {path: [status, sub], labelFromKey: type, labelsFromPath: {active: [active]}, valueFrom: [ready]}}}\n\
         - {name: states, each: {type: Gauge, gauge: {path: [status, states], labelsFromPath: {type: [type]}, valueFrom: [status]}}}",
        expect![[r#"
            conditions{…,name="a"} 45
            conditions{…,name="b"} 66
            active{…,type="type-a"} 1
            active{…,type="type-b"} 3
            sub{active="1",…,type="type-a"} 2
            sub{active="3",…,type="type-b"} 4
            states{…,type="Ready"} 1
            states{…,type="Stalled"} 0
        "#]],
    );
}

#[test]
fn infos() {
    check(
        "- {name: version_info, each: {type: Info, info: {labelsFromPath: {version: [spec, version]}}}}\n\
         - {name: ref_info, each: {type: Info, info: {path: [spec, refs], labelsFromPath: {ref: []}}}}\n\
         - {name: active_info, each: {type: Info, info: {path: [status, active], labelFromKey: type}}}\n\
         - {name: sub_info, each: {type: Info, info: {path: [status, sub], labelsFromPath: {active: [active]}}}}\n\
         - {name: object_info, each: {type: Info, info: {path: [metadata], labelsFromPath: {object: [name], namespace: [namespace]}}}}\n\
         - {name: note_info, each: {type: Info, info: {labelsFromPath: {bar: [metadata, annotations, bar=baz]}}}}",
        expect![[r#"
            version_info{…,version="v1.2.3"} 1
            ref_info{…,ref="foo_2"} 1
            ref_info{…,ref="my_other_foo"} 1
            active_info{…,type="type-a"} 1
            active_info{…,type="type-b"} 1
            sub_info{active="1",…} 1
            sub_info{active="3",…} 1
            object_info{…,namespace="ns",object="foo"} 1
            note_info{bar="baz",…} 1
        "#]],
    );
}

#[test]
fn state_sets() {
    check(
        "- {name: phase, each: {type: StateSet, stateSet: {labelName: phase, path: [status, phase], list: [Pending, Bar, Baz]}}}\n\
         - name: state\n  each:\n    type: StateSet\n    stateSet:\n      labelName: status\n      path: [status, states]\n      \
           labelsFromPath: {type: [type]}\n      valueFrom: [status]\n      list: ['True', 'False']\n\
         - {name: none, each: {type: StateSet, stateSet: {labelName: phase, path: [status, lost], list: [a]}}}",
        expect![[r#"
            phase{…,phase="Bar"} 0
            phase{…,phase="Baz"} 0
            phase{…,phase="Pending"} 1
            state{…,status="False",type="Ready"} 0
            state{…,status="False",type="Stalled"} 1
            state{…,status="True",type="Ready"} 1
            state{…,status="True",type="Stalled"} 0
        "#]],
    );
}

/// The kitchen sink of the reference's documentation.
#[test]
fn labels_of_every_kind() {
    let resource = "commonLabels: {crd_type: foo, custom_metric: 'no'}\nlabelsFromPath: {name: [metadata, name], from: [spec, version]}";
    let metrics = "- name: ready_count\n  help: Number Foo Bars ready\n  each:\n    type: Gauge\n    gauge:\n      \
                   path: [status, sub]\n      labelFromKey: type\n      labelsFromPath: {active: [active]}\n      valueFrom: [ready]\n  \
                   commonLabels: {custom_metric: 'yes'}\n  labelsFromPath:\n    '*': [metadata, labels]\n    \
                   'lorem_*': [metadata, annotations]\n    '**': [metadata, annotations]\n    name: [metadata, name]\n    \
                   foo: [metadata, labels, foo]";
    expect![[r#"
        ready_count{_bar="baz",_qux="quxx",active="1",crd_type="foo",custom_metric="yes",,foo="bar",from="v1.2.3",lorem_bar="baz",lorem_qux="quxx",name="foo",type="type-a"} 2
        ready_count{_bar="baz",_qux="quxx",active="3",crd_type="foo",custom_metric="yes",,foo="bar",from="v1.2.3",lorem_bar="baz",lorem_qux="quxx",name="foo",type="type-b"} 4
    "#]].assert_eq(&lines(resource, metrics, FOO).replace('…', ""));
}

#[test]
fn families_of_one_name_are_one() {
    let metrics = "- {name: lowerbound, commonLabels: {resource: memory}, each: {type: Gauge, gauge: {path: [status, limit, memory]}}}\n\
                   - {name: other, each: {type: Gauge, gauge: {path: [status, uptime]}}}\n\
                   - {name: lowerbound, commonLabels: {resource: cpu}, each: {type: Gauge, gauge: {path: [status, limit, cpu]}}}";
    let rendered = render("metricNamePrefix: ''", metrics, FOO).unwrap();
    assert_eq!(rendered.ends.len(), 2);
    assert_eq!(
        (
            rendered.namespace.as_str(),
            rendered.name.as_str(),
            rendered.uid.as_str()
        ),
        ("ns", "foo", "u-1")
    );
    let text = String::from_utf8(rendered.text).unwrap();
    let names: Vec<_> = text.lines().map(|line| line.split('{').next().unwrap()).collect();
    assert_eq!(names, ["lowerbound", "lowerbound", "other"]);
}

#[test]
fn objects_that_are_none() {
    let metrics = "- {name: x, each: {type: Info, info: {labelsFromPath: {'*': [metadata]}}}}";
    assert!(matches!(render("", metrics, "{"), Err(DecodeError::Json(_))));
    for strange in [
        "[]",
        "1",
        "{}",
        r#"{"metadata": []}"#,
        r#"{"metadata": {"name": 1}}"#,
    ] {
        assert!(render("", metrics, strange).is_ok(), "{strange}");
    }
}
