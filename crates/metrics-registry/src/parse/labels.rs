//! What stands between braces: labels, and perhaps a quoted metric name.

use std::borrow::Cow;

use crate::Format;

use super::cursor::{Cursor, Nul};
use super::{Escaped, Problem};

/// The labels of a sample or an exemplar, in the order in which they were sent; names may repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labels<'a> {
    /// What stands between the braces, found valid.
    inner: &'a str,
}

impl<'a> Labels<'a> {
    pub(super) const NONE: Self = Self { inner: "" };

    /// Name and unescaped value of each label.
    #[must_use]
    pub const fn iter(self) -> LabelsIter<'a> {
        // The laxer grammar reads what either of them let pass.
        LabelsIter {
            cursor: Cursor::new(self.inner, Format::Text004),
        }
    }
}

impl<'a> IntoIterator for Labels<'a> {
    type Item = (Cow<'a, str>, Cow<'a, str>);
    type IntoIter = LabelsIter<'a>;

    fn into_iter(self) -> LabelsIter<'a> {
        self.iter()
    }
}

/// Name and unescaped value of each label; made by [`Labels::iter`].
#[derive(Debug)]
pub struct LabelsIter<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Iterator for LabelsIter<'a> {
    type Item = (Cow<'a, str>, Cow<'a, str>);

    fn next(&mut self) -> Option<Self::Item> {
        let cursor = &mut self.cursor;
        loop {
            cursor.skip_blanks();
            cursor.eat(b',');
            cursor.skip_blanks();
            let name = match cursor.peek()? {
                b'"' => Escaped::quoted(cursor.eat_quoted(Nul::Refused).ok()?).unescape(),
                _ => Cow::Borrowed(cursor.eat_name(false)),
            };
            cursor.skip_blanks();
            if cursor.eat(b'=') {
                cursor.skip_blanks();
                let value = cursor.eat_quoted(Nul::Allowed).ok()?;
                return Some((name, Escaped::quoted(value).unescape()));
            }
            // A quoted string without a value is the metric name.
        }
    }
}

/// Whose braces these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// A sample whose name stands before the braces.
    Named,
    /// A sample whose name stands in the braces.
    Unnamed,
    /// An exemplar, which has no name.
    Exemplar,
}

/// Reads from behind `{` to behind `}`. Returns the labels and the quoted metric name.
pub(super) fn parse<'a>(
    cursor: &mut Cursor<'a>,
    owner: Owner,
) -> Result<(Labels<'a>, Option<Escaped<'a>>), Problem> {
    let start = cursor.at();
    let mut metric = None;
    loop {
        cursor.skip_blanks();
        let name_at = cursor.at();
        match cursor.peek() {
            Some(b'}') => {
                let inner = cursor.since(start);
                cursor.eat(b'}');
                return Ok((Labels { inner }, metric));
            }
            Some(b'"') => {
                let quoted = cursor.eat_quoted(Nul::Refused)?;
                cursor.skip_blanks();
                if let (Some(b',' | b'}'), Owner::Named | Owner::Unnamed) = (cursor.peek(), owner) {
                    if owner == Owner::Named || metric.is_some() {
                        cursor.move_to(name_at);
                        return Err(Problem::NameTwice);
                    }
                    metric = Some(Escaped::quoted(quoted));
                    cursor.eat(b',');
                    refuse_empty(cursor, quoted, name_at)?;
                    continue;
                }
                if cursor.peek() == Some(b'=') {
                    refuse_empty(cursor, quoted, name_at)?;
                }
            }
            None => return Err(Problem::BracesOpen),
            Some(_) if cursor.eat_name(false).is_empty() => return Err(Problem::ExpectedLabelName),
            Some(_) => cursor.skip_blanks(),
        }
        value(cursor, owner)?;
    }
}

/// Reads from `=` to behind the comma that follows the value, if there is one.
fn value(cursor: &mut Cursor<'_>, owner: Owner) -> Result<(), Problem> {
    if !cursor.eat(b'=') {
        return Err(Problem::ExpectedEqual);
    }
    cursor.skip_blanks();
    if cursor.peek() != Some(b'"') {
        return Err(Problem::ExpectedLabelValue);
    }
    cursor.eat_quoted(match owner {
        Owner::Exemplar => Nul::Refused,
        Owner::Named | Owner::Unnamed => Nul::Allowed,
    })?;
    cursor.skip_blanks();
    match (cursor.eat(b','), cursor.peek(), cursor.format) {
        // Text 0.0.4 does without commas, as Prometheus reads it.
        (true, ..) | (_, Some(b'}'), _) | (_, Some(_), Format::Text004) => Ok(()),
        (_, None, _) => Err(Problem::BracesOpen),
        (_, Some(_), Format::OpenMetrics1) => Err(Problem::ExpectedComma),
    }
}

fn refuse_empty(cursor: &mut Cursor<'_>, name: &str, at: usize) -> Result<(), Problem> {
    if name.is_empty() {
        cursor.move_to(at);
        return Err(Problem::EmptyName);
    }
    Ok(())
}
