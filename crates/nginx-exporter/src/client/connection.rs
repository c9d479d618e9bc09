//! Opening a connection: TCP, TLS or a Unix socket.

use std::io;

use bytes::Bytes;
use http_body_util::Empty;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};

use super::{ClientSettings, proxy_protocol};
use crate::Error;
use crate::target::Place;

/// Read buffer of a connection in bytes, and so the most that status line and headers may have.
const BUFFER_BYTES: usize = 8 << 10;

/// The flag that says whom to trust.
pub const CA_FLAG: &str = "--nginx.ssl-ca-cert";

/// An open connection. Dropping it closes it.
pub type Connection = http_client::Connection<Empty<Bytes>>;

/// Connects, and does what comes before the first request.
pub async fn open(place: &Place, settings: &ClientSettings) -> Result<Connection, Error> {
    let refuse = |source: io::Error| Error::Connect {
        address: place.to_string(),
        source,
    };
    let (host, port, tls) = match place {
        Place::Unix(path) => {
            let mut stream = UnixStream::connect(path).await.map_err(refuse)?;
            if settings.proxy_protocol {
                stream.write_all(&proxy_protocol::local()).await.map_err(refuse)?;
            }
            return start(stream).await;
        }
        Place::Tcp { host, port, tls } => (host, *port, *tls),
    };
    let mut stream = TcpStream::connect((host.as_str(), port)).await.map_err(refuse)?;
    // A request is one small write; without this it could wait for the acknowledgement of the one before.
    if let Err(error) = stream.set_nodelay(true) {
        log::debug!(address:% = place, error:%; "TCP_NODELAY not set");
    }
    if settings.proxy_protocol {
        let ends = stream
            .local_addr()
            .and_then(|local| Ok((local, stream.peer_addr()?)));
        let (local, peer) = ends.map_err(refuse)?;
        stream
            .write_all(&proxy_protocol::proxied(local, peer))
            .await
            .map_err(refuse)?;
    }
    if !tls {
        return start(stream).await;
    }
    let connector = settings.tls.connector(CA_FLAG).map_err(Error::Certificate)?;
    let name = settings.tls.name_of(host).map_err(Error::Certificate)?;
    // Boxed so that a plain connection does not hold room for a handshake.
    let shaken = Box::pin(connector.connect(name, stream)).await;
    let stream = shaken.map_err(|source| Error::Handshake {
        address: place.to_string(),
        source,
    })?;
    start(stream).await
}

async fn start(stream: impl AsyncRead + AsyncWrite + Unpin + 'static) -> Result<Connection, Error> {
    Ok(Connection::start(stream, BUFFER_BYTES).await?)
}
