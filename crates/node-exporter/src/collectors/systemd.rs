//! Units of systemd, asked over D-Bus.
//!
//! The socket is that of the bus, `/run/dbus/system_bus_socket` or the one that `DBUS_SYSTEM_BUS_ADDRESS` names; without
//! it there is no data. Each service and mount costs a question, and each of the flags adds one or two.
//! Reading properties needs no permission.

mod unit;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Arg, ArgMatches};
use exporter_http::StartError;
use exporter_http::flags::{is_given, switch_value, text};
use metrics_registry::{Exposition, Family};

use super::Answer;
use crate::dbus::message::{Call, Value};
use crate::dbus::{self, Connection};
use crate::filter::Filter;
use crate::flags::switch;
use crate::{Error, Node};

use self::unit::Unit;

const SYSTEM_RUNNING: Family<0> = Family::gauge(
    "node_systemd_system_running",
    "1 where the system has started and no unit has failed.",
    [],
);
const UNITS: Family<1> = Family::gauge("node_systemd_units", "Units in each state.", ["state"]);
const VERSION: Family<1> = Family::gauge("node_systemd_version", "Version of systemd.", ["version"]);
const VIRTUALIZATION: Family<1> = Family::gauge(
    "node_systemd_virtualization_info",
    "Always 1; in what kind of virtual machine or container systemd runs.",
    ["virtualization_type"],
);

const INCLUDE: &str = "collector.systemd.unit-include";
const INCLUDE_OLD: &str = "collector.systemd.unit-whitelist";
const EXCLUDE: &str = "collector.systemd.unit-exclude";
const EXCLUDE_OLD: &str = "collector.systemd.unit-blacklist";
const PRIVATE: &str = "collector.systemd.private";
const TASKS: &str = "collector.systemd.enable-task-metrics";
const RESTARTS: &str = "collector.systemd.enable-restarts-metrics";
const START_TIME: &str = "collector.systemd.enable-start-time-metrics";

/// systemd's own socket, for root.
const PRIVATE_SOCKET: &str = "/run/systemd/private";
/// The name and the object of systemd.
const SYSTEMD: &str = "org.freedesktop.systemd1";
const MANAGER_PATH: &str = "/org/freedesktop/systemd1";
const MANAGER: &str = "org.freedesktop.systemd1.Manager";
/// How long the whole collector may wait.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// Before the deadline of the scrape.
const MARGIN: Duration = Duration::from_millis(100);
/// Before this version there is neither the state of the system nor the time of a timer.
const VERSION_WITH_STATE: f64 = 212.0;

/// The states that are always counted.
const STATES: [&str; 5] = ["activating", "active", "deactivating", "failed", "inactive"];

pub(crate) fn flags() -> Vec<Arg> {
    let arg = |name| Arg::new(name).long(name).value_name("REGEX");
    let texts = [
        arg(INCLUDE)
            .default_value(".+")
            .help("Report only the units whose whole name matches"),
        arg(INCLUDE_OLD).hide(true),
        arg(EXCLUDE)
            .default_value(r".+\.(automount|device|mount|scope|slice)")
            .help("Do not report the units whose whole name matches, even where they are included"),
        arg(EXCLUDE_OLD).hide(true),
    ];
    let [private, no_private] = switch(PRIVATE, "Ask systemd without a bus, as root");
    let switches = [
        [private.hide(true), no_private],
        switch(TASKS, "Write the number of tasks of each service"),
        switch(RESTARTS, "Write how often each service was restarted"),
        switch(START_TIME, "Write since when each unit is active"),
    ];
    texts.into_iter().chain(switches.into_iter().flatten()).collect()
}

/// Which units are written, and what of them.
#[derive(Debug)]
pub(crate) struct State {
    include: Filter,
    exclude: Filter,
    has_private: bool,
    extras: Extras,
}

/// What is written on request only.
#[derive(Clone, Copy, Debug, Default)]
struct Extras {
    tasks: bool,
    restarts: bool,
    start_time: bool,
}

impl State {
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        let is_on = |flag| switch_value(matches, flag) == Some(true);
        let (include, exclude) = (
            chosen(matches, INCLUDE, INCLUDE_OLD)?,
            chosen(matches, EXCLUDE, EXCLUDE_OLD)?,
        );
        Ok(Self {
            include: Filter::include(INCLUDE, &include)?,
            exclude: Filter::exclude(EXCLUDE, &exclude)?,
            has_private: is_on(PRIVATE),
            extras: Extras {
                tasks: is_on(TASKS),
                restarts: is_on(RESTARTS),
                start_time: is_on(START_TIME),
            },
        })
    }

    fn passes(&self, unit: &Unit) -> bool {
        unit.load_state == "loaded" && self.include.passes(&unit.name) && self.exclude.passes(&unit.name)
    }
}

/// The expression of a flag or its old name, which has to match the whole name of a unit.
fn chosen(matches: &ArgMatches, flag: &str, old: &str) -> Result<String, StartError> {
    let is_old = !text(matches, old).is_empty();
    if is_old && is_given(matches, flag) {
        return Err(StartError(format!(
            "--{old} is the old name of --{flag} and cannot be used together with it"
        )));
    }
    Ok(format!(
        "^(?:{})$",
        text(matches, if is_old { old } else { flag })
    ))
}

