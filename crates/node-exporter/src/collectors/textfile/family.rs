//! The families of one file, with all that spans more than one line checked.
//!
//! `# TYPE` stands once and before the first sample, `# HELP` stands once, a sample has no timestamp and no label twice,
//! names are of the old characters only, and the last line is ended: a file that is being written is not taken for whole.

use std::collections::HashMap;

use metrics_registry::parse::{Entry, MetricType, ParseError, Parser, Sample};
use metrics_registry::{Format, Kind};

use super::render::{self, Metric};

/// Labels of one sample at most.
const LABELS_MAX: usize = 128;

/// A family of one file.
#[derive(Debug)]
pub(super) struct FileFamily {
    pub name: String,
    pub help: Option<String>,
    pub kind: Kind,
    pub metrics: Vec<Metric>,
}

/// Why a file is refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error(transparent)]
    Line(#[from] ParseError),
    #[error("line {line}: {fault}")]
    Family { line: usize, fault: Fault },
    #[error("the last line has no end")]
    NoEnd,
}

/// What is wrong with a line among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("a second help text")]
    SecondHelp,
    #[error("a type after another type or a sample")]
    LateType,
    #[error("a timestamp")]
    Timestamp,
    #[error("a name with characters other than letters, digits, _ and :")]
    Name,
    #[error("a label twice, or one that is reserved")]
    Label,
}

/// Reads a whole file.
pub(super) fn parse(text: &[u8]) -> Result<Vec<FileFamily>, Refused> {
    let mut parser = Parser::new(Format::Text004);
    let mut draft = Draft::default();
    let lines = text.split_inclusive(|byte| *byte == b'\n').enumerate();
    for (number, line) in lines {
        let line = line.strip_suffix(b"\n").ok_or(Refused::NoEnd)?;
        let entry = parser.line(line)?;
        draft.add(entry).map_err(|fault| Refused::Family {
            line: number + 1,
            fault,
        })?;
    }
    let families = draft.families.into_iter();
    Ok(families.filter_map(Unfinished::finish).collect())
}

/// The families read so far.
#[derive(Debug, Default)]
struct Draft {
    families: Vec<Unfinished>,
    /// Name to index.
    index: HashMap<String, usize>,
}

#[derive(Debug)]
struct Unfinished {
    name: String,
    help: Option<String>,
    kind: Option<Kind>,
    rows: Vec<Row>,
}

/// One sample: which part of its family's metric it is, its labels sorted by name, and its value.
#[derive(Debug)]
pub(super) struct Row {
    pub part: Part,
    pub labels: Vec<(String, String)>,
    pub value: f64,
}

/// What a sample is to its metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Part {
    /// The value itself.
    Value,
    /// A bucket up to a bound, or a quantile.
    At(f64),
    Sum,
    Count,
    /// A bucket without `le` or a quantile without `quantile`, which says nothing.
    Nothing,
}

impl Draft {
    fn add(&mut self, entry: Entry<'_>) -> Result<(), Fault> {
        match entry {
            Entry::Nothing | Entry::Unit { .. } | Entry::Eof => Ok(()),
            Entry::Help { name, help } => {
                let (family, _) = self.family(&name)?;
                let help = help.unescape();
                if help.is_empty() {
                    return Ok(());
                }
                match family.help.replace(help.into_owned()) {
                    Some(_) => Err(Fault::SecondHelp),
                    None => Ok(()),
                }
            }
            Entry::Type { name, kind } => {
                let (family, _) = self.family(&name)?;
                match family.kind.replace(kind_of(kind)) {
                    Some(_) => Err(Fault::LateType),
                    None => Ok(()),
                }
            }
            Entry::Sample(sample) => self.sample(&sample),
        }
    }

