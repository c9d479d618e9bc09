//! Asking one target: one connection, opened when it is needed and kept between scrapes.

pub(crate) mod connection;
mod proxy_protocol;

use std::cell::RefCell;
use std::rc::Rc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use http_client::TlsSettings;
use hyper::body::Incoming;
use hyper::header::{ACCEPT, AUTHORIZATION, HOST, LOCATION, USER_AGENT};
use hyper::{Request, Response, StatusCode};

use self::connection::Connection;
use crate::Error;
use crate::target::Target;

/// Bytes that are made room for at once; the page of `stub_status` has about 100.
const FIRST_BYTES: usize = 512;
const SELF: &str = concat!("pi-nginx-exporter/", env!("CARGO_PKG_VERSION"));

/// What the flags say of every connection.
#[derive(Clone, Debug, Default)]
pub struct ClientSettings {
    /// Whom to trust over TLS, and who this is. Files are read when a connection is opened, so that a new certificate
    /// needs no restart; connections are kept, so that is rare.
    pub tls: TlsSettings,
    /// Whether each connection begins with a header of the PROXY protocol.
    pub proxy_protocol: bool,
}

/// The client of one target.
#[derive(Debug)]
pub struct Client {
    /// Where it asks.
    pub target: Target,
    settings: Rc<ClientSettings>,
    /// The connection of the last request, where its answer was read to the end.
    idle: RefCell<Option<Connection>>,
}

impl Client {
    /// A client without a connection.
    #[must_use]
    pub fn new(target: Target, settings: Rc<ClientSettings>) -> Self {
        Self {
            target,
            settings,
            idle: RefCell::default(),
        }
    }

    /// Asks for a path and reads the whole body, up to `bytes_max`. An answer other than 200 is an error.
    ///
    /// Dropping the future closes the connection.
    pub async fn get(&self, path: &str, bytes_max: usize) -> Result<Vec<u8>, Error> {
        let (mut response, connection) = self.send(path).await?;
        let mut body = Vec::with_capacity(FIRST_BYTES);
        while let Some(frame) = response.frame().await {
            if let Some(piece) = frame?.data_ref() {
                if body.len() + piece.len() > bytes_max {
                    return Err(Error::TooLarge {
                        path: path.to_owned(),
                        bytes_max,
                    });
                }
                body.extend_from_slice(piece);
            }
        }
        *self.idle.borrow_mut() = Some(connection);
        if response.status() == StatusCode::OK {
            return Ok(body);
        }
        let location = response.headers().get(LOCATION);
        Err(Error::Status {
            path: path.to_owned(),
            status: response.status(),
            location: location.and_then(|value| value.to_str().ok()).map(str::to_owned),
        })
    }

    async fn send(&self, path: &str) -> Result<(Response<Incoming>, Connection), Error> {
        let idle = self.idle.borrow_mut().take();
        if let Some(mut connection) = idle.filter(Connection::is_open) {
            match connection.send(self.request(path)?).await {
                Ok(response) => return Ok((response, connection)),
                // nginx closed it between two scrapes; whether it is down shows on a new one.
                Err(error) => {
                    log::debug!(target = self.target.name.as_str(), error:%; "connection not reused")
                }
            }
        }
        let mut connection = connection::open(&self.target.place, &self.settings).await?;
        let response = connection.send(self.request(path)?).await?;
        Ok((response, connection))
    }

    fn request(&self, path: &str) -> Result<Request<Empty<Bytes>>, Error> {
        let mut request = Request::get(path)
            .header(HOST, &self.target.host)
            .header(USER_AGENT, SELF)
            .header(ACCEPT, "*/*");
        if let Some(value) = &self.target.authorization {
            request = request.header(AUTHORIZATION, value);
        }
        request
            .body(Empty::new())
            .map_err(|error| Error::Request(error.to_string()))
    }
}
