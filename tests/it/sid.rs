//! Debian packages unpacked beside the build and never installed: their services would take ports and disks.
//!
//! Each is fetched once into `target/peers` with apt, from the mirror that this machine uses.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::peer::checkout;
use crate::servers::scratch::{output, unprivileged};

/// Root of the unpacked package of this machine's own Debian, `usr/bin/NAME` below it.
#[track_caller]
pub fn stable(package: &str) -> PathBuf {
    kept("stable", package, |directory| {
        output(
            Command::new("apt-get")
                .args(["download", "-qq", package])
                .current_dir(directory),
        );
    })
}

/// Root of the unpacked package of Debian unstable, `usr/bin/NAME` below it.
#[track_caller]
pub fn package(package: &str) -> PathBuf {
    kept("sid", package, |directory| {
        output(apt(directory).args(["download", package]));
    })
}

/// The same; `None`, and a line that says so, where it cannot be had, as without a network.
pub fn package_if_any(name: &str) -> Option<PathBuf> {
    // Whatever goes wrong on the way there is told by a panic of its own.
    let found = std::panic::catch_unwind(|| package(name)).ok();
    if found.is_none() {
        eprintln!("left out: {name} of Debian unstable cannot be had");
    }
    found
}

/// As [`package`], with the libraries that it needs unpacked beside it: unstable's programs want a newer libc.
///
/// What is left out is installed everywhere or not needed to run a server: `perl`.
#[track_caller]
pub fn with_libraries(package: &str) -> PathBuf {
    kept("sid", &format!("{package}-with-libraries"), |directory| {
        // Nothing counts as installed, so apt names all that the package needs.
        let mut plan = apt(directory);
        plan.args([
            "-o",
            "Dir::State::status=/dev/null",
            "--no-install-recommends",
            "-s",
        ]);
        let plan = output(plan.args(["install", package]));
        let wanted = plan
            .lines()
            .filter_map(|line| line.strip_prefix("Inst ")?.split(' ').next());
        let wanted: Vec<_> = wanted.filter(|name| !name.contains("perl")).collect();
        output(apt(directory).arg("download").args(wanted));
    })
}

/// A command that runs a program below such a root with the root's own loader and libraries.
pub fn run_in(root: &Path, program: &str) -> Command {
    let mut command = unprivileged(root.join("usr/lib64/ld-linux-x86-64.so.2"));
    command
        .arg("--library-path")
        .arg(root.join("usr/lib/x86_64-linux-gnu"));
    command.arg(root.join(program));
    command
}

/// apt with unstable's index, which it reads into a directory of its own: the machine's lists stay what they are.
fn apt(directory: &Path) -> Command {
    let private = peers().join("sid-apt");
    let lists = private.join("lists");
    let sources = private.join("sources.list");
    let command = || {
        let mut command = Command::new("apt-get");
        command
            .current_dir(directory)
            .args(["-qq", "-o", "Dir::Etc::SourceParts=/dev/null"]);
        for (option, path) in [
            ("Etc::SourceList", &sources),
            ("State::Lists", &lists),
            ("Cache", &private),
        ] {
            command.arg("-o").arg(format!("Dir::{option}={}", path.display()));
        }
        command
    };
    if !lists.join("partial").exists() {
        std::fs::create_dir_all(lists.join("partial")).unwrap();
        std::fs::create_dir_all(private.join("archives/partial")).unwrap();
        std::fs::write(&sources, format!("deb {} sid main\n", mirror())).unwrap();
        output(command().arg("update"));
    }
    command()
}

/// The mirror that this machine's own packages come from.
fn mirror() -> String {
    let targets = output(Command::new("apt-get").args([
        "indextargets",
        "--format",
        "$(ORIGIN) $(COMPONENT) $(REPO_URI)",
        "Created-By: Packages",
    ]));
    let debian = targets
        .lines()
        .filter_map(|line| line.strip_prefix("Debian main "));
    let mut mirrors = debian.filter(|address| !address.contains("security"));
    mirrors.next().expect("apt knows a mirror of Debian").to_owned()
}

/// A directory below `target/peers` that `fetch` fills with .debs the first time; other processes wait for it.
#[track_caller]
fn kept(suite: &str, package: &str, fetch: impl FnOnce(&Path)) -> PathBuf {
    let wanted = peers().join(suite).join(package);
    let _lock = lock();
    if wanted.exists() {
        return wanted;
    }
    let fresh = wanted.with_extension("new");
    let _ = std::fs::remove_dir_all(&fresh);
    std::fs::create_dir_all(&fresh).unwrap();
    fetch(&fresh);
    let files = std::fs::read_dir(&fresh)
        .unwrap()
        .flatten()
        .map(|entry| entry.path());
    let debs: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .collect();
    assert!(!debs.is_empty(), "apt fetched nothing for {package}");
    for deb in debs {
        output(Command::new("dpkg").arg("-x").arg(&deb).arg(&fresh));
        std::fs::remove_file(&deb).unwrap();
    }
    std::fs::rename(&fresh, &wanted).unwrap();
    wanted
}

/// Where fetched programs are kept.
pub fn peers() -> PathBuf {
    checkout().join("target/peers")
}

/// Held while something is fetched: tests are several threads, and sometimes several processes.
pub fn lock() -> File {
    std::fs::create_dir_all(peers()).unwrap();
    let file = File::create(peers().join(".lock")).unwrap();
    file.lock().unwrap();
    file
}
