//! A systemd of a few units, answering on a socket.

use expect_test::{Expect, expect};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use super::*;
use crate::dbus::message::{HEADER_BYTES, size};

/// Units of the fake: name, load state, active state.
const UNITS: [(&str, &str, &str); 6] = [
    ("ssh.service", "loaded", "active"),
    ("ssh.socket", "loaded", "inactive"),
    ("apt-daily.timer", "loaded", "active"),
    ("gone.service", "not-found", "inactive"),
    ("boot.mount", "loaded", "active"),
    ("nfs.service", "loaded", "reloading"),
];

/// Properties of the fake: the end of the path, the name, the value.
const PROPERTIES: [(&str, &str, Value<'static>); 13] = [
    ("systemd1", "Version", Value::Text("257.9-1~deb13u1")),
    ("systemd1", "Virtualization", Value::Text("")),
    ("systemd1", "SystemState", Value::Text("running")),
    ("ssh.service", "Type", Value::Text("notify")),
    ("ssh.service", "NRestarts", Value::U32(2)),
    ("ssh.service", "TasksCurrent", Value::U64(7)),
    ("ssh.service", "TasksMax", Value::U64(u64::MAX)),
    (
        "ssh.service",
        "ActiveEnterTimestamp",
        Value::U64(1_763_000_000_500_000),
    ),
    ("boot.mount", "Type", Value::Text("vfat")),
    ("ssh.socket", "NAccepted", Value::U32(5)),
    ("ssh.socket", "NConnections", Value::U32(1)),
    ("ssh.socket", "NRefused", Value::U32(0)),
    (
        "apt-daily.timer",
        "LastTriggerUSec",
        Value::U64(1_763_000_001_000_000),
    ),
];

/// Answers until the other side hangs up; `broken` answers the list of units with garbage.
async fn serve(mut stream: UnixStream, is_broken: bool) {
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        line.push(stream.read_u8().await.unwrap());
    }
    assert!(line.starts_with(b"\0AUTH EXTERNAL 3"));
    stream.write_all(b"OK 0123456789abcdef\r\n").await.unwrap();
    let mut begin = [0; 7];
    stream.read_exact(&mut begin).await.unwrap();
    assert_eq!(&begin, b"BEGIN\r\n");
    let mut message = vec![0; HEADER_BYTES];
    while stream.read_exact(&mut message[..HEADER_BYTES]).await.is_ok() {
        message.resize(size(&message).unwrap(), 0);
        stream.read_exact(&mut message[HEADER_BYTES..]).await.unwrap();
        let serial = u32::from_le_bytes(message[8..12].try_into().unwrap());
        let answer = if contains(&message, "ListUnits") {
            Some(if is_broken {
                b"\xff\xff\0\0".to_vec()
            } else {
                list_of_units()
            })
        } else {
            let known = PROPERTIES.iter().find(|(path, name, _)| {
                contains(&message, &format!("/{path}\0")) && contains(&message, &format!("{name}\0"))
            });
            known.map(|(.., value)| variant(value))
        };
        // A signal before every answer, as the bus itself sends some.
        stream.write_all(&reply(4, None, b"")).await.unwrap();
        let bytes = match &answer {
            Some(body) => reply(2, Some(serial), body),
            None => reply(3, Some(serial), b""),
        };
        stream.write_all(&bytes).await.unwrap();
        message.resize(HEADER_BYTES, 0);
    }
}

