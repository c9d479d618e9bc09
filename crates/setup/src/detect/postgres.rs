//! PostgreSQL: a server behind each of Debian's sockets, or the one that a flag names.

use super::USER;
use crate::Error;
use crate::facts::{Account, Postgres};
use crate::machine::{Machine, Said};
use crate::sql;

/// The folder of Debian's sockets.
pub const SOCKETS: &str = "/run/postgresql";

/// What an administrator is asked: version, whether the role exists, how a local login is checked.
const ASKED: &str = "SELECT current_setting('server_version'); \
    SELECT count(*) FROM pg_roles WHERE rolname = 'prometheus'; \
    SELECT auth_method FROM pg_hba_file_rules WHERE type = 'local' AND error IS NULL \
        AND database && ARRAY['all', 'postgres'] AND user_name && ARRAY['all', 'prometheus'] \
        ORDER BY line_number LIMIT 1";

pub(super) fn find(machine: &Machine, host: Option<&str>) -> Vec<Postgres> {
    if let Some(host) = host {
        let (name, port) = host.rsplit_once(':').unwrap_or((host, "5432"));
        return vec![look(machine, Some(name), port.parse().unwrap_or(5432))];
    }
    let names = machine.names(SOCKETS);
    let ports = names
        .iter()
        .filter_map(|name| name.strip_prefix(".s.PGSQL.")?.parse().ok());
    ports.map(|port| look(machine, None, port)).collect()
}

fn look(machine: &Machine, host: Option<&str>, port: u16) -> Postgres {
    let mut server = Postgres {
        host: host.map(str::to_owned),
        port,
        ..Postgres::default()
    };
    let said = match admin(machine, host, port, ASKED).and_then(|said| said.or_fail("psql")) {
        Ok(said) => said,
        Err(error) => {
            server.problem = Some(error.to_string());
            return server;
        }
    };
    let mut lines = said.out.lines();
    // Debian adds its own version in parentheses.
    let version = lines.next().unwrap_or_default();
    server.version = version.split_whitespace().next().unwrap_or_default().to_owned();
    let exists = lines.next().is_some_and(|count| count != "0");
    server.peer = host.is_none() && lines.next() == Some("peer");
    server.account = match exists {
        false => Account::Absent,
        true if host.is_none() && lets_in(machine, port) => Account::Usable,
        true => Account::Other,
    };
    server.rights = rights(machine, host, port).unwrap_or_default();
    server
}

/// Runs statements as the administrator: the system's user postgres by the socket, or the role postgres, whose password
/// is in `~/.pgpass`, at another host.
pub fn admin(machine: &Machine, host: Option<&str>, port: u16, statements: &str) -> Result<Said, Error> {
    let port = port.to_string();
    let settings = [
        "-X",
        "-q",
        "-A",
        "-t",
        "-v",
        "ON_ERROR_STOP=1",
        "-d",
        "postgres",
        "-p",
        &port,
    ];
    match host {
        None => {
            let mut arguments = vec!["-u", "postgres", "--", "psql", "-h", SOCKETS];
            arguments.extend(settings);
            machine.run("runuser", &arguments, &[], statements)
        }
        Some(host) => {
            let mut arguments = vec!["-h", host, "-U", "postgres", "-w"];
            arguments.extend(settings);
            machine.run("psql", &arguments, &[], statements)
        }
    }
}

/// Whether the daemons' user can log in by the socket.
fn lets_in(machine: &Machine, port: u16) -> bool {
    let port = port.to_string();
    let arguments = [
        "-u", USER, "--", "psql", "-X", "-w", "-h", SOCKETS, "-p", &port, "-d", "postgres", "-c", "SELECT 1",
    ];
    machine.ask("runuser", &arguments).is_ok_and(|said| said.ok)
}

/// What the exporter wants to be granted on this server. Fails where it is not installed or cannot log in.
pub fn rights(machine: &Machine, host: Option<&str>, port: u16) -> Result<Vec<String>, Error> {
    let program = "pi-postgres-exporter";
    let said = match host {
        None => {
            let source = format!("DATA_SOURCE_NAME=user=postgres host={SOCKETS} port={port} dbname=postgres");
            let arguments = ["-u", "postgres", "--", "env", &source, program, "--print-grants"];
            machine.ask("runuser", &arguments)?
        }
        Some(host) => {
            let source = format!("user=postgres host={host} port={port} dbname=postgres");
            machine.run(program, &["--print-grants"], &[("DATA_SOURCE_NAME", &source)], "")?
        }
    };
    Ok(sql::granted(
        &said.or_fail("pi-postgres-exporter --print-grants")?.out,
    ))
}
