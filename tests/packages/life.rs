//! Installed, upgraded, removed, installed again, purged.

use crate::container::{Container, difference, repacked};

/// What a package leaves: the user, which Debian's exporters share, and the books of dpkg and apt.
const LEFT: [&str; 12] = [
    "etc/group",
    "etc/gshadow",
    "etc/passwd",
    "etc/shadow",
    "etc/subuid",
    "etc/subgid",
    "etc/group-",
    "etc/gshadow-",
    "etc/passwd-",
    "etc/shadow-",
    "etc/subuid-",
    "etc/subgid-",
];

#[test]
fn an_upgrade_keeps_what_the_owner_wrote() {
    let container = Container::boot();
    container.check("apt-get install -y -q /debs/pi-node-exporter_*_amd64.deb");
    let pid = || {
        container
            .check("systemctl show -p MainPID --value pi-node-exporter")
            .trim()
            .to_owned()
    };
    container.metrics(9100, "node_boot_time_seconds");
    container.check("sed -i 's/^ARGS=.*/ARGS=\"--no-collector.loadavg\"/' /etc/default/pi-node-exporter; systemctl restart pi-node-exporter");
    let first = pid();
    let folder = tempfile::tempdir().unwrap();
    let newer = repacked("pi-node-exporter", "99.0-1", folder.path());
    std::fs::copy(&newer, crate::container::debs().join("newer.deb")).unwrap();
    let said = container.check("apt-get install -y -q /debs/newer.deb");
    std::fs::remove_file(crate::container::debs().join("newer.deb")).unwrap();
    assert!(said.contains("99.0-1"), "{said}");
    assert_ne!(pid(), first, "the new program does not run");
    let text = container.metrics(9100, "node_boot_time_seconds");
    assert!(!text.contains("node_load1 "), "ARGS are lost");

    container.check("apt-get remove -y -q pi-node-exporter");
    container.check("test -e /etc/default/pi-node-exporter");
    assert!(
        !container
            .run("systemctl is-active --quiet pi-node-exporter")
            .status
            .success()
    );
    container.check("apt-get install -y -q /debs/pi-node-exporter_*_amd64.deb");
    let text = container.metrics(9100, "node_boot_time_seconds");
    assert!(!text.contains("node_load1 "), "ARGS are lost");
}

#[test]
fn a_purge_leaves_nothing_but_the_user() {
    let container = Container::boot();
    let before = container.tree();
    container
        .check("apt-get install -y -q --no-install-recommends /debs/*_amd64.deb; pi-setup --yes --scraper");
    container.check("apt-get purge -y -q 'pi-*'");
    let left = difference(&before, &container.tree());
    let left: Vec<_> = left
        .iter()
        .filter(|line| !LEFT.iter().any(|name| line.starts_with(&format!("{name}:"))))
        .collect();
    assert!(left.is_empty(), "{left:#?}");
    container.check("id prometheus");
    container.check("nginx -t && systemctl is-active nginx mariadb postgresql@15-main");
}

#[test]
fn a_board_with_armv6_is_refused() {
    let container = Container::boot();
    container.check(
        "mkdir /tmp/old; printf '#!/bin/sh\\necho armv6l\\n' >/tmp/old/uname; chmod +x /tmp/old/uname",
    );
    let said = container.refused("PATH=/tmp/old:$PATH dpkg -i /debs/pi-node-exporter_*_amd64.deb");
    assert!(
        said.contains("this board has an ARMv6 processor (Raspberry Pi 1 or Zero)"),
        "{said}"
    );
    assert!(
        !container
            .run("test -e /usr/bin/pi-node-exporter")
            .status
            .success()
    );
}
