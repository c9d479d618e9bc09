//! `healthcheck`: asks a daemon of the same kind on this machine whether it answers, for images without a shell or curl.
//!
//! Plain HTTP/1.0 over the standard library. A listener with TLS answers that with 400, one with users or a rate limit
//! with 401 or 429: all of them turn, which is what is asked. 5xx, silence and a refused connection are not.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::listen::ListenAddress;
use crate::{About, StartError};

/// The first argument that asks for it.
pub(crate) const WORD: &str = "healthcheck";
/// The only flag behind it.
const ADDRESS: &str = "--address";
/// For each part of the answer: a Pi that swaps is slow and not dead. Whoever asks has a limit for the whole.
const PATIENCE: Duration = Duration::from_secs(4);
/// Bytes of `HTTP/1.1 200`.
const STATUS_BYTES: usize = 12;

/// Asks the listener that `arguments` name, or the daemon's default one.
///
/// Fails with the line that stands on the terminal.
pub(crate) fn run(about: &About, mut arguments: impl Iterator<Item = OsString>) -> Result<(), StartError> {
    let mut address = about.listen_address.to_owned();
    while let Some(argument) = arguments.next() {
        let argument = argument.to_string_lossy().into_owned();
        address = match argument.strip_prefix(ADDRESS) {
            Some("") => arguments
                .next()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            Some(value) if value.starts_with('=') => value.trim_start_matches('=').to_owned(),
            _ => {
                return Err(StartError(format!(
                    "{WORD} {argument:?}: expected {ADDRESS}=host:port"
                )));
            }
        };
    }
    let place: ListenAddress = address
        .parse()
        .map_err(|error| StartError(format!("{WORD} {ADDRESS}={address:?}: {error}")))?;
    match ask(&place) {
        Ok(status) if status < 500 => Ok(()),
        Ok(status) => Err(StartError(format!("{WORD} of {address}: status {status}"))),
        Err(error) => Err(StartError(format!("{WORD} of {address}: {error}"))),
    }
}

/// The status that a listener answers with.
fn ask(place: &ListenAddress) -> io::Result<u16> {
    match place {
        ListenAddress::Any { port } => ask_tcp("127.0.0.1", *port),
        ListenAddress::Host { host, port } => ask_tcp(host, *port),
        ListenAddress::Unix(path) => {
            let stream = UnixStream::connect(path)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            exchange(stream)
        }
    }
}

fn ask_tcp(host: &str, port: u16) -> io::Result<u16> {
    let stream = TcpStream::connect((host, port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    exchange(stream)
}

fn exchange(mut stream: impl Read + Write) -> io::Result<u16> {
    stream.write_all(b"GET /-/healthy HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let mut start = [0; STATUS_BYTES];
    stream.read_exact(&mut start)?;
    status(&start).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// Reads `HTTP/1.1 200`.
fn status(start: &[u8]) -> Option<u16> {
    let (_, digits) = start.strip_prefix(b"HTTP/1.")?.split_at_checked(2)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}
