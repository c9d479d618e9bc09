//! Bounds of histograms and quantiles of summaries as Prometheus 3 keeps them: `le="1"` becomes `le="1.0"`.
//!
//! Exporters spell them in two ways, by format and library; series of the same bound would not be the same series.

use metrics_registry::exposition::number;
use metrics_registry::parse::MetricType;

/// The value of a label of a family of this kind where it is spelled otherwise; `None` where it stays.
pub fn respelled(kind: Option<MetricType>, name: &str, value: &str) -> Option<String> {
    let is_bound = matches!(
        (kind, name),
        (Some(MetricType::Histogram), "le") | (Some(MetricType::Summary), "quantile")
    );
    if !is_bound {
        return None;
    }
    let bound: f64 = value.parse().ok()?;
    let mut text = String::new();
    number::write(&mut text, bound);
    if bound.is_finite() && !text.contains(['.', 'e']) {
        text.push_str(".0");
    }
    (text != value).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds() {
        let histogram = Some(MetricType::Histogram);
        for (value, expect) in [
            ("1", Some("1.0")),
            ("0", Some("0.0")),
            ("-1", Some("-1.0")),
            ("0.50", Some("0.5")),
            ("1e6", Some("1e+06")),
            ("100000", Some("100000.0")),
            ("Inf", Some("+Inf")),
            ("+Inf", None),
            ("0.005", None),
            ("2.0", None),
            ("1e+06", None),
            ("much", None),
            ("", None),
        ] {
            assert_eq!(respelled(histogram, "le", value).as_deref(), expect, "{value}");
        }
        assert_eq!(
            respelled(Some(MetricType::Summary), "quantile", "1").as_deref(),
            Some("1.0")
        );
        for (kind, name) in [
            (histogram, "quantile"),
            (Some(MetricType::Summary), "le"),
            (Some(MetricType::Gauge), "le"),
            (None, "le"),
        ] {
            assert_eq!(respelled(kind, name, "1"), None, "{kind:?} {name}");
        }
    }
}
