//! How a daemon reads what its owner wrote.
//!
//! | module       | holds                                                                                        |
//! |--------------|----------------------------------------------------------------------------------------------|
//! | [`document`] | a YAML document as a tree whose every part knows its line and column                          |
//! | [`read`]     | from that tree to values of the types that its keys have; unknown keys and what was meant     |
//! | [`duration`] | `1m30s`, as Go reads it                                                                      |
//! | [`secret`]   | [`Secret`], which is never shown, and where it may come from: files and systemd credentials   |
//!
//! Architecture invariant: the only crate that names the YAML library. It knows no format of any daemon.

pub mod document;
pub mod duration;
pub mod read;
pub mod secret;

pub use document::{Error, Limits, Node, Place, Refused, Value};
pub use read::{Keys, Read};
pub use secret::Secret;
