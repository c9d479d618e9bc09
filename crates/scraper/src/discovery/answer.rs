//! One answer over HTTP, read to its end.

use std::rc::Rc;

use http_body_util::BodyExt as _;
use hyper::header::HeaderMap;

use crate::client::body::Decoder;
use crate::client::{self, Client, Trust};
use crate::config::LIMITS;
use crate::config::http::HttpSettings;
use crate::target::Url;

/// Headers and body.
#[derive(Debug)]
pub struct Answer {
    /// The headers.
    pub headers: HeaderMap,
    /// The body, not encoded; at most [`LIMITS`]' bytes.
    pub body: Vec<u8>,
}

/// Asks `url`. Fails with one line where no whole answer of status 200 comes.
pub async fn ask(url: &Url, settings: &HttpSettings, headers: HeaderMap) -> Result<Answer, String> {
    let trust = Rc::new(Trust::new(settings.tls.clone()));
    let mut client = Client::new(trust, headers);
    let mut answer = client
        .get(url, settings)
        .await
        .map_err(|error| error.to_string())?;
    let headers = answer.response.headers().clone();
    let mut decoder = Decoder::of(&headers).map_err(|error| error.to_string())?;
    let mut body = Vec::new();
    let mut take = |bytes: &[u8]| -> Result<(), client::Error> {
        if LIMITS.bytes < (body.len() + bytes.len()) as u64 {
            return Err(client::Error::Decode(format!("more than {} bytes", LIMITS.bytes)));
        }
        body.extend_from_slice(bytes);
        Ok(())
    };
    while let Some(frame) = answer.response.frame().await {
        let frame = frame.map_err(|error| format!("read body: {error}"))?;
        if let Some(piece) = frame.data_ref() {
            decoder
                .push(piece, &mut take)
                .map_err(|error| error.to_string())?;
        }
    }
    decoder.finish(&mut take).map_err(|error| error.to_string())?;
    Ok(Answer { headers, body })
}
