//! When a cron job runs next: schedules of five fields, descriptors and time zones.
//!
//! The syntax is that of the reference's parser: lists, ranges that may pass the end (`22-2`), steps smaller than their range,
//! names of months and days, 7 for Sunday, `@hourly` and its like, `@every 1h30m`, `CRON_TZ=` before it all.
//! As in Kubernetes, a day matches by either of its two fields where both are restricted.
//! The tz database is the one that is compiled in, so that a container without files knows every zone.
//! A schedule that names no zone is in that of this process, as the reference has it: `$TZ`, or `/etc/localtime`.

mod every;
mod field;
mod next;

use jiff::tz::{TimeZone, TimeZoneDatabase};

use self::field::{Bounds, Field};

/// Longest schedule; more than five full lists.
const SCHEDULE_BYTES_MAX: usize = 1024;
/// Longest name of a time zone.
const ZONE_BYTES_MAX: usize = 64;

const MINUTES: Bounds = Bounds::new(0, 59, &[]);
const HOURS: Bounds = Bounds::new(0, 23, &[]);
const DAYS: Bounds = Bounds::new(1, 31, &[]);
const MONTHS: Bounds = Bounds::new(
    1,
    12,
    &[
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ],
);
const WEEKDAYS: Bounds = Bounds::new(0, 7, &["sun", "mon", "tue", "wed", "thu", "fri", "sat"]);

/// When something happens.
#[derive(Debug)]
pub enum Schedule {
    /// After so many seconds, again and again.
    Every(i64),
    /// At the minutes at which all fields match.
    At(Fields),
    /// Only when somebody says so.
    Never,
}

/// The fields of a schedule.
#[derive(Debug)]
pub struct Fields {
    minute: Field,
    hour: Field,
    day: Field,
    month: Field,
    weekday: Field,
    zone: TimeZone,
}

impl Schedule {
    /// Reads a schedule, in `zone` where it names none itself, and in `local` where nobody names one.
    /// Nothing where it is not valid.
    pub fn parse(text: &str, zone: Option<&str>, local: &TimeZone) -> Option<Self> {
        if text.len() > SCHEDULE_BYTES_MAX {
            return None;
        }
        let (named, text) = match text.strip_prefix("CRON_TZ=").or_else(|| text.strip_prefix("TZ=")) {
            // The zone of the object is written before it, so that a second one is not a field.
            Some(_) if zone.is_some() => return None,
            Some(rest) => {
                let (name, rest) = rest.split_once(' ')?;
                (Some(name), rest.trim())
            }
            None => (zone, text),
        };
        let zone = match named {
            None | Some("Local") => local.clone(),
            Some(name) => find_zone(name)?,
        };
        if text.starts_with('@') {
            return Self::descriptor(text, zone);
        }
        let mut words = text.split_whitespace();
        let fields = Fields {
            minute: MINUTES.parse(words.next()?)?,
            hour: HOURS.parse(words.next()?)?,
            day: DAYS.parse(words.next()?)?,
            month: MONTHS.parse(words.next()?)?,
            weekday: WEEKDAYS.parse(words.next()?)?.sunday_is_zero(),
            zone,
        };
        words.next().is_none().then_some(Self::At(fields))
    }

    /// The first time after `seconds`, in seconds since 1970; nothing where none comes within five years.
    pub fn next(&self, seconds: i64) -> Option<i64> {
        match self {
            Self::Every(delay) => seconds.checked_add(*delay),
            Self::At(fields) => fields.next(seconds),
            Self::Never => None,
        }
    }

    fn descriptor(text: &str, zone: TimeZone) -> Option<Self> {
        let (hour, day, month, weekday) = match text {
            "@yearly" | "@annually" => ("0", "1", "1", "*"),
            "@monthly" => ("0", "1", "*", "*"),
            "@weekly" => ("0", "*", "*", "0"),
            "@daily" | "@midnight" => ("0", "*", "*", "*"),
            "@hourly" => ("*", "*", "*", "*"),
            "@triggered" | "@manual" | "@none" => return Some(Self::Never),
            _ => return every::parse(text.strip_prefix("@every ")?).map(Self::Every),
        };
        Some(Self::At(Fields {
            minute: MINUTES.parse("0")?,
            hour: HOURS.parse(hour)?,
            day: DAYS.parse(day)?,
            month: MONTHS.parse(month)?,
            weekday: WEEKDAYS.parse(weekday)?.sunday_is_zero(),
            zone,
        }))
    }
}

/// A zone by its name in the tz database.
fn find_zone(name: &str) -> Option<TimeZone> {
    match name {
        "UTC" => Some(TimeZone::UTC),
        _ if name.len() > ZONE_BYTES_MAX => None,
        _ => TimeZoneDatabase::bundled().get(name).ok(),
    }
}

#[cfg(test)]
mod tests;
