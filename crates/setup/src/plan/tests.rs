//! Machines as data, and what is to be done on them.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};

use super::*;
use crate::facts::Nginx;

/// A Pi with everything installed, and nothing running but the node exporter.
fn pi() -> Facts {
    let installed = |daemon: &Daemon| Installed {
        installed: true,
        enabled: *daemon == Daemon::Node,
        active: *daemon == Daemon::Node,
        ..Installed::default()
    };
    Facts {
        architecture: "arm64".to_owned(),
        kernel_architecture: "aarch64".to_owned(),
        hostname: "pi".to_owned(),
        systemd: true,
        memory_limits: true,
        listening: vec![22, 9100],
        daemons: Daemon::ALL
            .iter()
            .map(|daemon| (*daemon, installed(daemon)))
            .collect::<BTreeMap<_, _>>(),
        ..Facts::default()
    }
}

fn mariadb() -> Mysql {
    Mysql {
        version: "10.11.6-MariaDB".to_owned(),
        socket_plugin: Some("unix_socket".to_owned()),
        rights: vec!["PROCESS ON *.*".to_owned()],
        ..Mysql::default()
    }
}

fn postgres() -> Postgres {
    Postgres {
        version: "15.18".to_owned(),
        port: 5432,
        peer: true,
        rights: vec!["pg_monitor".to_owned()],
        ..Postgres::default()
    }
}

fn quiet() -> Wishes {
    Wishes {
        listen: Listen::Local,
        ..Wishes::default()
    }
}

#[track_caller]
fn check(facts: &Facts, wishes: &Wishes, expect: Expect) {
    let plan = Plan::new(facts, wishes);
    let steps = plan.steps.iter().map(|step| format!("{}\n", step.title()));
    let notes = plan.notes.iter().map(|note| format!("note: {note}\n"));
    expect.assert_eq(&steps.chain(notes).collect::<String>());
}

