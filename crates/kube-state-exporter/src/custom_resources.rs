//! Custom resource state: samples of objects of which only the configuration knows what they mean.
//!
//! ```text
//! YAML → config → family (labels, paths, gauge | info | state set) ┐
//! definitions (CustomResourceDefinitions, what the server serves)  ┴→ watch: a reader for each kind that is there
//! ```
//!
//! The configuration is the reference's. Objects are read as JSON and kept as text, like all others.
//! Where the reference's documentation and its code differ, the code counts; what it leaves to the order of a Go map is
//! sorted here, and of two samples with the same labels only one is written.

pub mod config;
pub mod definition;
pub mod family;
pub mod labels;
pub mod metric;
pub mod number;
pub mod path;
pub mod resolve;
pub mod served;
pub mod source;
pub mod subject;
pub mod watch;

#[cfg(test)]
mod tests;
