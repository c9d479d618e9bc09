//! A client of D-Bus, as much as asking systemd for its units needs: method calls with texts, one after another.
//!
//! Written here because the libraries bring more than the exporter weighs: zbus a runtime, serde and macros, others C.
//! The protocol is <https://dbus.freedesktop.org/doc/dbus-specification.html>.

pub mod message;

use std::path::Path;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use self::message::{Call, HEADER_BYTES, Reader, Reply, Value};
use crate::Error;

/// What errors name.
const SERVICE: &str = "d-bus";
/// Bytes of one message at most; 1,000 units of systemd are about 400 KiB.
const MESSAGE_BYTES_MAX: usize = 8 << 20;
/// Bytes of the server's answer to the authentication.
const LINE_BYTES_MAX: usize = 512;

/// An open connection to the bus, or to one program.
#[derive(Debug)]
pub struct Connection {
    stream: UnixStream,
    /// Number of the last call.
    serial: u32,
    /// The message being written, or the last one read.
    buffer: Vec<u8>,
}

/// The answer to a call; an error is the name that the called program gives it.
pub type Answer<'a> = Result<Reader<'a>, String>;

impl Connection {
    /// Connects to the bus whose socket is `path`, and says hello.
    ///
    /// Fails with [`Error::NoData`] where there is no such socket.
    pub async fn to_bus(path: &Path) -> Result<Self, Error> {
        let mut connection = Self::to_program(path).await?;
        connection.hello().await?;
        Ok(connection)
    }

    /// Connects to a program that is no bus. Fails like [`to_bus`](Self::to_bus).
    pub async fn to_program(path: &Path) -> Result<Self, Error> {
        let stream = UnixStream::connect(path).await;
        let stream = stream.map_err(|source| Error::read(path, source))?;
        Self::over(stream).await
    }

    /// Authenticates on a socket that is connected, as the user that runs this process.
    pub async fn over(stream: UnixStream) -> Result<Self, Error> {
        let mut connection = Self {
            stream,
            serial: 0,
            buffer: Vec::new(),
        };
        let user = rustix::process::geteuid().as_raw().to_string();
        let hex: String = user.bytes().map(|digit| format!("{digit:02x}")).collect();
        connection
            .send(format!("\0AUTH EXTERNAL {hex}\r\n").as_bytes())
            .await?;
        let line = connection.line().await?;
        if !line.starts_with("OK ") {
            return Err(failed(format!("authentication: {:?}", line.trim_end())));
        }
        connection.send(b"BEGIN\r\n").await?;
        Ok(connection)
    }

    async fn hello(&mut self) -> Result<(), Error> {
        let hello = Call {
            destination: "org.freedesktop.DBus",
            path: "/org/freedesktop/DBus",
            interface: "org.freedesktop.DBus",
            member: "Hello",
            arguments: &[],
        };
        match self.call(&hello).await? {
            Ok(_) => Ok(()),
            Err(name) => Err(failed(format!("hello: {name}"))),
        }
    }

    /// Calls and waits for the answer; signals that arrive before it are dropped.
    ///
    /// Fails where the connection breaks, or what arrives is no message.
    pub async fn call(&mut self, call: &Call<'_>) -> Result<Answer<'_>, Error> {
        self.serial += 1;
        let serial = self.serial;
        let mut message = std::mem::take(&mut self.buffer);
        call.write(serial, &mut message);
        let sent = self.send(&message).await;
        self.buffer = message;
        sent?;
        loop {
            let reply = self.receive().await?;
            if reply.serial == Some(serial) {
                let body = self.buffer.get(reply.body_start..).unwrap_or_default();
                return Ok(match reply.error {
                    None => Ok(Reader::new(body)),
                    Some(name) => Err(name),
                });
            }
        }
    }

    /// Reads one message into the buffer.
    async fn receive(&mut self) -> Result<Reply, Error> {
        self.read(HEADER_BYTES).await?;
        let size = message::size(&self.buffer).filter(|size| *size <= MESSAGE_BYTES_MAX);
        let size = size.ok_or_else(|| failed("not a message, or one too large".to_owned()))?;
        let rest = size - HEADER_BYTES;
        let read = (&mut self.stream)
            .take(rest as u64)
            .read_to_end(&mut self.buffer)
            .await
            .map_err(broken)?;
        if read < rest {
            return Err(failed("connection closed".to_owned()));
        }
        Reply::parse(&self.buffer).ok_or_else(|| failed("malformed message".to_owned()))
    }

    /// Fills the buffer with exactly as many bytes.
    async fn read(&mut self, size: usize) -> Result<(), Error> {
        self.buffer.clear();
        self.buffer.resize(size, 0);
        self.stream.read_exact(&mut self.buffer).await.map_err(broken)?;
        Ok(())
    }

    /// The server says nothing after its line before it is told to begin.
    async fn line(&mut self) -> Result<String, Error> {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            if line.len() > LINE_BYTES_MAX {
                return Err(failed("authentication: line too long".to_owned()));
            }
            if self.stream.read_buf(&mut line).await.map_err(broken)? == 0 {
                return Err(failed("connection closed".to_owned()));
            }
        }
        Ok(String::from_utf8_lossy(&line).into_owned())
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.stream.write_all(bytes).await.map_err(broken)
    }
}

/// A property of an object; nothing where it has no such property, or `read` does not take its value.
///
/// Fails where the connection does.
pub async fn property<T>(
    connection: &mut Connection,
    destination: &str,
    path: &str,
    interface: &str,
    name: &str,
    read: impl FnOnce(Value<'_>) -> Option<T>,
) -> Result<Option<T>, Error> {
    let call = Call {
        destination,
        path,
        interface: "org.freedesktop.DBus.Properties",
        member: "Get",
        arguments: &[interface, name],
    };
    let answer = connection.call(&call).await?;
    Ok(answer.ok().and_then(|mut answer| answer.variant()).and_then(read))
}

/// A fault of the connection, in words.
pub fn failed(reason: String) -> Error {
    Error::Service {
        service: SERVICE,
        reason,
    }
}

fn broken(error: std::io::Error) -> Error {
    failed(error.to_string())
}
