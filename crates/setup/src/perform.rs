//! Does a step, and takes it back. Taking back is right whether the step was done, half done or not begun.

use std::io::Read as _;

use crate::Error;
use crate::daemon::Daemon;
use crate::detect;
use crate::journal::Entry;
use crate::machine::{Machine, folder_of};
use crate::step::{Before, Login, Step};
use crate::{check, sql, unit_settings};

/// Where passwords come from.
const RANDOM: &str = "/dev/urandom";
/// Bytes of a password before it is written in hexadecimal: 256 bits.
const PASSWORD_BYTES: usize = 32;

/// What is there before a step.
pub fn before(machine: &Machine, step: &Step) -> Result<Before, Error> {
    match step {
        Step::Unit { daemon, .. } => {
            let unit = unit(*daemon);
            let ask = |verb| {
                machine
                    .ask("systemctl", &[verb, "--quiet", &unit])
                    .is_ok_and(|said| said.ok)
            };
            Ok(Before {
                text: machine.read(&unit_settings::path(*daemon))?,
                enabled: ask("is-enabled"),
                active: ask("is-active"),
            })
        }
        Step::File { path, .. } | Step::NginxStatus { path, .. } => Ok(Before {
            text: machine.read(path)?,
            ..Before::default()
        }),
        Step::Install { .. } | Step::MysqlAccount { .. } | Step::PostgresAccount { .. } => {
            Ok(Before::default())
        }
    }
}

/// Does a step.
pub fn perform(machine: &Machine, step: &Step) -> Result<(), Error> {
    match step {
        Step::Install { packages, .. } => {
            let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
            arguments.extend(packages.iter().map(String::as_str));
            machine.change("apt-get", &arguments, "")
        }
        Step::MysqlAccount { host, login, rights } => {
            let rights = match rights.as_slice() {
                [] => detect::mysql_rights(machine, host.as_deref())?,
                rights => rights.to_vec(),
            };
            let password = password(machine, login, |password| {
                format!("prometheus:{password}@{}/", mysql_address(host.as_deref()))
            })?;
            let statements = sql::create_mysql(host.as_deref(), login, &rights, &password);
            administer_mysql(machine, host.as_deref(), &statements)
        }
        Step::PostgresAccount {
            host,
            port,
            login,
            rights,
        } => {
            let rights = match rights.as_slice() {
                [] => detect::postgres_rights(machine, host.as_deref(), *port)?,
                rights => rights.to_vec(),
            };
            let host = host.as_deref();
            let password = password(machine, login, |password| {
                let host = host.unwrap_or("127.0.0.1");
                format!("user=prometheus password={password} host={host} port={port} dbname=postgres")
            })?;
            administer_postgres(
                machine,
                host,
                *port,
                &sql::create_postgres(login, &rights, &password),
            )
        }
        Step::NginxStatus { path, text, address } => {
            machine.write(path, text, 0o644)?;
            machine.change("nginx", &["-t"], "")?;
            machine.change("systemctl", &["reload", "nginx.service"], "")?;
            check::wait_for_page(address, "/stub_status").map_err(|said| Error::Failed {
                program: "nginx".to_owned(),
                said,
            })
        }
        Step::Unit { daemon, told } => {
            tell(machine, *daemon, told.as_deref())?;
            machine.change("systemctl", &["--quiet", "enable", &unit(*daemon)], "")?;
            machine.change("systemctl", &["restart", &unit(*daemon)], "")
        }
        Step::File { path, text } => machine.write(path, text, 0o644),
    }
}

