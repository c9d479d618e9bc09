//! Kinds without a definition, as the server lists them at `/apis/GROUP/VERSION`: those of Kubernetes itself (`CSINode`),
//! and all of them where definitions may not be read.

use serde::Deserialize;

use super::config::Entry;
use super::definition::Definition;
use crate::api::Api;
use crate::error::Error;

#[derive(Deserialize)]
struct List {
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    name: String,
    kind: String,
    namespaced: bool,
}

/// The kind that an entry names; nothing where the server does not have it.
pub async fn find(api: &Api, entry: &Entry) -> Result<Option<Definition>, Error> {
    let (Some(version), Some(kind)) = (&entry.version, &entry.kind) else {
        return Ok(None);
    };
    match api
        .read_json::<List>(format!("/apis/{}/{version}", entry.group))
        .await
    {
        Ok(list) => Ok(list.find(&entry.group, version, kind)),
        Err(Error::Refused { code: 404, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

impl List {
    fn find(self, group: &str, version: &str, kind: &str) -> Option<Definition> {
        // `foos/status` has the kind too.
        let mut resources = self.resources.into_iter();
        let found = resources.find(|resource| resource.kind == kind && !resource.name.contains('/'))?;
        Some(Definition {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            plural: found.name,
            namespaced: found.namespaced,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_itself_is_found() {
        let text = r#"{"kind": "APIResourceList", "groupVersion": "storage.k8s.io/v1", "resources": [
            {"name": "csinodes/status", "kind": "CSINode", "namespaced": false, "verbs": ["get"]},
            {"name": "csinodes", "singularName": "csinode", "kind": "CSINode", "namespaced": false, "verbs": []}
        ]}"#;
        let find = |kind| {
            let list: List = serde_json::from_str(text).unwrap();
            list.find("storage.k8s.io", "v1", kind)
        };
        let found = find("CSINode").unwrap();
        assert_eq!((found.plural.as_str(), found.namespaced), ("csinodes", false));
        assert_eq!(find("CSIDriver"), None);
    }
}
