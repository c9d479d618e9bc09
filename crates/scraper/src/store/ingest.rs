//! One scrape on its way into the store: reads line by line, checks limits, stages samples.
//!
//! Most lines of most scrapes are those of the one before, at the same place, with another value; of those only the
//! value is read.

use std::collections::HashMap;

use metrics_registry::Format;
use metrics_registry::parse::{Entry, LineSplitter, MetricType, Parser, Sample};
use rustc_hash::FxBuildHasher;

use super::fault::{self, Fault};
use super::order::{DROPPED, Line, METADATA, Reading};
use super::rules::Rules;
use super::spelling::Spelling;
use super::{STALE_BITS, Slot, State, Store};
use crate::fleet::reading::is_shown;
use crate::label_set::LabelSet;

/// Longest line. A label value of 64 KiB, escaped, passes; a body without line breaks does not.
const LINE_BYTES_MAX: usize = 256 << 10;

/// How far in the future a sample may be, in milliseconds; more is not kept, as in Prometheus.
const FUTURE_MS_MAX: i64 = 10 * 60 * 1000;

/// One scrape on its way.
#[derive(Debug)]
pub struct Ingest<'t> {
    rules: Rules<'t>,
    at_ms: i64,
    format: Format,
    parser: Parser,
    splitter: Option<LineSplitter>,
    /// Where lines are as in the last scrape.
    pub(super) reading: Reading,
    /// The last `# TYPE`, where it was as expected and nobody has asked for it.
    type_line: Vec<u8>,
    /// The family that the last `# TYPE` before was about.
    family: String,
    kind: Option<MetricType>,
    pub(super) staged: Vec<Staged>,
    /// Slot of every spelling of the last scrape and this one, and [`DROPPED`]. Made when the first line comes that is
    /// not as expected.
    by_text: Option<HashMap<Spelling, u32, FxBuildHasher>>,
    /// Slot of every label set. Made when the first new spelling comes, which is rare, and forgotten with the scrape.
    by_labels: Option<HashMap<LabelSet, u32, FxBuildHasher>>,
    new_text_bytes: usize,
    /// Bytes of the body after decompression.
    pub body_bytes: u64,
    /// Samples in the body.
    pub scraped: u64,
    /// Samples that relabelling left.
    pub kept: u64,
    /// Series that were not known before.
    pub series_added: u64,
    /// Samples of a series that was in the body before; not taken.
    pub duplicates: u64,
    /// Samples too far in the future; not taken.
    pub out_of_bounds: u64,
    /// Samples older than the newest of their series; not taken.
    pub out_of_order: u64,
    over_limit: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Staged {
    pub slot: u32,
    pub untracked: bool,
    pub value: f64,
    pub timestamp_ms: i64,
}

impl<'t> Ingest<'t> {
    /// Starts a scrape whose samples have the time `at_ms` unless they bring their own.
    pub fn new(store: &mut Store, rules: Rules<'t>, format: Format, at_ms: i64) -> Self {
        store.attempt = store.attempt.wrapping_add(1);
        Self {
            rules,
            at_ms,
            format,
            parser: Parser::new(format),
            splitter: Some(LineSplitter::new(LINE_BYTES_MAX)),
            reading: Reading::new(store.has_failed),
            type_line: Vec::new(),
            family: String::new(),
            kind: None,
            staged: Vec::with_capacity(store.len()),
            by_text: None,
            by_labels: None,
            new_text_bytes: 0,
            body_bytes: 0,
            scraped: 0,
            kept: 0,
            series_added: 0,
            duplicates: 0,
            out_of_bounds: 0,
            out_of_order: 0,
            over_limit: false,
        }
    }

    /// Takes a piece of the body. After an error the scrape has failed and no more may follow.
    pub fn push(&mut self, store: &mut Store, chunk: &[u8]) -> Result<(), Fault> {
        self.body_bytes = self.body_bytes.saturating_add(chunk.len() as u64);
        if self.rules.limits.body_bytes < self.body_bytes {
            return Err(Fault::BodySize(self.rules.limits.body_bytes));
        }
        // Taken out while its lines are handled, which borrow the rest of this.
        let Some(mut splitter) = self.splitter.take() else {
            return Ok(());
        };
        let result = splitter.push(chunk, |line| self.line(store, line));
        self.splitter = Some(splitter);
        result
    }

