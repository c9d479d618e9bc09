//! Mount points that hang, and mount points with strange names.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::daemon::{Daemon, binary, until};
use crate::http;

/// Runs shell words in a mount namespace of its own, then the node exporter in it.
fn node_after(mounts: &str, directory: &Path, flags: &[&str]) -> Daemon {
    // Process 1 is outside of the namespace, so this procfs has the daemon itself in its place.
    let procfs = directory.join("proc");
    std::fs::create_dir(&procfs).unwrap();
    for (name, target) in [
        ("1", "/proc/self"),
        ("self", "/proc/self"),
        ("loadavg", "/proc/loadavg"),
    ] {
        std::os::unix::fs::symlink(target, procfs.join(name)).unwrap();
    }
    let script = format!("set -e; {mounts}; exec \"$@\"");
    Daemon::start(
        Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", &script, "sh"])
            .arg(binary("pi-node-exporter"))
            .arg("--web.listen-address=127.0.0.1:0")
            .arg(format!("--path.procfs={}", procfs.display()))
            .args(flags)
            .current_dir(directory),
    )
}

fn filesystem(node: &Daemon) -> (String, Duration) {
    let asked = Instant::now();
    let answer = http::get(&node.address, "/metrics?collect[]=filesystem&collect[]=loadavg");
    assert_eq!(answer.status, 200);
    (answer.text(), asked.elapsed())
}

#[test]
fn a_hung_mount_is_reported_and_delays_only_once() {
    let directory = tempfile::tempdir().unwrap();
    let point = directory.path().join("hung");
    std::fs::create_dir(&point).unwrap();
    // A FUSE file system whose server never answers. The exporter holds the server's end, so the
    // connection lives as long as the process.
    let mounts = "exec 3<>/dev/fuse; \
                  mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 hung ./hung";
    let node = node_after(
        mounts,
        directory.path(),
        &["--collector.filesystem.mount-timeout=1s"],
    );
    let hung = format!(
        r#"device_error="mountpoint timeout",fstype="fuse",mountpoint="{}"}} 1"#,
        point.display()
    );

    for scrape in 0..4 {
        let (text, took) = filesystem(&node);
        assert!(took < Duration::from_secs(6), "scrape {scrape} took {took:?}");
        assert!(
            scrape == 0 || took < Duration::from_millis(500),
            "scrape {scrape} took {took:?}"
        );
        let errors: Vec<_> = text
            .lines()
            .filter(|l| l.starts_with("node_filesystem_device_error{") && l.ends_with(" 1"))
            .collect();
        assert!(errors.len() == 1 && errors[0].contains(&hung), "{errors:?}");
        assert!(
            text.contains("node_filesystem_size_bytes{"),
            "the other mounts are still there"
        );
        assert!(text.contains("node_load1 "));
    }
    let threads = std::fs::read_dir(format!("/proc/{}/task", node.pid()))
        .unwrap()
        .count();
    assert!(threads <= 2, "{threads} threads for one hung mount");

    // The connection is aborted: the mount answers with an error, and is asked again.
    let connections = std::fs::read_dir("/sys/fs/fuse/connections");
    let aborted = connections.map(|entries| {
        entries
            .flatten()
            .filter(|entry| std::fs::write(entry.path().join("abort"), "1").is_ok())
            .count()
    });
    if aborted.is_ok_and(|count| count > 0) {
        until("the mount to be asked again", || {
            let (text, _) = filesystem(&node);
            (!text.contains("mountpoint timeout")).then_some(())
        });
    }
}

#[test]
fn mount_points_with_strange_names_are_served() {
    let directory = tempfile::tempdir().unwrap();
    let names: [&[u8]; 4] = [b"back\\slash", b"new\nline", b"quo\"te space", b"not-utf8-\xff"];
    for name in names {
        std::fs::create_dir(directory.path().join(OsString::from_vec(name.to_vec()))).unwrap();
    }
    let node = node_after(
        "for point in ./*[!c]; do mount -i -t tmpfs -o size=64k tmpfs \"$point\"; done",
        directory.path(),
        &[
            "--collector.filesystem.fs-types-exclude=^proc$",
            "--collector.filesystem.mount-points-exclude=^/proc",
        ],
    );
    let (text, _) = filesystem(&node);
    for name in [
        "back\\\\slash",
        "new\\nline",
        "quo\\\"te space",
        "not-utf8-\u{fffd}",
    ] {
        let size = format!("mountpoint=\"{}/{name}\"}} 65536", directory.path().display());
        assert!(text.contains(&size), "{size} is missing in\n{text}");
    }
    let complaints = crate::peer::lint(&text);
    assert!(
        complaints
            .iter()
            .all(|line| !line.contains("error while linting")),
        "{complaints:?}"
    );
}
