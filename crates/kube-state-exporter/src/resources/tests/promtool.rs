//! What `promtool check metrics` says of the recorded objects, all of them in one answer.

use std::io::Write;
use std::process::{Command, Stdio};

use expect_test::expect;
use exporter_http::Pieces;
use metrics_registry::Format;

use super::recorded::cases;
use crate::allow_list::AllowList;
use crate::body::Body;
use crate::resource::{Object, Rendered, Settings};
use crate::store::Store;
use crate::subject::Subject;

/// The text of a scrape of all recorded objects; empty where the recording is not there.
fn scrape() -> Vec<u8> {
    let cases = cases();
    let mut store = Store::default();
    for resource in super::ALL {
        let settings = Settings::new(resource, AllowList::default(), AllowList::default(), |_| true);
        let subject = Subject::new(resource, settings);
        let part = std::rc::Rc::clone(&store.add(subject, 1).parts[0]);
        for (number, case) in cases.iter().enumerate() {
            if case.resource != resource.name {
                continue;
            }
            let lists = [&case.allow_labels, &case.allow_annotations].map(|keys| {
                let keys: Vec<_> = keys.iter().map(String::as_str).collect();
                AllowList::new(&keys).unwrap()
            });
            let [labels, annotations] = lists;
            let settings = Settings::new(resource, labels, annotations, |_| true);
            let mut rendered = Rendered::default();
            let object = Object::Json(case.object.get().as_bytes());
            (resource.render)(object, &settings, &mut rendered).unwrap();
            // Objects of different cases have the same name.
            rendered.name = number.to_string();
            part.put(&rendered);
        }
        part.complete();
    }
    let mut body = Body::new(&store.groups, [], Format::Text004, |_| true);
    let mut text = Vec::new();
    loop {
        let mut piece = Vec::new();
        body.next(&mut piece);
        if piece.is_empty() {
            return text;
        }
        text.append(&mut piece);
    }
}

#[test]
fn promtool_finds_nothing() {
    let text = scrape();
    if text.is_empty() {
        return;
    }
    let headers = text.windows(8).filter(|bytes| bytes == b"\n# TYPE ").count();
    assert_eq!(headers, 336);
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool, from Debian's package prometheus; `make test` installs it");
    promtool.stdin.take().unwrap().write_all(&text).unwrap();
    let output = promtool.wait_with_output().unwrap();
    let told = [output.stdout, output.stderr].concat();
    let mut lines: Vec<_> = String::from_utf8(told)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    lines.sort();
    expect![[r#""#]].assert_eq(&lines.join("\n"));
}
