//! How a daemon asks others over HTTP.
//!
//! | module         | holds                                                                                         |
//! |----------------|-----------------------------------------------------------------------------------------------|
//! | [`connection`] | [`Connection`]: HTTP/1.1 over a stream that is already open                                     |
//! | [`tls`]        | [`TlsSettings`]: whom to trust, who this process says it is; the connector made from them        |
//! | [`pem`]        | [`Pem`]: certificates or a key, in a file or given as they are                                   |
//! | `anyone`       | trusts every certificate, for who asks for that                                                 |
//! | [`reason`]     | an error and those below it in one line                                                         |
//!
//! Where to connect, which requests to send and what an answer means is the business of who asks.
//! kube-state-exporter asks through the `kube` crate, which has connections of its own.

mod anyone;
pub mod connection;
pub mod pem;
pub mod reason;
pub mod tls;

pub use connection::Connection;
pub use pem::Pem;
pub use tls::{TlsSettings, Versions};
