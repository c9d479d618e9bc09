//! What is asked of the server: paths, queries, and in which format it may answer.

use std::fmt::Write;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::resource::Wire;
use crate::subject::Subject;

/// Objects of a page. A hundred pods have a megabyte in JSON, which is what a page costs while it is read.
const PAGE_OBJECTS: u32 = 100;
/// Rows and metadata are a tenth of that.
const PAGE_ROWS: u32 = 500;

/// What is served of a kind of object to one reader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// One namespace; `None` is all of them, and objects without one.
    pub namespace: Option<String>,
    /// `spec.nodeName=pi4`; empty selects everything.
    pub field_selector: String,
    /// Whether the server may answer from its cache what is not the newest.
    pub from_cache: bool,
}

/// How a list begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paging {
    /// In pages.
    Pages,
    /// All of it, because pages expired while they were read.
    Whole,
}

/// Path and query, and the value of `Accept`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `/api/v1/pods?watch=true`
    pub path_and_query: String,
    /// Formats that are read, best first.
    pub accept: &'static str,
}

impl Request {
    /// A watch that begins with all objects.
    pub fn streaming_list(subject: &Subject, scope: &Scope, lasts: Duration) -> Self {
        let mut query = watch_query(lasts);
        query.push_str("&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=");
        if scope.from_cache {
            query.push('0');
        }
        Self::new(subject, scope, query, accept_one(subject.wire))
    }

    /// A watch from where a list or another watch ended.
    pub fn watch(subject: &Subject, scope: &Scope, lasts: Duration, resource_version: &str) -> Self {
        let mut query = watch_query(lasts);
        parameter(&mut query, "resourceVersion", resource_version);
        Self::new(subject, scope, query, accept_one(subject.wire))
    }

    /// A page of a list; `next` is empty for the first one.
    pub fn list(subject: &Subject, scope: &Scope, paging: Paging, next: &str) -> Self {
        let mut query = String::new();
        if paging == Paging::Pages {
            let limit = match subject.wire {
                Wire::Object | Wire::Json => PAGE_OBJECTS,
                Wire::Table | Wire::Metadata => PAGE_ROWS,
            };
            parameter(&mut query, "limit", &limit.to_string());
        }
        if !next.is_empty() {
            parameter(&mut query, "continue", next);
        } else if scope.from_cache {
            parameter(&mut query, "resourceVersion", "0");
        }
        Self::new(subject, scope, query, accept_list(subject.wire))
    }

    fn new(subject: &Subject, scope: &Scope, mut query: String, accept: &'static str) -> Self {
        if !scope.field_selector.is_empty() {
            parameter(&mut query, "fieldSelector", &scope.field_selector);
        }
        let mut path_and_query = subject.path(scope.namespace.as_deref());
        if !query.is_empty() {
            path_and_query.push('?');
            path_and_query.push_str(&query);
        }
        Self {
            path_and_query,
            accept,
        }
    }
}

fn watch_query(lasts: Duration) -> String {
    format!(
        "watch=true&allowWatchBookmarks=true&timeoutSeconds={}",
        lasts.as_secs().max(1)
    )
}

fn parameter(query: &mut String, name: &str, value: &str) {
    let separator = if query.is_empty() { "" } else { "&" };
    // Writing to a string does not fail.
    let _ = write!(
        query,
        "{separator}{name}={}",
        utf8_percent_encode(value, NON_ALPHANUMERIC)
    );
}

fn accept_one(wire: Wire) -> &'static str {
    match wire {
        Wire::Object => "application/vnd.kubernetes.protobuf, application/json",
        Wire::Metadata => {
            "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io, \
             application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"
        }
        Wire::Table => "application/json;as=Table;v=v1;g=meta.k8s.io",
        Wire::Json => "application/json",
    }
}

fn accept_list(wire: Wire) -> &'static str {
    match wire {
        Wire::Metadata => {
            "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io, \
             application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
        }
        Wire::Object | Wire::Table | Wire::Json => accept_one(wire),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(group: &str, wire: Wire) -> Subject {
        Subject {
            name: "things".to_owned(),
            go_type: "*v1.Thing".to_owned(),
            group: group.to_owned(),
            version: "v1".to_owned(),
            plural: "things".to_owned(),
            namespaced: true,
            wire,
            headers: Vec::new(),
            render: Box::new(|_, _| Ok(())),
        }
    }

    #[track_caller]
    fn check(request: &Request, expect: &str) {
        assert_eq!(request.path_and_query, expect);
    }

    #[test]
    fn watches() {
        let lasts = Duration::from_secs(300);
        let pods = subject("", Wire::Object);
        check(
            &Request::streaming_list(&pods, &Scope::default(), lasts),
            "/api/v1/things?watch=true&allowWatchBookmarks=true&timeoutSeconds=300&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=",
        );
        let scope = Scope {
            namespace: Some("kube-system".to_owned()),
            field_selector: "spec.nodeName=pi4".to_owned(),
            from_cache: false,
        };
        check(
            &Request::watch(&subject("apps", Wire::Object), &scope, lasts, "12"),
            "/apis/apps/v1/namespaces/kube-system/things?watch=true&allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion=12&fieldSelector=spec%2EnodeName%3Dpi4",
        );
    }

    #[test]
    fn lists() {
        let scope = Scope {
            from_cache: true,
            ..Scope::default()
        };
        let secrets = subject("", Wire::Table);
        check(
            &Request::list(&secrets, &scope, Paging::Pages, ""),
            "/api/v1/things?limit=500&resourceVersion=0",
        );
        check(
            &Request::list(&subject("", Wire::Object), &scope, Paging::Pages, "a=b"),
            "/api/v1/things?limit=100&continue=a%3Db",
        );
        check(
            &Request::list(&secrets, &Scope::default(), Paging::Whole, ""),
            "/api/v1/things",
        );
    }

    #[test]
    fn no_value_of_a_secret_is_asked_for() {
        let lasts = Duration::from_secs(1);
        let secrets = subject("", Wire::Table);
        let scope = Scope::default();
        for request in [
            Request::streaming_list(&secrets, &scope, lasts),
            Request::watch(&secrets, &scope, lasts, "1"),
            Request::list(&secrets, &scope, Paging::Pages, ""),
        ] {
            assert_eq!(request.accept, "application/json;as=Table;v=v1;g=meta.k8s.io");
        }
    }
}
