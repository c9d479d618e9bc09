//! Messages of D-Bus as bytes: writing a call, reading an answer. Only little-endian, as every machine that this runs on.

/// The part of a message that tells the size of the rest.
pub const HEADER_BYTES: usize = 16;

/// A method and its arguments, which are all texts.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Name of the program on the bus.
    pub destination: &'a str,
    /// The object.
    pub path: &'a str,
    /// The interface that has the method.
    pub interface: &'a str,
    /// The method.
    pub member: &'a str,
    /// Its arguments.
    pub arguments: &'a [&'a str],
}

/// Types of messages.
const METHOD_CALL: u8 = 1;
const METHOD_RETURN: u8 = 2;
const ERROR: u8 = 3;
/// The version of the protocol.
const VERSION: u8 = 1;

/// Fields of the header.
const PATH: u8 = 1;
const INTERFACE: u8 = 2;
const MEMBER: u8 = 3;
const ERROR_NAME: u8 = 4;
const REPLY_SERIAL: u8 = 5;
const DESTINATION: u8 = 6;
const SIGNATURE: u8 = 8;

/// Structures begin at multiples of this.
const STRUCT_ALIGNMENT: usize = 8;

impl Call<'_> {
    /// Replaces what is in `out` with the message; `serial` comes back in the answer.
    pub fn write(&self, serial: u32, out: &mut Vec<u8>) {
        out.clear();
        out.extend([b'l', METHOD_CALL, 0, VERSION]);
        // The sizes of body and fields are known at the end.
        out.extend([0; 4]);
        out.extend(serial.to_le_bytes());
        out.extend([0; 4]);
        for (field, kind, text) in [
            (PATH, b'o', self.path),
            (INTERFACE, b's', self.interface),
            (MEMBER, b's', self.member),
            (DESTINATION, b's', self.destination),
        ] {
            pad(out, STRUCT_ALIGNMENT);
            out.extend([field, 1, kind, 0]);
            string(out, text);
        }
        if !self.arguments.is_empty() {
            pad(out, STRUCT_ALIGNMENT);
            out.extend([SIGNATURE, 1, b'g', 0, self.arguments.len() as u8]);
            out.extend(self.arguments.iter().map(|_| b's'));
            out.push(0);
        }
        let fields_bytes = (out.len() - HEADER_BYTES) as u32;
        pad(out, STRUCT_ALIGNMENT);
        let body_start = out.len();
        for argument in self.arguments {
            string(out, argument);
        }
        let body_bytes = (out.len() - body_start) as u32;
        out[4..8].copy_from_slice(&body_bytes.to_le_bytes());
        out[12..16].copy_from_slice(&fields_bytes.to_le_bytes());
    }
}

fn pad(out: &mut Vec<u8>, alignment: usize) {
    out.resize(out.len().next_multiple_of(alignment), 0);
}

fn string(out: &mut Vec<u8>, text: &str) {
    pad(out, 4);
    out.extend((text.len() as u32).to_le_bytes());
    out.extend(text.as_bytes());
    out.push(0);
}

/// Bytes of the whole message that begins with `header`; nothing where it is not the beginning of one.
#[must_use]
pub fn size(header: &[u8]) -> Option<usize> {
    let mut reader = Reader::new(header);
    if reader.bytes(4)? != [b'l', *header.get(1)?, *header.get(2)?, VERSION] {
        return None;
    }
    let body = reader.u32()? as usize;
    reader.u32()?;
    let fields = reader.u32()? as usize;
    fields
        .checked_add(HEADER_BYTES)?
        .checked_next_multiple_of(STRUCT_ALIGNMENT)?
        .checked_add(body)
}

/// What the header of a message that arrived says.
#[derive(Debug, PartialEq, Eq)]
pub struct Reply {
    /// Number of the call that it answers; none for a signal.
    pub serial: Option<u32>,
    /// Name of the error, where it is one.
    pub error: Option<String>,
    /// Where the body begins.
    pub body_start: usize,
}

impl Reply {
    /// Reads the header of a whole message; nothing where it is malformed.
    #[must_use]
    pub fn parse(message: &[u8]) -> Option<Self> {
        let kind = *message.get(1)?;
        let mut reader = Reader::new(message);
        reader.bytes(HEADER_BYTES - 4)?;
        let fields_bytes = reader.u32()? as usize;
        let end = HEADER_BYTES.checked_add(fields_bytes)?;
        let mut fields = Reader::new(message.get(..end)?);
        fields.bytes(HEADER_BYTES)?;
        let (mut serial, mut name) = (None, None);
        while !fields.is_empty() {
            fields.align(STRUCT_ALIGNMENT)?;
            match (fields.u8()?, fields.variant()?) {
                (REPLY_SERIAL, Value::U32(number)) => serial = Some(number),
                (ERROR_NAME, Value::Text(text)) => name = Some(text.to_owned()),
                _ => {}
            }
        }
        let serial = serial.filter(|_| matches!(kind, METHOD_RETURN | ERROR));
        let error = (kind == ERROR).then(|| name.unwrap_or_default());
        Some(Self {
            serial,
            error,
            body_start: end.checked_next_multiple_of(STRUCT_ALIGNMENT)?,
        })
    }
}

/// A value whose type is known only when it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// `b`.
    Bool(bool),
    /// `u`, and an `i` that is not negative.
    U32(u32),
    /// `t`.
    U64(u64),
    /// `s`, `o` and `g`.
    Text(&'a str),
}

/// Reads values one after another. Each method gives nothing where the bytes end too early or are not of the type.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    /// Always at most the number of bytes.
    at: usize,
}

