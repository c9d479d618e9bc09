//! Unix sockets.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use exporter_http::flags::Settings;
use exporter_http::limits::Limits;
use exporter_http::listen::{ListenAddress, Listener};

use crate::client::{get, read_answer, until};
use crate::running::Running;

fn serve_on(path: &Path) -> Running {
    let settings = Settings {
        listen: vec![ListenAddress::Unix(path.to_owned())],
        ..Settings::default()
    };
    Running::start(settings, Limits::default())
}

fn ask(path: &Path) -> u16 {
    let mut stream = until(|| UnixStream::connect(path), Result::is_ok).unwrap();
    stream
        .write_all(b"GET /metrics?samples=1 HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    read_answer(&mut stream, false).unwrap().status
}

fn bind(path: &Path) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let _entered = runtime.enter();
    match Listener::bind(&ListenAddress::Unix(path.to_owned())) {
        Ok(listener) => listener.address(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn served_beside_tcp_and_removed_at_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.sock");
    let server = serve_on(&path);
    assert_eq!(ask(&path), 200);
    assert_eq!(get(server.address, "/metrics").status, 200);
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o660);
    server.end().unwrap();
    assert!(!path.exists());
}

#[test]
fn a_stale_socket_is_replaced_and_a_live_one_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.sock");
    drop(UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    assert_eq!(bind(&path), format!("unix:{}", path.display()));
    let live = UnixListener::bind(&path).unwrap();
    assert_eq!(
        bind(&path),
        format!(
            "listen on unix:{}: the address is in use by another program",
            path.display()
        )
    );
    drop(live);
}

#[test]
fn a_file_that_is_no_socket_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notes.txt");
    std::fs::write(&path, "dear diary").unwrap();
    assert!(bind(&path).ends_with("something that is not a socket stands there"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "dear diary");
}

#[test]
fn the_successor_s_socket_is_not_removed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.sock");
    let server = serve_on(&path);
    ask(&path);
    std::fs::remove_file(&path).unwrap();
    let _successor = UnixListener::bind(&path).unwrap();
    server.end().unwrap();
    assert!(path.exists());
}
