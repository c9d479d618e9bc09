//! The sandbox of the units takes no series away.

use std::collections::BTreeSet;

use crate::container::{Container, series};
use crate::monitored::UP;

/// Series that come and go by themselves, whatever the sandbox is.
fn is_steady(series: &str) -> bool {
    // Devices and units of the other containers' and tests' making, and what a process says of itself.
    ![
        "process_",
        "promhttp_",
        "node_systemd_unit_state{name=\"run-",
        "node_systemd_unit_start",
    ]
    .iter()
    .any(|prefix| series.starts_with(prefix))
}

fn steady(text: &str) -> BTreeSet<String> {
    series(text)
        .into_iter()
        .filter(|series| is_steady(series))
        .collect()
}

const UNITS: [&str; 4] = [
    "pi-node-exporter",
    "pi-mysql-exporter",
    "pi-postgres-exporter",
    "pi-nginx-exporter",
];

#[test]
fn hardened_and_unhardened_units_serve_the_same_series() {
    let container = Container::installed();
    container.check("pi-setup --yes");
    let hardened = UP.map(|(port, up)| steady(&container.metrics(port, up)));
    // A file system that only the sandbox has made read-only would look like a dying card.
    let read_only = |text: String| -> Vec<String> {
        let lines = text
            .lines()
            .filter(|line| line.starts_with("node_filesystem_readonly"));
        lines.map(str::to_owned).collect()
    };
    let told_hardened = read_only(container.metrics(9100, "node_filesystem_readonly"));
    assert!(!told_hardened.is_empty());
    for unit in UNITS {
        // The sandbox is the second paragraph of [Service].
        container.check(&format!(
            "sed '/^NoNewPrivileges=/,/^$/d; /^PrivateTmp=/d' /usr/lib/systemd/system/{unit}.service >/etc/systemd/system/{unit}.service; \
             ! grep -q '^Protect' /etc/systemd/system/{unit}.service"
        ));
    }
    container.check(&format!(
        "systemctl daemon-reload; systemctl restart {}",
        UNITS.join(" ")
    ));
    for (index, (port, up)) in UP.into_iter().enumerate() {
        let open = steady(&container.metrics(port, up));
        let lost: Vec<_> = open.difference(&hardened[index]).collect();
        let more: Vec<_> = hardened[index].difference(&open).collect();
        assert!(
            lost.is_empty() && more.is_empty(),
            "{}: lost {lost:#?} more {more:#?}",
            UNITS[index]
        );
        assert!(5 < open.len(), "{}", UNITS[index]);
    }
    assert_eq!(
        told_hardened,
        read_only(container.metrics(9100, "node_filesystem_readonly"))
    );
}

#[test]
fn the_firmware_of_a_pi_is_seen_through_the_sandbox() {
    let container = Container::boot();
    // What matters is that the device is there and may be opened; this one is /dev/null under its name.
    container.check("mknod -m 660 /dev/vcio c 1 3; chgrp video /dev/vcio");
    container.check("apt-get install -y -q /debs/pi-node-exporter_*_amd64.deb");
    container.metrics(9100, "node_boot_time_seconds");
    let pid = container.check("systemctl show -p MainPID --value pi-node-exporter");
    container.check(&format!("test -c /proc/{}/root/dev/vcio", pid.trim()));
    let seen = container.metrics(9100, "node_scrape_collector_success");
    assert!(seen.contains("collector=\"rpi\""), "the collector did not run");
}
