//! `rate_limit` of the web configuration: a bucket that holds `burst` requests and gets one back every `interval`.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::web_config::Rate;

/// The bucket of all clients together, as the reference toolkit has it.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    state: Cell<Option<State>>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    rate: Rate,
    /// When the bucket is full again. One number holds the whole state: the fuller, the nearer.
    full_at: Instant,
}

impl Bucket {
    /// Takes one request out. `false` where none is left. Another rate than before starts with a full bucket.
    pub(crate) fn take(&self, rate: Rate, now: Instant) -> bool {
        let full_at = match self.state.get() {
            Some(state) if state.rate == rate => state.full_at.max(now),
            _ => now,
        };
        let missing = full_at - now + rate.interval;
        let allowed = missing <= capacity(rate);
        self.state.set(Some(State {
            rate,
            full_at: if allowed { now + missing } else { full_at },
        }));
        allowed
    }
}

fn capacity(rate: Rate) -> Duration {
    rate.interval.checked_mul(rate.burst).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(interval_milliseconds: u64, burst: u32, at_milliseconds: &[u64], expect: &[bool]) {
        let bucket = Bucket::default();
        let rate = Rate {
            interval: Duration::from_millis(interval_milliseconds),
            burst,
        };
        let start = Instant::now();
        let allowed: Vec<_> = at_milliseconds
            .iter()
            .map(|at| bucket.take(rate, start + Duration::from_millis(*at)))
            .collect();
        assert_eq!(allowed, expect);
    }

    #[test]
    fn a_burst_and_then_one_an_interval() {
        check(
            1000,
            2,
            &[0, 1, 2, 999, 1001, 1002, 60_000, 60_000, 60_000],
            &[true, true, false, false, true, false, true, true, false],
        );
    }

    #[test]
    fn a_burst_of_zero_allows_nothing() {
        check(1, 0, &[0, 10_000], &[false, false]);
    }

    #[test]
    fn the_longest_rate_does_not_overflow() {
        check(366 * 86_400_000, u32::MAX, &[0, 1], &[true, true]);
    }
}
