//! How an exporter is served.
//!
//! | module          | holds                                                                                    |
//! |-----------------|------------------------------------------------------------------------------------------|
//! | [`about`]       | [`About`]: what one program is called and where it listens                               |
//! | [`exporter`]    | [`Exporter`]: what a program implements; [`Scrape`], [`Request`], [`Response`], [`Stream`] |
//! | [`serve`]       | [`serve::run`]: flags, runtime, listeners, signals: the whole life of the process        |
//! | [`flags`]       | the shared flags, [`flags::switch`] for `--x` and `--no-x`, a wrong flag in one line      |
//! | [`logging`]     | the log on stderr, as logfmt or JSON                                                     |
//! | [`listen`]      | [`ListenAddress`](listen::ListenAddress), TCP and Unix listeners, systemd's sockets       |
//! | [`limits`]      | [`Limits`](limits::Limits): what a client may take, each number with its reason           |
//! | `server`        | accepts connections, ends them; `connections` lists them, `pace` says what each waits for |
//! | `memory`        | gives memory back after a burst                                                           |
//! | `stream`        | the bytes of a connection, plain or TLS                                                  |
//! | `routes`        | path → answer; `reply` puts the headers on, `payload` and `gzip` encode                   |
//! | `scrape`        | one request for samples; `deadline`, `negotiate` and `query` read what it asks for        |
//! | `runs`          | one run for all clients that ask the same at once                                         |
//! | `web_config`    | `--web.config.file` and its changes; `tls`, `auth` and `rate_limit` do what it says        |
//! | `telemetry`     | what the process tells about itself; `version` what it was built from                     |
//! | [`anew`]        | starts the program anew after a panic, for those that read from servers through sqlx      |
//! | `landing`       | the page at `/`                                                                          |
//! | `signals`       | SIGTERM, SIGINT, SIGHUP                                                                  |
//! | [`startup`]     | gives back the memory that only the start needed                                         |
//!
//! Architecture invariant: the only crate that names hyper's server and rustls' acceptor.

pub mod about;
pub mod anew;
mod auth;
mod calendar;
mod connections;
mod deadline;
pub mod exporter;
pub mod flags;
#[cfg(fuzzing)]
pub mod fuzzing;
mod gzip;
mod healthcheck;
mod landing;
pub mod limits;
pub mod listen;
pub mod logging;
mod memory;
mod negotiate;
mod pace;
mod payload;
mod query;
mod rate_limit;
mod reply;
mod routes;
mod runs;
mod scrape;
pub mod serve;
mod server;
mod signals;
pub mod startup;
mod stream;
mod telemetry;
mod tls;
mod version;
mod web_config;

pub use about::About;
pub use exporter::{
    Admission, Caller, Exporter, Pieces, Refused, Request, Response, Scrape, StartError, Stream,
};
