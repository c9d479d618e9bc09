//! The value of `--nginx.access-log`: `PATH[,format=combined|json]`.

use std::path::PathBuf;
use std::str::FromStr;

use super::{Entry, combined, json};

/// One log to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessLogFlag {
    /// Where nginx writes it.
    pub path: PathBuf,
    /// How its lines are read.
    pub format: Format,
}

/// How lines are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// nginx's predefined format, and those that begin as it does.
    #[default]
    Combined,
    /// One JSON object a line.
    Json,
}

impl Format {
    /// What a line tells; `None` where it is of another format.
    #[must_use]
    pub fn parse(self, line: &[u8]) -> Option<Entry> {
        match self {
            Self::Combined => combined::parse(line),
            Self::Json => json::parse(line),
        }
    }
}

impl FromStr for AccessLogFlag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (path, format) = match text.rsplit_once(",format=") {
            Some((path, "combined")) => (path, Format::Combined),
            Some((path, "json")) => (path, Format::Json),
            Some((_, format)) => return Err(format!("format {format:?} is neither combined nor json")),
            None => (text, Format::default()),
        };
        match path {
            "" => Err("the path is missing".into()),
            path => Ok(Self {
                path: PathBuf::from(path),
                format,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Result<(&str, Format), &str>) {
        let expect = expect.map(|(path, format)| AccessLogFlag {
            path: path.into(),
            format,
        });
        assert_eq!(text.parse(), expect.map_err(str::to_owned));
    }

    #[test]
    fn values() {
        check("/var/log/a.log", Ok(("/var/log/a.log", Format::Combined)));
        check("/a,b,format=combined", Ok(("/a,b", Format::Combined)));
        check("a,format=json", Ok(("a", Format::Json)));
        check("a,format=xml", Err("format \"xml\" is neither combined nor json"));
        check(",format=json", Err("the path is missing"));
        check("", Err("the path is missing"));
    }
}
