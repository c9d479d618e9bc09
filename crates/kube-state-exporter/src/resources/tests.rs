//! Objects of every kind, rendered.

mod made;
mod oracle;
mod promtool;
mod recorded;

use std::collections::BTreeSet;

use crate::allow_list::AllowList;
use crate::resource::{DecodeError, Object, Rendered, Resource, Settings};

use super::ALL;

fn resource(name: &str) -> &'static Resource {
    ALL.iter().find(|resource| resource.name == name).unwrap()
}

/// Everything of an object, opt-in families too.
fn render(
    resource: &Resource,
    object: Object<'_>,
    labels: &[&str],
    annotations: &[&str],
) -> Result<String, DecodeError> {
    let lists = [labels, annotations].map(|keys| AllowList::new(keys).unwrap());
    let [labels, annotations] = lists;
    let settings = Settings::new(resource, labels, annotations, |_| true);
    let mut out = Rendered::default();
    (resource.render)(object, &settings, &mut out)?;
    assert_eq!(out.ends.len(), resource.families.len());
    assert_eq!(out.ends.last().map(|end| *end as usize), Some(out.text.len()));
    Ok(String::from_utf8(out.text).unwrap())
}

#[test]
fn names_are_sorted_and_families_are_of_one_resource() {
    assert!(ALL.is_sorted_by_key(|resource| resource.name));
    let families: Vec<_> = ALL.iter().flat_map(|resource| resource.families).collect();
    let names: BTreeSet<_> = families.iter().map(|family| family.name).collect();
    assert_eq!((ALL.len(), families.len(), names.len()), (39, 336, 336));
    for family in families {
        assert!(family.help.ends_with('.'), "{}", family.name);
    }
}

#[test]
fn buffers_are_used_again() {
    let resource = resource("configmaps");
    let settings = Settings::new(resource, AllowList::default(), AllowList::default(), |_| true);
    let mut out = Rendered::default();
    let first = br#"{"metadata":{"name":"a-long-name","namespace":"n","uid":"u","resourceVersion":"7"}}"#;
    (resource.render)(Object::Json(first), &settings, &mut out).unwrap();
    let names = (
        out.uid.as_str(),
        out.namespace.as_str(),
        out.name.as_str(),
        out.resource_version.as_str(),
    );
    assert_eq!(names, ("u", "n", "a-long-name", "7"));
    (resource.render)(Object::Json(br#"{"metadata":{"name":"b"}}"#), &settings, &mut out).unwrap();
    assert_eq!((out.name.as_str(), out.uid.as_str()), ("b", ""));
    assert_eq!(
        out.text,
        b"kube_configmap_info{namespace=\"\",configmap=\"b\"} 1\n"
    );
}

#[test]
fn families_that_are_off_are_empty() {
    let resource = resource("configmaps");
    let settings = Settings::new(resource, AllowList::default(), AllowList::default(), |family| {
        family.name == "kube_configmap_created"
    });
    let mut out = Rendered::default();
    let object = br#"{"metadata":{"name":"a","creationTimestamp":"2017-08-01T06:30:18Z"}}"#;
    (resource.render)(Object::Json(object), &settings, &mut out).unwrap();
    let expect = "kube_configmap_created{namespace=\"\",configmap=\"a\"} 1.501569018e+09\n";
    assert_eq!(String::from_utf8_lossy(&out.text), expect);
    assert_eq!(out.ends, [0, 0, 0, expect.len() as u32, expect.len() as u32]);
}

#[test]
fn broken_objects_are_refused() {
    for resource in ALL {
        for broken in [
            "",
            "{",
            "{\"metadata\":7}",
            "{\"metadata\":{\"creationTimestamp\":\"yesterday\"}}",
        ] {
            assert!(
                render(resource, Object::Json(broken.as_bytes()), &[], &[]).is_err(),
                "{broken}"
            );
        }
        for broken in [&b"\x0a\x05ab"[..], b"\x0a\x03\x0a\x01\xff", b"\x07"] {
            assert!(render(resource, Object::Protobuf(broken), &[], &[]).is_err());
        }
    }
}

#[test]
fn empty_objects_and_nulls_are_read() {
    for resource in ALL {
        let empty = render(resource, Object::Json(b"{}"), &["*"], &["*"]).unwrap();
        let nulls =
            br#"{"metadata":null,"spec":null,"status":null,"subsets":null,"endpoints":null,"webhooks":null}"#;
        assert_eq!(
            render(resource, Object::Json(nulls), &["*"], &["*"]).unwrap(),
            empty
        );
        assert_eq!(
            render(resource, Object::Protobuf(b""), &["*"], &["*"]).unwrap(),
            empty
        );
    }
}

#[test]
fn too_much_text_is_refused() {
    let service = |name: usize| format!(r#"{{"ip":"{}"}}"#, "x".repeat(name));
    let addresses = vec![service(60_000); 40].join(",");
    let ports = vec![r#"{"name":"p"}"#; 40].join(",");
    let object = format!(r#"{{"subsets":[{{"addresses":[{addresses}],"ports":[{ports}]}}]}}"#);
    let error = render(resource("endpoints"), Object::Json(object.as_bytes()), &[], &[]).unwrap_err();
    assert_eq!(error.to_string(), "samples longer than 67108864 bytes");
}
