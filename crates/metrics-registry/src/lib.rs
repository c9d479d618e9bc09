//! What a metric is, for every exporter of this project and for the scraper.
//!
//! | module         | holds                                                                              |
//! |----------------|------------------------------------------------------------------------------------|
//! | [`family`]     | [`Family`]: name, help, kind and label names of a metric, as a constant            |
//! | [`exposition`] | [`Exposition`]: the samples of one scrape, and their text in either format         |
//! | [`parse`]      | [`Parser`](parse::Parser): both formats read back, line by line                    |
//! | [`roster`]     | [`Roster`](roster::Roster): which collectors are on, and how each of them did      |
//! | [`telemetry`]  | [`bridge`](telemetry::bridge): what a process counts about itself, and its handler |
//! | [`process`]    | [`Process`](process::Process): CPU, memory and files of this process               |
//!
//! Architecture invariant: nothing here knows a source of numbers (but for this process's own) or HTTP.

pub mod exposition;
pub mod family;
pub mod parse;
pub mod process;
pub mod roster;
pub mod telemetry;

pub use exposition::{Exposition, header::Format};
pub use family::{Family, Kind};
