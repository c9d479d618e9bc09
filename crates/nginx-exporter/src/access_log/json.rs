//! Lines that are JSON objects: a `log_format … escape=json` of one's own.
//!
//! Read are `status`, `request_method` (or `method`, or the first word of `request`), `body_bytes_sent` (or `bytes_sent`)
//! and `request_time`, as texts or numbers; other fields are read over.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::Entry;

/// Reads a line; `None` where it is no object, or has no status.
#[must_use]
pub fn parse(line: &[u8]) -> Option<Entry> {
    let fields: Fields<'_> = match serde_json::from_slice(line) {
        Ok(fields) => fields,
        // nginx writes the bytes of a request as they came, and they need not be UTF-8.
        Err(_) => {
            let text = String::from_utf8_lossy(line);
            return match text {
                Cow::Borrowed(_) => None,
                Cow::Owned(text) => entry(&serde_json::from_str(&text).ok()?),
            };
        }
    };
    entry(&fields)
}

fn entry(fields: &Fields<'_>) -> Option<Entry> {
    let method = match (&fields.method, &fields.request) {
        (Some(method), _) => method.as_ref(),
        (None, Some(request)) => request.split(' ').next().unwrap_or_default(),
        (None, None) => "",
    };
    let bytes = |field: &Option<Scalar<'_>>| field.as_ref().map(|text| text.as_bytes().to_vec());
    let size = bytes(&fields.body_bytes_sent).or_else(|| bytes(&fields.bytes_sent));
    Entry::new(
        method.as_bytes(),
        fields.status.as_ref()?.as_bytes(),
        &size.unwrap_or_default(),
        &bytes(&fields.request_time).unwrap_or_default(),
    )
}

type Scalar<'a> = Cow<'a, str>;

/// The fields that are read. Of a field that is there twice the last one stands.
#[derive(Default)]
struct Fields<'a> {
    status: Option<Scalar<'a>>,
    method: Option<Scalar<'a>>,
    request: Option<Scalar<'a>>,
    body_bytes_sent: Option<Scalar<'a>>,
    bytes_sent: Option<Scalar<'a>>,
    request_time: Option<Scalar<'a>>,
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Fields::default();
        while let Some(Text(name)) = map.next_key()? {
            let field = match name.as_ref() {
                "status" => &mut fields.status,
                "request_method" | "method" => &mut fields.method,
                "request" => &mut fields.request,
                "body_bytes_sent" => &mut fields.body_bytes_sent,
                "bytes_sent" => &mut fields.bytes_sent,
                "request_time" => &mut fields.request_time,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            let Text(value) = map.next_value()?;
            *field = Some(value);
        }
        Ok(fields)
    }
}

/// A text as it stands in the line, or a number as text.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a number")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }

    fn visit_unit<E>(self) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed("")))
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Text<'de>, E> {
        Err(E::custom("true and false are neither text nor number"))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(line: &[u8], expect: Expect) {
        expect.assert_eq(&format!("{:?}", parse(line)));
    }

    #[test]
    fn texts_and_numbers() {
        check(
            br#"{"time":"x","status":"200","request_method":"GET","body_bytes_sent":"612","request_time":"0.003"}"#,
            expect!["Some(Entry { method: 0, status: 200, size_bytes: Some(612), time_seconds: Some(0.003) })"],
        );
        check(
            br#"{"status":404,"method":"HEAD","bytes_sent":150,"request_time":1.5,"upstream":null,"more":{"a":[1]}}"#,
            expect!["Some(Entry { method: 1, status: 404, size_bytes: Some(150), time_seconds: Some(1.5) })"],
        );
    }

    #[test]
    fn method_of_the_request() {
        check(
            br#"{"status":"200","request":"DELETE /a\u0022 HTTP/1.1"}"#,
            expect!["Some(Entry { method: 4, status: 200, size_bytes: None, time_seconds: None })"],
        );
        check(
            b"{\"status\":\"400\",\"request\":\"\xff\xfe\",\"agent\":\"\xff\"}",
            expect!["Some(Entry { method: 9, status: 400, size_bytes: None, time_seconds: None })"],
        );
    }

    #[test]
    fn empty_fields() {
        check(
            br#"{"status":"499","body_bytes_sent":"","request_time":"-","request_method":null}"#,
            expect!["Some(Entry { method: 9, status: 499, size_bytes: None, time_seconds: None })"],
        );
    }

    #[test]
    fn other_lines() {
        for line in [
            "",
            "x",
            "{",
            "[]",
            "200",
            "{}",
            r#"{"status":true}"#,
            r#"{"status":"ok"}"#,
            r#"{"status":200"#,
        ] {
            assert_eq!(parse(line.as_bytes()), None, "{line}");
        }
    }
}
