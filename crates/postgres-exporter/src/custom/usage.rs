//! What becomes of the columns of a custom query.
//!
//! Names: `<query>_<column>` untyped by `<label>`: a column of a custom query, of the type that its file says.

use metrics_registry::Kind;

use super::file::{Column, Definition};
use crate::samples::Samples;
use crate::table::{Row, Table, Type};
use crate::{Error, Version};

/// `usage` in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// A label of all families of the query.
    Label,
    /// A value that only rises.
    Counter,
    /// A value that rises and falls.
    Gauge,
    /// An array of bounds; `<column>_bucket`, `_sum` and `_count` hold the rest.
    Histogram,
    /// A text that stands for a number.
    Mapped,
    /// A text as Go writes durations; served in milliseconds.
    Duration,
    /// Nothing.
    Discard,
}

impl Usage {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "LABEL" => Self::Label,
            "COUNTER" => Self::Counter,
            "GAUGE" => Self::Gauge,
            "HISTOGRAM" => Self::Histogram,
            "MAPPEDMETRIC" => Self::Mapped,
            "DURATION" => Self::Duration,
            "DISCARD" => Self::Discard,
            _ => return None,
        })
    }
}

/// What is done with one column of a result.
enum Plan<'a> {
    Skip,
    Value(&'a Column),
    /// Columns of buckets, sum and count.
    Histogram(&'a Column, [usize; 3]),
    /// A column that the file does not name.
    Unknown,
}

/// Writes all rows. Fails with the last value that could not be used, after all others are written.
pub(super) fn write(
    definition: &Definition,
    version: Version,
    table: &Table,
    samples: &mut Samples<'_>,
) -> Result<(), Error> {
    let columns: Vec<&str> = table.columns().collect();
    let labels: Vec<(usize, String)> = labels(definition, &columns);
    let plans: Vec<Plan<'_>> = columns
        .iter()
        .map(|name| plan(definition, version, name, table))
        .collect();
    let mut result = Ok(());
    for row in table.rows() {
        let values: Vec<(&str, String)> = labels
            .iter()
            .map(|(column, name)| (name.as_str(), label(table, &row, *column)))
            .collect();
        let values = || values.iter().map(|(name, value)| (*name, value.as_str()));
        for (index, plan) in plans.iter().enumerate() {
            let column = columns.get(index).copied().unwrap_or_default();
            let name = metric_name(&definition.name, column);
            let written = match plan {
                Plan::Skip => Ok(()),
                Plan::Unknown => {
                    if let Some(value) = value(table, &row, index) {
                        let help = format_args!("Column {column} of the custom query {}.", definition.name);
                        samples.dynamic(&name, help, Kind::Untyped, values(), value);
                    }
                    Ok(())
                }
                Plan::Value(known) => one(known, &name, (table, &row, index), values(), samples),
                Plan::Histogram(known, parts) => {
                    let help = format_args!("{}", known.description);
                    histogram(&row, index, *parts, column).map(|(buckets, total)| {
                        samples.histogram(&name, help, values(), &buckets, total);
                    })
                }
            };
            if written.is_err() {
                result = written;
            }
        }
    }
    result
}

/// Positions and names of the labels.
fn labels(definition: &Definition, columns: &[&str]) -> Vec<(usize, String)> {
    let is_label = |name: &str| {
        definition
            .columns
            .iter()
            .any(|column| column.name == name && column.usage == Usage::Label)
    };
    columns
        .iter()
        .enumerate()
        .filter(|(_, name)| is_label(name))
        .map(|(index, name)| (index, valid_name(name)))
        .collect()
}

fn plan<'a>(definition: &'a Definition, version: Version, name: &str, table: &Table) -> Plan<'a> {
    let find = |name: &str| definition.columns.iter().find(|column| column.name == name);
    let Some(column) = find(name) else {
        // The parts of a histogram belong to its first column.
        let is_part = ["_bucket", "_sum", "_count"].iter().any(|part| {
            let of = name.strip_suffix(part).and_then(find);
            of.is_some_and(|column| column.usage == Usage::Histogram)
        });
        return if is_part { Plan::Skip } else { Plan::Unknown };
    };
    let part = |part: &str| table.column(&format!("{name}{part}")).unwrap_or(usize::MAX);
    match column.usage {
        _ if !column.runs_on.includes(version) => Plan::Skip,
        Usage::Label | Usage::Discard => Plan::Skip,
        Usage::Histogram => Plan::Histogram(column, [part("_bucket"), part("_sum"), part("_count")]),
        Usage::Counter | Usage::Gauge | Usage::Mapped | Usage::Duration => Plan::Value(column),
    }
}

