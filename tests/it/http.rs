//! A plain HTTP/1.1 client that sees every byte.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// One answer, with the body as it came over the wire less its chunking.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Status line and headers, as sent.
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// Value of a header, or empty.
    pub fn header(&self, name: &str) -> &str {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(':'));
        headers
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Gets a path from `host:port`; panics where there is no answer.
#[track_caller]
pub fn get(address: &str, path: &str) -> Answer {
    request(address, "GET", path, &[]).unwrap_or_else(|error| panic!("GET {path} from {address}: {error}"))
}

/// Sends one request and reads its answer to the end.
pub fn request(address: &str, method: &str, path: &str, headers: &[(&str, &str)]) -> std::io::Result<Answer> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    raw(address, format!("{head}\r\n").as_bytes())
}

/// Sends these bytes and reads the answer to the end.
pub fn raw(address: &str, bytes: &[u8]) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    // A server that refuses early may close before all is sent; its answer is still there to be read.
    let sent = stream.write_all(bytes);
    let mut answer = Vec::new();
    let mut block = [0; 16 << 10];
    while !is_complete(&answer) {
        match stream.read(&mut block) {
            Ok(0) => break,
            Ok(count) => answer.extend_from_slice(&block[..count]),
            Err(error) if answer.is_empty() => return Err(error),
            Err(_) => break,
        }
    }
    if answer.is_empty() {
        sent?;
    }
    parse(&answer).ok_or_else(|| {
        std::io::Error::other(format!("not an answer: {:?}", String::from_utf8_lossy(&answer)))
    })
}

/// Whether all that `Content-Length` promises is there; some servers keep the connection although asked not to.
fn is_complete(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return false;
    };
    // Only the head is looked at: a long body comes in many reads.
    parse(&answer[..end + 4])
        .is_some_and(|head| head.header("content-length").parse() == Ok(answer.len() - end - 4))
}

fn parse(answer: &[u8]) -> Option<Answer> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = &answer[end + 4..];
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    let body = if chunked {
        join_chunks(body)?
    } else {
        body.to_vec()
    };
    Some(Answer { status, head, body })
}

fn join_chunks(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|window| window == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).ok()?, 16).ok()?;
        rest = rest.get(line + 2..)?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}
