//! What others answer: receivers of samples, and all that is asked for targets. The first byte says who.
//!
//! An answer over HTTP is its status in two bytes, lines of headers, an empty line, and the body.

#![no_main]

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use libfuzzer_sys::fuzz_target;
use scraper::client::body::Decoder;
use scraper::client::{Error, oauth2};
use scraper::config::Secret;
use scraper::discovery::fuzzing::{self, Found};
use scraper::forward::post::{self, Verdict};
use tokio::time::Instant;

/// The number of the question that packets answer.
const QUESTION: u16 = 7;

fuzz_target!(|bytes: &[u8]| {
    let Some((who, rest)) = bytes.split_first() else { return };
    match who {
        b'r' => receiver(rest),
        b'h' => {
            let (_, headers, body) = answer(rest);
            check(fuzzing::http(headers, body));
        }
        b'd' => {
            let at = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
            let (containers, networks) = rest.split_at(at);
            let networks = networks.get(1..).unwrap_or(b"[]");
            check(fuzzing::docker(containers, networks, true));
            check(fuzzing::docker(containers, networks, false));
        }
        b't' => check(fuzzing::tailscale(rest)),
        b'n' => {
            let mut packet = QUESTION.to_be_bytes().to_vec();
            packet.extend_from_slice(rest);
            check(fuzzing::dns(&packet, QUESTION));
        }
        b'z' => body(rest),
        b'o' => {
            let (status, _, body) = answer(rest);
            if let Err(reason) = oauth2::token(status, body, Instant::now()) {
                assert!(one_line(&oauth2::one_line(&reason, &Secret::default())));
            }
        }
        _ => {}
    }
});

/// A reason is one line of the log; a target has an address, and no label without a name.
fn check(found: Found) {
    match found {
        Err(reason) => assert!(!reason.contains(['\n', '\r', '\0']), "{reason:?}"),
        Ok(found) => {
            for labels in found {
                assert!(labels.contains_key("__address__"));
                assert!(labels.keys().all(|name| !name.is_empty()));
            }
        }
    }
}

/// Status, headers, body.
fn answer(bytes: &[u8]) -> (StatusCode, HeaderMap, &[u8]) {
    let (status, rest) = bytes.split_at(bytes.len().min(2));
    let number = status.iter().fold(0, |number, byte| number << 8 | u16::from(*byte));
    let status = StatusCode::from_u16(100 + number % 500).unwrap_or_default();
    let mut headers = HeaderMap::new();
    let mut lines = rest;
    while let Some(at) = lines.iter().position(|byte| *byte == b'\n') {
        let (line, left) = lines.split_at(at);
        lines = left.get(1..).unwrap_or_default();
        if line.is_empty() {
            break;
        }
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default();
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    (status, headers, lines)
}

fn receiver(bytes: &[u8]) {
    let (status, headers, body) = answer(bytes);
    for (is_v2, retry_on_429) in [(false, false), (true, true)] {
        let mut response = Response::new(Full::new(Bytes::copy_from_slice(body)));
        *response.status_mut() = status;
        *response.headers_mut() = headers.clone();
        let verdict = pin!(post::verdict(response, is_v2, retry_on_429));
        // A body that is there does not let wait.
        let Poll::Ready(verdict) = verdict.poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("the verdict waits");
        };
        match verdict {
            Verdict::Taken => assert!(status.is_success()),
            Verdict::OtherMessage(reason) => assert!(is_v2 && one_line(&reason)),
            Verdict::Refused(reason) => assert!(!status.is_server_error() && one_line(&reason)),
            Verdict::Later(reason, wait) => {
                assert!(one_line(&reason));
                assert!(wait.is_none_or(|wait| wait.as_secs() <= 600));
            }
        }
    }
}

fn one_line(reason: &str) -> bool {
    !reason.contains(|c: char| c.is_control()) && reason.len() < 4096
}

/// A compressed body, in one piece and in many.
fn body(bytes: &[u8]) {
    let headers = HeaderMap::from_iter([(
        hyper::header::CONTENT_ENCODING,
        HeaderValue::from_static("gzip"),
    )]);
    let decode = |piece: usize| {
        let mut decoder = Decoder::of(&headers)?;
        let mut out = Vec::new();
        let mut each = |bytes: &[u8]| -> Result<(), Error> {
            out.extend_from_slice(bytes);
            match out.len() <= 1 << 20 {
                true => Ok(()),
                false => Err(Error::Decode("too much".into())),
            }
        };
        for piece in bytes.chunks(piece) {
            decoder.push(piece, &mut each)?;
        }
        decoder.finish(&mut each)?;
        Ok::<_, Error>(out)
    };
    if let (Ok(whole), Ok(pieces)) = (decode(usize::MAX), decode(7)) {
        assert_eq!(whole, pieces);
    }
}
