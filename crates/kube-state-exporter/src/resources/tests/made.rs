//! A small object of each kind, and what is told of it.

mod access;
mod admission;
mod cluster;
mod network;
mod storage;
mod workloads;

use expect_test::Expect;

use super::{Object, render, resource};

/// Labels named `app` and annotations named `team` are allowed.
#[track_caller]
fn check(name: &str, json: &str, expect: Expect) {
    let text = render(resource(name), Object::Json(json.as_bytes()), &["app"], &["team"]).unwrap();
    expect.assert_eq(&text);
}
