//! `minimal healthcheck`, as an image asks for it.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Output;

use crate::process::program;
use crate::running::Running;

fn healthcheck(arguments: &[&str]) -> Output {
    program().arg("healthcheck").args(arguments).output().unwrap()
}

/// Asks a listener that reads a request and answers with `answer`.
#[track_caller]
fn check(answer: &'static str, is_healthy: bool, words: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 256];
        let count = stream.read(&mut request).unwrap();
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8_lossy(&request[..count]).into_owned()
    });
    let output = healthcheck(&["--address", &address]);
    let request = server.join().unwrap();
    assert!(request.starts_with("GET /-/healthy HTTP/1.0\r\n"), "{request}");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.success(), is_healthy, "{told}");
    assert!(told.contains(words), "{told}");
}

#[test]
fn a_daemon_that_serves() {
    let server = Running::plain();
    let output = healthcheck(&[&format!("--address={}", server.address)]);
    assert!(output.status.success(), "{output:?}");
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn a_daemon_that_wants_tls_or_a_password_is_alive() {
    check("HTTP/1.0 400 Bad Request\r\n\r\n", true, "");
    check("HTTP/1.1 401 Unauthorized\r\n\r\n", true, "");
}

#[test]
fn a_daemon_that_is_ill() {
    check("HTTP/1.1 503 Service Unavailable\r\n\r\n", false, "status 503");
    check("", false, "healthcheck of 127.0.0.1:");
    check("SSH-2.0-OpenSSH_9.2p1\r\n", false, "invalid data");
}

#[test]
fn nobody_listens() {
    // The example's own default, where nothing is.
    let output = healthcheck(&[]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        told.starts_with("minimal: error: healthcheck of 127.0.0.1:9999: "),
        "{told}"
    );
}

#[test]
fn arguments_that_it_does_not_have() {
    for (arguments, words) in [
        (&["--web.listen-address=:1"][..], "expected --address=host:port"),
        (&["--address"][..], "--address=\"\""),
        (&["--addresses=:1"][..], "expected --address=host:port"),
    ] {
        let output = healthcheck(arguments);
        assert_eq!(output.status.code(), Some(1));
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.contains(words), "{told}");
    }
}
