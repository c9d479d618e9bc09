//! The binaries for ARM, run by qemu: `packaging/test.sh` builds them with the profile `emulated`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::api_server::ApiServer;
use crate::daemon::{self, Daemon};
use crate::{http, kube_api};

/// How the binaries of one target run here.
pub struct Emulator {
    target: &'static str,
    program: &'static str,
    /// Where Debian keeps the C library of that architecture.
    root: &'static str,
}

pub const AARCH64: Emulator = Emulator {
    target: "aarch64-unknown-linux-gnu",
    program: "qemu-aarch64-static",
    root: "/usr/aarch64-linux-gnu",
};
pub const ARMV7: Emulator = Emulator {
    target: "armv7-unknown-linux-gnueabihf",
    program: "qemu-arm-static",
    root: "/usr/arm-linux-gnueabihf",
};

/// The directory that cargo builds into: that of this test is two levels below it.
pub fn target_directory() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().to_owned()
}

impl Emulator {
    /// Path of a binary for the target.
    #[track_caller]
    pub fn binary(&self, name: &str) -> PathBuf {
        let path = self.directory().join(name);
        assert!(path.exists(), "{} is not built: run `make test`", path.display());
        path
    }

    /// The emulator's command line, up to the binary.
    pub fn words(&self) -> String {
        format!("{} -L {}", self.program, self.root)
    }

    fn directory(&self) -> PathBuf {
        target_directory().join(self.target).join("emulated")
    }

    fn command(&self, binary: &Path) -> Command {
        let mut command = Command::new(self.program);
        command.args(["-L", self.root]).arg(binary);
        command
    }
}

/// Every binary starts, and says its name.
fn check_starts(emulator: &Emulator) {
    let directory = emulator.directory();
    let entries = std::fs::read_dir(&directory)
        .unwrap_or_else(|error| panic!("{}: {error}; `make test` builds it", directory.display()));
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names: Vec<_> = names
        .filter(|name| name.starts_with("pi-") && !name.contains('.'))
        .collect();
    // The node exporter, the one of Kubernetes and pi-setup come on top.
    assert!(OTHERS.len() + 3 <= names.len(), "{names:?}");
    for name in names {
        let output = emulator.command(&directory.join(&name)).arg("--version").output();
        let output = output.unwrap();
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && said.contains(env!("CARGO_PKG_VERSION")),
            "{name}: {said}"
        );
    }
}

/// What a node exporter says of this machine, by series.
fn series(node: &Daemon) -> BTreeMap<String, f64> {
    let text = http::get(&node.address, "/metrics").text();
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = samples.map(|line| line.rsplit_once(' ').unwrap());
    pairs
        .map(|(series, value)| (series.to_owned(), value.parse().unwrap()))
        .collect()
}

/// Whether a series is the same for every process of this machine, whatever it was compiled for.
fn is_shared(series: &str) -> bool {
    // The processor is that of the emulator, and what a process says of itself is its own.
    let own = [
        "process_",
        "promhttp_",
        "node_uname_info",
        "node_exporter_build_info",
        "node_cpu_info",
    ];
    !own.iter().any(|prefix| series.starts_with(prefix))
}

/// Numbers that do not move while two daemons are asked, and do not fit into 32 bits.
const STILL: [&str; 5] = [
    "node_boot_time_seconds",
    "node_filesystem_files{",
    "node_filesystem_size_bytes{",
    "node_memory_MemTotal_bytes",
    "node_timex_tick_seconds",
];

/// The emulator does not pass on the question for neighbours.
const WITHOUT_NETLINK: &str = "--no-collector.arp.netlink";

