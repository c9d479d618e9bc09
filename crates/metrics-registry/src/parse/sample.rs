//! A sample line: series, value, and perhaps a timestamp and an exemplar.

use std::borrow::Cow;

use crate::Format;

use super::cursor::{BLANK, BRACE, Cursor, NOT_DIGIT, SPACE};
use super::labels::{self, Owner};
use super::{Labels, Problem, number};

/// One sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample<'a> {
    /// The series as it was sent, `name{…}`: equal text is the same series, so that it can be the key of a cache.
    pub series: &'a str,
    /// The metric's name; never empty.
    pub name: Cow<'a, str>,
    /// Its labels.
    pub labels: Labels<'a>,
    /// Its value. NaN has the bits that Prometheus gives it, never those of a mark of staleness.
    pub value: f64,
    /// Milliseconds since 1970, where the sender says when the value was taken.
    pub timestamp_ms: Option<i64>,
    /// One observation of those that the value counts, in OpenMetrics only.
    pub exemplar: Option<Exemplar<'a>>,
}

/// An exemplar: labels (of a trace, say) and the value that was observed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exemplar<'a> {
    /// Its labels; the limit of 128 characters is not checked.
    pub labels: Labels<'a>,
    /// The observed value.
    pub value: f64,
    /// Milliseconds since 1970, where the sender says when it was observed.
    pub timestamp_ms: Option<i64>,
}

/// Reads a line from its first character to its end.
pub(super) fn parse<'a>(cursor: &mut Cursor<'a>) -> Result<Sample<'a>, Problem> {
    let start = cursor.at();
    let bare = cursor.eat_name(true);
    let name_end = cursor.at();
    cursor.skip_blanks();
    let (owner, mut name) = match bare {
        "" => (Owner::Unnamed, None),
        bare => (Owner::Named, Some(Cow::Borrowed(bare))),
    };
    let (series, labels) = if cursor.eat(b'{') {
        let (labels, quoted) = labels::parse(cursor, owner)?;
        name = name.or(quoted.map(|quoted| quoted.unescape()));
        (cursor.since(start), labels)
    } else {
        (cursor.since_until(start, name_end), Labels::NONE)
    };
    let Some(name) = name else {
        // Either the first character is none of a sample's, or the braces hold no name.
        let problem = if series.is_empty() {
            Problem::UnknownStart
        } else {
            Problem::NameMissing
        };
        cursor.move_to(start);
        return Err(problem);
    };
    let (value, timestamp_ms, exemplar) = match cursor.format {
        Format::Text004 => {
            let (value, timestamp_ms) = text_end(cursor)?;
            (value, timestamp_ms, None)
        }
        Format::OpenMetrics1 => openmetrics_end(cursor)?,
    };
    Ok(Sample {
        series,
        name,
        labels,
        value,
        timestamp_ms,
        exemplar,
    })
}

/// Value and timestamp in text 0.0.4: any blanks, whole milliseconds.
fn text_end(cursor: &mut Cursor<'_>) -> Result<(f64, Option<i64>), Problem> {
    cursor.skip_blanks();
    let value = word(cursor, BRACE | BLANK, number::parse)?;
    cursor.skip_blanks();
    let timestamp_ms = match cursor.peek() {
        Some(b'0'..=b'9') => {
            let milliseconds = |text: &str| text.parse().map_err(|_| Problem::NotATimestamp);
            let value = word(cursor, NOT_DIGIT, milliseconds)?;
            cursor.skip_blanks();
            Some(value)
        }
        _ => None,
    };
    match cursor.peek() {
        None => Ok((value, timestamp_ms)),
        Some(_) => Err(Problem::ExpectedLineEnd),
    }
}

type End<'a> = (f64, Option<i64>, Option<Exemplar<'a>>);

/// Value, timestamp and exemplar in OpenMetrics: single spaces, seconds.
fn openmetrics_end<'a>(cursor: &mut Cursor<'a>) -> Result<End<'a>, Problem> {
    let value = spaced_word(cursor, number::parse)?;
    let timestamp_ms = match cursor.rest().starts_with(" # {") || cursor.peek().is_none() {
        true => None,
        false => Some(spaced_word(cursor, number::parse_seconds)?),
    };
    if !cursor.eat_all(" # {") {
        return match cursor.peek() {
            None => Ok((value, timestamp_ms, None)),
            Some(_) => Err(Problem::ExpectedLineEnd),
        };
    }
    let (labels, _) = labels::parse(cursor, Owner::Exemplar)?;
    let observed = spaced_word(cursor, number::parse)?;
    let observed_ms = match cursor.peek() {
        None => None,
        Some(_) => Some(spaced_word(cursor, number::parse_seconds)?),
    };
    match cursor.peek() {
        None => {
            let exemplar = Exemplar {
                labels,
                value: observed,
                timestamp_ms: observed_ms,
            };
            Ok((value, timestamp_ms, Some(exemplar)))
        }
        Some(_) => Err(Problem::ExpectedLineEnd),
    }
}

/// Passes one space and a word.
fn spaced_word<T>(cursor: &mut Cursor<'_>, read: impl Fn(&str) -> Result<T, Problem>) -> Result<T, Problem> {
    if !cursor.eat(b' ') {
        return Err(Problem::ExpectedValue);
    }
    word(cursor, SPACE, read)
}

/// Passes a word, up to a byte of the classes `ends`, and reads it; where that fails the cursor stands at its start.
fn word<T>(
    cursor: &mut Cursor<'_>,
    ends: u8,
    read: impl Fn(&str) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let start = cursor.at();
    let text = cursor.eat_until(ends);
    let result = match text {
        "" => Err(Problem::ExpectedValue),
        text => read(text),
    };
    if result.is_err() {
        cursor.move_to(start);
    }
    result
}
