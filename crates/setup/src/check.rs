//! Asks the daemons whether they serve and see their service.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use crate::Error;
use crate::daemon::Daemon;
use crate::facts::Installed;
use crate::plan::Monitored;

/// How long one answer may take.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// How long a daemon may take until it is well: a Pi starts slowly, and databases wait for their disks.
const WELL_MAX: Duration = Duration::from_secs(60);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(250);
/// Bytes of an answer; a large machine has some hundred kilobytes.
const BODY_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What was answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// Asks for a path with HTTP/1.0, which has an end without further rules. Fails where nothing answers in time.
pub fn get(address: &str, path: &str) -> std::io::Result<Answer> {
    let mut stream = connect(address)?;
    let request = format!(
        "GET {path} HTTP/1.0\r\nHost: {address}\r\nUser-Agent: pi-setup\r\nAccept: text/plain\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::new();
    stream.take(BODY_BYTES_MAX).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let wrong = || std::io::Error::other("no answer of HTTP");
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(wrong)?;
    let status = head
        .split_whitespace()
        .nth(1)
        .and_then(|status| status.parse().ok());
    Ok(Answer {
        status: status.ok_or_else(wrong)?,
        body: body.to_owned(),
    })
}

fn connect(address: &str) -> std::io::Result<TcpStream> {
    let mut addresses = address.to_socket_addrs()?;
    let address = addresses
        .next()
        .ok_or_else(|| std::io::Error::other("no such host"))?;
    let stream = TcpStream::connect_timeout(&address, ANSWER_MAX)?;
    stream.set_read_timeout(Some(ANSWER_MAX))?;
    stream.set_write_timeout(Some(ANSWER_MAX))?;
    Ok(stream)
}

/// Where this machine asks a daemon: what its owner says, else its own port on loopback.
#[must_use]
pub fn address(daemon: Daemon, installed: &Installed) -> String {
    let own = installed
        .flag("web.listen-address")
        .filter(|address| !address.starts_with("unix:"));
    let (host, port) = own
        .and_then(|address| address.rsplit_once(':'))
        .unwrap_or_default();
    let host = if matches!(host, "" | "0.0.0.0" | "[::]") {
        "127.0.0.1"
    } else {
        host
    };
    let port = port.parse().unwrap_or_else(|_| daemon.port());
    format!("{host}:{port}")
}

/// What is wrong with a daemon now; nothing where it is well.
#[must_use]
pub fn problem(monitored: &Monitored) -> Option<String> {
    let Monitored {
        daemon,
        address,
        guarded,
    } = monitored;
    if *guarded {
        return connect(address)
            .err()
            .map(|error| format!("nothing listens at {address}: {error}"));
    }
    let path = daemon.checked_path();
    let answer = match get(address, path) {
        Ok(answer) => answer,
        Err(error) => return Some(format!("http://{address}{path} does not answer: {error}")),
    };
    if answer.status != 200 {
        return Some(format!("http://{address}{path} answers {}", answer.status));
    }
    let up = daemon.up()?;
    let is_one = is_up(&answer.body, up);
    (!is_one).then(|| format!("{up} is not 1; what it says: journalctl -u {}", daemon.name()))
}

/// Whether every sample of `up` is 1, and there is one.
fn is_up(body: &str, up: &str) -> bool {
    let samples: Vec<_> = body
        .lines()
        .filter_map(|line| line.strip_prefix(up))
        .filter(|rest| rest.starts_with(['{', ' ']))
        .collect();
    !samples.is_empty() && samples.iter().all(|rest| rest.ends_with(" 1"))
}

/// Waits until all of them are well. Fails with what is wrong with the first one that is not.
pub fn wait(all: &[Monitored]) -> Result<(), Error> {
    let end = Instant::now() + WELL_MAX;
    for monitored in all {
        while let Some(problem) = problem(monitored) {
            if end <= Instant::now() {
                return Err(Error::Unwell {
                    daemon: monitored.daemon.name(),
                    problem,
                });
            }
            pause();
        }
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a program without a runtime, between two looks"
)]
fn pause() {
    std::thread::sleep(PAUSE);
}

/// Waits until something answers 200 there. Fails with what it does instead.
pub fn wait_for_page(address: &str, path: &str) -> Result<(), String> {
    let end = Instant::now() + ANSWER_MAX;
    loop {
        let problem = match get(address, path) {
            Ok(answer) if answer.status == 200 => return Ok(()),
            Ok(answer) => format!("http://{address}{path} answers {}", answer.status),
            Err(error) => format!("http://{address}{path} does not answer: {error}"),
        };
        if end <= Instant::now() {
            return Err(problem);
        }
        pause();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_or_not() {
        assert!(is_up("# TYPE pg_up gauge\npg_up 1\n", "pg_up"));
        assert!(!is_up("pg_up 0\n", "pg_up"));
        assert!(!is_up("pg_up_time 1\n", "pg_up"));
        assert!(is_up(
            "nginx_up{addr=\"a\"} 1\nnginx_up{addr=\"b\"} 1\n",
            "nginx_up"
        ));
        assert!(!is_up(
            "nginx_up{addr=\"a\"} 1\nnginx_up{addr=\"b\"} 0\n",
            "nginx_up"
        ));
    }

    #[test]
    fn where_a_daemon_is_asked() {
        let with = |arguments: &[&str]| {
            let arguments = arguments.iter().map(|word| (*word).to_owned()).collect();
            address(
                Daemon::Node,
                &Installed {
                    arguments,
                    ..Installed::default()
                },
            )
        };
        assert_eq!(with(&[]), "127.0.0.1:9100");
        assert_eq!(with(&["--web.listen-address=:9200"]), "127.0.0.1:9200");
        assert_eq!(with(&["--web.listen-address", "10.0.0.2:9200"]), "10.0.0.2:9200");
        assert_eq!(with(&["--web.listen-address=unix:/run/x"]), "127.0.0.1:9100");
    }
}
