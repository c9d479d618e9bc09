//! Database servers that lie: packets that end early or promise more than there is, chosen by whoever may ask `/probe`.
//!
//! The driver panics at some of them. What must hold: the exporter serves its own server right after, and no password
//! is seen.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use crate::daemon::{self, Daemon};
use crate::exporters;
use crate::families::value;
use crate::servers::scratch::free_port;
use crate::{http, mysql, postgres, servers};

/// What a server says: one piece after the client's connect, one more after each thing that it sends.
type Script = Vec<Vec<u8>>;

/// Serves one script to everybody.
fn liar(script: Script) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            converse(stream, &script);
        }
    });
    address
}

/// Ends when the script does or the client leaves.
fn converse(mut stream: TcpStream, script: &Script) {
    let mut block = [0; 4096];
    for (number, piece) in script.iter().enumerate() {
        if number > 0 && stream.read(&mut block).is_ok_and(|count| count == 0) {
            return;
        }
        if stream.write_all(piece).is_err() {
            return;
        }
    }
    // Until the client has seen the end.
    let _ = stream.shutdown(std::net::Shutdown::Write);
    while stream.read(&mut block).is_ok_and(|count| count > 0) {}
}

/// Probes each liar; after each the exporter must serve `up` 1 for its own server, in the same process.
#[track_caller]
fn check(start: impl Fn() -> Daemon, up: &str, query: &str, secret: &str, scripts: Vec<(String, Script)>) {
    let mut panicked = 0;
    for (name, script) in scripts {
        let mut daemon = start();
        match probe(&daemon, &liar(script), query) {
            Some(answer) => {
                assert_eq!(answer.status, 200, "{name}");
                assert_eq!(value(&answer.text(), up), Some(0.0), "{name}:\n{}", answer.text());
            }
            // The driver panicked, and the exporter started anew.
            None => panicked += 1,
        }
        daemon::until("the exporter to serve its own server", || {
            assert!(daemon.is_running(), "{name}: it ended\n{}", daemon.log());
            let answer = http::request(&daemon.address, "GET", "/metrics", &[]).ok()?;
            (value(&answer.text(), up) == Some(1.0)).then_some(())
        });
        let log = daemon.log();
        assert!(!log.contains(secret), "{log}");
    }
    assert!(
        panicked > 0,
        "the driver takes everything now, and `anew` has no reason any more"
    );
}

/// What comes of one probe; nothing where the connection ended.
fn probe(daemon: &Daemon, target: &str, query: &str) -> Option<http::Answer> {
    let path = format!("/probe?target={target}{query}");
    let timeout = ("X-Prometheus-Scrape-Timeout-Seconds", "1");
    http::request(&daemon.address, "GET", &path, &[timeout]).ok()
}

/// A packet of MySQL's protocol with this number in its conversation.
fn packet(number: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = (body.len() as u32).to_le_bytes()[..3].to_vec();
    packet.push(number);
    packet.extend(body);
    packet
}

/// A whole greeting, from which others are cut.
const GREETING: &[u8] = b"\x0a10.11.6-MariaDB\0\x01\0\0\0abcdefgh\0\xfe\xf7\x08\x02\0\xff\x81\x15\0\0\0\0\0\0\x07\0\0\0ijklmnopqrst\0mysql_native_password\0";
/// Success, with no rows.
const OK: &[u8] = b"\0\0\0\x02\0\0\0";