/// Writes one value; NULL is NaN, as in the reference.
fn one<'l>(
    column: &Column,
    name: &str,
    (table, row, index): (&Table, &Row<'_>, usize),
    labels: impl Iterator<Item = (&'l str, &'l str)>,
    samples: &mut Samples<'_>,
) -> Result<(), Error> {
    let text = row.label(index);
    let (number, kind, suffix, expected) = match column.usage {
        Usage::Mapped => (
            column.mapping.get(text).copied(),
            Kind::Gauge,
            "",
            "a text of metric_mapping",
        ),
        Usage::Duration if text == "-1" => return Ok(()),
        Usage::Duration => {
            let milliseconds = settings::duration::parse(text).map(|duration| duration.as_millis() as f64);
            (
                milliseconds,
                Kind::Gauge,
                "_milliseconds",
                "a duration such as 1m30s",
            )
        }
        usage => {
            let kind = if usage == Usage::Counter {
                Kind::Counter
            } else {
                Kind::Gauge
            };
            let number = match row.text(index) {
                None => Some(f64::NAN),
                Some(_) => value(table, row, index),
            };
            (number, kind, "", "a number")
        }
    };
    let number = number.ok_or_else(|| Error::value(&column.name, text, expected))?;
    let help = format_args!("{}", column.description);
    match suffix {
        "" => samples.dynamic(name, help, kind, labels, number),
        suffix => samples.dynamic(&format!("{name}{suffix}"), help, kind, labels, number),
    }
    Ok(())
}

/// Cumulative buckets, and the sum and count of all.
type Distribution = (Vec<(f64, u64)>, (f64, u64));

fn histogram(row: &Row<'_>, bounds: usize, parts: [usize; 3], column: &str) -> Result<Distribution, Error> {
    let [buckets, sum, count] = parts;
    let list = |index: usize| row.text(index).and_then(array);
    let (Some(bounds), Some(counts)) = (list(bounds), list(buckets)) else {
        return Err(Error::value(
            column,
            row.label(bounds),
            "an array, with another in _bucket",
        ));
    };
    let (Some(sum), Some(count)) = (row.number(sum), row.number(count)) else {
        return Err(Error::value(column, "", "a histogram with _sum and _count"));
    };
    let mut pairs: Vec<(f64, u64)> = bounds
        .into_iter()
        .zip(counts)
        .filter(|(bound, _)| bound.is_finite())
        .map(|(bound, count)| (bound, count as u64))
        .collect();
    pairs.sort_by(|left, right| left.0.total_cmp(&right.0));
    Ok((pairs, (sum, count as u64)))
}

/// The numbers of `{1,2.5,3}`; NULL counts as 0.
fn array(text: &str) -> Option<Vec<f64>> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    if inner.is_empty() {
        return Some(Vec::new());
    }
    let number = |item: &str| match item.trim() {
        "NULL" => Some(0.0),
        item => item.trim_matches('"').parse().ok(),
    };
    inner.split(',').map(number).collect()
}

/// A label as the reference writes it: truth in words, times in seconds since 1970.
fn label(table: &Table, row: &Row<'_>, column: usize) -> String {
    let text = row.label(column);
    match (table.kind(column), text) {
        (Type::Bool, "t") => "true".to_owned(),
        (Type::Bool, "f") => "false".to_owned(),
        (Type::Time, _) => match unix_seconds(text) {
            Some(seconds) => format!("{seconds}"),
            None => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}

/// A number, a truth as 1 or 0, or a time in whole seconds since 1970.
fn value(table: &Table, row: &Row<'_>, column: usize) -> Option<f64> {
    match table.kind(column) {
        Type::Time => unix_seconds(row.text(column)?),
        Type::Bool | Type::Other => row.number(column),
    }
}

/// Seconds since 1970 of `2026-11-21 23:18:04.123456+00`, of a date, and of either infinity.
fn unix_seconds(text: &str) -> Option<f64> {
    match text {
        "infinity" => return Some(f64::INFINITY),
        "-infinity" => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    let (date, time) = text.split_once(' ').unwrap_or((text, "00:00:00"));
    let mut date = date.splitn(3, '-');
    let mut next = || date.next()?.parse::<i64>().ok();
    let (year, month, day) = (next()?, next()?, next()?);
    let zone_at = time.find(['+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone_at);
    let seconds = sexagesimal(clock.split('.').next()?)?;
    let offset = match zone.strip_prefix('-') {
        Some(west) => -sexagesimal(west)?,
        None => sexagesimal(zone.strip_prefix('+').unwrap_or("0"))?,
    };
    Some((days(year, month, day)? * 86_400 + seconds - offset) as f64)
}

/// Hours, minutes and seconds, the later ones optional, in seconds.
fn sexagesimal(text: &str) -> Option<i64> {
    let mut factor = 3600;
    let mut total = 0;
    for part in text.split(':') {
        total += part.parse::<i64>().ok().filter(|part| *part < 100)? * factor;
        factor /= 60;
    }
    Some(total)
}

/// Days since 1970-01-01 in the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(0..1_000_000).contains(&year) {
        return None;
    }
    // Years begin in March, so that the leap day is the last one.
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    Some(
        year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468,
    )
}

fn metric_name(query: &str, column: &str) -> String {
    format!("{query}_{}", valid_part(column))
}

/// A name of a label: what it may not hold becomes `_`.
fn valid_name(name: &str) -> String {
    let valid = valid_part(name);
    match valid.starts_with(|first: char| first.is_ascii_digit()) {
        true => format!("_{valid}"),
        false => valid,
    }
}

fn valid_part(name: &str) -> String {
    let valid = |character: char| match character {
        _ if character.is_ascii_alphanumeric() || character == '_' => character,
        _ => '_',
    };
    name.chars().map(valid).collect()
}

#[cfg(test)]
mod tests;
