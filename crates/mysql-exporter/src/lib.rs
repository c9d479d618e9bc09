//! MariaDB and MySQL metrics, under the names of Prometheus' mysqld_exporter.
//!
//! | module         | holds                                                                                  |
//! |----------------|----------------------------------------------------------------------------------------|
//! | [`collectors`] | one file per collector and the table that lists them                                   |
//! | [`rules`]      | [`Table`](rules::Table): a query and the rules that turn its columns into samples       |
//! | [`row`]        | [`Row`](row::Row): one row of a result, from the server or from a test                  |
//! | [`value`]      | numbers, switches and dates as the server spells them                                   |
//! | [`samples`]    | [`Samples`](samples::Samples): what a scrape writes, each series once                   |
//! | [`visit`]      | [`Visit`](visit::Visit): the open connection that a collector asks                      |
//! | [`variables`]  | the variables of a server, in one row where it can give them so                         |
//! | [`target`]     | [`Target`](target::Target): one server, its kept connection and its state               |
//! | [`connect`]    | opens a connection: login, encryption, the session's limits                             |
//! | [`server`]     | [`Server`](server::Server): brand and version                                           |
//! | [`account`]    | [`Account`](account::Account): user, password, address and encryption                   |
//! | [`accounts`]   | which accounts the flags, the environment and `.my.cnf` give                            |
//! | [`my_cnf`]     | the text of `.my.cnf`; [`dsn`] the text of `DATA_SOURCE_NAME`                            |
//! | [`grants`]     | what the monitoring user must be allowed                                                |
//! | [`targets`]    | the servers that were asked of late                                                     |
//! | [`exporter`]   | [`MysqlExporter`]: answers requests                                                     |
//! | [`flags`]      | the command line                                                                        |
//! | [`error`]      | [`Error`]: why a collector has no numbers                                               |
//!
//! Charter: reads only, one connection per server, each statement with a limit of its own at the server.

pub mod account;
pub mod accounts;
pub mod collectors;
pub mod connect;
pub mod dsn;
pub mod error;
pub mod exporter;
pub mod flags;
pub mod grants;
pub mod my_cnf;
pub mod row;
pub mod rules;
pub mod samples;
pub mod server;
pub mod target;
pub mod targets;
pub mod value;
pub mod variables;
pub mod visit;

pub use error::Error;
pub use exporter::MysqlExporter;