fn lying_mysqls() -> Vec<(String, Script)> {
    let mut scripts: Vec<(String, Script)> =
        [1, 5, 17, 20, 24, 28, 29, 31, 34, 40, 44, 50, GREETING.len() - 1]
            .map(|length| {
                let name = format!("a greeting of {length} bytes");
                (name, vec![packet(0, &GREETING[..length])])
            })
            .into();
    let greeting = || packet(0, GREETING);
    let logged_in = || vec![greeting(), packet(2, OK)];
    let answering = |pieces: &[Vec<u8>]| [logged_in(), vec![pieces.concat()]].concat();
    let column = b"\x03def\0\0\0\x01v\0\x0c\x21\0\xff\0\0\0\xfd\0\0\x1f\0\0";
    for (name, script) in [
        ("an empty packet", vec![packet(0, b"")]),
        ("a refusal cut short", vec![packet(0, b"\xff")]),
        ("a refusal without its state", vec![packet(0, b"\xff\x15\x04#28")]),
        ("a login answered with nothing", vec![greeting(), packet(2, b"")]),
        ("a success cut short", vec![greeting(), packet(2, b"\0")]),
        (
            "another login without a name",
            vec![greeting(), packet(2, b"\xfe")],
        ),
        (
            "another login without a nonce",
            vec![greeting(), packet(2, b"\xfemysql_native_password\0ab")],
        ),
        (
            "a packet that never comes",
            vec![greeting(), b"\xff\xff\xff\x02\0".to_vec()],
        ),
        ("columns that are not there", answering(&[packet(1, b"\x05")])),
        (
            "more columns than memory",
            answering(&[packet(1, b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f")]),
        ),
        (
            "a column cut short",
            answering(&[packet(1, b"\x01"), packet(2, b"\x03def\0")]),
        ),
        (
            "a column of endless name",
            answering(&[
                packet(1, b"\x01"),
                packet(2, b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f"),
            ]),
        ),
        (
            "a row that promises more",
            answering(&[packet(1, b"\x01"), packet(2, column), packet(3, b"\x09ab")]),
        ),
    ] {
        scripts.push((name.to_owned(), script));
    }
    scripts
}

#[test]
fn a_mysql_that_lies_does_not_end_the_exporter() {
    let file = format!("--config.my-cnf={}", mysql::SERVER.options_file());
    let start = || exporters::ours_at(free_port(), "mysql", &[&file], &[]);
    check(start, "mysql_up ", "", servers::mariadb::PASSWORD, lying_mysqls());
}

#[test]
fn one_that_lies_without_a_pause_ends_it_in_the_end() {
    let liar = liar(vec![packet(0, &GREETING[..24])]);
    let source = ("DATA_SOURCE_NAME", "monitor:pw@tcp(127.0.0.1:1)/");
    let mut daemon = exporters::ours_at(free_port(), "mysql", &[], &[source]);
    daemon::until("the process to end", || {
        let _ = probe(&daemon, &liar, "");
        (!daemon.is_running()).then_some(())
    });
    let log = daemon.log();
    let starts = log.matches("starting pi-mysql-exporter").count();
    assert!(starts > 2, "{starts} starts:\n{log}");
}

/// A message of PostgreSQL's protocol.
fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut message = vec![kind];
    message.extend((body.len() as u32 + 4).to_be_bytes());
    message.extend(body);
    message
}

fn lying_postgreses() -> Vec<(String, Script)> {
    let after_hello = |piece: Vec<u8>| vec![Vec::new(), piece];
    let ready = || [message(b'R', b"\0\0\0\0"), message(b'Z', b"I")].concat();
    let answering = |piece: Vec<u8>| vec![Vec::new(), ready(), piece];
    let columns = message(
        b'T',
        b"\0\x01v\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0",
    );
    let scripts = [
        ("a message without a length", after_hello(b"R\0\0".to_vec())),
        ("a message of length nothing", after_hello(b"R\0\0\0\0".to_vec())),
        (
            "a message that never comes",
            after_hello(b"R\x7f\xff\xff\xff\0".to_vec()),
        ),
        ("a login cut short", after_hello(message(b'R', b"\0\0"))),
        ("a salt cut short", after_hello(message(b'R', b"\0\0\0\x05ab"))),
        ("no mechanism", after_hello(message(b'R', b"\0\0\0\x0a"))),
        (
            "a challenge of commas",
            vec![
                Vec::new(),
                message(b'R', b"\0\0\0\x0aSCRAM-SHA-256\0\0"),
                message(b'R', b"\0\0\0\x0b,,"),
            ],
        ),
        ("a refusal without an end", after_hello(message(b'E', b"SFATAL"))),
        ("an empty refusal", after_hello(message(b'E', b""))),
        (
            "a parameter without a value",
            after_hello([message(b'R', b"\0\0\0\0"), message(b'S', b"a")].concat()),
        ),
        (
            "a key cut short",
            after_hello([message(b'R', b"\0\0\0\0"), message(b'K', b"a")].concat()),
        ),
        (
            "ready for nothing",
            after_hello([message(b'R', b"\0\0\0\0"), message(b'Z', b"")].concat()),
        ),
        ("columns that are not there", answering(message(b'T', b"\0\x05"))),
        (
            "a row that promises more",
            answering([columns.clone(), message(b'D', b"\0\x01\0\0\x7f\xffab")].concat()),
        ),
        (
            "a row of too few values",
            answering([columns.clone(), message(b'D', b"\0\0")].concat()),
        ),
        (
            "a row before its columns",
            answering(message(b'D', b"\0\x01\0\0\0\x01a")),
        ),
        (
            "an end without words",
            answering([columns, message(b'C', b"")].concat()),
        ),
    ];
    scripts.map(|(name, script)| (name.to_owned(), script)).into()
}

#[test]
fn a_postgres_that_lies_does_not_end_the_exporter() {
    let uri = postgres::SERVER.uri();
    let start = || exporters::ours_at(free_port(), "postgres", &[], &[("DATA_SOURCE_NAME", &uri)]);
    check(
        start,
        "pg_up ",
        "%3Fsslmode%3Ddisable",
        servers::postgres::PASSWORD,
        lying_postgreses(),
    );
}