/// Takes a step back. `keep_accounts` leaves accounts of databases that have no password.
pub fn undo(machine: &Machine, entry: &Entry, keep_accounts: bool) -> Result<(), Error> {
    let before = &entry.before;
    match &entry.step {
        Step::Install { packages, replaced } => {
            let removed = packages.iter().map(|name| format!("{name}-"));
            let mut arguments = vec![
                "install".to_owned(),
                "--yes".to_owned(),
                "--no-install-recommends".to_owned(),
            ];
            arguments.extend(replaced.iter().cloned());
            arguments.extend(removed);
            let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
            machine.change("apt-get", &arguments, "")
        }
        Step::MysqlAccount { host, login, .. } => {
            if keep_accounts && matches!(login, Login::Process { .. }) {
                return Ok(());
            }
            administer_mysql(machine, host.as_deref(), &sql::drop_mysql(host.as_deref()))?;
            forget(machine, login)
        }
        Step::PostgresAccount {
            host, port, login, ..
        } => {
            if keep_accounts && matches!(login, Login::Process { .. }) {
                return Ok(());
            }
            administer_postgres(machine, host.as_deref(), *port, sql::drop_postgres())?;
            forget(machine, login)
        }
        Step::NginxStatus { path, .. } => {
            put_back(machine, path, before.text.as_deref(), None)?;
            // nginx may have been removed since.
            if machine
                .ask("systemctl", &["is-active", "--quiet", "nginx.service"])?
                .ok
            {
                machine.change("systemctl", &["reload", "nginx.service"], "")?;
            }
            Ok(())
        }
        Step::Unit { daemon, .. } => undo_unit(machine, *daemon, before),
        Step::File { path, .. } => put_back(machine, path, before.text.as_deref(), None),
    }
}

fn undo_unit(machine: &Machine, daemon: Daemon, before: &Before) -> Result<(), Error> {
    let unit = unit(daemon);
    let known = machine.ask("systemctl", &["cat", &unit])?.ok;
    if known && !before.enabled {
        machine.change("systemctl", &["--quiet", "disable", &unit], "")?;
    }
    tell(machine, daemon, before.text.as_deref())?;
    if known {
        let verb = if before.active { "restart" } else { "stop" };
        machine.change("systemctl", &[verb, &unit], "")?;
    }
    Ok(())
}

/// Writes or removes the drop-in of a unit, and has systemd read it.
fn tell(machine: &Machine, daemon: Daemon, text: Option<&str>) -> Result<(), Error> {
    let path = unit_settings::path(daemon);
    put_back(machine, &path, text, folder_of(&path))?;
    machine.change("systemctl", &["daemon-reload"], "")
}

fn put_back(machine: &Machine, path: &str, text: Option<&str>, folder: Option<&str>) -> Result<(), Error> {
    match text {
        Some(text) => machine.write(path, text, 0o644),
        None => machine.remove(path, folder),
    }
}

fn unit(daemon: Daemon) -> String {
    format!("{}.service", daemon.name())
}

fn administer_mysql(machine: &Machine, host: Option<&str>, statements: &str) -> Result<(), Error> {
    let said = detect::mysql_admin(machine, host, statements)?;
    machine.count();
    said.or_fail("mysql").map(|_| ())
}

fn administer_postgres(
    machine: &Machine,
    host: Option<&str>,
    port: u16,
    statements: &str,
) -> Result<(), Error> {
    let said = detect::postgres_admin(machine, host, port, statements)?;
    machine.count();
    said.or_fail("psql").map(|_| ())
}

/// How the exporter reaches the server by TCP.
fn mysql_address(host: Option<&str>) -> String {
    match host {
        None => "unix(/run/mysqld/mysqld.sock)".to_owned(),
        Some(host) if host.contains(':') => format!("tcp({host})"),
        Some(host) => format!("tcp({host}:3306)"),
    }
}

/// A new password in its credential, which stands there before the account does; nothing where none is wanted.
fn password(machine: &Machine, login: &Login, source: impl Fn(&str) -> String) -> Result<String, Error> {
    let Login::Password { file } = login else {
        return Ok(String::new());
    };
    let mut bytes = [0; PASSWORD_BYTES];
    let random = std::fs::File::open(RANDOM).and_then(|mut file| file.read_exact(&mut bytes));
    random.map_err(|source| Error::Read {
        path: RANDOM.into(),
        source,
    })?;
    let password: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    machine.write(file, &(source(&password) + "\n"), 0o600)?;
    Ok(password)
}

fn forget(machine: &Machine, login: &Login) -> Result<(), Error> {
    match login {
        Login::Password { file } if machine.exists(file) => machine.remove(file, None),
        _ => Ok(()),
    }
}
