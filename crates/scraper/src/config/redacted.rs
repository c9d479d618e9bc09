//! The configuration as it may be shown: the text of the file as YAML, with `<secret>` in place of what is secret.
//!
//! What is hidden goes by the names of keys, and by addresses that hold a password; comments are not kept.

use std::path::Path;

use settings::document::{self, Node, Value};

use super::LIMITS;

/// Keys whose value is never shown, however deep it is.
const SECRET_KEYS: [&str; 9] = [
    "password",
    "credentials",
    "bearer_token",
    "token",
    "secrets",
    "key",
    "headers",
    "client_secret",
    // Some givers of tokens want a password there.
    "endpoint_params",
];

const HIDDEN: &str = "<secret>";

/// The YAML of `text`, which has been taken as a configuration. Empty where it cannot be read.
pub fn yaml(text: &str) -> String {
    let mut out = String::new();
    match document::tree(text, &LIMITS) {
        Ok(Node {
            value: Value::Null, ..
        }) => {}
        Ok(mut node) => {
            hide_webhooks(&mut node);
            write(&mut out, &node, 0, false);
        }
        Err((place, reason)) => {
            log::debug!(line = place.line, reason = reason.as_str(); "configuration not shown")
        }
    }
    out
}

/// Hides the addresses of those that alerts go to: that of a webhook is all that is needed to write there.
fn hide_webhooks(document: &mut Node) {
    let Some(alerts) = under(document, "alerts") else {
        return;
    };
    let Some(receivers) = under(alerts, "receivers") else {
        return;
    };
    let Value::List(receivers) = &mut receivers.value else {
        return;
    };
    for receiver in receivers {
        if let Some(url) = under(receiver, "url") {
            url.value = Value::Scalar(HIDDEN.to_owned());
        }
    }
}

fn under<'n>(node: &'n mut Node, key: &str) -> Option<&'n mut Node> {
    let Value::Map(entries) = &mut node.value else {
        return None;
    };
    let found = entries.iter_mut().find(|(name, ..)| name == key);
    found.map(|(_, _, node)| node)
}

/// The same of a file; empty where it is gone.
pub fn of_file(path: &Path) -> String {
    document::load(path, &LIMITS).map_or_else(|_| String::new(), |text| yaml(&text))
}

fn write(out: &mut String, node: &Node, depth: usize, hidden: bool) {
    match &node.value {
        Value::Null => out.push('\n'),
        Value::Scalar(text) => {
            let text = if hidden && !text.is_empty() {
                HIDDEN.to_owned()
            } else {
                without_password(text)
            };
            out.push_str(&scalar(&text));
            out.push('\n');
        }
        Value::List(items) if items.is_empty() => out.push_str("[]\n"),
        Value::Map(entries) if entries.is_empty() => out.push_str("{}\n"),
        Value::List(items) => {
            begin(out, depth);
            for item in items {
                indent(out, depth);
                out.push_str("- ");
                // The first key of an item stands behind its dash; the others follow below it.
                let at = out.len();
                write(out, item, depth + 1, hidden);
                let folded = format!("\n{}", "  ".repeat(depth + 1));
                if out.get(at..).is_some_and(|written| written.starts_with(&folded)) {
                    out.replace_range(at..at + folded.len(), "");
                }
            }
        }
        Value::Map(entries) => {
            begin(out, depth);
            for (key, _, value) in entries {
                indent(out, depth);
                out.push_str(&scalar(key));
                out.push(':');
                if matches!(&value.value, Value::Scalar(_))
                    || matches!(&value.value, Value::List(items) if items.is_empty())
                    || matches!(&value.value, Value::Map(entries) if entries.is_empty())
                {
                    out.push(' ');
                }
                write(
                    out,
                    value,
                    depth + 1,
                    hidden || SECRET_KEYS.contains(&key.as_str()),
                );
            }
        }
    }
}

fn begin(out: &mut String, depth: usize) {
    if depth != 0 {
        out.push('\n');
    }
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

/// A text as YAML: as it is where that is safe, else as JSON writes it, which YAML reads.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '<' | '>');
    let is_plain = text.chars().all(plain)
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '<'));
    match is_plain {
        true => text.to_owned(),
        false => serde_json::Value::from(text).to_string(),
    }
}

/// An address without the password that stands before its `@`.
fn without_password(text: &str) -> String {
    let hidden = || {
        let (scheme, rest) = text.split_once("://")?;
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let (user, host) = authority.rsplit_once('@')?;
        let (user, _) = user.split_once(':')?;
        Some(format!("{scheme}://{user}:{HIDDEN}@{host}{path}"))
    };
    hidden().unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let shown = yaml(text);
        expect.assert_eq(&shown);
        // What is shown is YAML again, and shows the same.
        assert_eq!(yaml(&shown), shown);
    }

    #[test]
    fn sections_lists_and_secrets() {
        check(
            r#"
global: {scrape_interval: 15s, external_labels: {}}
scrape_configs:
  - job_name: a b # a comment
    basic_auth: {username: u, password: hunter2}
    proxy_url: http://u:hunter2@proxy:1
    http_headers: {X: {secrets: [hunter2], values: [v]}}
    static_configs: [{targets: ['pi:9100', "10"]}]
  - job_name: "1"
    relabel_configs: []
remote_write:
  - url: http://x
    headers: {X-Key: hunter2}
"#,
            expect![[r#"
                global:
                  scrape_interval: 15s
                  external_labels: {}
                scrape_configs:
                  - job_name: "a b"
                    basic_auth:
                      username: u
                      password: <secret>
                    proxy_url: "http://u:<secret>@proxy:1"
                    http_headers:
                      X:
                        secrets:
                          - <secret>
                        values:
                          - v
                    static_configs:
                      - targets:
                          - "pi:9100"
                          - 10
                  - job_name: 1
                    relabel_configs: []
                remote_write:
                  - url: "http://x"
                    headers:
                      X-Key: <secret>
            "#]],
        );
        assert!(!yaml("a: {password: hunter2}").contains("hunter2"));
    }

    #[test]
    fn webhooks_of_alerts() {
        check(
            "alerts: {receivers: [{name: a, url: 'https://hooks.example/T0/hunter2'}, {name: b, url_file: f}]}",
            expect![[r#"
                alerts:
                  receivers:
                    - name: a
                      url: <secret>
                    - name: b
                      url_file: f
            "#]],
        );
    }

    #[test]
    fn what_is_no_yaml_shows_nothing() {
        check("a: [", expect![""]);
        check("", expect![""]);
    }
}