    fn sample(&mut self, sample: &Sample<'_>) -> Result<(), Fault> {
        if sample.timestamp_ms.is_some() {
            return Err(Fault::Timestamp);
        }
        let (family, suffix) = self.family(&sample.name)?;
        let kind = *family.kind.get_or_insert(Kind::Untyped);
        let bound_label = match kind {
            Kind::Histogram => "le",
            Kind::Summary => "quantile",
            _ => "",
        };
        let mut bound = None;
        let mut labels = Vec::new();
        for (name, value) in sample.labels.iter() {
            if !is_label_name(&name) || labels.len() == LABELS_MAX {
                return Err(Fault::Label);
            }
            if name == bound_label {
                bound = Some(value.parse::<f64>().map_err(|_| Fault::Label)?);
            } else {
                labels.push((name.into_owned(), value.into_owned()));
            }
        }
        labels.sort_unstable();
        if labels.windows(2).any(|pair| matches!(pair, [a, b] if a.0 == b.0)) {
            return Err(Fault::Label);
        }
        let part = match (kind, suffix) {
            (Kind::Histogram | Kind::Summary, "_sum") => Part::Sum,
            (Kind::Histogram | Kind::Summary, "_count") => Part::Count,
            (Kind::Histogram | Kind::Summary, _) => bound.map_or(Part::Nothing, Part::At),
            _ => Part::Value,
        };
        family.rows.push(Row {
            part,
            labels,
            value: sample.value,
        });
        Ok(())
    }

    /// The family of a name, and what the name has behind the family's; a new one where there is none.
    fn family<'a>(&mut self, name: &'a str) -> Result<(&mut Unfinished, &'a str), Fault> {
        if !is_metric_name(name) {
            return Err(Fault::Name);
        }
        let (index, suffix) = match self.find(name) {
            Some(found) => found,
            None => {
                self.index.insert(name.to_owned(), self.families.len());
                self.families.push(Unfinished {
                    name: name.to_owned(),
                    help: None,
                    kind: None,
                    rows: Vec::new(),
                });
                (self.families.len() - 1, "")
            }
        };
        self.families
            .get_mut(index)
            .map(|family| (family, suffix))
            .ok_or(Fault::Name)
    }

    fn find<'a>(&self, name: &'a str) -> Option<(usize, &'a str)> {
        if let Some(index) = self.index.get(name) {
            return Some((*index, ""));
        }
        let suffixes = [
            ("_count", Kind::Summary),
            ("_sum", Kind::Summary),
            ("_count", Kind::Histogram),
            ("_sum", Kind::Histogram),
            ("_bucket", Kind::Histogram),
        ];
        suffixes.into_iter().find_map(|(suffix, kind)| {
            let index = *self.index.get(name.strip_suffix(suffix)?)?;
            let is_of_kind = self.families.get(index)?.kind == Some(kind);
            is_of_kind.then(|| (index, &name[name.len() - suffix.len()..]))
        })
    }
}

impl Unfinished {
    /// Nothing where the file has no sample of the family.
    fn finish(self) -> Option<FileFamily> {
        let kind = self.kind.unwrap_or(Kind::Untyped);
        (!self.rows.is_empty()).then(|| FileFamily {
            metrics: render::metrics(&self.name, kind, self.rows),
            name: self.name,
            help: self.help,
            kind,
        })
    }
}

fn kind_of(kind: MetricType) -> Kind {
    match kind {
        MetricType::Counter => Kind::Counter,
        MetricType::Gauge => Kind::Gauge,
        MetricType::Histogram => Kind::Histogram,
        MetricType::Summary => Kind::Summary,
        // The others are OpenMetrics', which this parser does not read.
        _ => Kind::Untyped,
    }
}

fn is_metric_name(name: &str) -> bool {
    let is_first = |byte: &u8| byte.is_ascii_alphabetic() || b"_:".contains(byte);
    name.bytes()
        .enumerate()
        .all(|(at, byte)| is_first(&byte) || (at > 0 && byte.is_ascii_digit()))
}

fn is_label_name(name: &str) -> bool {
    is_metric_name(name) && !name.contains(':') && name != "__name__"
}