#[test]
fn nothing_but_the_machine() {
    check(
        &pi(),
        &Wishes::default(),
        expect![[r#"
        note: everybody who reaches this machine can read its metrics; --allow-from lets only some in
    "#]],
    );
}

#[test]
fn everything_at_once() {
    let facts = Facts {
        mysql: Some(mariadb()),
        postgres: vec![postgres()],
        nginx: Some(Nginx {
            status_uri: None,
            reads_conf_d: true,
        }),
        listening: vec![80, 8099],
        ..pi()
    };
    check(
        &facts,
        &quiet(),
        expect![[r#"
        create the MySQL user prometheus on this machine (no password: unix_socket), granted PROCESS ON *.*
        create the PostgreSQL role prometheus on this machine port 5432 (no password: peer), granted pg_monitor
        have nginx tell its state at 127.0.0.1:18099: write /etc/nginx/conf.d/pi-exporters-status.conf, reload nginx
        write /etc/systemd/system/pi-node-exporter.service.d/50-pi-setup.conf, start pi-node-exporter now and at every boot
        write /etc/systemd/system/pi-mysql-exporter.service.d/50-pi-setup.conf, start pi-mysql-exporter now and at every boot
        write /etc/systemd/system/pi-postgres-exporter.service.d/50-pi-setup.conf, start pi-postgres-exporter now and at every boot
        write /etc/systemd/system/pi-nginx-exporter.service.d/50-pi-setup.conf, start pi-nginx-exporter now and at every boot
    "#]],
    );
}

#[test]
fn a_machine_that_is_done_has_nothing_to_do() {
    let mut facts = Facts {
        mysql: Some(Mysql {
            account: Account::Usable,
            ..mariadb()
        }),
        ..pi()
    };
    let wishes = Wishes {
        allow_from: vec!["10.0.0.0/8".to_owned()],
        ..Wishes::default()
    };
    for step in Plan::new(&facts, &wishes).steps {
        let Step::Unit { daemon, told } = step else {
            panic!("{step:?}")
        };
        let unit = facts.daemons.get_mut(&daemon).unwrap();
        (unit.enabled, unit.active, unit.told) = (true, true, told);
    }
    check(&facts, &wishes, expect![[r#""#]]);
    // Another wish is another text for both units.
    assert_eq!(Plan::new(&facts, &quiet()).steps.len(), 2);
}

#[test]
fn packages_that_are_missing_take_the_place_of_debians() {
    let mut facts = Facts {
        debian_exporters: vec!["prometheus-node-exporter".to_owned()],
        ..pi()
    };
    facts.daemons.clear();
    check(
        &facts,
        &quiet(),
        expect![[r#"
        install pi-node-exporter in the place of prometheus-node-exporter
        write /etc/systemd/system/pi-node-exporter.service.d/50-pi-setup.conf, start pi-node-exporter now and at every boot
    "#]],
    );
}

#[test]
fn what_the_owner_said_stays() {
    let mut facts = Facts {
        mysql: Some(mariadb()),
        ..pi()
    };
    let unit = facts.daemons.get_mut(&Daemon::Mysql).unwrap();
    unit.settings = vec!["ARGS".to_owned(), "DATA_SOURCE_NAME".to_owned()];
    unit.arguments = vec!["--web.listen-address=10.0.0.2:9999".to_owned()];
    check(
        &facts,
        &quiet(),
        expect![[r#"
        write /etc/systemd/system/pi-node-exporter.service.d/50-pi-setup.conf, start pi-node-exporter now and at every boot
        start pi-mysql-exporter now and at every boot
    "#]],
    );
}

#[test]
fn an_account_of_others_is_not_touched() {
    let facts = Facts {
        mysql: Some(Mysql {
            account: Account::Other,
            ..mariadb()
        }),
        postgres: vec![Postgres {
            problem: Some("psql: no".to_owned()),
            ..postgres()
        }],
        ..pi()
    };
    let wishes = Wishes {
        allow_from: vec!["::1".to_owned()],
        ..Wishes::default()
    };
    let plan = Plan::new(&facts, &wishes);
    assert_eq!(plan.monitored.len(), 1);
    assert_eq!(plan.notes.len(), 2, "{:#?}", plan.notes);
}

#[test]
fn servers_elsewhere_get_a_password_and_are_let_in() {
    let facts = Facts {
        mysql: Some(Mysql {
            host: Some("10.1.2.3:3306".to_owned()),
            ..mariadb()
        }),
        ..pi()
    };
    let wishes = Wishes {
        allow_from: vec!["10.9.9.9".to_owned()],
        ..Wishes::default()
    };
    let plan = Plan::new(&facts, &wishes);
    let told: Vec<_> = plan
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Unit {
                daemon: Daemon::Mysql,
                told,
            } => told.clone(),
            _ => None,
        })
        .collect();
    expect![[r#"
        # Written by pi-setup, and taken back by: pi-setup uninstall
        # /etc/default is read after this and wins.
        [Service]
        UnsetEnvironment=DATA_SOURCE_NAME
        IPAddressDeny=any
        IPAddressAllow=localhost 10.9.9.9 10.1.2.3
    "#]]
    .assert_eq(&told.join(""));
}

#[test]
fn a_port_that_is_taken_leaves_the_daemon_out() {
    let facts = Facts {
        mysql: Some(mariadb()),
        listening: vec![9100, 9104],
        ..pi()
    };
    check(
        &facts,
        &Wishes {
            allow_from: vec!["::1".to_owned()],
            ..quiet()
        },
        expect![[r#"
        write /etc/systemd/system/pi-node-exporter.service.d/50-pi-setup.conf, start pi-node-exporter now and at every boot
        note: pi-mysql-exporter is left out: something else listens on port 9104. Say in /etc/default/pi-mysql-exporter where to listen, as ARGS="--web.listen-address=:PORT", and run this again
    "#]],
    );
}

#[test]
fn several_servers_of_postgresql() {
    let facts = Facts {
        postgres: vec![
            postgres(),
            Postgres {
                port: 5433,
                account: Account::Usable,
                ..postgres()
            },
        ],
        ..pi()
    };
    let plan = Plan::new(&facts, &Wishes::default());
    let shown = serde_json::to_string(&plan.steps).unwrap();
    assert!(
        shown.contains("port=5432 dbname=postgres,user=prometheus host=/run/postgresql port=5433"),
        "{shown}"
    );
}

#[test]
fn targets_by_the_way_they_are_reached() {
    let facts = Facts {
        tailscale: Some("100.64.0.9".to_owned()),
        ..pi()
    };
    let address = |wishes: &Wishes| {
        Plan::new(&facts, wishes).targets(&facts, wishes)[0]
            .address
            .clone()
    };
    assert_eq!(address(&Wishes::default()), "pi:9100");
    assert_eq!(address(&quiet()), "127.0.0.1:9100");
    assert_eq!(
        address(&Wishes {
            listen: Listen::Tailscale,
            ..Wishes::default()
        }),
        "100.64.0.9:9100"
    );
    assert_eq!(
        address(&Wishes {
            scraper: true,
            ..Wishes::default()
        }),
        "127.0.0.1:9100"
    );
}
