//! Metrics of PostgreSQL servers, under the names of Prometheus' postgres_exporter.
//!
//! | module           | holds                                                                                     |
//! |------------------|-------------------------------------------------------------------------------------------|
//! | [`collectors`]   | one file per collector and the table that lists them                                      |
//! | [`dsn`]          | data source names: URI, key=value, environment, `.pgpass`                                 |
//! | [`session`]      | one connection: opened, asked, given up                                                   |
//! | [`server`]       | [`Server`](server::Server): one data source, its connection, what runs in a scrape        |
//! | [`table`]        | the rows of one result, as text                                                           |
//! | [`samples`]      | where collectors write: each series once, under the labels of its server                  |
//! | [`custom`]       | queries of the user's own, from a YAML file                                               |
//! | [`probe`]        | `/probe`: other servers, with the logins of `--config.file`                               |
//! | [`auth_modules`] | logins for `/probe`, from a YAML file                                                     |
//! | [`grants`]       | which rights the user needs, and who lacks them                                           |
//! | [`plan`]         | what the command line says                                                                |
//! | [`flags`]        | the command line                                                                          |
//! | [`exporter`]     | [`PostgresExporter`]: the data sources, and what is told about the scrape itself          |
//! | [`version`]      | versions of servers                                                                       |
//! | [`error`]        | [`Error`]: why a server or a collector has no numbers                                     |
//!
//! Charter: statements that read, one after the other, on one connection per database, each with a time limit that
//! the server keeps. Nothing is ever written to a database.

pub mod auth_modules;
pub mod collectors;
pub mod custom;
pub mod dsn;
pub mod error;
pub mod exporter;
pub mod flags;
pub mod grants;
pub mod plan;
pub mod probe;
pub mod samples;
pub mod server;
pub mod session;
pub mod table;
pub mod version;

pub use error::Error;
pub use exporter::PostgresExporter;
pub use version::Version;
