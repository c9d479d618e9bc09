//! Cuts the body of a watch into events.
//!
//! In protobuf each event follows its length in four bytes, big end first. In JSON each event is a line.

use bytes::{Buf, Bytes, BytesMut};
use http_body_util::BodyExt;
use kube::client::Body;

/// Bytes of one event. etcd takes objects of 1.5 MB; their JSON can be a few times that.
pub const EVENT_BYTES_MAX: usize = 16 << 20;
/// Room that an emptied buffer keeps; a pod in protobuf has 7 kB.
const KEPT_BYTES: usize = 64 << 10;

/// How the server writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Kubernetes' protobuf.
    Protobuf,
    /// JSON, and lines of it in a watch.
    Json,
}

impl Format {
    /// The format of a body, from its `Content-Type`.
    pub fn from_content_type(value: &str) -> Self {
        match value
            .trim_start()
            .starts_with("application/vnd.kubernetes.protobuf")
        {
            true => Self::Protobuf,
            false => Self::Json,
        }
    }
}

/// Why a body ended before its time.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The connection broke.
    #[error("read: {0}")]
    Read(#[source] kube::Error),
    /// An event has more than [`EVENT_BYTES_MAX`].
    #[error("an event of {0} bytes, more than the {EVENT_BYTES_MAX} that are read")]
    TooLong(usize),
    /// The body ended within an event.
    #[error("the answer was cut off")]
    CutOff,
}

/// The events of one body.
#[derive(Debug)]
pub struct Frames {
    format: Format,
    body: Body,
    /// What arrived and was not given out.
    buffer: BytesMut,
    /// Bytes at the start of `buffer` that hold no end of a line.
    searched: usize,
}

impl Frames {
    /// Reads `body`, which is in `format`.
    pub fn new(format: Format, body: Body) -> Self {
        Self {
            format,
            body,
            buffer: BytesMut::new(),
            searched: 0,
        }
    }

    /// How the events are written.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The next event, without its length or the end of its line; `None` at the end of the body.
    ///
    /// May be dropped and called again: what arrived is kept.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            if let Some(event) = self.cut()? {
                return Ok(Some(event));
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        self.buffer.extend_from_slice(&bytes);
                    }
                }
                Some(Err(error)) => return Err(Error::Read(error)),
                None if self.buffer.iter().all(u8::is_ascii_whitespace) => return Ok(None),
                None => return Err(Error::CutOff),
            }
        }
    }

    fn cut(&mut self) -> Result<Option<Bytes>, Error> {
        let event = match self.format {
            Format::Protobuf => self.cut_counted()?,
            Format::Json => self.cut_line()?,
        };
        if event.is_none() && self.buffer.is_empty() && KEPT_BYTES < self.buffer.capacity() {
            self.buffer = BytesMut::new();
        }
        Ok(event)
    }

    fn cut_counted(&mut self) -> Result<Option<Bytes>, Error> {
        let Some(length) = self.buffer.first_chunk() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*length) as usize;
        if EVENT_BYTES_MAX < length {
            return Err(Error::TooLong(length));
        }
        if self.buffer.len() < length + 4 {
            return Ok(None);
        }
        self.buffer.advance(4);
        Ok(Some(self.buffer.split_to(length).freeze()))
    }

    fn cut_line(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let unsearched = self.buffer.get(self.searched..).unwrap_or_default();
            let Some(end) = unsearched.iter().position(|byte| *byte == b'\n') else {
                self.searched = self.buffer.len();
                return match self.searched {
                    ..=EVENT_BYTES_MAX => Ok(None),
                    length => Err(Error::TooLong(length)),
                };
            };
            let line = self.buffer.split_to(self.searched + end).freeze();
            self.buffer.advance(1);
            self.searched = 0;
            if !line.iter().all(u8::is_ascii_whitespace) {
                return Ok(Some(line));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn events(format: Format, body: &'static [u8]) -> Result<Vec<Bytes>, String> {
        let mut frames = Frames::new(format, Body::from(Bytes::from_static(body)));
        let mut events = Vec::new();
        while let Some(event) = frames.next().await.map_err(|error| error.to_string())? {
            events.push(event);
        }
        Ok(events)
    }

    #[track_caller]
    fn check(format: Format, body: &'static [u8], expect: Result<&[&str], &str>) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let events = runtime.block_on(events(format, body));
        let expect = expect
            .map(|events| {
                events
                    .iter()
                    .map(|event| Bytes::from((*event).to_owned()))
                    .collect()
            })
            .map_err(str::to_owned);
        assert_eq!(events, expect);
    }

    #[test]
    fn lines() {
        check(Format::Json, b"{}\n\r\n[1]\n", Ok(&["{}", "[1]"]));
        check(Format::Json, b"", Ok(&[]));
        check(Format::Json, b"{}\n{", Err("the answer was cut off"));
    }

    #[test]
    fn counted() {
        check(
            Format::Protobuf,
            b"\0\0\0\x02hi\0\0\0\0\0\0\0\x01x",
            Ok(&["hi", "", "x"]),
        );
        check(Format::Protobuf, b"\0\0\0\x02h", Err("the answer was cut off"));
        check(
            Format::Protobuf,
            b"\xff\0\0\0",
            Err("an event of 4278190080 bytes, more than the 16777216 that are read"),
        );
    }
}
