//! The samples of one scrape: an arena of finished lines, with the runs of lines that belong to each family.
//!
//! Collectors write samples in the order in which the source gives them; the exposition groups them.
//! Families are sorted by name when written, samples keep the order in which they were written.
//! [`clear`](Exposition::clear) keeps every buffer, so a scrape like the last one allocates nothing.

pub mod header;
pub mod line;
pub mod number;

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::ops::Range;

use rustc_hash::FxHashMap;

use self::header::Format;
use crate::{Family, Kind};

/// Families unused for this many scrapes are forgotten, so that names that come and go do not add up.
const IDLE_SCRAPES_MAX: u8 = 16;
/// An arena is given back when it is both larger than this and mostly empty.
const IDLE_ARENA_BYTES: usize = 256 * 1024;
/// No run, or no family.
const NONE: u32 = u32::MAX;

/// The samples of one scrape.
#[derive(Debug, Default)]
pub struct Exposition {
    /// Finished lines of all families, in the order in which they were written.
    lines: String,
    runs: Vec<Run>,
    families: Vec<Slot>,
    /// Indices into `families`, sorted by name.
    order: Vec<u32>,
    /// Name to index into `families`.
    index: FxHashMap<Cow<'static, str>, u32>,
    /// The family of the newest run; most samples follow one of their own family.
    newest: Option<u32>,
    /// The family that a scrape begins with, as far as the last one tells.
    first: u32,
    /// The bucket bound or quantile being written, kept for its buffer.
    bound: String,
}

/// Lines of one family that stand together in the arena.
#[derive(Debug)]
struct Run {
    start: usize,
    end: usize,
    /// The family's next run, or `NONE`.
    next: u32,
}

/// A family that this or a recent scrape wrote to.
#[derive(Debug)]
struct Slot {
    name: Cow<'static, str>,
    help: Cow<'static, str>,
    kind: Kind,
    first_run: u32,
    last_run: u32,
    /// The family that came after this one in the last scrape: mostly it does again, and nothing has to be looked up.
    /// Only a guess, which may point anywhere.
    followed_by: u32,
    idle_scrapes: u8,
}

impl Exposition {
    /// Writes one sample of a family known at compile time.
    pub fn sample<const N: usize>(&mut self, family: &Family<N>, values: [&str; N], value: f64) {
        self.open(family);
        line::write(
            &mut self.lines,
            family.name,
            std::iter::zip(family.labels, values),
            value,
        );
        self.close();
    }

