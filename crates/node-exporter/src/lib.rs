//! Hardware and operating system metrics of this machine, under the names of Prometheus' node_exporter.
//!
//! | module         | holds                                                                              |
//! |----------------|------------------------------------------------------------------------------------|
//! | [`collectors`] | one file per collector and the table that lists them                               |
//! | [`node`]       | [`Node`]: the roots (`--path.*`), kept files and settings that every collector gets |
//! | [`error`]      | [`Error`]: why a collector has no numbers                                          |

pub mod collectors;
pub mod error;
pub mod node;

pub use error::Error;
pub use node::Node;
