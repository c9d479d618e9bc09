//! `/federate`: the newest samples as text, for a Prometheus that scrapes this scraper.
//!
//! As there: only what the selectors match, sorted by name, with the time of each sample, without what is stale or older
//! than five minutes, with the external labels where the series has none of that name. Unlike there, a `# TYPE` line says
//! `counter` or `gauge` where the targets do; Prometheus says `untyped` of everything.

use std::borrow::Cow;
use std::rc::Rc;

use metrics_registry::exposition::{line, number};
use metrics_registry::parse::MetricType;

use crate::label_set::METRIC_NAME;
use crate::labels::{Labels, Pair};
use crate::selector::Selector;
use crate::store::LOOKBACK_MS;
use crate::target::Target;

/// One sample in the text that is being built.
#[derive(Clone, Copy, Debug)]
struct Line {
    start: usize,
    name_end: usize,
    end: usize,
    kind: Option<MetricType>,
}

/// Lines in the order in which they were found, all in one text.
#[derive(Debug, Default)]
struct Lines {
    text: String,
    lines: Vec<Line>,
}

/// The answer to a request with these selectors.
pub fn text(targets: &[Rc<Target>], selectors: &[Selector], external_labels: &Labels, now_ms: i64) -> String {
    let mut external = external_labels.clone();
    // An empty `instance` keeps the scraping Prometheus from setting its own on series that have none.
    external.entry("instance".to_owned()).or_default();
    let mut lines = Lines::default();
    for target in targets {
        lines.add_target(target, selectors, &external, now_ms);
    }
    lines.sorted()
}

impl Lines {
    fn add_target(&mut self, target: &Target, selectors: &[Selector], external: &Labels, now_ms: i64) {
        let fresh = |timestamp_ms: i64| now_ms - timestamp_ms < LOOKBACK_MS;
        let store = target.store.borrow();
        for current in store.current().filter(|current| fresh(current.timestamp_ms)) {
            let name = current.labels.metric();
            if !selectors.iter().any(|selector| selector.takes_name(name)) {
                continue;
            }
            let labels = current.labels.iter().filter(|(name, _)| *name != METRIC_NAME);
            let mut pairs: Vec<Pair<'_>> = labels
                .map(|(name, value)| (Cow::Borrowed(name), Cow::Borrowed(value)))
                .collect();
            let sample = (current.value, current.timestamp_ms);
            self.add(name, &mut pairs, sample, current.kind, selectors, external);
        }
        let outcome = target.outcome.borrow();
        for outcome in outcome.iter().filter(|outcome| fresh(outcome.at_ms)) {
            for (name, value) in outcome.report() {
                let mut pairs: Vec<Pair<'_>> = target
                    .labels
                    .iter()
                    .map(|(name, value)| (Cow::Borrowed(name.as_str()), Cow::Borrowed(value.as_str())))
                    .collect();
                let kind = Some(MetricType::Gauge);
                self.add(
                    name,
                    &mut pairs,
                    (value, outcome.at_ms),
                    kind,
                    selectors,
                    external,
                );
            }
        }
    }

    fn add<'a>(
        &mut self,
        name: &str,
        pairs: &mut Vec<Pair<'a>>,
        (value, timestamp_ms): (f64, i64),
        kind: Option<MetricType>,
        selectors: &[Selector],
        external: &'a Labels,
    ) {
        let label = |wanted: &str| {
            pairs
                .iter()
                .find(|(name, _)| name == wanted)
                .map_or("", |(_, value)| value.as_ref())
        };
        let taken = |selector: &Selector| selector.takes_name(name) && selector.takes_labels(label);
        if !selectors.iter().any(taken) {
            return;
        }
        for (name, value) in external {
            if !pairs.iter().any(|(other, _)| other == name) {
                pairs.push((Cow::Borrowed(name), Cow::Borrowed(value)));
            }
        }
        let start = self.text.len();
        let labels = pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
        let name_end = write_series(&mut self.text, name, labels);
        self.text.push(' ');
        number::write(&mut self.text, value);
        self.text.push(' ');
        self.text.push_str(&timestamp_ms.to_string());
        self.text.push('\n');
        self.lines.push(Line {
            start,
            name_end,
            end: self.text.len(),
            kind,
        });
    }

    /// All lines by name and then by text, each name under its `# TYPE`.
    fn sorted(mut self) -> String {
        let text = &self.text;
        let name = |line: &Line| text.get(line.start..line.name_end).unwrap_or_default();
        let whole = |line: &Line| text.get(line.start..line.end).unwrap_or_default();
        self.lines
            .sort_unstable_by(|left, right| (name(left), whole(left)).cmp(&(name(right), whole(right))));
        let mut out = String::with_capacity(text.len() + text.len() / 4);
        for family in self.lines.chunk_by(|left, right| name(left) == name(right)) {
            let first = family.first().map_or("", name);
            out.push_str("# TYPE ");
            out.push_str(first.strip_prefix('{').unwrap_or(first));
            out.push(' ');
            out.push_str(kind_word(family));
            out.push('\n');
            for line in family {
                out.push_str(whole(line));
            }
        }
        out
    }
}

/// The kind that all of them have. Histograms and summaries come as their parts, which have none of their own.
fn kind_word(family: &[Line]) -> &'static str {
    let all = |kind| family.iter().all(|line| line.kind == Some(kind));
    if all(MetricType::Counter) {
        "counter"
    } else if all(MetricType::Gauge) {
        "gauge"
    } else {
        "untyped"
    }
}

/// Appends `name{labels}`, or `{"name",labels}` for a name that only quotes can hold. Returns where the name ends.
fn write_series<'a>(out: &mut String, name: &str, labels: impl Iterator<Item = (&'a str, &'a str)>) -> usize {
    let quoted = !is_bare(name, true);
    if quoted {
        out.push('{');
        write_quoted(out, name);
    } else {
        out.push_str(name);
    }
    let name_end = out.len();
    let mut separator = if quoted { "," } else { "{" };
    for (label, value) in labels {
        out.push_str(separator);
        separator = ",";
        match is_bare(label, false) {
            true => out.push_str(label),
            false => write_quoted(out, label),
        }
        out.push('=');
        write_quoted(out, value);
    }
    if quoted || separator == "," {
        out.push('}');
    }
    name_end
}

fn write_quoted(out: &mut String, text: &str) {
    out.push('"');
    line::write_escaped(out, text);
    out.push('"');
}

fn is_bare(name: &str, colons: bool) -> bool {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || colons && byte == b':';
    name.bytes().all(belongs) && !name.starts_with(|first: char| first.is_ascii_digit()) && !name.is_empty()
}

#[cfg(test)]
mod tests;