/// The live machine is the same through the eyes of both.
fn check_series(emulator: &Emulator) {
    let native = daemon::node(&[WITHOUT_NETLINK]);
    let emulated = Daemon::start(
        emulator
            .command(&emulator.binary("pi-node-exporter"))
            .args(["--web.listen-address=127.0.0.1:0", WITHOUT_NETLINK]),
    );
    let (native, emulated) = (series(&native), series(&emulated));
    let names = |all: &BTreeMap<String, f64>| -> Vec<String> {
        all.keys().filter(|series| is_shared(series)).cloned().collect()
    };
    check_same(&names(&native), &names(&emulated));
    let mut compared = 0;
    for (series, value) in &native {
        if STILL.iter().any(|still| series.starts_with(still)) {
            assert_eq!(emulated.get(series), Some(value), "{series}");
            compared += 1;
        }
    }
    assert!(compared >= STILL.len(), "{compared}");
    let seconds = |all: &BTreeMap<String, f64>| all["node_time_seconds"];
    assert!((seconds(&native) - seconds(&emulated)).abs() < 60.0);
}

/// What each of the others is told, so that it serves without its service: nothing listens on port 1.
const OTHERS: [(&str, &[&str], Option<&str>); 4] = [
    ("pi-mysql-exporter", &[], Some("x@tcp(127.0.0.1:1)/")),
    (
        "pi-postgres-exporter",
        &[],
        Some("postgresql://x@127.0.0.1:1/x?sslmode=disable"),
    ),
    (
        "pi-nginx-exporter",
        &["--nginx.scrape-uri=http://127.0.0.1:1/"],
        None,
    ),
    (
        "pi-scraper",
        &[concat!(
            "--config.file=",
            env!("CARGO_MANIFEST_DIR"),
            "/../packaging/deb/prometheus.yml"
        )],
        None,
    ),
];

/// Every other binary starts, serves, and has the series that the native one has.
fn check_serves(emulator: &Emulator) {
    // What it was built for is a label.
    let names = |daemon: &Daemon| -> Vec<String> {
        let all = series(daemon).into_keys();
        all.filter(|series| !series.contains("_build_info{")).collect()
    };
    for (name, flags, source) in OTHERS {
        let start = |mut command: Command| {
            command.arg("--web.listen-address=127.0.0.1:0").args(flags);
            Daemon::start(command.envs(source.map(|source| ("DATA_SOURCE_NAME", source))))
        };
        let native = start(Command::new(daemon::binary(name)));
        let emulated = start(emulator.command(&emulator.binary(name)));
        let (native, emulated) = (names(&native), names(&emulated));
        assert!(10 < native.len(), "{name}: {native:?}");
        check_same(&native, &emulated);
    }
    let server = ApiServer::start(kube_api::SMALL.world());
    let objects = |mut command: Command| {
        let exporter = kube_api::Exporter::start(command.arg(format!("--apiserver={}", server.url())));
        exporter.wait_until_ready();
        names(&exporter.daemon)
    };
    let native = objects(Command::new(daemon::binary("pi-kube-state-exporter")));
    let emulated = objects(emulator.command(&emulator.binary("pi-kube-state-exporter")));
    assert!(100 < native.len(), "{native:?}");
    check_same(&native, &emulated);
}

/// Shows only what differs.
#[track_caller]
fn check_same(native: &[String], emulated: &[String]) {
    let missing: Vec<_> = native
        .iter()
        .filter(|series| !emulated.contains(series))
        .collect();
    let extra: Vec<_> = emulated
        .iter()
        .filter(|series| !native.contains(series))
        .collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "missing: {missing:#?}\nextra: {extra:#?}"
    );
}

#[test]
fn every_binary_for_arm_starts() {
    check_starts(&AARCH64);
    check_starts(&ARMV7);
}

#[test]
fn arm_of_64_bits_sees_the_same_machine() {
    check_series(&AARCH64);
}

#[test]
fn arm_of_32_bits_sees_the_same_machine() {
    check_series(&ARMV7);
}

#[test]
fn every_binary_for_arm_of_64_bits_serves_the_same_series() {
    check_serves(&AARCH64);
}

#[test]
fn every_binary_for_arm_of_32_bits_serves_the_same_series() {
    check_serves(&ARMV7);
}
