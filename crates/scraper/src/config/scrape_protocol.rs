//! The formats that a target is asked for, in the order of preference.

use metrics_registry::Format;
use settings::document::Refused;
use settings::read::At;

use super::refusal;

/// Every format that Prometheus knows by name, with what stands for it in `Accept`; `None` is not read here.
const KNOWN: [(&str, Option<(&str, Format)>); 5] = [
    ("PrometheusProto", None),
    (
        "OpenMetricsText1.0.0",
        Some((
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8",
            Format::OpenMetrics1,
        )),
    ),
    (
        "OpenMetricsText0.0.1",
        Some(("application/openmetrics-text;version=0.0.1", Format::OpenMetrics1)),
    ),
    (
        "PrometheusText1.0.0",
        Some(("text/plain;version=1.0.0;escaping=allow-utf-8", Format::Text004)),
    ),
    (
        "PrometheusText0.0.4",
        Some(("text/plain;version=0.0.4", Format::Text004)),
    ),
];

/// The value of `Accept` where no protocols are named: as Prometheus 3.5 sends it.
pub fn default_accept() -> String {
    accept(
        KNOWN
            .iter()
            .filter_map(|(_, media)| media.map(|(media, _)| media)),
    )
}

/// The value of `Accept` for the protocols that are named.
pub(super) fn check(at: &At<Vec<String>>) -> Result<String, Refused> {
    let mut names: Vec<&str> = Vec::new();
    let mut media = Vec::new();
    for name in &at.value {
        let name = name.as_str();
        let Some((known, kind)) = KNOWN.iter().find(|(known, _)| *known == name) else {
            return Err((at.place, format!("unknown scrape protocol {name:?}")));
        };
        if names.contains(known) {
            return Err((at.place, format!("scrape_protocols names {name} twice")));
        }
        names.push(known);
        media.extend(kind.map(|(media, _)| media));
    }
    match (names.is_empty(), media.is_empty()) {
        (true, _) => Err((at.place, "scrape_protocols names no protocol".into())),
        (false, true) => Err((at.place, refusal("PrometheusProto as the only scrape protocol"))),
        (false, false) => Ok(accept(media.into_iter())),
    }
}

/// The format of a fallback protocol.
pub(super) fn format(at: &At<String>) -> Result<Format, Refused> {
    match KNOWN.iter().find(|(known, _)| *known == at.value) {
        Some((_, Some((_, format)))) => Ok(*format),
        Some((name, None)) => Err((at.place, refusal(&format!("fallback_scrape_protocol {name}")))),
        None => Err((
            at.place,
            format!("unknown fallback_scrape_protocol {:?}", at.value),
        )),
    }
}

/// Media types with weights that fall from one more than there are protocols, as in Prometheus.
fn accept<'a>(media: impl Iterator<Item = &'a str>) -> String {
    let mut weight = KNOWN.len() + 1;
    let mut text = String::new();
    for media in media {
        text.push_str(&format!("{media};q=0.{weight},"));
        weight -= 1;
    }
    text.push_str(&format!("*/*;q=0.{weight}"));
    text
}

#[cfg(test)]
mod tests {
    use super::super::tests::parse;

    #[test]
    fn protocols_in_their_order() {
        let accept = |more: &str| {
            let config = parse(&format!("scrape_configs: [{{job_name: a, {more}}}]"));
            config
                .map(|config| config.jobs[0].scrape.accept.clone())
                .unwrap_or_else(|error| error.to_string())
        };
        assert_eq!(
            accept("scrape_protocols: [PrometheusProto, PrometheusText0.0.4, OpenMetricsText1.0.0]"),
            "text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,*/*;q=0.4"
        );
        assert!(accept("scrape_protocols: [x]").ends_with("unknown scrape protocol \"x\""));
        assert!(accept("scrape_protocols: []").ends_with("scrape_protocols names no protocol"));
        assert!(
            accept("scrape_protocols: [PrometheusText0.0.4, PrometheusText0.0.4]")
                .ends_with("scrape_protocols names PrometheusText0.0.4 twice")
        );
    }
}
