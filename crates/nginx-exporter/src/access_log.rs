//! `--nginx.access-log`: what access logs tell of requests, which `stub_status` does not: status, size and time.
//!
//! A log is read while it grows, from its end at the start on: what happened before is history. Its lines are counted and
//! forgotten. Methods are nine known ones and `other`, status codes 100–599 and `other`, so the number of series has a bound.
//! A line is parsed in about a microsecond; a log that does not grow costs two system calls a second.

mod combined;
mod counts;
mod entry;
mod flag;
mod follow;
mod json;
mod lines;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use metrics_registry::{Exposition, Family};

use self::counts::Counts;
pub use self::entry::Entry;
pub use self::flag::{AccessLogFlag, Format};
use self::follow::Follow;
pub use self::lines::Lines;
use crate::sink::{Labels, Sink};

/// How often a log is looked at, so that a rotation is seen before the next one. A scrape looks too.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// Steps of [`follow::STEP_BYTES`] of one look, 4 MiB. The rest waits for the next look, 200 MB/s are not to be expected.
const STEPS_MAX: usize = 64;

const UP: Family<0> = Family::gauge("nginx_access_log_up", "Whether the access log can be read.", []);
const READ: Family<0> = Family::counter(
    "nginx_access_log_read_bytes_total",
    "Bytes of the access log that were read.",
    [],
);
const ROTATIONS: Family<0> = Family::counter(
    "nginx_access_log_rotations_total",
    "How often the access log was replaced or truncated.",
    [],
);
const UNPARSED: Family<0> = Family::counter(
    "nginx_access_log_unparsed_lines_total",
    "Lines that are not of the format that the flag says.",
    [],
);

/// One log and what it told.
#[derive(Debug)]
pub struct AccessLog {
    /// Labels of its samples.
    labels: Labels,
    format: Format,
    state: RefCell<State>,
}

#[derive(Debug)]
struct State {
    follow: Follow,
    counts: Counts,
}

impl AccessLog {
    /// Opens the log at its end, or says in the log why not.
    #[must_use]
    pub fn open(flag: AccessLogFlag, labels: Labels) -> Self {
        Self {
            labels,
            format: flag.format,
            state: RefCell::new(State {
                follow: Follow::start(flag.path),
                counts: Counts::default(),
            }),
        }
    }

    /// Looks at the log again and again. Must be spawned on the runtime's thread.
    pub async fn watch(self: Rc<Self>) {
        let mut ticks = tokio::time::interval(POLL_INTERVAL);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.look().await;
        }
    }

    /// Reads what was written since the last look, up to a bound; other requests are answered in between.
    pub async fn look(&self) {
        self.state.borrow_mut().follow.check();
        for _ in 0..STEPS_MAX {
            if !self.step() {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Reads one piece. `false` where all that is there was read.
    fn step(&self) -> bool {
        let mut state = self.state.borrow_mut();
        let State { follow, counts } = &mut *state;
        follow.step(|line| counts.add(self.format.parse(line)))
    }

    /// Writes what was counted.
    pub fn write(&self, out: &mut Exposition) {
        let state = self.state.borrow();
        let mut sink = Sink::new(out, &self.labels);
        sink.sample(&UP, [], f64::from(u8::from(state.follow.is_open())));
        sink.sample(&READ, [], state.follow.read_bytes() as f64);
        sink.sample(&ROTATIONS, [], state.follow.rotations() as f64);
        let unparsed = state.counts.unparsed() + state.follow.too_long();
        sink.sample(&UNPARSED, [], unparsed as f64);
        state.counts.write(&mut sink);
    }
}