    /// Takes the end of the body. What is staged may be committed unless this fails.
    pub fn finish(&mut self, store: &mut Store) -> Result<(), Fault> {
        if let Some(mut splitter) = self.splitter.take() {
            splitter.finish(|line| self.line(store, line))?;
        }
        self.parser.finish()?;
        match self.over_limit {
            true => Err(Fault::Samples(self.rules.limits.samples)),
            false => Ok(()),
        }
    }

    fn line(&mut self, store: &mut Store, line: &[u8]) -> Result<(), Fault> {
        if self.expected_sample(store, line).is_some() {
            return Ok(());
        }
        if matches!(line, [b'#', b' ', b'H' | b'T', ..]) {
            return self.metadata(store, line);
        }
        match self.parser.line(line)? {
            Entry::Sample(sample) => self.sample(store, &sample),
            Entry::Type { name, kind } => {
                self.take_type(&name, kind);
                Ok(())
            }
            Entry::Nothing | Entry::Help { .. } | Entry::Unit { .. } | Entry::Eof => Ok(()),
        }
    }

    /// Takes a line that is the one of the last scrape but for the value; `None` where it is not.
    fn expected_sample(&mut self, store: &mut Store, text: &[u8]) -> Option<()> {
        let expected = self.reading.expected_sample(&store.order)?;
        let (series, rest) = text.split_at_checked(expected.text_bytes as usize)?;
        if rest.first() != Some(&b' ') || store.spellings.of(series) != expected.spelling {
            return None;
        }
        if expected.slot == DROPPED {
            self.parser.value(rest)?;
        } else {
            let slot = store.slots.get_mut(expected.slot as usize)?;
            if !slot.is_taken() || self.rules.limits.samples <= self.staged.len() as u64 {
                return None;
            }
            let value = self.parser.value(rest)?;
            self.kept += 1;
            if slot.seen == store.attempt {
                self.duplicates += 1;
            } else {
                slot.seen = store.attempt;
                self.staged.push(Staged {
                    slot: expected.slot,
                    untracked: false,
                    value,
                    timestamp_ms: self.at_ms,
                });
            }
        }
        self.scraped += 1;
        self.reading.pass(expected);
        Some(())
    }

    /// Takes a `# HELP` or `# TYPE`, or a comment that begins like one.
    fn metadata(&mut self, store: &mut Store, text: &[u8]) -> Result<(), Fault> {
        let line = Line {
            spelling: store.spellings.of(text),
            slot: METADATA,
            text_bytes: u32::try_from(text.len()).unwrap_or(u32::MAX),
        };
        if self.reading.expected(&store.order) == Some(line) && self.parser.pass() {
            self.reading.pass(line);
            if text.get(2) == Some(&b'T') {
                self.type_line.clear();
                self.type_line.extend_from_slice(text);
            }
            return Ok(());
        }
        match self.parser.line(text)? {
            Entry::Type { name, kind } => self.take_type(&name, kind),
            Entry::Help { name, help } => {
                self.new_text_bytes += text.len();
                if fault::NEW_TEXT_BYTES_MAX < self.new_text_bytes {
                    return Err(Fault::NewText);
                }
                let help = self.rules.helps.of(&name, &help.unescape());
                store.helps.insert(line.spelling, help);
            }
            _ => {}
        }
        self.reading.take(&store.order, line);
        Ok(())
    }

    fn take_type(&mut self, name: &str, kind: MetricType) {
        self.type_line.clear();
        self.family.clear();
        self.family.push_str(name);
        self.kind = Some(kind);
    }

