//! The way through a proxy: `CONNECT` for https; plain requests go to it with the whole address.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::HeaderValue;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Error;
use super::request::secret_value;
use crate::config::Secret;
use crate::config::http::Proxy;
use crate::target::Url;

/// Most bytes of a proxy's answer to `CONNECT`.
const HEAD_BYTES_MAX: usize = 8 << 10;

/// The value of `Proxy-Authorization`.
pub fn authorization(proxy: &Proxy) -> Result<Option<HeaderValue>, Error> {
    let basic =
        |pair: &Secret| secret_value(&Secret::new(format!("Basic {}", STANDARD.encode(pair.expose()))));
    proxy.credentials.as_ref().map(basic).transpose()
}

/// Asks the proxy at the other end of `stream` for a way to where `url` leads.
pub async fn tunnel(stream: &mut TcpStream, proxy: &Proxy, url: &Url) -> Result<(), Error> {
    let refuse = |reason: String| Error::Proxy {
        address: format!("{}:{}", proxy.url.host(), proxy.url.port()),
        reason,
    };
    let host = match url.host().contains(':') {
        true => format!("[{}]", url.host()),
        false => url.host().to_owned(),
    };
    let to = format!("{host}:{}", url.port());
    let mut request = format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n");
    if let Some(value) = authorization(proxy)? {
        request.push_str("Proxy-Authorization: ");
        request.push_str(value.to_str().unwrap_or_default());
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    let sent = stream.write_all(request.as_bytes()).await;
    sent.map_err(|error| refuse(error.to_string()))?;
    // Byte by byte: what follows the head belongs to TLS. The other side sends nothing before it is spoken to.
    let mut head = Vec::with_capacity(256);
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == HEAD_BYTES_MAX {
            return Err(refuse(format!("more than {HEAD_BYTES_MAX} bytes in its answer")));
        }
        let byte = stream
            .read_u8()
            .await
            .map_err(|error| refuse(error.to_string()))?;
        head.push(byte);
    }
    let text = String::from_utf8_lossy(&head);
    let status = text.lines().next().unwrap_or_default();
    let code = status.split_ascii_whitespace().nth(1).unwrap_or_default();
    match status.starts_with("HTTP/1.") && code.starts_with('2') && code.len() == 3 {
        true => Ok(()),
        false => Err(refuse(format!("{:.100}", status.escape_debug().to_string()))),
    }
}
