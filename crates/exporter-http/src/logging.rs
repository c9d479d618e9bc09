//! The log on stderr, in the form that the reference exporters have.

mod line;
mod time;

use std::io::Write;
use std::time::SystemTime;

/// How a log line is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `time=… level=INFO source=serve.rs:41 msg="…" key=value`.
    #[default]
    Logfmt,
    /// One JSON object a line.
    Json,
}

/// The least severe level that is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level(log::LevelFilter);

impl Format {
    pub(crate) const NAMES: [&'static str; 2] = ["logfmt", "json"];

    pub(crate) fn named(name: &str) -> Self {
        match name {
            "json" => Self::Json,
            _ => Self::Logfmt,
        }
    }
}

impl Level {
    pub(crate) const NAMES: [&'static str; 4] = ["debug", "info", "warn", "error"];

    pub(crate) fn named(name: &str) -> Self {
        Self(match name {
            "debug" => log::LevelFilter::Debug,
            "warn" => log::LevelFilter::Warn,
            "error" => log::LevelFilter::Error,
            _ => log::LevelFilter::Info,
        })
    }
}

struct Stderr(Format);

/// Sends everything that is logged to stderr. A second call changes nothing but the level.
pub(crate) fn start(level: Level, format: Format) {
    // A test that starts two servers in one process finds the logger set; that is no fault.
    let _ = log::set_boxed_logger(Box::new(Stderr(format)));
    log::set_max_level(level.0);
}

impl log::Log for Stderr {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            let mut text = String::with_capacity(160);
            line::write(&mut text, self.0, SystemTime::now(), record);
            // One write for a line, so that lines of two threads do not mix. A closed stderr loses the line, not the process.
            let _ = std::io::stderr().write_all(text.as_bytes());
        }
    }

    fn flush(&self) {}
}
