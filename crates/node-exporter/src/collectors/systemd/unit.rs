//! One unit: what the list says of it, and what it is asked for.

use metrics_registry::{Exposition, Family};

use super::{Extras, STATES, VERSION_WITH_STATE, property};
use crate::Error;
use crate::dbus::Connection;
use crate::dbus::message::{Reader, Value};

const STATE: Family<3> = Family::gauge(
    "node_systemd_unit_state",
    "1 for the state that a unit is in.",
    ["name", "state", "type"],
);
const START_TIME: Family<1> = Family::gauge(
    "node_systemd_unit_start_time_seconds",
    "Since when a unit is active, in seconds since 1970; 0 where it is not.",
    ["name"],
);
const TASKS_CURRENT: Family<1> = Family::gauge(
    "node_systemd_unit_tasks_current",
    "Tasks that a service has now.",
    ["name"],
);
const TASKS_MAX: Family<1> = Family::gauge(
    "node_systemd_unit_tasks_max",
    "Tasks that a service may have.",
    ["name"],
);
const RESTARTS: Family<1> = Family::counter(
    "node_systemd_service_restart_total",
    "How often a service was restarted by systemd.",
    ["name"],
);
const LAST_TRIGGER: Family<1> = Family::gauge(
    "node_systemd_timer_last_trigger_seconds",
    "When a timer last went off, in seconds since 1970.",
    ["name"],
);
const ACCEPTED: Family<1> = Family::counter(
    "node_systemd_socket_accepted_connections_total",
    "Connections that a socket has accepted.",
    ["name"],
);
const CONNECTIONS: Family<1> = Family::gauge(
    "node_systemd_socket_current_connections",
    "Connections that a socket has now.",
    ["name"],
);
/// A gauge in the reference, whatever its name says.
const REFUSED: Family<1> = Family::gauge(
    "node_systemd_socket_refused_connections_total",
    "Connections that a socket has refused.",
    ["name"],
);

const UNIT: &str = "org.freedesktop.systemd1.Unit";
const SERVICE: &str = "org.freedesktop.systemd1.Service";
const MOUNT: &str = "org.freedesktop.systemd1.Mount";
const SOCKET: &str = "org.freedesktop.systemd1.Socket";
const TIMER: &str = "org.freedesktop.systemd1.Timer";

/// Times are microseconds.
const SECOND: f64 = 1e6;

/// A line of `ListUnits`.
#[derive(Debug)]
pub(super) struct Unit {
    /// `ssh.service`.
    pub(super) name: String,
    /// `loaded`, `not-found`.
    pub(super) load_state: String,
    /// `active`.
    pub(super) active_state: String,
    /// The object that has its properties.
    path: String,
}

impl Unit {
    /// Reads one structure `(ssssssouso)`.
    pub(super) fn parse(reader: &mut Reader<'_>) -> Option<Self> {
        let name = reader.text()?.to_owned();
        let _description = reader.text()?;
        let load_state = reader.text()?.to_owned();
        let active_state = reader.text()?.to_owned();
        let _sub_state = reader.text()?;
        let _followed = reader.text()?;
        let path = reader.text()?.to_owned();
        let _job = (reader.u32()?, reader.text()?, reader.text()?);
        Some(Self {
            name,
            load_state,
            active_state,
            path,
        })
    }
}

/// Writes a unit of any kind. Fails where the connection does.
pub(super) async fn write(
    connection: &mut Connection,
    unit: &Unit,
    extras: Extras,
    version: f64,
    out: &mut Exposition,
) -> Result<(), Error> {
    let kind = unit.name.rsplit_once('.').map_or("", |(_, kind)| kind);
    let with_type = match kind {
        "service" => Some(SERVICE),
        "mount" => Some(MOUNT),
        _ => None,
    };
    let unit_type = match with_type {
        Some(interface) => property(connection, &unit.path, interface, "Type", text).await?,
        None => None,
    };
    let unit_type = unit_type.unwrap_or_default();
    for state in STATES {
        let value = f64::from(u8::from(state == unit.active_state));
        out.sample(&STATE, [&unit.name, state, &unit_type], value);
    }
    if extras.start_time {
        start_time(connection, unit, out).await?;
    }
    match kind {
        "service" => service(connection, unit, extras, out).await,
        "socket" => socket(connection, unit, out).await,
        "timer" if VERSION_WITH_STATE <= version => {
            let time = property(connection, &unit.path, TIMER, "LastTriggerUSec", number).await?;
            sample(&LAST_TRIGGER, unit, time, SECOND, out);
            Ok(())
        }
        _ => Ok(()),
    }
}

async fn start_time(connection: &mut Connection, unit: &Unit, out: &mut Exposition) -> Result<(), Error> {
    let time = match unit.active_state.as_str() {
        "active" => property(connection, &unit.path, UNIT, "ActiveEnterTimestamp", number).await?,
        _ => Some(0),
    };
    sample(&START_TIME, unit, time, SECOND, out);
    Ok(())
}

async fn service(
    connection: &mut Connection,
    unit: &Unit,
    extras: Extras,
    out: &mut Exposition,
) -> Result<(), Error> {
    if extras.restarts {
        let restarts = property(connection, &unit.path, SERVICE, "NRestarts", number).await?;
        sample(&RESTARTS, unit, restarts, 1.0, out);
    }
    if extras.tasks {
        for (name, family) in [("TasksCurrent", &TASKS_CURRENT), ("TasksMax", &TASKS_MAX)] {
            let tasks = property(connection, &unit.path, SERVICE, name, number).await?;
            // The largest number says that it is not known, or that there is no limit.
            sample(family, unit, tasks.filter(|tasks| *tasks != u64::MAX), 1.0, out);
        }
    }
    Ok(())
}

async fn socket(connection: &mut Connection, unit: &Unit, out: &mut Exposition) -> Result<(), Error> {
    for (name, family) in [
        ("NAccepted", &ACCEPTED),
        ("NConnections", &CONNECTIONS),
        ("NRefused", &REFUSED),
    ] {
        let count = property(connection, &unit.path, SOCKET, name, number).await?;
        sample(family, unit, count, 1.0, out);
    }
    Ok(())
}

fn sample(family: &Family<1>, unit: &Unit, value: Option<u64>, divisor: f64, out: &mut Exposition) {
    if let Some(value) = value {
        out.sample(family, [&unit.name], value as f64 / divisor);
    }
}

fn text(value: Value<'_>) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.to_owned()),
        _ => None,
    }
}

fn number(value: Value<'_>) -> Option<u64> {
    match value {
        Value::U32(number) => Some(u64::from(number)),
        Value::U64(number) => Some(number),
        _ => None,
    }
}
