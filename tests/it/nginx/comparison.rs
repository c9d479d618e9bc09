//! Names, types and label names beside Debian's exporters on the same nginx.

use std::path::Path;

use super::{exporter, metrics};
use crate::exporters::theirs;
use crate::families::{Families, families};
use crate::servers::nginx::Nginx;
use crate::{http, sid};

/// What the program in this unpacked package serves of `nginx`.
#[track_caller]
fn of_debian(package: &Path, nginx: &Nginx) -> Families {
    let program = package.join("usr/bin/prometheus-nginx-exporter");
    let flag = format!("--nginx.scrape-uri={}", nginx.uri());
    let reference = theirs(&program, &[&flag], &[]);
    families(&http::get(&reference.address, "/metrics").text())
}

#[test]
fn names_types_and_labels_of_debian_s() {
    let nginx = Nginx::start();
    let exporter = exporter(&[format!("--nginx.scrape-uri={}", nginx.uri())]);
    let mut ours = families(&metrics(&exporter));
    let package = sid::package("prometheus-nginx-exporter");
    assert_eq!(ours, of_debian(&package, &nginx));

    // Version 0.11, Debian 12's, has another name for what it was built from.
    let package = sid::stable("prometheus-nginx-exporter");
    let mut older = of_debian(&package, &nginx);
    assert!(older.remove("nginxexporter_build_info").is_some());
    assert!(ours.remove("nginx_exporter_build_info").is_some());
    assert_eq!(ours, older);
}
