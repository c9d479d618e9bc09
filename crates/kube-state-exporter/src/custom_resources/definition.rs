//! The kinds that somebody defined: `CustomResourceDefinition`, of which only the names are read.
//!
//! A definition's schema can be a megabyte; it is passed over, and what is kept of each version is one line of words.

use std::rc::Rc;

use crate::generator::Named;
use crate::resource::{DecodeError, Object, Rendered, Wire};
use crate::store::Group;
use crate::subject::{Header, Subject};
use crate::wire::apiextensions::CustomResourceDefinition;

/// One kind in one version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Definition {
    /// API group.
    pub group: String,
    /// Version within the group.
    pub version: String,
    /// Kind, in the singular: `Foo`.
    pub kind: String,
    /// Name in paths: `foos`.
    pub plural: String,
    /// Whether objects live in namespaces.
    pub namespaced: bool,
}

/// What is read of the API server to know the kinds.
pub fn subject() -> Rc<Subject> {
    Rc::new(Subject {
        name: "customresourcedefinitions".to_owned(),
        go_type: "*v1.CustomResourceDefinition".to_owned(),
        group: "apiextensions.k8s.io".to_owned(),
        version: "v1".to_owned(),
        plural: "customresourcedefinitions".to_owned(),
        namespaced: false,
        wire: Wire::Object,
        headers: vec![Header::default()],
        render: Box::new(render),
    })
}

/// Writes a line for each version that is served.
fn render(object: Object<'_>, out: &mut Rendered) -> Result<(), DecodeError> {
    let definition: CustomResourceDefinition = object.decode()?;
    out.name_after(definition.metadata());
    out.text.clear();
    let spec = &definition.spec;
    for version in spec.versions.iter().filter(|version| version.served) {
        let words = [
            &spec.group,
            &version.name,
            &spec.names.kind,
            &spec.names.plural,
            &spec.scope,
        ];
        // A definition without one of these was never accepted; words have no spaces.
        if words
            .iter()
            .all(|word| !word.is_empty() && !word.contains(char::is_whitespace))
        {
            let line = words.map(String::as_str).join(" ") + "\n";
            out.text.extend_from_slice(line.as_bytes());
        }
    }
    out.ends.clear();
    out.ends
        .push(u32::try_from(out.text.len()).map_err(|_| DecodeError::TooLong)?);
    Ok(())
}

/// The kinds of each definition that is known.
pub fn known(group: &Group) -> Vec<Vec<Definition>> {
    let blocks = group.blocks();
    blocks
        .iter()
        .flat_map(|block| block.places())
        .map(|definition| {
            let text = String::from_utf8_lossy(definition.lines(0)).into_owned();
            text.lines().filter_map(Definition::from_words).collect()
        })
        .collect()
}

impl Definition {
    fn from_words(line: &str) -> Option<Self> {
        let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
        let [group, version, kind, plural, scope] = words.try_into().ok()?;
        Some(Self {
            group,
            version,
            kind,
            plural,
            namespaced: scope == "Namespaced",
        })
    }
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;

    const JSON: &str = r#"{
        "metadata": {"name": "foos.myteam.io", "uid": "u", "resourceVersion": "7"},
        "spec": {
            "group": "myteam.io", "scope": "Namespaced",
            "names": {"plural": "foos", "singular": "foo", "kind": "Foo", "shortNames": ["f"]},
            "versions": [
                {"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object"}}},
                {"name": "v1beta1", "served": true},
                {"name": "v1alpha1", "served": false}
            ]
        }
    }"#;

    #[test]
    fn a_line_for_each_version_in_both_formats() {
        let expect = "myteam.io v1 Foo foos Namespaced\nmyteam.io v1beta1 Foo foos Namespaced\n";
        let message: CustomResourceDefinition = serde_json::from_str(JSON).unwrap();
        let bytes = message.encode_to_vec();
        for object in [Object::Json(JSON.as_bytes()), Object::Protobuf(&bytes)] {
            let mut out = Rendered::default();
            render(object, &mut out).unwrap();
            assert_eq!(
                (out.name.as_str(), out.resource_version.as_str()),
                ("foos.myteam.io", "7")
            );
            assert_eq!(String::from_utf8(out.text).unwrap(), expect);
            assert_eq!(out.ends, [expect.len() as u32]);
        }
    }

    #[test]
    fn what_makes_no_line_is_no_kind() {
        let wrong = JSON.replace("\"foos\"", "\"f o\"");
        let mut out = Rendered::default();
        render(Object::Json(wrong.as_bytes()), &mut out).unwrap();
        assert!(out.text.is_empty());
        assert!(render(Object::Json(b"1"), &mut out).is_err());
        assert_eq!(Definition::from_words("a b c"), None);
    }
}
