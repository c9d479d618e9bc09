//! Lines that start with `#`.

use crate::Format;

use super::cursor::{Cursor, Nul};
use super::{Entry, Escaped, Problem};

/// What `# TYPE` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MetricType {
    /// Only rises, but for a restart.
    Counter,
    /// Rises and falls.
    Gauge,
    /// Cumulative buckets with `le`, a sum and a count.
    Histogram,
    /// As a histogram, of a state rather than of events; OpenMetrics only.
    GaugeHistogram,
    /// Quantiles, a sum and a count.
    Summary,
    /// Labels that say something, at the value 1; OpenMetrics only.
    Info,
    /// One series for each state, at 0 or 1; OpenMetrics only.
    StateSet,
    /// `untyped` in text 0.0.4, `unknown` in OpenMetrics.
    Unknown,
}

impl MetricType {
    fn of_word(word: &str, format: Format) -> Option<Self> {
        Some(match (word, format) {
            ("counter", _) => Self::Counter,
            ("gauge", _) => Self::Gauge,
            ("histogram", _) => Self::Histogram,
            ("summary", _) => Self::Summary,
            ("untyped", Format::Text004) | ("unknown", Format::OpenMetrics1) => Self::Unknown,
            ("gaugehistogram", Format::OpenMetrics1) => Self::GaugeHistogram,
            ("info", Format::OpenMetrics1) => Self::Info,
            ("stateset", Format::OpenMetrics1) => Self::StateSet,
            _ => return None,
        })
    }
}

#[derive(Clone, Copy, Debug)]
enum Keyword {
    Help,
    Type,
    Unit,
}

/// Whether a line of text 0.0.4 is a comment, which may hold any bytes.
pub(super) fn is_comment(line: &[u8]) -> bool {
    match skip_blanks(line).strip_prefix(b"#") {
        Some(rest) => text_keyword(rest).is_none(),
        None => false,
    }
}

/// `HELP` or `TYPE` after `#` and blanks, and the number of bytes up to the name.
fn text_keyword(rest: &[u8]) -> Option<(Keyword, usize)> {
    let word = skip_blanks(rest);
    let keyword = match word.get(..4)? {
        b"HELP" => Keyword::Help,
        b"TYPE" => Keyword::Type,
        _ => return None,
    };
    let name = skip_blanks(word.get(4..)?);
    let blanks = (word.len() < rest.len(), name.len() + 4 < word.len());
    (blanks == (true, true)).then_some((keyword, rest.len() - name.len()))
}

/// Space and tab are what both formats call blank; other white space is not.
fn skip_blanks(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let [b' ' | b'\t', after @ ..] = rest {
        rest = after;
    }
    rest
}

/// Reads a line from its `#` to its end.
pub(super) fn parse<'a>(cursor: &mut Cursor<'a>) -> Result<Entry<'a>, Problem> {
    let keyword = match cursor.format {
        Format::Text004 => {
            cursor.eat(b'#');
            let Some((keyword, length)) = text_keyword(cursor.rest().as_bytes()) else {
                return Ok(Entry::Nothing);
            };
            cursor.move_to(cursor.at() + length);
            keyword
        }
        Format::OpenMetrics1 => {
            if cursor.rest() == "# EOF" {
                return Ok(Entry::Eof);
            }
            if cursor.eat_all("# HELP ") {
                Keyword::Help
            } else if cursor.eat_all("# TYPE ") {
                Keyword::Type
            } else if cursor.eat_all("# UNIT ") {
                Keyword::Unit
            } else {
                return Err(Problem::UnknownComment);
            }
        }
    };
    let name = name(cursor)?;
    let text_at = cursor.at();
    let text = text(cursor)?;
    match keyword {
        Keyword::Help => Ok(Entry::Help {
            name: name.unescape(),
            help: match cursor.format {
                Format::Text004 => Escaped::unquoted(text),
                Format::OpenMetrics1 => Escaped::quoted(text),
            },
        }),
        Keyword::Type => match MetricType::of_word(text, cursor.format) {
            Some(kind) => Ok(Entry::Type {
                name: name.unescape(),
                kind,
            }),
            None => {
                cursor.move_to((text_at + 1).min(cursor.at()));
                Err(Problem::UnknownType)
            }
        },
        Keyword::Unit if text.is_empty() || ends_with_unit(name.raw(), text) => Ok(Entry::Unit {
            name: name.unescape(),
            unit: text,
        }),
        Keyword::Unit => {
            cursor.move_to(text_at + 1);
            Err(Problem::UnitNotInName)
        }
    }
}

fn name<'a>(cursor: &mut Cursor<'a>) -> Result<Escaped<'a>, Problem> {
    let start = cursor.at();
    let name = match cursor.peek() {
        Some(b'"') => cursor.eat_quoted(Nul::Refused)?,
        _ => match cursor.eat_name(true) {
            "" => return Err(Problem::ExpectedName),
            bare => bare,
        },
    };
    if name.is_empty() {
        cursor.move_to(start);
        return Err(Problem::EmptyName);
    }
    Ok(Escaped::quoted(name))
}

/// The rest of the line behind the one character that ends the name.
///
/// In text 0.0.4 that character may be any, or missing: Prometheus drops it unseen.
fn text<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str, Problem> {
    let rest = cursor.rest();
    let text = match cursor.format {
        Format::OpenMetrics1 => rest.strip_prefix(' ').ok_or(Problem::ExpectedText)?,
        Format::Text004 if rest.bytes().all(|byte| matches!(byte, b' ' | b'\t')) => "",
        Format::Text004 => rest.get(1..).ok_or(Problem::ExpectedText)?,
    };
    cursor.move_to(cursor.at() + rest.len());
    Ok(text)
}

fn ends_with_unit(name: &str, unit: &str) -> bool {
    name.strip_suffix(unit).is_some_and(|base| base.ends_with('_'))
}
