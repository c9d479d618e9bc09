//! Finds the facts. Nothing here changes the machine.

mod mysql;
mod nginx;
mod postgres;
pub mod settings_file;

use std::collections::BTreeMap;

use crate::Error;
use crate::command_line::Wishes;
use crate::daemon::Daemon;
use crate::facts::{Facts, Installed};
use crate::machine::Machine;
use crate::unit_settings;

pub use mysql::{admin as mysql_admin, rights as mysql_rights};
pub use postgres::{admin as postgres_admin, rights as postgres_rights};

/// The user that all daemons run as.
pub const USER: &str = "prometheus";

/// Looks at the machine. Fails only where its usual programs cannot be started.
pub fn facts(machine: &Machine, wishes: &Wishes) -> Result<Facts, Error> {
    let text = |program: &str, arguments: &[&str]| {
        let said = machine.ask(program, arguments).ok().and_then(|said| said.text());
        said.unwrap_or_default()
    };
    let packages = packages(machine);
    let units = units(machine);
    let daemons: BTreeMap<_, _> = Daemon::ALL
        .iter()
        .map(|daemon| (*daemon, installed(machine, *daemon, &packages, &units)))
        .collect();
    let is_active = |unit: &str| units.get(unit).is_some_and(|unit| unit.active);
    let debian_exporters = Daemon::ALL.iter().filter_map(|daemon| daemon.replaces());
    Ok(Facts {
        architecture: text("dpkg", &["--print-architecture"]),
        kernel_architecture: text("uname", &["-m"]),
        board: machine
            .look("/proc/device-tree/model")
            .map(|model| model.trim_matches(['\0', '\n']).to_owned()),
        hostname: machine
            .look("/etc/hostname")
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| text("uname", &["-n"])),
        systemd: machine.exists("/run/systemd/system"),
        memory_limits: has_memory_limits(machine),
        tailscale: tailscale(&text("ip", &["-o", "-4", "addr"])),
        listening: listening(machine),
        debian_exporters: debian_exporters
            .filter(|name| packages.iter().any(|package| package == name))
            .map(str::to_owned)
            .collect(),
        mysql: mysql::find(machine, wishes.mysql.as_deref()),
        postgres: postgres::find(machine, wishes.postgres.as_deref()),
        nginx: is_active("nginx.service").then(|| nginx::find(machine)),
        k3s: is_active("k3s.service"),
        docker: is_active("docker.service"),
        daemons,
    })
}

/// Names of the installed packages that matter here.
fn packages(machine: &Machine) -> Vec<String> {
    let wanted = [
        "-W",
        "-f=${Package} ${db:Status-Status}\n",
        "pi-*",
        "prometheus-*-exporter",
    ];
    // It fails where one of the patterns matches nothing, and still tells the rest.
    let said = machine.ask("dpkg-query", &wanted).unwrap_or_default();
    let lines = said.out.lines();
    lines
        .filter_map(|line| line.strip_suffix(" installed"))
        .map(str::to_owned)
        .collect()
}

#[derive(Clone, Copy, Debug, Default)]
struct Unit {
    enabled: bool,
    active: bool,
}

/// The units that matter here, by name.
fn units(machine: &Machine) -> BTreeMap<String, Unit> {
    let mut arguments = vec![
        "show".to_owned(),
        "--property=Id,UnitFileState,ActiveState".to_owned(),
    ];
    arguments.extend(
        Daemon::ALL
            .iter()
            .map(|daemon| format!("{}.service", daemon.name())),
    );
    arguments.extend(["nginx.service", "k3s.service", "docker.service"].map(str::to_owned));
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let said = machine.ask("systemctl", &arguments).unwrap_or_default();
    parse_units(&said.out)
}

