//! One command from the packages to a monitored machine, and back.

use crate::container::{Container, difference};

/// What every daemon of a database or server says when it sees its service, by port.
pub const UP: [(u16, &str); 4] = [
    (9100, "node_boot_time_seconds"),
    (9104, "\nmysql_up 1\n"),
    (9187, "\npg_up 1\n"),
    (9113, "\nnginx_up 1\n"),
];

/// Counts the accounts `prometheus` of both databases.
pub const ACCOUNTS: &str = "mariadb -Ne \"SELECT COUNT(*) FROM mysql.user WHERE User='prometheus'\"; \
    runuser -u postgres -- psql -Atc \"SELECT count(*) FROM pg_roles WHERE rolname='prometheus'\"";

#[test]
fn one_command_monitors_all_that_runs() {
    let container = Container::installed();
    // Only the machine itself is monitored before.
    assert_eq!(
        container.check("systemctl is-active pi-node-exporter").trim(),
        "active"
    );
    assert_eq!(
        container
            .run("systemctl is-active --quiet pi-mysql-exporter")
            .status
            .code(),
        Some(3)
    );
    let before = container.tree();

    let planned = container.check("pi-setup --dry-run");
    assert!(
        planned.contains("create the MySQL user prometheus on this machine (no password: unix_socket)"),
        "{planned}"
    );
    assert!(
        planned.contains("granted CONNECT ON DATABASE postgres, pg_monitor"),
        "{planned}"
    );
    assert_eq!(
        difference(&before, &container.tree()),
        Vec::<String>::new(),
        "--dry-run wrote"
    );

    let said = container.check("pi-setup --yes --scraper");
    assert!(said.contains("done; every daemon answers"), "{said}");
    for (port, up) in UP {
        container.metrics(port, up);
    }
    let kube = container.run("systemctl is-enabled --quiet pi-kube-state-exporter");
    assert!(!kube.status.success(), "there is no cluster here");

    // The scraper sees all of them.
    let count =
        "curl -sf 'http://127.0.0.1:9090/api/v1/targets?state=active' | grep -o '\"health\":\"up\"' | wc -l";
    crate::container::until("four healthy targets", || {
        (container.check(count).trim() == "4").then_some(())
    });

    let after = container.tree();
    let again = container.check("pi-setup --yes --scraper");
    assert!(again.contains("nothing to do"), "{again}");
    assert!(
        container.check("pi-setup --yes").contains("nothing to do"),
        "wishes are kept"
    );
    assert_eq!(
        difference(&after, &container.tree()),
        Vec::<String>::new(),
        "a second run wrote"
    );

    let well = container.check("pi-setup doctor");
    assert!(!well.contains("FAIL"), "{well}");
    container.check("systemctl stop pi-mysql-exporter");
    let ill = container.refused("pi-setup doctor");
    assert!(ill.contains("FAIL  pi-mysql-exporter does not run"), "{ill}");

    container.check("pi-setup uninstall --yes --drop-db-users");
    let mut left = difference(&before, &container.tree());
    // The scraper's own folder, which systemd makes, belongs to its package.
    left.retain(|line| !line.starts_with("var/lib/pi-scraper: "));
    assert_eq!(left, Vec::<String>::new(), "uninstall left something");
    assert_eq!(
        container.check(ACCOUNTS).split_whitespace().collect::<Vec<_>>(),
        ["0", "0"]
    );
}

#[test]
fn only_the_monitoring_host_gets_in() {
    let container = Container::installed();
    // A machine beside this one: a network namespace behind a pair of interfaces.
    container.check(
        "ip netns add beside; ip link add here type veth peer name there netns beside; \
         ip addr add 10.9.0.1/24 dev here; ip link set here up; \
         ip netns exec beside sh -c 'ip addr add 10.9.0.2/24 dev there; ip addr add 10.9.0.3/24 dev there; ip link set there up'",
    );
    container.check("pi-setup --yes --allow-from 10.9.0.2");
    let from = |address: &str| {
        let script = format!(
            "ip netns exec beside curl -sf --max-time 3 --interface {address} http://10.9.0.1:9100/metrics"
        );
        container.run(&script).status.success()
    };
    assert!(from("10.9.0.2"), "the monitoring host is kept out");
    assert!(!from("10.9.0.3"), "everybody gets in");
    container.metrics(9100, "node_boot_time_seconds");
    // A later run without the flag keeps it; `any` lifts it.
    assert!(container.check("pi-setup --yes").contains("nothing to do"));
    container.check("pi-setup --yes --allow-from any");
    assert!(from("10.9.0.3"));
    container.check("pi-setup --yes --listen local");
    assert!(!from("10.9.0.2"));
    container.metrics(9100, "node_boot_time_seconds");
}

#[test]
fn what_fails_is_taken_back() {
    let container = Container::installed();
    // The last exporter does not start; what was done for the others before it must go.
    container.check(
        "mkdir /etc/systemd/system/pi-nginx-exporter.service.d; \
         printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\n' \
            >/etc/systemd/system/pi-nginx-exporter.service.d/10-broken.conf; systemctl daemon-reload",
    );
    let before = container.tree();
    let said = container.refused("pi-setup --yes");
    assert!(said.contains("taking back what was done"), "{said}");
    assert_eq!(
        difference(&before, &container.tree()),
        Vec::<String>::new(),
        "{said}"
    );
    assert_eq!(
        container.check(ACCOUNTS).split_whitespace().collect::<Vec<_>>(),
        ["0", "0"]
    );
    assert!(
        !container
            .run("systemctl is-active --quiet pi-mysql-exporter")
            .status
            .success()
    );

    container.check("rm -r /etc/systemd/system/pi-nginx-exporter.service.d; systemctl daemon-reload");
    container.check("pi-setup --yes");
}
