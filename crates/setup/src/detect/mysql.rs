//! MariaDB and MySQL: the server behind Debian's socket, or the one that a flag names.

use super::USER;
use crate::Error;
use crate::facts::{Account, Mysql};
use crate::machine::{Machine, Said};
use crate::sql;

/// Debian's socket.
pub const SOCKET: &str = "/run/mysqld/mysqld.sock";

/// What an administrator is asked, one value a line.
const ASKED: &str = "SELECT VERSION(); \
    SELECT COALESCE(MAX(PLUGIN_NAME), '') FROM information_schema.PLUGINS \
        WHERE PLUGIN_NAME IN ('unix_socket', 'auth_socket') AND PLUGIN_STATUS = 'ACTIVE'; \
    SELECT COUNT(*) FROM mysql.user WHERE User = 'prometheus' AND Host = ";

pub(super) fn find(machine: &Machine, host: Option<&str>) -> Option<Mysql> {
    if host.is_none() && !machine.exists(SOCKET) {
        return None;
    }
    let mut server = Mysql {
        host: host.map(str::to_owned),
        ..Mysql::default()
    };
    let question = format!("{ASKED}'{}'", sql::mysql_host(host));
    let said = match admin(machine, host, &question).and_then(|said| said.or_fail("mysql")) {
        Ok(said) => said,
        Err(error) => {
            server.problem = Some(error.to_string());
            return Some(server);
        }
    };
    let mut lines = said.out.lines();
    server.version = lines.next().unwrap_or_default().to_owned();
    server.socket_plugin = lines.next().filter(|name| !name.is_empty()).map(str::to_owned);
    server.account = match lines.next() {
        Some("0") | None => Account::Absent,
        Some(_) if host.is_none() && lets_in(machine) => Account::Usable,
        Some(_) => Account::Other,
    };
    server.rights = rights(machine, host).unwrap_or_default();
    Some(server)
}

/// The client; newer Debian has no `mysql`.
fn client(machine: &Machine) -> &'static str {
    if machine.exists("/usr/bin/mariadb") {
        "mariadb"
    } else {
        "mysql"
    }
}

/// Runs statements as the administrator: root by the socket, or who `~/.my.cnf` names at another host.
pub fn admin(machine: &Machine, host: Option<&str>, statements: &str) -> Result<Said, Error> {
    let client = client(machine);
    match host {
        None => {
            let socket = format!("--socket={SOCKET}");
            machine.run(
                client,
                &[&socket, "--user=root", "--batch", "--skip-column-names"],
                &[],
                statements,
            )
        }
        Some(host) => {
            let (name, port) = host.rsplit_once(':').unwrap_or((host, "3306"));
            let (name, port) = (format!("--host={name}"), format!("--port={port}"));
            machine.run(
                client,
                &[&name, &port, "--batch", "--skip-column-names"],
                &[],
                statements,
            )
        }
    }
}

/// Whether the daemons' user can log in by the socket.
fn lets_in(machine: &Machine) -> bool {
    let socket = format!("--socket={SOCKET}");
    let arguments = [
        "-u",
        USER,
        "--",
        client(machine),
        "--no-defaults",
        "--user=prometheus",
        &socket,
        "-e",
        "SELECT 1",
    ];
    machine.ask("runuser", &arguments).is_ok_and(|said| said.ok)
}

/// What the exporter wants to be granted on this server. Fails where it is not installed or cannot log in.
pub fn rights(machine: &Machine, host: Option<&str>) -> Result<Vec<String>, Error> {
    let program = "pi-mysql-exporter";
    let source = format!("root@unix({SOCKET})/");
    let said = match host {
        None => machine.run(program, &["--print-grants"], &[("DATA_SOURCE_NAME", &source)], "")?,
        // Logs in with ~/.my.cnf, as the client does.
        Some(host) => {
            let address = format!("--mysqld.address={host}");
            machine.run(program, &["--print-grants", &address], &[], "")?
        }
    };
    Ok(sql::granted(
        &said.or_fail("pi-mysql-exporter --print-grants")?.out,
    ))
}
