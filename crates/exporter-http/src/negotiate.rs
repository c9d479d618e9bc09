//! Which format and which encoding a client gets: `Accept` and `Accept-Encoding` (RFC 9110, section 12.5).

use metrics_registry::Format;

/// Entries of one header that are looked at; Prometheus sends five.
const ENTRIES_MAX: usize = 64;

/// The format of the samples. OpenMetrics only where the client prefers it to text.
pub(crate) fn format(accept: &str) -> Format {
    let mut openmetrics = 0;
    let mut text = 0;
    for entry in entries(accept) {
        match entry.name {
            name if name.eq_ignore_ascii_case("application/openmetrics-text") => {
                // 1.0.0 and 0.0.1 differ in nothing that is written here; a later major version would.
                if matches!(entry.parameter("version"), None | Some("1.0.0" | "0.0.1")) {
                    openmetrics = openmetrics.max(entry.quality);
                }
            }
            name if name.eq_ignore_ascii_case("text/plain")
                || name.eq_ignore_ascii_case("text/*")
                || name == "*/*" =>
            {
                if matches!(entry.parameter("version"), None | Some("0.0.4")) {
                    text = text.max(entry.quality);
                }
            }
            _ => {}
        }
    }
    if openmetrics > 0 && openmetrics >= text {
        Format::OpenMetrics1
    } else {
        Format::Text004
    }
}

/// Whether the client takes gzip: named, or by `*`, and not with quality 0.
pub(crate) fn accepts_gzip(accept_encoding: &str) -> bool {
    let mut any = 0;
    for entry in entries(accept_encoding) {
        if entry.name.eq_ignore_ascii_case("gzip") || entry.name.eq_ignore_ascii_case("x-gzip") {
            return entry.quality > 0;
        }
        if entry.name == "*" {
            any = entry.quality;
        }
    }
    any > 0
}

/// One entry of a list: `text/plain;version=0.0.4;q=0.5`.
struct Entry<'a> {
    name: &'a str,
    parameters: &'a str,
    /// Thousandths; 1000 where it is not told, 0 where it is told wrongly.
    quality: u16,
}

impl<'a> Entry<'a> {
    fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters.split(';').find_map(|parameter| {
            let (key, value) = parameter.split_once('=')?;
            key.trim()
                .eq_ignore_ascii_case(name)
                .then(|| value.trim().trim_matches('"'))
        })
    }
}

fn entries(header: &str) -> impl Iterator<Item = Entry<'_>> {
    header.split(',').take(ENTRIES_MAX).map(|entry| {
        let (name, parameters) = entry.split_once(';').unwrap_or((entry, ""));
        let mut entry = Entry {
            name: name.trim(),
            parameters,
            quality: 1000,
        };
        if let Some(text) = entry.parameter("q") {
            entry.quality = match text.parse::<f32>() {
                Ok(quality) if (0.0..=1.0).contains(&quality) => (quality * 1000.0) as u16,
                _ => 0,
            };
        }
        entry
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(accept: &str, expect: Format) {
        assert_eq!(format(accept), expect, "{accept}");
    }

    #[track_caller]
    fn check_gzip(accept_encoding: &str, expect: bool) {
        assert_eq!(accepts_gzip(accept_encoding), expect, "{accept_encoding}");
    }

    #[test]
    fn openmetrics_where_it_is_preferred() {
        check(
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            Format::OpenMetrics1,
        );
        check("application/openmetrics-text", Format::OpenMetrics1);
        check(
            "Application/OpenMetrics-Text; Version=\"1.0.0\"",
            Format::OpenMetrics1,
        );
    }

    #[test]
    fn text_otherwise() {
        for accept in [
            "",
            "*/*",
            "text/html,*/*;q=0.8",
            "text/plain;version=0.0.4,application/openmetrics-text;q=0.5",
            "application/openmetrics-text;q=0",
            "application/openmetrics-text;q=x",
            "application/openmetrics-text;version=9.0.0",
            ";;;,,,=;q==",
        ] {
            check(accept, Format::Text004);
        }
    }

    #[test]
    fn gzip() {
        for yes in [
            "gzip",
            "deflate, gzip;q=1.0, *;q=0.5",
            "*",
            "GZIP",
            "x-gzip",
            "br, *;q=0.1",
        ] {
            check_gzip(yes, true);
        }
        for no in [
            "",
            "identity",
            "gzip;q=0",
            "gzip; q=0.000, *",
            "*;q=0",
            "gzip;q=2",
            "gzipped",
            "br",
        ] {
            check_gzip(no, false);
        }
    }
}