pub(super) fn collect<'a>(node: &'a Node, deadline: Instant, out: &'a mut Exposition) -> Answer<'a> {
    Box::pin(async move {
        let state = &node.systemd;
        let asked = async {
            let mut connection = match state.has_private {
                true => Connection::to_program(PRIVATE_SOCKET.as_ref()).await?,
                false => Connection::to_bus(&bus_socket()).await?,
            };
            ask(&mut connection, state, out).await
        };
        within(deadline, asked).await
    })
}

/// The socket of the system's bus.
pub(super) fn bus_socket() -> PathBuf {
    let address = std::env::var("DBUS_SYSTEM_BUS_ADDRESS").unwrap_or_default();
    PathBuf::from(socket(&address).unwrap_or("/run/dbus/system_bus_socket"))
}

/// The path in `unix:path=/run/dbus/system_bus_socket,guid=…`.
fn socket(address: &str) -> Option<&str> {
    let first = address.split(';').next()?.strip_prefix("unix:")?;
    first.split(',').find_map(|part| part.strip_prefix("path="))
}

/// Waits for `asked`, but neither longer than two seconds nor past the deadline of the scrape.
pub(super) async fn within(
    deadline: Instant,
    asked: impl Future<Output = Result<(), Error>>,
) -> Result<(), Error> {
    let now = Instant::now();
    let limit = deadline.checked_sub(MARGIN).unwrap_or(now).min(now + WAIT_MAX);
    match tokio::time::timeout_at(limit.into(), asked).await {
        Ok(result) => result,
        Err(_) => Err(dbus::failed("no answer in time".to_owned())),
    }
}

async fn ask(connection: &mut Connection, state: &State, out: &mut Exposition) -> Result<(), Error> {
    let version = manager_text(connection, "Version").await?.unwrap_or_default();
    let number = version_number(&version);
    let shown = if number.is_some() { version.as_str() } else { "" };
    let number = number.unwrap_or_default();
    out.sample(&VERSION, [shown], number);
    let virtualization = match manager_text(connection, "Virtualization").await? {
        None => "unknown".to_owned(),
        Some(text) if text.is_empty() => "none".to_owned(),
        Some(text) => text,
    };
    out.sample(&VIRTUALIZATION, [&virtualization], 1.0);
    let units = list(connection).await?;
    summarize(&units, out);
    for unit in units.iter().filter(|unit| state.passes(unit)) {
        unit::write(connection, unit, state.extras, number, out).await?;
    }
    if VERSION_WITH_STATE <= number {
        let running = manager_text(connection, "SystemState").await?;
        let running = running.ok_or_else(|| dbus::failed("systemd does not tell its state".to_owned()))?;
        out.sample(&SYSTEM_RUNNING, [], f64::from(u8::from(running == "running")));
    }
    Ok(())
}

/// All units, by name.
async fn list(connection: &mut Connection) -> Result<Vec<Unit>, Error> {
    let call = Call {
        destination: SYSTEMD,
        path: MANAGER_PATH,
        interface: MANAGER,
        member: "ListUnits",
        arguments: &[],
    };
    let mut answer = connection.call(&call).await?.map_err(dbus::failed)?;
    let units = answer.structures(Unit::parse);
    let mut units = units.ok_or_else(|| dbus::failed("malformed list of units".to_owned()))?;
    units.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(units)
}

fn summarize(units: &[Unit], out: &mut Exposition) {
    let mut counts: BTreeMap<&str, u32> = STATES.into_iter().map(|state| (state, 0)).collect();
    for unit in units {
        *counts.entry(&unit.active_state).or_default() += 1;
    }
    for (state, count) in counts {
        out.sample(&UNITS, [state], f64::from(count));
    }
}

async fn manager_text(connection: &mut Connection, name: &str) -> Result<Option<String>, Error> {
    property(connection, MANAGER_PATH, MANAGER, name, |value| match value {
        Value::Text(text) => Some(text.to_owned()),
        _ => None,
    })
    .await
}

/// A property of one of systemd's objects; nothing where it has no such property, or one of another type.
async fn property<T>(
    connection: &mut Connection,
    path: &str,
    interface: &str,
    name: &str,
    read: impl FnOnce(Value<'_>) -> Option<T>,
) -> Result<Option<T>, Error> {
    dbus::property(connection, SYSTEMD, path, interface, name, read).await
}

/// The `257.9` of `257.9-1~deb13u1`: three digits or more, and perhaps a fraction.
fn version_number(version: &str) -> Option<f64> {
    let is_digit = |c: char| c.is_ascii_digit();
    let mut rest = version;
    loop {
        rest = &rest[rest.find(is_digit)?..];
        let end = rest.find(|c| !is_digit(c)).unwrap_or(rest.len());
        let (whole, after) = rest.split_at(end);
        if whole.len() < 3 {
            rest = after;
            continue;
        }
        let fraction = after.strip_prefix('.').unwrap_or_default();
        let fraction = &fraction[..fraction.find(|c| !is_digit(c)).unwrap_or(fraction.len())];
        return format!("{whole}.{fraction}").parse().ok();
    }
}

#[cfg(test)]
mod tests;