    /// Writes one sample of a family whose name, help or labels are known only at run time.
    ///
    /// What the name of a metric cannot have becomes `_`, because names come from files too, and one bad name makes a
    /// client refuse all. The caller makes sure that labels are valid and sorted. `help` is formatted only when the
    /// family is new; the first help and kind of a name win.
    pub fn dynamic<'a>(
        &mut self,
        name: &str,
        help: fmt::Arguments<'_>,
        kind: Kind,
        labels: impl IntoIterator<Item = (&'a str, &'a str)>,
        value: f64,
    ) {
        let slot = self.open_dynamic(name, help, kind);
        // Its own spelling is legal.
        line::write(&mut self.lines, &self.families[slot as usize].name, labels, value);
        self.close();
    }

    /// Writes a histogram: cumulative `(upper bound, count)` buckets in ascending order, the last one `+Inf`.
    ///
    /// Counts are written as any number is, `2e+06`, because the reference does; they lose digits above 2^53.
    pub fn histogram<const N: usize>(
        &mut self,
        family: &Family<N>,
        values: [&str; N],
        buckets: &[(f64, u64)],
        sum: f64,
        count: u64,
    ) {
        self.open(family);
        let labels = || std::iter::zip(family.labels, values);
        for (bound, cumulative) in buckets {
            self.bound.clear();
            number::write(&mut self.bound, *bound);
            let labels = labels().chain([("le", self.bound.as_str())]);
            self.lines.push_str(family.name);
            line::write(&mut self.lines, "_bucket", labels, *cumulative as f64);
        }
        self.sum_and_count(family.name, labels, sum, count);
        self.close();
    }

    /// Writes a summary: `(quantile, value)` pairs in ascending order. The count is written as a histogram's.
    pub fn summary<const N: usize>(
        &mut self,
        family: &Family<N>,
        values: [&str; N],
        quantiles: &[(f64, f64)],
        sum: f64,
        count: u64,
    ) {
        self.open(family);
        let labels = || std::iter::zip(family.labels, values);
        for (quantile, value) in quantiles {
            self.bound.clear();
            number::write(&mut self.bound, *quantile);
            let labels = labels().chain([("quantile", self.bound.as_str())]);
            line::write(&mut self.lines, family.name, labels, *value);
        }
        self.sum_and_count(family.name, labels, sum, count);
        self.close();
    }

    /// Adds finished sample lines, each ended by a newline, to a family. No lines, no family.
    pub fn lines(&mut self, name: &str, help: fmt::Arguments<'_>, kind: Kind, lines: &str) {
        debug_assert!(
            lines.is_empty() || lines.ends_with('\n'),
            "lines end with a newline"
        );
        if lines.is_empty() {
            return;
        }
        self.open_dynamic(name, help, kind);
        self.lines.push_str(lines);
        self.close();
    }

    /// Adds all that `other` holds. Where both have a family, this one's help and kind stay.
    pub fn merge(&mut self, other: &Self) {
        for slot in other.written() {
            for lines in other.runs_of(slot) {
                self.lines(&slot.name, format_args!("{}", slot.help), slot.kind, lines);
            }
        }
    }

    /// Whether a family of this name has samples.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.index
            .get(name)
            .is_some_and(|slot| self.families[*slot as usize].first_run != NONE)
    }

    /// Forgets the samples and keeps the buffers.
    pub fn clear(&mut self) {
        if self.lines.capacity() > IDLE_ARENA_BYTES && self.lines.len() < self.lines.capacity() / 4 {
            self.lines.shrink_to(self.lines.len() * 2);
        }
        self.lines.clear();
        self.runs.clear();
        self.newest = None;
        let mut forget = false;
        for slot in &mut self.families {
            slot.idle_scrapes = if slot.first_run == NONE {
                slot.idle_scrapes + 1
            } else {
                0
            };
            forget |= slot.idle_scrapes == IDLE_SCRAPES_MAX;
            slot.first_run = NONE;
            slot.last_run = NONE;
        }
        if forget {
            self.families.retain(|slot| slot.idle_scrapes < IDLE_SCRAPES_MAX);
            self.reindex();
        }
    }

    /// Number of samples written since the last [`clear`](Self::clear).
    #[must_use]
    pub fn sample_count(&self) -> usize {
        memchr::memchr_iter(b'\n', self.lines.as_bytes()).count()
    }

    /// Writes all families in the given format, in small pieces: give it a buffer or a compressor.
    ///
    /// Fails only where `out` does.
    pub fn write_to(&self, format: Format, out: &mut impl io::Write) -> io::Result<()> {
        for slot in self.written() {
            header::write(out, format, &slot.name, &slot.help, slot.kind)?;
            for lines in self.runs_of(slot) {
                match (format, slot.kind) {
                    (Format::OpenMetrics1, Kind::Histogram) => {
                        line::write_with_decimal_bounds(out, lines, "le")?;
                    }
                    (Format::OpenMetrics1, Kind::Summary) => {
                        line::write_with_decimal_bounds(out, lines, "quantile")?;
                    }
                    _ => out.write_all(lines.as_bytes())?,
                }
            }
        }
        match format {
            Format::Text004 => Ok(()),
            Format::OpenMetrics1 => out.write_all(b"# EOF\n"),
        }
    }

    /// The text format 0.0.4 as a string, for tests and small pages.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = Vec::with_capacity(self.lines.len() * 2);
        self.write_to(Format::Text004, &mut text)
            .expect("writing to memory");
        String::from_utf8(text).expect("names, help and lines are UTF-8")
    }

    /// The families that have samples, by name.
    fn written(&self) -> impl Iterator<Item = &Slot> {
        self.order
            .iter()
            .map(|slot| &self.families[*slot as usize])
            .filter(|slot| slot.first_run != NONE)
    }

    fn runs_of<'a>(&'a self, slot: &Slot) -> impl Iterator<Item = &'a str> {
        let mut next = slot.first_run;
        std::iter::from_fn(move || {
            let run = self.runs.get(next as usize)?;
            next = run.next;
            Some(
                &self.lines[Range {
                    start: run.start,
                    end: run.end,
                }],
            )
        })
    }

    fn open<const N: usize>(&mut self, family: &Family<N>) {
        let slot = match self.find(family.name) {
            Some(slot) => slot,
            None => self.add(
                Cow::Borrowed(family.name),
                Cow::Borrowed(family.help),
                family.kind,
            ),
        };
        self.start_run(slot);
    }

    /// Returns the index of the family, whose name is the legal spelling of `name`.
    fn open_dynamic(&mut self, name: &str, help: fmt::Arguments<'_>, kind: Kind) -> u32 {
        let slot = self.find(name).unwrap_or_else(|| {
            let legal = line::legal_name(name);
            self.find(&legal).unwrap_or_else(|| {
                self.add(Cow::Owned(legal.into_owned()), Cow::Owned(help.to_string()), kind)
            })
        });
        self.start_run(slot);
        slot
    }

    fn find(&self, name: &str) -> Option<u32> {
        let is = |slot: u32| {
            self.families
                .get(slot as usize)
                .is_some_and(|family| family.name == name)
        };
        let guess = match self.newest {
            Some(newest) if is(newest) => return Some(newest),
            Some(newest) => self.families[newest as usize].followed_by,
            None => self.first,
        };
        match is(guess) {
            true => Some(guess),
            false => self.index.get(name).copied(),
        }
    }

    /// Begins a run where the newest one is another family's.
    fn start_run(&mut self, slot: u32) {
        match self.newest {
            Some(newest) if newest == slot => return,
            Some(newest) => self.families[newest as usize].followed_by = slot,
            None => self.first = slot,
        }
        let run = self.runs.len() as u32;
        self.runs.push(Run {
            start: self.lines.len(),
            end: self.lines.len(),
            next: NONE,
        });
        let family = &mut self.families[slot as usize];
        match family.last_run {
            NONE => family.first_run = run,
            last => self.runs[last as usize].next = run,
        }
        family.last_run = run;
        self.newest = Some(slot);
    }

    /// Ends the newest run where the arena ends.
    fn close(&mut self) {
        if let Some(run) = self.runs.last_mut() {
            run.end = self.lines.len();
        }
    }

    fn add(&mut self, name: Cow<'static, str>, help: Cow<'static, str>, kind: Kind) -> u32 {
        let slot = self.families.len() as u32;
        let at = self
            .order
            .partition_point(|other| self.families[*other as usize].name < name);
        self.order.insert(at, slot);
        self.index.insert(name.clone(), slot);
        self.families.push(Slot {
            name,
            help,
            kind,
            first_run: NONE,
            last_run: NONE,
            followed_by: NONE,
            idle_scrapes: 0,
        });
        slot
    }

    fn reindex(&mut self) {
        self.index.clear();
        self.order.clear();
        for (slot, family) in self.families.iter().enumerate() {
            self.index.insert(family.name.clone(), slot as u32);
            self.order.push(slot as u32);
        }
        let families = &self.families;
        self.order
            .sort_unstable_by(|a, b| families[*a as usize].name.cmp(&families[*b as usize].name));
    }

    fn sum_and_count<'a, L: Iterator<Item = (&'a str, &'a str)>>(
        &mut self,
        name: &str,
        labels: impl Fn() -> L,
        sum: f64,
        count: u64,
    ) {
        self.lines.push_str(name);
        line::write(&mut self.lines, "_sum", labels(), sum);
        self.lines.push_str(name);
        line::write(&mut self.lines, "_count", labels(), count as f64);
    }
}

#[cfg(test)]
mod tests;
