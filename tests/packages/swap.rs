//! From Debian's exporters to ours and back, with apt only.

use std::collections::BTreeSet;

use crate::container::Container;

/// Debian's package, ours, port, what is in `ARGS`, and what is served when all is well.
const SWAPS: [(&str, &str, u16, &str, &str); 4] = [
    (
        "prometheus-node-exporter",
        "pi-node-exporter",
        9100,
        "--no-collector.arp",
        "node_boot_time_seconds",
    ),
    (
        "prometheus-mysqld-exporter",
        "pi-mysql-exporter",
        9104,
        "--collect.info_schema.processlist",
        "\nmysql_up 1",
    ),
    (
        "prometheus-postgres-exporter",
        "pi-postgres-exporter",
        9187,
        "--web.telemetry-path=/metrics",
        "\npg_up 1",
    ),
    (
        "prometheus-nginx-exporter",
        "pi-nginx-exporter",
        9113,
        "-nginx.scrape-uri=http://127.0.0.1:8099/s",
        "\nnginx_up 1",
    ),
];

/// Names of the reference that have no place in a program without Go's runtime, or that newer versions of it dropped too;
/// docs/migrating.md has the list.
const GONE: [&str; 3] = ["go_", "promhttp_", "process_"];

fn names(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    lines
        .filter_map(|line| Some(line.split_whitespace().next()?.to_owned()))
        .filter(|name| !GONE.iter().any(|prefix| name.starts_with(prefix)))
        .collect()
}

/// Accounts and a status page, as the README of Debian's packages says.
const PREPARED: &str = "\
    mariadb -e \"CREATE USER 'prometheus'@'localhost' IDENTIFIED VIA unix_socket; GRANT PROCESS, REPLICATION CLIENT, SLAVE MONITOR, SELECT ON *.* TO 'prometheus'@'localhost'\"; \
    runuser -u postgres -- psql -qc 'CREATE ROLE prometheus LOGIN IN ROLE pg_monitor'; \
    echo 'server { listen 127.0.0.1:8099; location /s { stub_status; } }' >/etc/nginx/conf.d/s.conf; systemctl reload nginx";

#[test]
fn to_ours_and_back() {
    let container = Container::boot();
    container.check(PREPARED);
    let theirs: Vec<_> = SWAPS.iter().map(|swap| swap.0).collect();
    container.check(&format!(
        "apt-get install -y -q --no-install-recommends {}",
        theirs.join(" ")
    ));
    for (theirs, _, _, arguments, _) in SWAPS {
        container.check(&format!(
            "sed -i 's|^ARGS=.*|ARGS=\"{arguments}\"|' /etc/default/{theirs}"
        ));
    }
    container.check(
        "echo 'DATA_SOURCE_NAME=\"prometheus@unix(/run/mysqld/mysqld.sock)/\"' >>/etc/default/prometheus-mysqld-exporter; \
         sed -i \"s|^DATA_SOURCE_NAME=.*|DATA_SOURCE_NAME='user=prometheus host=/run/postgresql dbname=postgres'|\" /etc/default/prometheus-postgres-exporter",
    );
    container.check(&format!("systemctl restart {}", theirs.join(" ")));
    let before = SWAPS.map(|(.., port, _, up)| names(&container.metrics(port, up)));

    let ours: Vec<_> = SWAPS
        .iter()
        .map(|swap| format!("/debs/{}_*_amd64.deb", swap.1))
        .collect();
    let said = container.check(&format!(
        "apt-get install -y -q --no-install-recommends {}",
        ours.join(" ")
    ));
    for (index, (theirs, ours, port, arguments, up)) in SWAPS.into_iter().enumerate() {
        assert!(
            said.contains(&format!("{ours}: settings taken over from /etc/default/{theirs}")),
            "{said}"
        );
        assert!(said.contains(&format!("ARGS=\"{arguments}\"")), "{said}");
        let up = if index == 3 { "nginx_up" } else { up };
        let after = names(&container.metrics(port, up));
        let lost: Vec<_> = before[index]
            .difference(&after)
            .filter(|name| !is_told(name))
            .collect();
        assert!(lost.is_empty(), "{ours} lost {lost:#?}");
        assert!(
            !container
                .run(&format!("systemctl is-active --quiet {theirs}"))
                .status
                .success()
        );
    }
    assert!(
        !said.contains("DATA_SOURCE_NAME='user"),
        "a data source was printed: {said}"
    );

    container.check(&format!(
        "apt-get install -y -q --no-install-recommends {}",
        theirs.join(" ")
    ));
    for (index, (theirs, ours, port, arguments, up)) in SWAPS.into_iter().enumerate() {
        let text = container.metrics(port, up);
        container.check(&format!("systemctl is-active --quiet {theirs}"));
        let lost: Vec<_> = before[index].difference(&names(&text)).cloned().collect();
        assert!(lost.is_empty(), "{theirs} lost {lost:#?}");
        container.check(&format!("grep -q -- '{arguments}' /etc/default/{theirs}"));
        assert!(
            !container
                .run(&format!("systemctl is-active --quiet {ours}"))
                .status
                .success()
        );
    }
}

/// Whether docs/migrating.md tells that a name is gone: Debian 12 has older versions of the reference.
fn is_told(name: &str) -> bool {
    let rows = include_str!("../../docs/migrating.md")
        .lines()
        .filter(|line| line.starts_with("| `"));
    let mut names = rows.flat_map(|row| {
        row.split('|')
            .nth(1)
            .unwrap_or_default()
            .split('`')
            .skip(1)
            .step_by(2)
    });
    names.any(|told| match told.strip_suffix('*') {
        Some(prefix) => prefix != "pg_stat_database_" && 5 < prefix.len() && name.starts_with(prefix),
        None => told == name,
    })
}