    fn sample(&mut self, store: &mut Store, sample: &Sample<'_>) -> Result<(), Fault> {
        self.scraped += 1;
        self.read_type_line();
        let spelling = store.spellings.of(sample.series.as_bytes());
        let line = |slot| Line {
            spelling,
            slot,
            text_bytes: u32::try_from(sample.series.len()).unwrap_or(u32::MAX),
        };
        let by_text = self.by_text.get_or_insert_with(|| {
            let samples = store.order.iter().filter(|line| line.slot != METADATA);
            samples.map(|line| (line.spelling, line.slot)).collect()
        });
        let known = by_text.get(&spelling).copied();
        let labels = match known {
            Some(_) => None,
            None => self.rules.labels_of(self.kind, sample)?,
        };
        if known == Some(DROPPED) || known.is_none() && labels.is_none() {
            by_text.insert(spelling, DROPPED);
            self.reading.take(&store.order, line(DROPPED));
            return Ok(());
        }
        self.kept += 1;
        if self.rules.limits.samples <= self.staged.len() as u64 {
            // Counted on to the end, for the report; nothing more is stored.
            self.over_limit = true;
            return Ok(());
        }
        let given_ms = sample.timestamp_ms.filter(|_| self.rules.honor_timestamps);
        let timestamp_ms = given_ms.unwrap_or(self.at_ms);
        if self.at_ms.saturating_add(FUTURE_MS_MAX) < timestamp_ms {
            self.out_of_bounds += 1;
            return Ok(());
        }
        let index = match (known, labels) {
            (Some(index), _) => index,
            (None, Some(labels)) => {
                self.new_text_bytes += sample.series.len();
                self.insert(store, spelling, labels)?
            }
            (None, None) => return Ok(()),
        };
        let kind = self.kind_of(&sample.name);
        let Some(slot) = store.slots.get_mut(index as usize) else {
            return Ok(());
        };
        if slot.seen == store.attempt {
            self.duplicates += 1;
            self.reading.take(&store.order, line(index));
            return Ok(());
        }
        slot.seen = store.attempt;
        slot.kind = kind;
        if given_ms.is_some()
            && slot.state == State::Known
            && timestamp_ms < slot.timestamp_ms
            && slot.value.to_bits() != STALE_BITS
        {
            self.out_of_order += 1;
            return Ok(());
        }
        self.series_added += u64::from(known.is_none());
        self.reading.take(&store.order, line(index));
        self.staged.push(Staged {
            slot: index,
            untracked: given_ms.is_some() && !self.rules.track_timestamps_staleness,
            value: sample.value,
            timestamp_ms,
        });
        Ok(())
    }

    /// Reads the `# TYPE` that was passed, now that a sample needs it.
    fn read_type_line(&mut self) {
        if self.type_line.is_empty() {
            return;
        }
        let line = std::mem::take(&mut self.type_line);
        // It was read in the scrape before.
        if let Ok(Entry::Type { name, kind }) = Parser::new(self.format).line(&line) {
            self.take_type(&name, kind);
        }
    }

    /// What the last `# TYPE` says of this metric. Members of histograms and summaries have no kind of their own.
    fn kind_of(&self, name: &str) -> Option<MetricType> {
        let kind = self.kind?;
        let own = match name.strip_prefix(self.family.as_str())? {
            "" => true,
            // OpenMetrics names the family without the suffix.
            "_total" => kind == MetricType::Counter,
            _ => false,
        };
        own.then_some(kind)
    }

    /// Makes a slot for a series whose spelling is new, or finds the one of its label set.
    fn insert(&mut self, store: &mut Store, spelling: Spelling, labels: LabelSet) -> Result<u32, Fault> {
        if fault::NEW_TEXT_BYTES_MAX < self.new_text_bytes {
            return Err(Fault::NewText);
        }
        let by_labels = self.by_labels.get_or_insert_with(|| {
            let slots = (0..).zip(&store.slots).filter(|(_, slot)| slot.is_taken());
            slots.map(|(index, slot)| (slot.labels.clone(), index)).collect()
        });
        let by_text = self.by_text.get_or_insert_default();
        if let Some(index) = by_labels.get(&labels) {
            by_text.insert(spelling, *index);
            return Ok(*index);
        }
        let index = match store.free.pop() {
            Some(index) => index,
            None => store.slots.len() as u32,
        };
        by_labels.insert(labels.clone(), index);
        by_text.insert(spelling, index);
        let slot = Slot {
            is_shown: is_shown(labels.metric()),
            labels,
            value: f64::from_bits(STALE_BITS),
            timestamp_ms: self.at_ms,
            // Never the number of this scrape, so that the sample itself is not a duplicate.
            seen: store.attempt.wrapping_sub(1),
            kind: None,
            untracked: false,
            state: State::New,
        };
        match store.slots.get_mut(index as usize) {
            Some(free) => *free = slot,
            None => store.slots.push(slot),
        }
        Ok(index)
    }
}
