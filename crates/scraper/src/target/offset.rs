//! When a target is scraped: its place in the interval, and the grid of times that follows from it.
//!
//! The place depends on the target and on this machine only, counted from 1970: it is the same after a restart, and two
//! scrapers do not ask the same target at the same moment.

use std::time::Duration;

use super::{Target, labels_hash};
use crate::fnv::Fnv;
use crate::labels::Labels;

/// Furthest that a scrape's time is moved onto the grid. Equal distances compress well; 2 ms is what Prometheus allows.
const ALIGN_MAX: Duration = Duration::from_millis(2);

/// Tells this scraper's offsets from those of others.
pub fn seed(hostname: &str, external_labels: &Labels) -> u64 {
    let mut hash = Fnv::new();
    hash.write(hostname.as_bytes());
    hash.write(format!("{external_labels:?}").as_bytes());
    hash.finish()
}

/// Where in its interval a target is scraped.
pub fn of(target: &Target, seed: u64) -> Duration {
    let mut hash = Fnv::new();
    hash.write(format!("{:016}", labels_hash(&target.labels)).as_bytes());
    hash.write(target.url.to_string().as_bytes());
    let interval_ns = target.interval.0.as_nanos().max(1);
    Duration::from_nanos((u128::from(hash.finish() ^ seed) % interval_ns) as u64)
}

/// The times at which one target is scraped: `offset` after every multiple of `interval` since 1970.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    /// Distance of the times; not zero.
    pub interval: Duration,
    /// Distance of each from a multiple of the interval.
    pub offset: Duration,
}

impl Grid {
    /// How long ago the last time of the grid was, when the wall clock shows `now` (since 1970).
    fn past(&self, now: Duration) -> Duration {
        let interval_ns = self.interval.as_nanos().max(1);
        let since = now.as_nanos() + interval_ns - self.offset.as_nanos() % interval_ns;
        Duration::from_nanos((since % interval_ns) as u64)
    }

    /// How long to wait for the first scrape: less than an interval.
    pub fn first_wait(&self, now: Duration) -> Duration {
        match self.past(now) {
            Duration::ZERO => Duration::ZERO,
            past => self.interval.saturating_sub(past),
        }
    }

    /// How long after a scrape that began when the wall clock showed `now` the next one begins.
    ///
    /// Between half an interval and one and a half, whatever the clock did: it pulls a scrape that began a little early
    /// or late back onto the grid, and a jump of the clock neither repeats scrapes nor stops them.
    pub fn next_wait(&self, now: Duration) -> Duration {
        let wait = self.interval.saturating_sub(self.past(now));
        match wait < self.interval / 2 {
            true => wait + self.interval,
            false => wait,
        }
    }

    /// The time that samples get, in milliseconds since 1970: that of the grid where the scrape is near enough to it.
    pub fn align_ms(&self, now: Duration) -> i64 {
        let tolerance = ALIGN_MAX.min(self.interval / 100);
        let past = self.past(now);
        let aligned = if past <= tolerance {
            now.saturating_sub(past)
        } else if self.interval.saturating_sub(past) <= tolerance {
            now + self.interval.saturating_sub(past)
        } else {
            now
        };
        i64::try_from(aligned.as_millis()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: Grid = Grid {
        interval: Duration::from_secs(15),
        offset: Duration::from_millis(4_200),
    };

    fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(1_700_000_010_000 + milliseconds)
    }

    #[test]
    fn first_scrape_is_on_the_grid() {
        // 1,700,000,010 is a multiple of 15.
        assert_eq!(GRID.first_wait(at(0)), Duration::from_millis(4_200));
        assert_eq!(GRID.first_wait(at(4_200)), Duration::ZERO);
        assert_eq!(GRID.first_wait(at(4_201)), Duration::from_millis(14_999));
    }

    #[test]
    fn near_times_are_aligned() {
        let nominal = at(4_200).as_millis() as i64;
        for (shown, expect) in [
            (4_200, 0),
            (4_202, 0),
            (4_203, 3),
            (4_198, 0),
            (4_197, -3),
            (9_000, 4_800),
        ] {
            assert_eq!(GRID.align_ms(at(shown)), nominal + expect, "{shown}");
        }
        let fast = Grid {
            interval: Duration::from_millis(100),
            offset: Duration::ZERO,
        };
        assert_eq!(fast.align_ms(at(1)), at(0).as_millis() as i64);
        assert_eq!(fast.align_ms(at(2)), at(2).as_millis() as i64);
    }

    #[test]
    fn early_and_late_scrapes_return_to_the_grid() {
        assert_eq!(GRID.next_wait(at(4_200)), Duration::from_millis(15_000));
        assert_eq!(GRID.next_wait(at(4_190)), Duration::from_millis(15_010));
        assert_eq!(GRID.next_wait(at(6_000)), Duration::from_millis(13_200));
    }

    #[test]
    fn a_jump_of_the_clock_never_hurries_or_stops() {
        for jump_ms in (0..40_000).step_by(37) {
            let wait = GRID.next_wait(at(jump_ms));
            assert!(
                Duration::from_millis(7_500) <= wait && wait <= Duration::from_millis(22_500),
                "{wait:?}"
            );
        }
        // A clock that starts in 1970.
        assert!(GRID.next_wait(Duration::ZERO) <= Duration::from_millis(22_500));
        assert_eq!(GRID.align_ms(Duration::ZERO), 0);
    }
}
