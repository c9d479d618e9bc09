//! How an exporter is served.
//!
//! | module       | holds                                                                              |
//! |--------------|------------------------------------------------------------------------------------|
//! | [`about`]    | [`About`]: what one program is called and where it listens                         |
//! | [`exporter`] | [`Exporter`]: what a program implements; [`Scrape`], [`Request`], [`Response`]     |
//! | [`serve`]    | [`serve::run`]: flags, runtime, listeners, signals: the whole life of the process  |
//!
//! Architecture invariant: the only crate that names hyper's server and rustls' acceptor.

pub mod about;
pub mod exporter;
pub mod serve;

pub use about::About;
pub use exporter::{Exporter, Refused, Request, Response, Scrape, StartError};
