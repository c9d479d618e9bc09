//! A booted Debian, thrown away when dropped.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long a system may take to boot, and a daemon to do what a test waits for.
const PATIENCE: Duration = Duration::from_secs(90);

/// A running system.
pub struct Container {
    nspawn: Child,
    /// The system's process 1.
    leader: u32,
}

/// `target/`, which is two levels above this test.
fn target() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().to_owned()
}

/// The folder with the packages.
pub fn debs() -> PathBuf {
    target().join("debs")
}

impl Container {
    /// Boots the system that `packaging/test-packages.sh` has made.
    #[track_caller]
    pub fn boot() -> Self {
        let system = target().join("test-packages/amd64");
        assert!(
            system.join("etc").exists(),
            "{}: run `make test-packages`",
            system.display()
        );
        let nspawn = Command::new("systemd-nspawn")
            .args([
                "--quiet",
                "--volatile=overlay",
                "--register=no",
                "--keep-unit",
                "--private-network",
                "--boot",
            ])
            // systemd filters addresses only where all cgroups are of version 2.
            .env("SYSTEMD_NSPAWN_UNIFIED_HIERARCHY", "1")
            .args(["--system-call-filter=bpf", "--capability=CAP_BPF"])
            .arg(format!("--machine=packages-{}", std::process::id()))
            .arg(format!("--directory={}", system.display()))
            .arg(format!("--bind-ro={}:/debs", debs().display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("systemd-nspawn (package systemd-container)");
        let pid = nspawn.id();
        let mut container = Self { nspawn, leader: 0 };
        container.leader = until("the system's process 1", || {
            let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
            children.split_whitespace().next()?.parse().ok()
        });
        until("the end of the boot", || {
            let state = container.run("systemctl is-system-running");
            let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
            ["running", "degraded"].contains(&state.as_str()).then_some(())
        });
        container
    }

    /// As [`Container::boot`], with all packages installed.
    #[track_caller]
    pub fn installed() -> Self {
        let container = Self::boot();
        container.check("apt-get install -y -q --no-install-recommends /debs/*_amd64.deb");
        container
    }

    /// Runs a script in the system as root.
    pub fn run(&self, script: &str) -> Output {
        Command::new("nsenter")
            .arg(format!("--target={}", self.leader))
            .args([
                "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wd", "--", "env",
                "-i",
            ])
            .args([
                "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME=/root",
                "LANG=C.UTF-8",
                "DEBIAN_FRONTEND=noninteractive",
            ])
            .args(["sh", "-ec", script])
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Runs a script that must succeed, and returns what it writes.
    #[track_caller]
    pub fn check(&self, script: &str) -> String {
        let output = self.run(script);
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{script}\n{out}\n{error}");
        out
    }

    /// Runs a script that must fail, and returns all that it writes.
    #[track_caller]
    pub fn refused(&self, script: &str) -> String {
        let output = self.run(script);
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{script} succeeded\n{said}");
        said.into_owned()
    }

    /// The metrics that a daemon serves on this port, as soon as `wanted` is in them.
    #[track_caller]
    pub fn metrics(&self, port: u16, wanted: &str) -> String {
        until(&format!("{wanted:?} on port {port}"), || {
            let output = self.run(&format!("curl -sf --max-time 20 http://127.0.0.1:{port}/metrics"));
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            text.contains(wanted).then_some(text)
        })
    }

    /// Every file below the folders that packages and setup may touch: its mode, and its bytes or where it points.
    pub fn tree(&self) -> BTreeMap<String, String> {
        // Of /usr, some 800 MB, the size and the time of the last change stand for the bytes.
        let listed = self.check(
            "cd /; mine='etc var/lib/pi-exporters var/lib/pi-scraper var/lib/prometheus home root'; \
             find $mine \\( -type f -o -type d \\) -printf '%p %M %U:%G\\n' 2>/dev/null || true; \
             find usr -type f -printf '%p %M %U:%G %s %T@\\n'; \
             find $mine -type f -print0 2>/dev/null | xargs -0 sha256sum; \
             find etc usr -type l -printf '%p -> %l\\n'",
        );
        let mut tree = BTreeMap::<String, String>::new();
        for line in listed.lines() {
            let (path, rest) = match line.split_once("  ") {
                Some((sum, path)) => (path, sum),
                None => line.split_once(' ').unwrap(),
            };
            let entry = tree.entry(path.to_owned()).or_default();
            entry.push_str(rest);
            entry.push(' ');
        }
        tree
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        if self.leader != 0 {
            let _ = Command::new("kill")
                .args(["-KILL", &self.leader.to_string()])
                .status();
        }
        let _ = self.nspawn.kill();
        let _ = self.nspawn.wait();
    }
}

/// What is in one tree and not, or otherwise, in the other.
pub fn difference(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let paths: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let differing = paths
        .into_iter()
        .filter(|path| before.get(*path) != after.get(*path));
    differing
        .map(|path| format!("{path}: {:?} -> {:?}", before.get(path), after.get(path)))
        .collect()
}

/// The series of an exposition without their values.
pub fn series(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| Some(line.rsplit_once(' ')?.0.to_owned()))
        .collect()
}

/// Polls `look` until it gives a value.
#[track_caller]
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = look() {
            return value;
        }
        assert!(Instant::now() < end, "waited {PATIENCE:?} for {what}");
        pause();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test's own thread, between two polls"
)]
fn pause() {
    std::thread::sleep(Duration::from_millis(200));
}

/// A package with another version, made from a built one.
pub fn repacked(name: &str, version: &str, folder: &Path) -> PathBuf {
    let mut packages = std::fs::read_dir(debs())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let prefix = format!("{name}_");
    let old = packages
        .find(|path| {
            let file = path.file_name().unwrap().to_str().unwrap();
            file.starts_with(&prefix) && file.ends_with("_amd64.deb")
        })
        .unwrap();
    let tree = folder.join("tree");
    let run = |program: &mut Command| assert!(program.output().unwrap().status.success(), "{program:?}");
    run(Command::new("dpkg-deb").arg("-R").arg(&old).arg(&tree));
    run(Command::new("sed")
        .args(["-i", &format!("s/^Version: .*/Version: {version}/")])
        .arg(tree.join("DEBIAN/control")));
    let new = folder.join(format!("{name}_{version}_amd64.deb"));
    run(Command::new("dpkg-deb")
        .args(["--root-owner-group", "-Zgzip", "-b"])
        .arg(&tree)
        .arg(&new));
    new
}
