//! What stands before the samples of a family: `# HELP` and `# TYPE`, in each format.

use std::io::{self, Write};

use crate::Kind;

/// A text format that an exposition can be written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Prometheus text format 0.0.4.
    #[default]
    Text004,
    /// OpenMetrics text format 1.0.
    OpenMetrics1,
}

impl Format {
    /// The format of a body, from its `Content-Type` header; none where neither format is meant.
    #[must_use]
    pub fn from_content_type(value: &str) -> Option<Self> {
        let media_type = value
            .split_once(';')
            .map_or(value, |(media_type, _)| media_type)
            .trim();
        if media_type.eq_ignore_ascii_case("application/openmetrics-text") {
            Some(Self::OpenMetrics1)
        } else if media_type.eq_ignore_ascii_case("text/plain") {
            Some(Self::Text004)
        } else {
            None
        }
    }

    /// The value of the `Content-Type` header.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Text004 => "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
            Self::OpenMetrics1 => {
                "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
            }
        }
    }
}

impl Kind {
    const fn word(self, format: Format) -> &'static str {
        match (self, format) {
            (Self::Counter, _) => "counter",
            (Self::Gauge, _) => "gauge",
            (Self::Histogram, _) => "histogram",
            (Self::Summary, _) => "summary",
            (Self::Untyped, Format::Text004) => "untyped",
            (Self::Untyped, Format::OpenMetrics1) => "unknown",
        }
    }
}

/// Writes the two header lines of a family.
///
/// OpenMetrics names a counter family without its `_total`; a counter that never had one can only be `unknown` there.
/// Fails only where `out` does.
pub fn write(out: &mut impl Write, format: Format, name: &str, help: &str, kind: Kind) -> io::Result<()> {
    let (name, kind) = match (format, kind) {
        (Format::OpenMetrics1, Kind::Counter) => match name.strip_suffix("_total") {
            Some(base) => (base, Kind::Counter),
            None => (name, Kind::Untyped),
        },
        _ => (name, kind),
    };
    out.write_all(b"# HELP ")?;
    out.write_all(name.as_bytes())?;
    out.write_all(b" ")?;
    write_help(out, format, help)?;
    out.write_all(b"\n# TYPE ")?;
    out.write_all(name.as_bytes())?;
    out.write_all(b" ")?;
    out.write_all(kind.word(format).as_bytes())?;
    out.write_all(b"\n")
}

/// Escapes `\` and newline, and in OpenMetrics `"` too.
fn write_help(out: &mut impl Write, format: Format, help: &str) -> io::Result<()> {
    let mut rest = help.as_bytes();
    let quote = match format {
        Format::Text004 => b'\n',
        Format::OpenMetrics1 => b'"',
    };
    while let Some(at) = memchr::memchr3(b'\\', b'\n', quote, rest) {
        out.write_all(&rest[..at])?;
        out.write_all(match rest[at] {
            b'\n' => b"\\n",
            b'"' => b"\\\"",
            _ => b"\\\\",
        })?;
        rest = &rest[at + 1..];
    }
    out.write_all(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(content_type: &str, expect: Option<Format>) {
        assert_eq!(Format::from_content_type(content_type), expect, "{content_type}");
    }

    #[test]
    fn content_types() {
        check(Format::Text004.content_type(), Some(Format::Text004));
        check(Format::OpenMetrics1.content_type(), Some(Format::OpenMetrics1));
        check("text/plain", Some(Format::Text004));
        check("Text/Plain ;charset=utf-8", Some(Format::Text004));
        check(
            " application/openmetrics-text; version=0.0.1",
            Some(Format::OpenMetrics1),
        );
    }

    #[test]
    fn other_content_types() {
        for other in [
            "",
            ";",
            "text/html",
            "text/plainer",
            "application/json",
            "application/openmetrics-text2",
            "text",
        ] {
            check(other, None);
        }
        check(
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
            None,
        );
    }
}
