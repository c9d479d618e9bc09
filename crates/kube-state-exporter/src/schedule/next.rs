//! The next minute at which all fields match.
//!
//! From the month down, each field is advanced until it matches; a field that passes its end begins again with the month.
//! What is civil time is computed as Go does it, so that nights in which clocks change come out the same:
//! an hour that clocks skip is made up for at once, and one that they repeat counts twice.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Fields;

/// Years that are looked through.
const YEARS_MAX: i64 = 5;
/// Steps after which there is no next time: far more than the days, hours and minutes on the longest way.
const STEPS_MAX: u32 = 100_000;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A point in time and what clocks show there.
#[derive(Clone, Copy, Debug)]
struct Clock {
    /// Since 1970.
    seconds: i64,
    date: Date,
    hour: i64,
    minute: i64,
}

impl Fields {
    /// The first time after `after` at which all fields match.
    pub(super) fn next(&self, after: i64) -> Option<i64> {
        let fields = [self.minute, self.hour, self.day, self.month, self.weekday];
        if fields.iter().any(|field| field.is_empty()) {
            return None;
        }
        let mut now = self.clock(after.checked_add(1)?)?;
        let last_year = i64::from(now.date.year()) + YEARS_MAX;
        let mut reset = false;
        for _ in 0..STEPS_MAX {
            if last_year < i64::from(now.date.year()) {
                return None;
            }
            now = if !self.month.has(now.date.month().into()) {
                self.advance_month(now)?
            } else if !self.is_day(now.date) {
                self.advance_day(now)?
            } else if !self.hour.has(now.hour) {
                let next = self.advance_hour(now, reset)?;
                if next.hour - now.hour == 2 && self.hour.has(next.hour - 1) {
                    return self.minute_from(next).map(|clock| clock.seconds);
                }
                next
            } else if !self.minute.has(now.minute) || now.seconds.rem_euclid(MINUTE) != 0 {
                self.advance_minute(now)?
            } else {
                return Some(now.seconds);
            };
            reset = true;
        }
        None
    }

    /// The first minute of the hour that matches, if one does; else the search goes on from the next hour.
    fn minute_from(&self, mut now: Clock) -> Option<Clock> {
        while !self.minute.has(now.minute) {
            now = self.clock(now.seconds + MINUTE)?;
            if now.minute == 0 {
                return self.clock(self.next(now.seconds - 1)?);
            }
        }
        Some(now)
    }

    fn advance_month(&self, now: Clock) -> Option<Clock> {
        let next = now
            .date
            .first_of_month()
            .checked_add(jiff::Span::new().months(1))
            .ok()?;
        self.civil(next, 0)
    }

    fn advance_day(&self, now: Clock) -> Option<Clock> {
        let next = self.civil(now.date.tomorrow().ok()?, 0)?;
        // Midnight may be skipped, as it was in Brazil.
        match next.hour {
            0 => Some(next),
            13.. => self.clock(next.seconds + (24 - next.hour) * HOUR),
            hour => self.clock(next.seconds - hour * HOUR),
        }
    }

    fn advance_hour(&self, now: Clock, reset: bool) -> Option<Clock> {
        let start = if reset {
            now.seconds
        } else {
            self.civil(now.date, now.hour * HOUR)?.seconds
        };
        self.clock(start + HOUR)
    }

    fn advance_minute(&self, now: Clock) -> Option<Clock> {
        self.clock(now.seconds.div_euclid(MINUTE) * MINUTE + MINUTE)
    }

    /// Both fields of days must match, but where both are restricted one is enough.
    fn is_day(&self, date: Date) -> bool {
        let day = self.day.has(date.day().into());
        let weekday = self.weekday.has(date.weekday().to_sunday_zero_offset().into());
        if self.day.star || self.weekday.star {
            day && weekday
        } else {
            day || weekday
        }
    }

    /// What clocks show.
    fn clock(&self, seconds: i64) -> Option<Clock> {
        let local = seconds.checked_add(offset(&self.zone, seconds)?)?;
        let time = Timestamp::from_second(local).ok()?.to_zoned(TimeZone::UTC);
        Some(Clock {
            seconds,
            date: time.date(),
            hour: time.hour().into(),
            minute: time.minute().into(),
        })
    }

    /// The time at which clocks show a date and so many seconds; where they skip it, one of two that are as good.
    fn civil(&self, date: Date, seconds_of_day: i64) -> Option<Clock> {
        let epoch = Date::constant(1970, 1, 1);
        let days = epoch.until((jiff::Unit::Day, date)).ok()?.get_days();
        let local = i64::from(days) * DAY + seconds_of_day;
        let first = offset(&self.zone, local)?;
        let offset = if first == 0 {
            0
        } else {
            offset(&self.zone, local - first)?
        };
        self.clock(local - offset)
    }
}

/// Seconds by which clocks are ahead of UTC.
fn offset(zone: &TimeZone, seconds: i64) -> Option<i64> {
    let time = Timestamp::from_second(seconds).ok()?;
    Some(zone.to_offset(time).seconds().into())
}