fn contains(message: &[u8], text: &str) -> bool {
    message
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

fn reply(kind: u8, serial: Option<u32>, body: &[u8]) -> Vec<u8> {
    let mut message = vec![b'l', kind, 1, 1];
    message.extend((body.len() as u32).to_le_bytes());
    message.extend(77_u32.to_le_bytes());
    let mut fields = Vec::new();
    if let Some(serial) = serial {
        fields.extend(b"\x05\x01u\0");
        fields.extend(serial.to_le_bytes());
    }
    if kind == 3 {
        fields.extend(b"\x04\x01s\0\x03\0\0\0a.b\0");
    }
    message.extend((fields.len() as u32).to_le_bytes());
    message.extend(fields);
    message.resize(message.len().next_multiple_of(8), 0);
    message.extend(body);
    message
}

fn put(out: &mut Vec<u8>, text: &str) {
    out.resize(out.len().next_multiple_of(4), 0);
    out.extend((text.len() as u32).to_le_bytes());
    out.extend(text.as_bytes());
    out.push(0);
}

fn variant(value: &Value<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    match value {
        Value::Text(text) => {
            out.extend(b"\x01s\0");
            put(&mut out, text);
        }
        Value::U32(number) => {
            out.extend(b"\x01u\0\0");
            out.extend(number.to_le_bytes());
        }
        Value::U64(number) => {
            out.extend(b"\x01t\0\0\0\0\0\0");
            out.extend(number.to_le_bytes());
        }
        Value::Bool(_) => unreachable!("no property of systemd that is asked for"),
    }
    out
}

fn list_of_units() -> Vec<u8> {
    let mut out = vec![0; 8];
    for (name, load, active) in UNITS {
        out.resize(out.len().next_multiple_of(8), 0);
        let path = format!("/org/freedesktop/systemd1/unit/{name}");
        for text in [name, "A unit", load, active, "sub", "", &path] {
            put(&mut out, text);
        }
        out.resize(out.len().next_multiple_of(4), 0);
        out.extend(0_u32.to_le_bytes());
        put(&mut out, "");
        put(&mut out, "/");
    }
    let size = (out.len() - 8) as u32;
    out[..4].copy_from_slice(&size.to_le_bytes());
    out
}

fn state(arguments: &[&str]) -> State {
    let all = [&["pi-node-exporter"], arguments].concat();
    State::new(&crate::flags::command().get_matches_from(all)).unwrap()
}

fn asked(arguments: &[&str], is_broken: bool) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let server = tokio::spawn(serve(theirs, is_broken));
        let mut out = Exposition::default();
        let mut connection = Connection::over(ours).await.unwrap();
        let result = ask(&mut connection, &state(arguments), &mut out).await;
        drop(connection);
        server.await.unwrap();
        let text = out.to_text();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let failed = result.err().map(|error| error.to_string());
        lines
            .map(str::to_owned)
            .chain(failed)
            .collect::<Vec<_>>()
            .join("\n")
    })
}

#[track_caller]
fn check(arguments: &[&str], expect: Expect) {
    expect.assert_eq(&asked(arguments, false));
}

