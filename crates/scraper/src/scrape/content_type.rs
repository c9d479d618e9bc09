//! Which format a body has. Prometheus 3 no longer guesses, and neither is guessed here.

use hyper::header::{CONTENT_TYPE, HeaderMap};
use metrics_registry::Format;

/// The format that the headers name, else `fallback`. Fails with a reason where there is none.
pub fn format(headers: &HeaderMap, fallback: Option<Format>) -> Result<Format, String> {
    let value = match headers.get(CONTENT_TYPE) {
        Some(value) => String::from_utf8_lossy(value.as_bytes()),
        None => "".into(),
    };
    let media = value.split(';').next().unwrap_or_default().trim();
    if media.eq_ignore_ascii_case("text/plain") {
        return Ok(Format::Text004);
    }
    if media.eq_ignore_ascii_case("application/openmetrics-text") {
        return Ok(Format::OpenMetrics1);
    }
    match (fallback, media) {
        (Some(fallback), _) => Ok(fallback),
        (None, "") => Err("target sends no Content-Type, and no fallback_scrape_protocol is set".into()),
        (None, _) => Err(format!(
            "target sends unsupported Content-Type {value:.100?}, and no fallback_scrape_protocol is set"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: Option<&str>, fallback: Option<Format>, expect: Result<Format, &str>) {
        let headers = value.map(|value| (CONTENT_TYPE, value.parse().unwrap()));
        let found = format(&HeaderMap::from_iter(headers), fallback);
        assert_eq!(found, expect.map_err(str::to_owned));
    }

    #[test]
    fn named() {
        check(Some("text/plain; version=0.0.4"), None, Ok(Format::Text004));
        check(
            Some("Text/Plain"),
            Some(Format::OpenMetrics1),
            Ok(Format::Text004),
        );
        check(
            Some("application/openmetrics-text; version=1.0.0; charset=utf-8"),
            None,
            Ok(Format::OpenMetrics1),
        );
    }

    #[test]
    fn blank_or_unknown() {
        check(
            None,
            None,
            Err("target sends no Content-Type, and no fallback_scrape_protocol is set"),
        );
        check(Some(""), Some(Format::Text004), Ok(Format::Text004));
        check(
            Some("text/html"),
            None,
            Err(
                "target sends unsupported Content-Type \"text/html\", and no fallback_scrape_protocol is set",
            ),
        );
        check(
            Some("text/html"),
            Some(Format::OpenMetrics1),
            Ok(Format::OpenMetrics1),
        );
    }
}
