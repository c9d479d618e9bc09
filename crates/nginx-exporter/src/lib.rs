//! What nginx tells of itself, under the names of nginx-prometheus-exporter.
//!
//! | module          | holds                                                                                  |
//! |-----------------|----------------------------------------------------------------------------------------|
//! | [`exporter`]    | [`NginxExporter`]: asks every target at once and writes what they say                   |
//! | [`target`]      | [`Target`](target::Target): one `--nginx.scrape-uri`                                    |
//! | [`client`]      | [`Client`](client::Client): one connection per target, kept between scrapes              |
//! | [`stub_status`] | the page of `stub_status`, nginx's and Tengine's                                        |
//! | [`plus`]        | the API of NGINX Plus                                                                  |
//! | [`access_log`]  | `--nginx.access-log`: follows access logs and counts what they tell                     |
//! | [`sink`]        | [`Sink`](sink::Sink): samples with the labels that every one of a target gets           |
//! | [`all`]         | waits for several futures at once                                                      |
//! | [`error`]       | [`Error`]: why a target has no numbers                                                 |
//! | [`flags`]       | the command line; [`arguments`] adds the environment and the older spellings            |
//!
//! Charter: sends GET requests and reads log files; nothing is written and no other program is started.

pub mod access_log;
pub mod all;
pub mod arguments;
pub mod client;
pub mod error;
pub mod exporter;
pub mod flags;
pub mod plus;
pub mod sink;
pub mod stub_status;
pub mod target;

pub use error::Error;
pub use exporter::NginxExporter;