#[test]
fn units_by_default() {
    check(
        &[],
        expect![[r#"
        node_systemd_socket_accepted_connections_total{name="ssh.socket"} 5
        node_systemd_socket_current_connections{name="ssh.socket"} 1
        node_systemd_socket_refused_connections_total{name="ssh.socket"} 0
        node_systemd_system_running 1
        node_systemd_timer_last_trigger_seconds{name="apt-daily.timer"} 1.763000001e+09
        node_systemd_unit_state{name="apt-daily.timer",state="activating",type=""} 0
        node_systemd_unit_state{name="apt-daily.timer",state="active",type=""} 1
        node_systemd_unit_state{name="apt-daily.timer",state="deactivating",type=""} 0
        node_systemd_unit_state{name="apt-daily.timer",state="failed",type=""} 0
        node_systemd_unit_state{name="apt-daily.timer",state="inactive",type=""} 0
        node_systemd_unit_state{name="nfs.service",state="activating",type=""} 0
        node_systemd_unit_state{name="nfs.service",state="active",type=""} 0
        node_systemd_unit_state{name="nfs.service",state="deactivating",type=""} 0
        node_systemd_unit_state{name="nfs.service",state="failed",type=""} 0
        node_systemd_unit_state{name="nfs.service",state="inactive",type=""} 0
        node_systemd_unit_state{name="ssh.service",state="activating",type="notify"} 0
        node_systemd_unit_state{name="ssh.service",state="active",type="notify"} 1
        node_systemd_unit_state{name="ssh.service",state="deactivating",type="notify"} 0
        node_systemd_unit_state{name="ssh.service",state="failed",type="notify"} 0
        node_systemd_unit_state{name="ssh.service",state="inactive",type="notify"} 0
        node_systemd_unit_state{name="ssh.socket",state="activating",type=""} 0
        node_systemd_unit_state{name="ssh.socket",state="active",type=""} 0
        node_systemd_unit_state{name="ssh.socket",state="deactivating",type=""} 0
        node_systemd_unit_state{name="ssh.socket",state="failed",type=""} 0
        node_systemd_unit_state{name="ssh.socket",state="inactive",type=""} 1
        node_systemd_units{state="activating"} 0
        node_systemd_units{state="active"} 3
        node_systemd_units{state="deactivating"} 0
        node_systemd_units{state="failed"} 0
        node_systemd_units{state="inactive"} 2
        node_systemd_units{state="reloading"} 1
        node_systemd_version{version="257.9-1~deb13u1"} 257.9
        node_systemd_virtualization_info{virtualization_type="none"} 1"#]],
    );
}

#[test]
fn one_service_with_everything() {
    check(
        &[
            "--collector.systemd.unit-include=ssh.service|boot.mount",
            "--collector.systemd.unit-exclude=",
            "--collector.systemd.enable-task-metrics",
            "--collector.systemd.enable-restarts-metrics",
            "--collector.systemd.enable-start-time-metrics",
        ],
        expect![[r#"
            node_systemd_service_restart_total{name="ssh.service"} 2
            node_systemd_system_running 1
            node_systemd_unit_start_time_seconds{name="ssh.service"} 1.7630000005e+09
            node_systemd_unit_state{name="boot.mount",state="activating",type="vfat"} 0
            node_systemd_unit_state{name="boot.mount",state="active",type="vfat"} 1
            node_systemd_unit_state{name="boot.mount",state="deactivating",type="vfat"} 0
            node_systemd_unit_state{name="boot.mount",state="failed",type="vfat"} 0
            node_systemd_unit_state{name="boot.mount",state="inactive",type="vfat"} 0
            node_systemd_unit_state{name="ssh.service",state="activating",type="notify"} 0
            node_systemd_unit_state{name="ssh.service",state="active",type="notify"} 1
            node_systemd_unit_state{name="ssh.service",state="deactivating",type="notify"} 0
            node_systemd_unit_state{name="ssh.service",state="failed",type="notify"} 0
            node_systemd_unit_state{name="ssh.service",state="inactive",type="notify"} 0
            node_systemd_unit_tasks_current{name="ssh.service"} 7
            node_systemd_units{state="activating"} 0
            node_systemd_units{state="active"} 3
            node_systemd_units{state="deactivating"} 0
            node_systemd_units{state="failed"} 0
            node_systemd_units{state="inactive"} 2
            node_systemd_units{state="reloading"} 1
            node_systemd_version{version="257.9-1~deb13u1"} 257.9
            node_systemd_virtualization_info{virtualization_type="none"} 1"#]],
    );
}

#[test]
fn a_list_that_is_malformed() {
    expect![[r#"
        node_systemd_version{version="257.9-1~deb13u1"} 257.9
        node_systemd_virtualization_info{virtualization_type="none"} 1
        d-bus: malformed list of units"#]]
    .assert_eq(&asked(&[], true));
}

#[test]
fn an_old_flag_beside_the_new_one() {
    let both = [
        "pi-node-exporter",
        "--collector.systemd.unit-whitelist=a",
        "--collector.systemd.unit-include=b",
    ];
    let matches = crate::flags::command().get_matches_from(both);
    expect!["--collector.systemd.unit-whitelist is the old name of --collector.systemd.unit-include and cannot be used together with it"].assert_eq(&State::new(&matches).unwrap_err().to_string());
    let state = state(&["--collector.systemd.unit-blacklist=ssh.*"]);
    assert!(state.exclude.passes("xssh.service") && !state.exclude.passes("ssh.service"));
}

#[test]
fn versions() {
    for (text, number) in [
        ("257.9-1~deb13u1", Some(257.9)),
        ("systemd 252 (252.39)", Some(252.0)),
        ("v12-2550", Some(2550.0)),
        ("247.", Some(247.0)),
        ("99", None),
        ("", None),
    ] {
        assert_eq!(version_number(text), number, "{text}");
    }
}

#[test]
fn addresses_of_the_bus() {
    assert_eq!(socket("unix:path=/x/bus,guid=1;tcp:host=a"), Some("/x/bus"));
    assert_eq!(socket("unix:guid=1,path=/x"), Some("/x"));
    assert_eq!(socket("unix:abstract=x"), None);
    assert_eq!(socket(""), None);
}

#[test]
fn one_that_never_answers_is_given_up() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    let deadline = Instant::now() + MARGIN + Duration::from_millis(20);
    let result = runtime
        .unwrap()
        .block_on(within(deadline, std::future::pending()));
    assert_eq!(result.unwrap_err().to_string(), "d-bus: no answer in time");
}
