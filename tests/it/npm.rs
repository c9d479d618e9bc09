//! npm packages unpacked beside the build; npm itself knows the registry and checks what it fetched.

use std::path::PathBuf;
use std::process::Command;

use crate::servers::scratch::output;
use crate::sid::{lock, peers};

/// The unpacked package, fetched once into `target/peers`, with the links that it asks for.
#[track_caller]
pub fn package(name: &str, version: &str) -> PathBuf {
    let wanted = peers()
        .join("npm")
        .join(format!("{}-{version}", name.replace(['@', '/'], "_")));
    let _lock = lock();
    if wanted.exists() {
        return wanted.join("package");
    }
    let fresh = wanted.with_extension("new");
    let _ = std::fs::remove_dir_all(&fresh);
    std::fs::create_dir_all(&fresh).unwrap();
    let mut pack = Command::new("npm");
    pack.args(["pack", "--silent", &format!("{name}@{version}")]);
    let archive = output(pack.current_dir(&fresh));
    output(
        Command::new("tar")
            .args(["-xzf", archive.trim()])
            .current_dir(&fresh),
    );
    std::fs::remove_file(fresh.join(archive.trim())).unwrap();
    link(&fresh.join("package"));
    std::fs::rename(&fresh, &wanted).unwrap();
    wanted.join("package")
}

/// A package cannot hold symbolic links; this one lists those that its installation would make.
fn link(package: &std::path::Path) {
    let Ok(text) = std::fs::read(package.join("native/pg-symlinks.json")) else {
        return;
    };
    let links: serde_json::Value = serde_json::from_slice(&text).unwrap();
    for link in links.as_array().unwrap() {
        let path = |key: &str| package.join(link[key].as_str().unwrap());
        let source = path("source");
        let target = path("target");
        if !target.exists() {
            std::os::unix::fs::symlink(source.file_name().unwrap(), &target).unwrap();
            assert_eq!(source.parent(), target.parent(), "a link to its own folder");
        }
    }
}