impl<'a> Reader<'a> {
    /// `bytes` begin at a multiple of eight in the message.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Whether everything is read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.at == self.bytes.len()
    }

    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(count)?;
        let bytes = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(bytes)
    }

    fn align(&mut self, alignment: usize) -> Option<()> {
        let padding = self.at.next_multiple_of(alignment) - self.at;
        self.bytes(padding).map(|_| ())
    }

    fn u8(&mut self) -> Option<u8> {
        self.bytes(1)?.first().copied()
    }

    /// A `u`.
    pub fn u32(&mut self) -> Option<u32> {
        self.align(4)?;
        Some(u32::from_le_bytes(self.bytes(4)?.try_into().ok()?))
    }

    fn u64(&mut self) -> Option<u64> {
        self.align(8)?;
        Some(u64::from_le_bytes(self.bytes(8)?.try_into().ok()?))
    }

    /// An `s` or `o`.
    pub fn text(&mut self) -> Option<&'a str> {
        let size = self.u32()? as usize;
        self.text_of(size)
    }

    fn signature(&mut self) -> Option<&'a str> {
        let size = usize::from(self.u8()?);
        self.text_of(size)
    }

    fn text_of(&mut self, size: usize) -> Option<&'a str> {
        let text = std::str::from_utf8(self.bytes(size)?).ok()?;
        (self.u8()? == 0).then_some(text)
    }

    /// A `v` that holds a simple value.
    pub fn variant(&mut self) -> Option<Value<'a>> {
        match self.signature()? {
            "s" | "o" => self.text().map(Value::Text),
            "g" => self.signature().map(Value::Text),
            "b" => self.u32().map(|number| Value::Bool(number != 0)),
            "u" | "i" => self.u32().map(Value::U32),
            "t" => self.u64().map(Value::U64),
            _ => None,
        }
    }

    /// The structures of an array, each read by `one`.
    pub fn structures<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let size = self.u32()? as usize;
        self.align(STRUCT_ALIGNMENT)?;
        let end = self.at.checked_add(size)?;
        let mut items = Self {
            bytes: self.bytes.get(..end)?,
            at: self.at,
        };
        let mut found = Vec::new();
        while !items.is_empty() {
            items.align(STRUCT_ALIGNMENT)?;
            found.push(one(&mut items)?);
        }
        self.at = end;
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answer 7 to call 3, as systemd 257 gave it for the property `Version`.
    const ANSWER: &[u8] = b"l\x02\x01\x01\x0c\0\0\0\x07\0\0\0\x0f\0\0\0\x05\x01u\0\x03\0\0\0\x08\x01g\0\x01v\0\0\x01s\0\0\x03\0\0\x00257\0";

    #[test]
    fn a_call_as_bytes() {
        let mut message = Vec::new();
        let call = Call {
            destination: "a.b",
            path: "/a",
            interface: "a.c",
            member: "Get",
            arguments: &["x", "yz"],
        };
        call.write(9, &mut message);
        assert_eq!(size(&message), Some(message.len()));
        assert_eq!(message.len() % 4, 3);
        let expected: &[u8] = b"l\x01\0\x01\x0f\0\0\0\x09\0\0\0\x49\0\0\0\
            \x01\x01o\0\x02\0\0\0/a\0\0\0\0\0\0\
            \x02\x01s\0\x03\0\0\0a.c\0\0\0\0\0\
            \x03\x01s\0\x03\0\0\0Get\0\0\0\0\0\
            \x06\x01s\0\x03\0\0\0a.b\0\0\0\0\0\
            \x08\x01g\0\x02ss\0\0\0\0\0\0\0\0\0\
            \x01\0\0\0x\0\0\0\x02\0\0\0yz\0";
        assert_eq!(message[HEADER_BYTES..80], expected[HEADER_BYTES..80]);
        assert_eq!(message[message.len() - 15..], expected[expected.len() - 15..]);
    }

    #[test]
    fn an_answer() {
        let size = size(ANSWER).unwrap();
        let reply = Reply::parse(&ANSWER[..size]).unwrap();
        assert_eq!((reply.serial, &reply.error), (Some(3), &None));
        let mut body = Reader::new(&ANSWER[reply.body_start..size]);
        assert_eq!(body.variant(), Some(Value::Text("257")));
        assert!(body.is_empty());
    }

    #[test]
    fn cut_and_damaged_answers_are_survived() {
        for end in 0..ANSWER.len() {
            let cut = &ANSWER[..end];
            let _ = (
                size(cut),
                Reply::parse(cut),
                Reader::new(cut).structures(Reader::text),
            );
        }
        for at in 0..ANSWER.len() {
            for byte in [0, 1, 7, 0x7f, 0xff] {
                let mut damaged = ANSWER.to_vec();
                damaged[at] = byte;
                let _ = size(&damaged);
                if let Some(reply) = Reply::parse(&damaged) {
                    let body = damaged.get(reply.body_start..).unwrap_or_default();
                    let _ = Reader::new(body).variant();
                }
            }
        }
    }

    #[test]
    fn arrays_end_where_they_say() {
        let bytes = b"\x0e\0\0\0\0\0\0\0\x01\0\0\0a\0\0\0\x01\0\0\0b\0rest";
        let mut reader = Reader::new(bytes);
        assert_eq!(reader.structures(Reader::text), Some(vec!["a", "b"]));
        let endless = b"\xff\xff\xff\xff\0\0\0\0\x01\0\0\0a\0";
        assert_eq!(Reader::new(endless).structures(Reader::text), None);
        assert_eq!(
            Reader::new(b"\0\0\0\0\0\0\0\0").structures(Reader::text),
            Some(vec![])
        );
    }

    #[test]
    fn what_is_no_message() {
        assert_eq!(size(b"B\x02\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0"), None);
        assert_eq!(size(b"HTTP/1.1 400 Bad"), None);
        assert_eq!(size(b""), None);
    }
}
