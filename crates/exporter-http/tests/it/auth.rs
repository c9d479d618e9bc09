//! Users and passwords.

use std::io::Write;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exporter_http::flags::Settings;
use exporter_http::limits::Limits;
use tempfile::NamedTempFile;

use crate::client::{Answer, connect, get, get_with, read_answer};
use crate::running::Running;

fn with_users(users: &[(&str, &str, u32)]) -> (Running, NamedTempFile) {
    let mut file = NamedTempFile::new().unwrap();
    writeln!(file, "basic_auth_users:").unwrap();
    for (user, password, cost) in users {
        writeln!(file, "  {user}: {}", bcrypt::hash(password, *cost).unwrap()).unwrap();
    }
    let settings = Settings {
        config_file: Some(file.path().to_owned()),
        ..Settings::default()
    };
    (Running::start(settings, Limits::default()), file)
}

fn header(user: &str, password: &str) -> String {
    format!(
        "authorization: Basic {}\r\n",
        STANDARD.encode(format!("{user}:{password}"))
    )
}

fn ask(server: &Running, user: &str, password: &str) -> Answer {
    get_with(server.address, "/metrics", &header(user, password))
}

#[test]
fn right_wrong_unknown_and_none() {
    let (server, _file) = with_users(&[("alice", "open sesame", 4), ("bob", "b:c", 4)]);
    assert_eq!(ask(&server, "alice", "open sesame").status, 200);
    assert_eq!(ask(&server, "bob", "b:c").status, 200);
    assert_eq!(ask(&server, "alice", "b:c").status, 401);
    assert_eq!(ask(&server, "carol", "open sesame").status, 401);
    for path in ["/metrics", "/", "/-/healthy", "/nothing"] {
        let answer = get(server.address, path);
        assert_eq!((path, answer.status), (path, 401));
        assert!(answer.header("www-authenticate").unwrap().starts_with("Basic"));
    }
}

#[test]
fn an_exporter_may_refuse_samples_by_itself() {
    let server = Running::start(Settings::default(), Limits::default());
    let ask = |path, token| {
        let answer = get_with(
            server.address,
            path,
            &format!("authorization: Bearer {token}\r\n"),
        );
        (answer.status, answer.text())
    };
    assert_eq!(ask("/metrics", "known").0, 200);
    assert_eq!(
        ask("/metrics", "unknown"),
        (401, "a bearer token is wanted\n".to_owned())
    );
    assert_eq!(ask("/probe", "forbidden"), (403, "not /probe\n".to_owned()));
    assert_eq!(
        ask("/metrics?stream=1", "later"),
        (503, "nobody knows; try again later\n".to_owned())
    );
    // What is no sample is nobody's secret.
    assert_eq!(ask("/-/healthy", "unknown").0, 200);
    assert_eq!(ask("/page", "forbidden").0, 200);
}

#[test]
fn a_password_is_computed_once_and_nobody_waits_for_it() {
    let (server, _file) = with_users(&[("alice", "open sesame", 12)]);
    let mut slow = connect(server.address);
    let start = Instant::now();
    let request = format!(
        "GET /metrics HTTP/1.1\r\nhost: x\r\n{}\r\n",
        header("alice", "open sesame")
    );
    slow.write_all(request.as_bytes()).unwrap();
    // The serving thread is free while the hash is computed.
    assert_eq!(get(server.address, "/metrics").status, 401);
    let meanwhile = start.elapsed();
    assert_eq!(read_answer(&mut slow, false).unwrap().status, 200);
    let first = start.elapsed();
    assert!(meanwhile < first, "{meanwhile:?} {first:?}");

    let start = Instant::now();
    assert_eq!(ask(&server, "alice", "open sesame").status, 200);
    assert!(start.elapsed() < first / 2, "{:?} {first:?}", start.elapsed());
}

#[test]
fn an_unknown_user_costs_the_same_time() {
    let (server, _file) = with_users(&[("alice", "open sesame", 11)]);
    let time = |user: &str| {
        let start = Instant::now();
        assert_eq!(ask(&server, user, "guess").status, 401);
        start.elapsed()
    };
    let (known, unknown) = (time("alice"), time("mallory"));
    assert!(unknown > known / 4, "{known:?} {unknown:?}");
    assert!(unknown > Duration::from_millis(5), "{unknown:?}");
}

#[test]
fn a_flood_of_guesses_is_bounded() {
    let (server, _file) = with_users(&[("alice", "open sesame", 10)]);
    assert_eq!(ask(&server, "alice", "open sesame").status, 200);
    let mut streams: Vec<_> = (0..60).map(|_| connect(server.address)).collect();
    for (guess, stream) in streams.iter_mut().enumerate() {
        let request = format!(
            "GET /metrics HTTP/1.1\r\nhost: x\r\n{}\r\n",
            header("alice", &guess.to_string())
        );
        stream.write_all(request.as_bytes()).unwrap();
    }
    // The scraper, whose password is known, is not held up.
    let start = Instant::now();
    assert_eq!(ask(&server, "alice", "open sesame").status, 200);
    let took = start.elapsed();
    let statuses: Vec<_> = streams
        .iter_mut()
        .map(|stream| read_answer(stream, false).unwrap().status)
        .collect();
    assert!(statuses.iter().all(|status| matches!(status, 401 | 503)));
    assert!(statuses.contains(&503) && statuses.contains(&401));
    assert!(took < start.elapsed() / 2, "{took:?} of {:?}", start.elapsed());
}

#[test]
fn clients_that_leave_do_not_start_a_second_computation() {
    let (server, _file) = with_users(&[("alice", "open sesame", 12)]);
    let threads = || {
        std::fs::read_dir("/proc/self/task").unwrap().filter_map(|task| {
            let path = task.ok()?.path().join("comm");
            std::fs::read_to_string(path).ok()
        })
    };
    let request = |guess: u32| {
        let mut stream = connect(server.address);
        let text = format!(
            "GET /metrics HTTP/1.1\r\nhost: x\r\n{}\r\n",
            header("alice", &guess.to_string())
        );
        stream.write_all(text.as_bytes()).unwrap();
        stream
    };
    for guess in 0..10 {
        drop(request(guess));
        // An answered request shows that the server has seen the one before leave.
        assert_eq!(get(server.address, "/metrics").status, 401);
    }
    // Other tests of this process compute too, one each.
    assert!(threads().filter(|name| name == "bcrypt\n").count() <= 5);
}
