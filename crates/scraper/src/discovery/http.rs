//! Servers that answer with a target list in JSON, as `http_sd_configs` names them.

use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use super::answer::{self, Answer};
use crate::config::is_label_name;
use crate::config::raw::source::StaticConfig;
use crate::config::source::HttpSource;
use crate::config::targets::StaticGroup;
use crate::labels::Labels;

/// Asks the server. Fails with one line where it brings no target list.
pub async fn ask(source: &HttpSource) -> Result<Vec<Labels>, String> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let seconds = source.refresh_interval.as_secs_f64().to_string();
    if let Ok(value) = HeaderValue::from_str(&seconds) {
        headers.insert(
            HeaderName::from_static("x-prometheus-refresh-interval-seconds"),
            value,
        );
    }
    let answer = answer::ask(&source.url, &source.http, headers).await?;
    parse(&answer, &source.url.to_string())
}

pub(super) fn parse(answer: &Answer, url: &str) -> Result<Vec<Labels>, String> {
    let kind = answer.headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(format!("unsupported content type {kind:.100?}"));
    }
    let raw: Vec<StaticConfig> =
        serde_json::from_slice(&answer.body).map_err(|error| format!("target list: {error}"))?;
    let mut found = Vec::new();
    for group in raw {
        let labels = group.labels.unwrap_or_default();
        if let Some(name) = labels.keys().find(|name| !is_label_name(name)) {
            return Err(format!("{name:?} is not a valid label name"));
        }
        let targets = group.targets.unwrap_or_default();
        for mut labels in super::found(&StaticGroup { targets, labels }) {
            labels.insert("__meta_url".into(), url.to_owned());
            found.push(labels);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: &str, body: &str, expect: &str) {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, kind.parse().unwrap())]);
        let body = body.as_bytes().to_vec();
        let shown = match parse(&Answer { headers, body }, "http://sd/x") {
            Ok(found) => format!("{found:?}"),
            Err(reason) => reason,
        };
        assert_eq!(shown, expect);
    }

    #[test]
    fn lists_and_what_is_none() {
        let list = r#"[{"targets": ["pi:9100"], "labels": {"room": "attic"}}, {"targets": []}]"#;
        let found = r#"[{"__address__": "pi:9100", "__meta_url": "http://sd/x", "room": "attic"}]"#;
        check("application/json", list, found);
        check("Application/JSON; charset=utf-8", list, found);
        check("text/html", list, r#"unsupported content type "text/html""#);
        check("application/json", "[]", "[]");
        check(
            "application/json",
            r#"[{"targets": ["a"], "labels": {"": "x"}}]"#,
            r#""" is not a valid label name"#,
        );
        check(
            "application/json",
            r#"[{"target": []}]"#,
            "target list: unknown field `target`, expected `targets` or `labels` at line 1 column 10",
        );
    }
}
