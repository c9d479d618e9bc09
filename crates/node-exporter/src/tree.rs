//! A made-up `/proc` and `/sys` for the tests of collectors.

use std::path::Path;

use metrics_registry::Exposition;

use crate::{Error, Node, flags};

/// What `collect` writes where `files` (`proc/mdstat`, `sys/block/md0/size`) are all that exist, and below it the
/// error if it fails. A name that ends in a slash is an empty directory.
pub(crate) fn collected(
    collect: fn(&Node, &mut Exposition) -> Result<(), Error>,
    arguments: &[&str],
    files: &[(&str, &str)],
) -> String {
    let root = tempfile::tempdir().unwrap();
    for (name, content) in files {
        make(&root.path().join(name), content);
    }
    collected_below(root.path(), collect, arguments)
}

/// What `collect` writes where the tree below `root` is all that exists, like [`collected`]: for trees with links.
pub(crate) fn collected_below(
    root: &Path,
    collect: fn(&Node, &mut Exposition) -> Result<(), Error>,
    arguments: &[&str],
) -> String {
    let node = node(root, arguments);
    let mut out = Exposition::default();
    let result = collect(&node, &mut out);
    let mut text = out.to_text();
    if let Err(error) = result {
        text.push_str(&error.to_string());
        text.push('\n');
    }
    text.replace(&*root.to_string_lossy(), "")
}

/// Like [`collected`], without the lines of help and type.
pub(crate) fn samples(
    collect: fn(&Node, &mut Exposition) -> Result<(), Error>,
    arguments: &[&str],
    files: &[(&str, &str)],
) -> String {
    let text = collected(collect, arguments, files);
    let lines = text.split_inclusive('\n');
    lines.filter(|line| !line.starts_with('#')).collect()
}

/// The node that `arguments` describe, with its roots below `root`.
fn node(root: &Path, arguments: &[&str]) -> Node {
    let path = |flag: &str, name: &str| format!("--path.{flag}={}", root.join(name).display());
    let own = [
        "pi-node-exporter".to_owned(),
        path("procfs", "proc"),
        path("sysfs", "sys"),
        path("rootfs", ""),
        path("udev.data", "udev"),
    ];
    let given = arguments.iter().map(|&argument| argument.to_owned());
    let matches = flags::command().get_matches_from(own.into_iter().chain(given));
    Node::new(&matches).unwrap()
}

fn make(path: &Path, content: &str) {
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        std::fs::create_dir_all(path).unwrap();
    } else {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
}
