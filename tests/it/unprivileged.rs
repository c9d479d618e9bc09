//! The node exporter as the user nobody, without capabilities: what it may not read is said once, and a group opens the
//! firmware's device.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::daemon::{Daemon, binary};
use crate::http;

/// `video` on Debian.
const VIDEO: &str = "44";
/// Collectors that are off by default, among them some whose files only root may read.
const FURTHER: [&str; 8] = [
    "--collector.buddyinfo",
    "--collector.interrupts",
    "--collector.mountstats",
    "--collector.processes",
    "--collector.slabinfo",
    "--collector.softirqs",
    "--collector.wifi",
    "--collector.zoneinfo",
];

/// Three scrapes by nobody in these further groups, on a machine that has a `/dev/vcio` of the group video: the last
/// answer and the log. Nothing where the tests do not run as root, who alone can become nobody.
fn scraped(groups: &str) -> Option<(String, String)> {
    let user = Command::new("id").arg("-u").output().unwrap();
    if user.stdout != b"0\n" {
        eprintln!("left out: only root can start the exporter as another user");
        return None;
    }
    // Nobody may not look into the checkout of root.
    let directory = tempfile::tempdir().unwrap();
    std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let exporter = directory.path().join("pi-node-exporter");
    std::fs::copy(binary("pi-node-exporter"), &exporter).unwrap();
    let device = format!(
        "set -e; mount -t tmpfs -o mode=755 tmpfs /dev; \
         : >/dev/vcio; chown 0:{VIDEO} /dev/vcio; chmod 660 /dev/vcio; exec \"$@\""
    );
    let node = Daemon::start(
        Command::new("unshare")
            .args(["--mount", "sh", "-c", &device, "sh", "setpriv"])
            .args(["--reuid=65534", "--regid=65534", groups])
            .args(["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"])
            .arg(exporter)
            .arg("--web.listen-address=127.0.0.1:0")
            .args(FURTHER),
    );
    let mut text = String::new();
    for _ in 0..3 {
        let answer = http::get(&node.address, "/metrics");
        assert_eq!(answer.status, 200);
        text = answer.text();
    }
    Some((text, node.log()))
}

/// Lines of the log about a collector that failed.
fn failures(log: &str) -> Vec<&str> {
    log.lines()
        .filter(|line| line.contains("collector failed"))
        .collect()
}

/// Whether nothing is said twice, and every collector that is told to have failed is so in the answer.
#[track_caller]
fn check_said_once(text: &str, log: &str) {
    let mut collectors = Vec::new();
    for line in failures(log) {
        let words = line.split_whitespace();
        let name = words
            .filter_map(|word| word.strip_prefix("collector="))
            .next()
            .unwrap();
        assert!(!collectors.contains(&name), "{name} is said twice:\n{log}");
        let success = format!("node_scrape_collector_success{{collector=\"{name}\"}} 0\n");
        assert!(text.contains(&success), "{name}:\n{log}");
        collectors.push(name);
    }
    let warnings = log.lines().filter(|line| line.contains("level=warn"));
    let messages: Vec<_> = warnings
        .map(|line| line.split_once("level=warn").unwrap().1)
        .collect();
    for (position, message) in messages.iter().enumerate() {
        assert!(!messages[..position].contains(message), "said twice: {message}");
    }
}

#[test]
fn what_may_not_be_read_is_said_once() {
    let Some((text, log)) = scraped("--clear-groups") else {
        return;
    };
    check_said_once(&text, &log);
    let failures = failures(&log);
    let about = |name: &str| {
        let name = format!("collector={name} ");
        failures.iter().find(|line| line.contains(&name))
    };
    let rpi = about("rpi").unwrap_or_else(|| panic!("{log}"));
    assert!(rpi.contains("/dev/vcio") && rpi.contains("group video"), "{rpi}");
    let slabinfo = about("slabinfo").unwrap_or_else(|| panic!("{log}"));
    assert!(
        slabinfo.contains("slabinfo") && slabinfo.contains("ermission denied"),
        "{slabinfo}"
    );
    // The rest is there all the same.
    for family in [
        "node_cpu_seconds_total{",
        "node_load1 ",
        "node_filesystem_size_bytes{",
        "node_network_up{",
    ] {
        assert!(text.contains(family), "{family}:\n{log}");
    }
}

#[test]
fn the_group_video_opens_the_device_of_the_firmware() {
    let Some((text, log)) = scraped(&format!("--groups={VIDEO}")) else {
        return;
    };
    check_said_once(&text, &log);
    let failures = failures(&log);
    let rpi = failures.iter().find(|line| line.contains("collector=rpi "));
    // It is open now, and an empty file is no firmware.
    let rpi = rpi.unwrap_or_else(|| panic!("{log}"));
    assert!(rpi.contains("ioctl vcio") && !rpi.contains("denied"), "{rpi}");
}
