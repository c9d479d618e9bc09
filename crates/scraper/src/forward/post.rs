//! One request of remote write and what its answer means.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::header::{HeaderMap, RETRY_AFTER};
use hyper::{Response, StatusCode};
use serde_json::Value;

use crate::client;

/// Bytes of an answer that are read for the log; an InfluxDB repeats the line that it refuses.
const ANSWER_BYTES_MAX: usize = 4096;

/// Characters of it that are logged.
const REASON_CHARACTERS_MAX: usize = 512;

/// Longest wait that a receiver can ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(10 * 60);

/// The headers by which a receiver of 2.0 says what it has written.
const WRITTEN_HEADERS: [&str; 3] = [
    "x-prometheus-remote-write-samples-written",
    "x-prometheus-remote-write-histograms-written",
    "x-prometheus-remote-write-exemplars-written",
];

/// A request's body.
pub type Body = Full<Bytes>;

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The receiver has the samples.
    Taken,
    /// It may take them later: after this wait, where it says so.
    Later(String, Option<Duration>),
    /// It never will; the reason in its own words.
    Refused(String),
    /// It does not know this message of the protocol.
    OtherMessage(String),
}

/// Reads an answer.
pub async fn verdict<B>(response: Response<B>, is_v2: bool, retry_on_429: bool) -> Verdict
where
    B: hyper::body::Body<Data = Bytes> + Unpin,
{
    let status = response.status();
    let wait = retry_after(response.headers(), SystemTime::now());
    let written = WRITTEN_HEADERS
        .iter()
        .any(|name| response.headers().contains_key(*name));
    let words = words(response).await;
    judge(status, words, wait, is_v2 && !written, is_v2, retry_on_429)
}

/// What the failure of the connection means.
pub fn failed(error: &client::Error) -> Verdict {
    Verdict::Later(error.to_string(), None)
}

fn judge(
    status: StatusCode,
    words: String,
    wait: Option<Duration>,
    silent: bool,
    is_v2: bool,
    retry_on_429: bool,
) -> Verdict {
    let reason = match words.is_empty() {
        true => format!("HTTP status {status}"),
        false => format!("HTTP status {status}: {words}"),
    };
    match status.as_u16() {
        200..=299 if silent => Verdict::OtherMessage(format!("{reason}, without saying what was written")),
        200..=299 => Verdict::Taken,
        415 if is_v2 => Verdict::OtherMessage(reason),
        429 if retry_on_429 => Verdict::Later(reason, wait),
        500..=599 => Verdict::Later(reason, wait),
        _ => Verdict::Refused(reason),
    }
}

/// The wait that `Retry-After` asks for, as seconds or as a date.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let at = httpdate::parse_http_date(text).ok()?;
            at.duration_since(now).unwrap_or_default()
        }
    };
    Some(wait.min(RETRY_AFTER_MAX))
}

/// What the body says, in one line.
async fn words<B>(response: Response<B>) -> String
where
    B: hyper::body::Body<Data = Bytes> + Unpin,
{
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while let Some(Ok(frame)) = body.frame().await {
        if let Some(piece) = frame.data_ref() {
            let left = ANSWER_BYTES_MAX.saturating_sub(bytes.len());
            bytes.extend_from_slice(piece.get(..left.min(piece.len())).unwrap_or_default());
        }
    }
    let text = said(&bytes);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    let line = line.unwrap_or_default().replace(char::is_control, "?");
    line.chars().take(REASON_CHARACTERS_MAX).collect()
}

/// The text of a body, or what the JSON of an InfluxDB says: 2 has `message`, 1 has `error`, and 3 has `error` and what
/// is wrong with a line, or with the first of several, under `data`.
fn said(body: &[u8]) -> String {
    let Ok(Value::Object(answer)) = serde_json::from_slice(body) else {
        return String::from_utf8_lossy(body).into_owned();
    };
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let Some(reason) = text(answer.get("message")).or_else(|| text(answer.get("error"))) else {
        return Value::Object(answer).to_string();
    };
    let first = match answer.get("data") {
        Some(Value::Array(lines)) => lines.first(),
        other => other,
    };
    let Some(detail) = first.and_then(|line| text(line.get("error_message"))) else {
        return reason;
    };
    let line = first.and_then(|line| line.get("line_number"));
    match line.and_then(Value::as_u64) {
        Some(line) => format!("{reason}: line {line}: {detail}"),
        None => format!("{reason}: {detail}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_answers_mean() {
        let judged = |status: u16, is_v2| {
            let status = StatusCode::from_u16(status).unwrap();
            judge(status, "no".into(), None, false, is_v2, true)
        };
        assert_eq!(judged(204, false), Verdict::Taken);
        assert_eq!(
            judged(400, false),
            Verdict::Refused("HTTP status 400 Bad Request: no".into())
        );
        assert!(matches!(judged(415, false), Verdict::Refused(_)));
        assert!(matches!(judged(415, true), Verdict::OtherMessage(_)));
        assert!(matches!(judged(404, true), Verdict::Refused(_)));
        assert!(matches!(judged(429, false), Verdict::Later(..)));
        assert!(matches!(judged(503, true), Verdict::Later(..)));
        let silent = judge(StatusCode::OK, String::new(), None, true, true, true);
        assert!(matches!(silent, Verdict::OtherMessage(_)));
        let once = judge(
            StatusCode::TOO_MANY_REQUESTS,
            String::new(),
            None,
            false,
            false,
            false,
        );
        assert_eq!(once, Verdict::Refused("HTTP status 429 Too Many Requests".into()));
    }

    #[test]
    fn what_receivers_say() {
        for (body, expect) in [
            ("", ""),
            ("\n  out of order \nsample", "out of order"),
            ("a\tb", "a?b"),
            (
                r#"{"code": "invalid", "message": "unable to parse 'a'", "line": 2}"#,
                "unable to parse 'a'",
            ),
            (
                "{\n  \"code\": \"invalid\",\n  \"message\": \"two\\nlines\"\n}",
                "two",
            ),
            (
                r#"{"error": "partial write: dropped=1"}"#,
                "partial write: dropped=1",
            ),
            (
                r#"{"error": "partial write of line protocol occurred", "data": [{"original_line": "a b", "line_number": 7,
                  "error_message": "no fields were provided"}, {"line_number": 9}]}"#,
                "partial write of line protocol occurred: line 7: no fields were provided",
            ),
            (
                r#"{"error": "parsing failed for write_lp endpoint", "data": {"error_message": "no time"}}"#,
                "parsing failed for write_lp endpoint: no time",
            ),
            ("{\"status\":\n 1}", r#"{"status":1}"#),
            (r#"["a"]"#, r#"["a"]"#),
        ] {
            let response = Response::new(Full::new(Bytes::from(body)));
            let said = std::pin::pin!(words(response));
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            assert_eq!(said.poll(&mut context), std::task::Poll::Ready(expect.to_owned()));
        }
    }

    #[test]
    fn waits_that_are_asked_for() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for (text, expect) in [
            ("7", Some(7)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:49:27 GMT", Some(0)),
            ("99999999", Some(600)),
            ("soon", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            assert_eq!(
                retry_after(&headers, now).map(|wait| wait.as_secs()),
                expect,
                "{text}"
            );
        }
    }
}
