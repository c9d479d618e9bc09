//! Writes answers: pages with a length, streams in chunks, and the faults that happen to them.

use std::io::{Error, Result, Write};
use std::time::Instant;

use super::Shared;
use super::fault::What;
use super::protobuf;
use super::request::{Form, Format};
use super::world::Stored;

/// An answer on its way.
pub struct Answer<'a, W> {
    stream: &'a mut W,
    shared: &'a Shared,
    /// Rises when all connections are cut.
    life: u64,
    fault: Option<What>,
    events: usize,
}

impl<'a, W: Write> Answer<'a, W> {
    /// An answer to which `fault` happens.
    pub fn new(stream: &'a mut W, shared: &'a Shared, life: u64, fault: Option<What>) -> Self {
        Self {
            stream,
            shared,
            life,
            fault,
            events: 0,
        }
    }

    /// A whole answer.
    pub fn page(&mut self, code: u16, headers: &str, format: Format, body: &[u8]) -> Result<()> {
        let head = format!(
            "HTTP/1.1 {code} Said\r\ncontent-type: {}\r\ncontent-length: {}\r\n{headers}\r\n",
            content_type(format, false),
            body.len()
        );
        self.send(head.as_bytes())?;
        let half = &body[..body.len() / 2];
        match self.fault {
            Some(What::Stalled(_)) => {
                self.send(half)?;
                self.hold()
            }
            Some(What::Broken(_)) => {
                self.send(half)?;
                Err(Error::other("broken as wanted"))
            }
            _ => self.send(body),
        }
    }

    /// A refusal.
    pub fn refuse(
        &mut self,
        format: Format,
        code: u16,
        reason: &str,
        message: &str,
        retry_after: Option<u32>,
    ) -> Result<()> {
        let body = match format {
            Format::Json => status(code, reason, message).into_bytes(),
            Format::Protobuf => protobuf::status(code, reason, message),
        };
        let header = retry_after.map(|seconds| format!("retry-after: {seconds}\r\n"));
        self.page(code, &header.unwrap_or_default(), format, &body)
    }

    /// The head of a stream.
    pub fn open(&mut self, format: Format) -> Result<()> {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {}\r\ntransfer-encoding: chunked\r\n\r\n",
            content_type(format, true)
        );
        self.send(head.as_bytes())
    }

    /// The next event of a stream.
    pub fn event(&mut self, bytes: &[u8]) -> Result<()> {
        let size = format!("{:x}\r\n", bytes.len());
        match self.fault {
            Some(What::Stalled(after)) if after <= self.events => return self.hold(),
            Some(What::Broken(after)) if after <= self.events => {
                self.send(&[size.as_bytes(), &bytes[..bytes.len() / 2]].concat())?;
                return Err(Error::other("broken as wanted"));
            }
            _ => {}
        }
        self.events += 1;
        self.send(&[size.as_bytes(), bytes, b"\r\n"].concat())
    }

    /// The end of a stream.
    pub fn close(&mut self) -> Result<()> {
        self.send(b"0\r\n\r\n")
    }

    /// Nothing more, until all connections are cut.
    pub fn hold(&self) -> Result<()> {
        while self.shared.wait(self.life, self.shared.generation(), None) {}
        Err(Error::other("held until the end"))
    }

    fn send(&mut self, bytes: &[u8]) -> Result<()> {
        let Some(What::Trickling(count, pause)) = self.fault else {
            self.stream.write_all(bytes)?;
            return self.stream.flush();
        };
        for piece in bytes.chunks(count) {
            self.stream.write_all(piece)?;
            self.stream.flush()?;
            let end = Instant::now() + pause;
            while Instant::now() < end {
                if !self.shared.wait(self.life, self.shared.generation(), Some(end)) {
                    return Err(Error::other("cut"));
                }
            }
        }
        Ok(())
    }
}

fn content_type(format: Format, streams: bool) -> &'static str {
    match (format, streams) {
        (Format::Json, _) => "application/json",
        (Format::Protobuf, false) => "application/vnd.kubernetes.protobuf",
        (Format::Protobuf, true) => "application/vnd.kubernetes.protobuf;stream=watch",
    }
}

/// A refusal in JSON.
pub fn status(code: u16, reason: &str, message: &str) -> String {
    serde_json::json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "code": code, "reason": reason, "message": message,
    })
    .to_string()
}

/// The object's JSON in the form that is asked for.
pub fn json(object: &Stored, form: Form) -> &str {
    match form {
        Form::Whole => &object.whole.json,
        Form::Metadata => &object.metadata.json,
        Form::Table => &object.row,
    }
}

/// The object's message in the form that is asked for.
pub fn message(object: &Stored, form: Form) -> &[u8] {
    let forms = match form {
        Form::Whole => &object.whole,
        Form::Metadata | Form::Table => &object.metadata,
    };
    forms
        .message
        .as_deref()
        .expect("negotiated only where there is one")
}
