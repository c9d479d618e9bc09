//! Hardware and operating system metrics of this machine, under the names of Prometheus' node_exporter.
//!
//! | module          | holds                                                                               |
//! |-----------------|-------------------------------------------------------------------------------------|
//! | [`collectors`]  | one file per collector and the table that lists them                                |
//! | [`node`]        | [`Node`]: roots, kept files, settings and state that every collector gets           |
//! | [`source`]      | reading: the `--path.*` roots and descriptors that stay open between scrapes        |
//! | [`dbus`]        | asking systemd and logind                                                           |
//! | [`netlink`]     | the kernel's tables of network interfaces, addresses, routes and sockets            |
//! | [`metric_name`] | names of metrics that come from the kernel or a driver                              |
//! | [`number`]      | files that hold one number                                                          |
//! | [`fixture`]     | JSON files that stand in for the kernel                                             |
//! | [`filter`]      | the include and exclude expressions of the flags                                    |
//! | [`error`]       | [`Error`]: why a collector has no numbers                                           |
//! | [`exporter`]    | [`NodeExporter`]: runs the collectors that a request asks for                       |
//! | [`host`]        | what machine this is, for the first line of the log                                 |
//! | [`flags`]       | the command line                                                                    |
//!
//! Charter: `/proc`, `/sys`, system calls and local sockets only; no other program is started; root is not needed.

pub mod collectors;
pub mod dbus;
pub mod error;
pub mod exporter;
pub mod filter;
pub mod fixture;
pub mod flags;
pub mod host;
pub mod metric_name;
pub mod netlink;
pub mod node;
pub mod number;
pub mod source;
#[cfg(test)]
pub(crate) mod tree;

pub use error::Error;
pub use exporter::NodeExporter;
pub use node::Node;
