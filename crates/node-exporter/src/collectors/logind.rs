//! Sessions of logged-in users, asked of systemd-logind over D-Bus.
//!
//! Every combination of seat, kind and origin has a sample, most of them 0, as in the reference. The empty seat is that
//! of sessions without one, such as those over SSH. The socket is the one that the systemd collector asks.

use std::collections::HashMap;
use std::time::Instant;

use metrics_registry::{Exposition, Family};

use super::Answer;
use super::systemd::{bus_socket, within};
use crate::dbus::message::{Call, Reader, Value};
use crate::dbus::{self, Connection};
use crate::{Error, Node};

const SESSIONS: Family<4> = Family::gauge(
    "node_logind_sessions",
    "Sessions of logged-in users.",
    ["class", "remote", "seat", "type"],
);

const LOGIND: &str = "org.freedesktop.login1";
const MANAGER_PATH: &str = "/org/freedesktop/login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSION: &str = "org.freedesktop.login1.Session";

const OTHER: &str = "other";
const CLASSES: [&str; 5] = ["background", "greeter", "lock-screen", OTHER, "user"];
const TYPES: [&str; 7] = ["mir", OTHER, "tty", "unspecified", "wayland", "web", "x11"];
const REMOTE: [&str; 2] = ["false", "true"];
/// Seats of which samples are written at most; each has 70.
const SEATS_MAX: usize = 64;

/// What is counted together: class, remote, seat, type.
type Kind = (&'static str, &'static str, String, &'static str);

pub(super) fn collect<'a>(_: &'a Node, deadline: Instant, out: &'a mut Exposition) -> Answer<'a> {
    Box::pin(within(deadline, async {
        let mut connection = Connection::to_bus(&bus_socket()).await?;
        ask(&mut connection, out).await
    }))
}

async fn ask(connection: &mut Connection, out: &mut Exposition) -> Result<(), Error> {
    let mut seats = list(connection, "ListSeats", |seat| {
        let name = seat.text()?.to_owned();
        seat.text()?;
        Some(name)
    })
    .await?;
    seats.truncate(SEATS_MAX);
    seats.push(String::new());
    seats.sort_unstable();
    let sessions = list(connection, "ListSessions", |session| {
        let _id_user_name = (session.text()?, session.u32()?, session.text()?);
        Some((session.text()?.to_owned(), session.text()?.to_owned()))
    })
    .await?;
    let mut counts: HashMap<Kind, u32> = HashMap::new();
    for (seat, path) in sessions {
        if let Some(kind) = kind(connection, seat, &path).await? {
            *counts.entry(kind).or_default() += 1;
        }
    }
    write(&counts, &seats, out);
    Ok(())
}

fn write(counts: &HashMap<Kind, u32>, seats: &[String], out: &mut Exposition) {
    for class in CLASSES {
        for remote in REMOTE {
            for seat in seats {
                for kind in TYPES {
                    let count = counts.get(&(class, remote, seat.clone(), kind));
                    let count = count.copied().unwrap_or_default();
                    out.sample(&SESSIONS, [class, remote, seat, kind], f64::from(count));
                }
            }
        }
    }
}

/// The structures that a method without arguments returns.
async fn list<T>(
    connection: &mut Connection,
    member: &str,
    one: impl FnMut(&mut Reader<'_>) -> Option<T>,
) -> Result<Vec<T>, Error> {
    let call = Call {
        destination: LOGIND,
        path: MANAGER_PATH,
        interface: MANAGER,
        member,
        arguments: &[],
    };
    let mut answer = connection.call(&call).await?.map_err(dbus::failed)?;
    let found = answer.structures(one);
    found.ok_or_else(|| dbus::failed(format!("malformed answer to {member}")))
}

/// What kind of session it is; nothing where it ended in the meantime.
async fn kind(connection: &mut Connection, seat: String, path: &str) -> Result<Option<Kind>, Error> {
    let is_remote = property(connection, path, "Remote", |value| match value {
        Value::Bool(is_remote) => Some(is_remote),
        _ => None,
    });
    let Some(is_remote) = is_remote.await? else {
        return Ok(None);
    };
    let Some(kind) = property(connection, path, "Type", |value| known(value, &TYPES)).await? else {
        return Ok(None);
    };
    let class = property(connection, path, "Class", |value| known(value, &CLASSES)).await?;
    Ok(class.map(|class| (class, REMOTE[usize::from(is_remote)], seat, kind)))
}

fn known(value: Value<'_>, names: &[&'static str]) -> Option<&'static str> {
    match value {
        Value::Text(text) => Some(names.iter().find(|name| **name == text).copied().unwrap_or(OTHER)),
        _ => None,
    }
}

async fn property<T>(
    connection: &mut Connection,
    path: &str,
    name: &str,
    read: impl FnOnce(Value<'_>) -> Option<T>,
) -> Result<Option<T>, Error> {
    dbus::property(connection, LOGIND, path, SESSION, name, read).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_counted_by_kind() {
        let kinds = [
            ("user", "true", String::new(), "tty"),
            ("greeter", "false", "seat0".to_owned(), OTHER),
        ];
        let counts = HashMap::from_iter(kinds.into_iter().zip([2, 1]));
        let mut out = Exposition::default();
        write(&counts, &[String::new(), "seat0".to_owned()], &mut out);
        let text = out.to_text();
        assert_eq!(out.sample_count(), 140);
        let set: Vec<&str> = text
            .lines()
            .filter(|line| !line.starts_with('#') && !line.ends_with(" 0"))
            .collect();
        assert_eq!(
            set,
            [
                r#"node_logind_sessions{class="greeter",remote="false",seat="seat0",type="other"} 1"#,
                r#"node_logind_sessions{class="user",remote="true",seat="",type="tty"} 2"#,
            ]
        );
    }

    #[test]
    fn what_is_new_is_other() {
        assert_eq!(known(Value::Text("tty"), &TYPES), Some("tty"));
        assert_eq!(known(Value::Text("holodeck"), &TYPES), Some(OTHER));
        assert_eq!(known(Value::U32(1), &TYPES), None);
    }
}
