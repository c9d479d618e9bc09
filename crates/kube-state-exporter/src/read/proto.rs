//! Fields of a protobuf message, borrowed: enough to find the objects in what the API server sends around them.

/// What every protobuf body of Kubernetes begins with, before a `runtime.Unknown`.
const MAGIC: &[u8] = b"k8s\0";
/// `runtime.Unknown.raw`
const UNKNOWN_RAW: u32 = 2;

/// The fields of one message, in the order in which they stand.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    rest: &'a [u8],
}

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Integers and booleans.
    Varint(u64),
    /// Text, bytes and messages.
    Bytes(&'a [u8]),
    /// Of a type that nothing here needs.
    Other,
}

/// Not a protobuf message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a protobuf message")]
pub struct Malformed;

impl<'a> Fields<'a> {
    /// The fields of `message`.
    pub fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    /// The last value of a field that holds bytes; the last one wins, as everywhere in protobuf.
    pub fn bytes(self, number: u32) -> Result<Option<&'a [u8]>, Malformed> {
        let mut found = None;
        for field in self {
            if let (at, Value::Bytes(bytes)) = field?
                && at == number
            {
                found = Some(bytes);
            }
        }
        Ok(found)
    }

    /// The last value of a field that holds text; empty where it is absent or no UTF-8.
    pub fn text(self, number: u32) -> Result<&'a str, Malformed> {
        let bytes = self.bytes(number)?.unwrap_or_default();
        Ok(std::str::from_utf8(bytes).unwrap_or_default())
    }

    fn varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0;
        for shift in (0..70).step_by(7) {
            let (byte, rest) = self.rest.split_first().ok_or(Malformed)?;
            self.rest = rest;
            value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if *byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Malformed)
    }

    fn take(&mut self, count: u64) -> Result<&'a [u8], Malformed> {
        let count = usize::try_from(count).map_err(|_| Malformed)?;
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    fn field(&mut self) -> Result<(u32, Value<'a>), Malformed> {
        let tag = self.varint()?;
        let number = u32::try_from(tag >> 3).map_err(|_| Malformed)?;
        let value = match tag & 7 {
            0 => Value::Varint(self.varint()?),
            1 => self.take(8).map(|_| Value::Other)?,
            2 => {
                let length = self.varint()?;
                Value::Bytes(self.take(length)?)
            }
            5 => self.take(4).map(|_| Value::Other)?,
            _ => return Err(Malformed),
        };
        Ok((number, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Value<'a>), Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// The message inside the envelope that the API server puts around every object.
pub fn unwrap(body: &[u8]) -> Result<&[u8], Malformed> {
    let unknown = body.strip_prefix(MAGIC).ok_or(Malformed)?;
    Ok(Fields::new(unknown).bytes(UNKNOWN_RAW)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &[u8], expect: Result<Vec<(u32, Value<'_>)>, Malformed>) {
        assert_eq!(Fields::new(message).collect::<Result<Vec<_>, _>>(), expect);
    }

    #[test]
    fn fields() {
        check(b"", Ok(vec![]));
        check(b"\x08\x96\x01", Ok(vec![(1, Value::Varint(150))]));
        check(
            b"\x12\x02hi\x0d1234\x1912345678",
            Ok(vec![
                (2, Value::Bytes(b"hi")),
                (1, Value::Other),
                (3, Value::Other),
            ]),
        );
        check(
            b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            Ok(vec![(1, Value::Varint(u64::MAX))]),
        );
    }

    #[test]
    fn short_and_strange_messages() {
        for message in [
            &b"\x08"[..],
            b"\x12\x03hi",
            b"\x0d123",
            b"\x0b",
            b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        ] {
            check(message, Err(Malformed));
        }
    }

    #[test]
    fn envelope() {
        assert_eq!(unwrap(b"k8s\0\x0a\x00\x12\x02hi"), Ok(&b"hi"[..]));
        assert_eq!(unwrap(b"k8s\0"), Ok(&b""[..]));
        assert_eq!(unwrap(b"{}"), Err(Malformed));
    }
}