fn parse_units(text: &str) -> BTreeMap<String, Unit> {
    let blocks = text.split("\n\n");
    blocks
        .filter_map(|block| {
            let value = |key: &str| {
                let lines = block.lines();
                lines
                    .filter_map(|line| line.split_once('='))
                    .find(|(name, _)| *name == key)
            };
            let unit = Unit {
                enabled: value("UnitFileState").is_some_and(|(_, state)| state.starts_with("enabled")),
                active: value("ActiveState")
                    .is_some_and(|(_, state)| state == "active" || state == "activating"),
            };
            Some((value("Id")?.1.to_owned(), unit))
        })
        .collect()
}

fn installed(
    machine: &Machine,
    daemon: Daemon,
    packages: &[String],
    units: &BTreeMap<String, Unit>,
) -> Installed {
    let name = daemon.name();
    let unit = units.get(&format!("{name}.service")).copied().unwrap_or_default();
    let settings = machine.look(&format!("/etc/default/{name}")).unwrap_or_default();
    let settings = settings_file::parse(&settings);
    let credentials = machine.names(unit_settings::CREDENTIALS);
    Installed {
        installed: packages.iter().any(|package| package == name),
        enabled: unit.enabled,
        active: unit.active,
        arguments: settings_file::words(settings.get("ARGS").map_or("", String::as_str)),
        settings: settings
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, _)| name)
            .collect(),
        told: machine.look(&unit_settings::path(daemon)),
        credentials: credentials
            .iter()
            .filter_map(|file| Some(file.strip_prefix(name)?.strip_prefix('.')?.to_owned()))
            .collect(),
    }
}

fn has_memory_limits(machine: &Machine) -> bool {
    let unified = machine
        .look("/sys/fs/cgroup/cgroup.controllers")
        .unwrap_or_default();
    unified.split_whitespace().any(|name| name == "memory") || machine.exists("/sys/fs/cgroup/memory/tasks")
}

/// The address in `100.64.0.0/10` of the interface of Tailscale.
fn tailscale(addresses: &str) -> Option<String> {
    addresses.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        let interface = words.next()?;
        let address = words.nth(1)?.split('/').next()?;
        let parsed: std::net::Ipv4Addr = address.parse().ok()?;
        let [first, second, ..] = parsed.octets();
        (interface == "tailscale0" && first == 100 && (64..128).contains(&second)).then(|| address.to_owned())
    })
}

/// TCP ports with a listener, sorted.
fn listening(machine: &Machine) -> Vec<u16> {
    /// `TCP_LISTEN` of the kernel.
    const LISTEN: &str = "0A";
    let mut ports: Vec<u16> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .flat_map(|path| {
            let text = machine.look(path).unwrap_or_default();
            let rows: Vec<_> = text.lines().skip(1).map(str::to_owned).collect();
            rows
        })
        .filter_map(|row| {
            let columns: Vec<_> = row.split_whitespace().collect();
            let (local, state) = (columns.get(1)?, columns.get(3)?);
            let port = u16::from_str_radix(local.rsplit(':').next()?, 16).ok()?;
            (*state == LISTEN).then_some(port)
        })
        .collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_tailnet() {
        let text = "1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever\n\
            5: tailscale0    inet 100.101.2.3/32 scope global tailscale0\\ valid_lft forever\n";
        assert_eq!(tailscale(text).as_deref(), Some("100.101.2.3"));
        assert_eq!(tailscale("5: eth0    inet 100.101.2.3/24 scope global"), None);
        assert_eq!(tailscale("5: tailscale0    inet 100.1.2.3/24 scope global"), None);
        assert_eq!(tailscale("garbage\n\n5:"), None);
    }

    #[test]
    fn units_as_systemctl_shows_them() {
        let text = "Id=pi-node-exporter.service\nActiveState=active\nUnitFileState=enabled\n\n\
            Id=nginx.service\nActiveState=inactive\nUnitFileState=\n";
        let units = parse_units(text);
        let node = units["pi-node-exporter.service"];
        assert!(node.enabled && node.active);
        let nginx = units["nginx.service"];
        assert!(!nginx.enabled && !nginx.active);
    }
}
