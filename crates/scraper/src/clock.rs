//! The wall clock, for timestamps only; everything that is a duration uses the monotonic one.
//!
//! A Pi has no battery for its clock: after a boot it shows the time of the last shutdown, or 1970, until a time server
//! has answered. [`Clock`] says when the clock is set, sees its steps, and gives scrapes a time that never goes back.
//! The clock counts as set when the kernel says that it is synchronised, when it has stepped, or when a wait has passed
//! since the boot: many machines are never told that they are right. One that shows a year before [`EARLIEST`] is not.

mod kernel;
#[cfg(test)]
pub(crate) mod tests;

use std::cell::{Cell, RefCell};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// How long after the boot a clock that nothing is known about is waited for.
pub const WAIT: Duration = Duration::from_secs(90);

/// No sample of this program is older: 1 January 2026.
const EARLIEST: Duration = Duration::from_secs(1_767_225_600);
/// A change of the clock that is no steering: timesyncd steps from 0.4 s on.
const STEP_MIN_MS: i64 = 400;
/// A step back that is made up for by a slower time; after a larger one the time of samples goes back too.
const LEAD_MAX: Duration = Duration::from_secs(60 * 60);
/// Of each second, the part by which a lead becomes smaller.
const LEAD_PART: u32 = 10;
/// A step of which it is certain whether a scrape was stamped before or after it.
const CERTAIN_STEP_MS: i64 = 60_000;

/// Time since 1970; zero on a clock that shows an earlier year.
pub fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Milliseconds since 1970.
pub fn now_ms() -> i64 {
    milliseconds(now())
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Where a clock reads from.
pub trait Source: std::fmt::Debug {
    /// Time since 1970.
    fn wall(&self) -> Duration;
    /// Time since the machine was booted, with the time that it was suspended.
    fn since_boot(&self) -> Duration;
    /// Whether the kernel says that a time server steers the wall clock.
    fn is_synchronised(&self) -> bool;
}

/// The wall clock, watched.
#[derive(Debug)]
pub struct Clock {
    source: Box<dyn Source>,
    wait: Duration,
    is_set: Cell<bool>,
    /// Whether it was told that the clock is waited for.
    is_waiting: Cell<bool>,
    state: RefCell<State>,
    /// `scraper_clock_steps_total`.
    steps: Counter,
    /// `scraper_clock_set`.
    set: Gauge,
}

#[derive(Debug)]
struct State {
    /// Wall clock less time since boot, in milliseconds.
    offset_ms: i64,
    /// The same before the last step.
    offset_before_ms: i64,
    /// How much later scrapes are stamped than the wall clock shows, since it was set back.
    lead: Duration,
    /// Time since boot at the last look.
    looked_at: Duration,
}

impl Default for Clock {
    fn default() -> Self {
        Self::new(Box::new(kernel::Kernel), WAIT)
    }
}

impl Clock {
    /// A clock that is waited for until `wait` after the boot.
    pub fn new(source: Box<dyn Source>, wait: Duration) -> Self {
        let looked_at = source.since_boot();
        let offset_ms = milliseconds(source.wall()) - milliseconds(looked_at);
        let clock = Self {
            source,
            wait,
            is_set: Cell::new(false),
            is_waiting: Cell::new(false),
            state: RefCell::new(State {
                offset_ms,
                offset_before_ms: offset_ms,
                lead: Duration::ZERO,
                looked_at,
            }),
            steps: Counter::default(),
            set: Gauge::default(),
        };
        clock.look();
        clock
    }

    /// The clock of this machine.
    pub fn of_this_machine(wait: Duration) -> Self {
        Self::new(Box::new(kernel::Kernel), wait)
    }

    /// Whether the clock was set, at the last look.
    pub fn is_set(&self) -> bool {
        self.is_set.get()
    }

    /// Time since 1970 for the stamp of a scrape. Once the clock is set it does not go back where the clock is set back
    /// by an hour or less, but is slower until the clock has come after.
    pub fn now(&self) -> Duration {
        self.look();
        self.source.wall() + self.state.borrow().lead
    }

    /// The same in milliseconds.
    pub fn now_ms(&self) -> i64 {
        milliseconds(self.now())
    }

    /// Looks whether the clock is set by now, and whether it stepped. Returns whether it is set.
    pub fn look(&self) -> bool {
        let since_boot = self.source.since_boot();
        let wall = self.source.wall();
        let offset_ms = milliseconds(wall) - milliseconds(since_boot);
        let mut state = self.state.borrow_mut();
        let passed = since_boot.saturating_sub(state.looked_at);
        state.looked_at = since_boot;
        state.lead = state.lead.saturating_sub(passed / LEAD_PART);
        let step_ms = offset_ms - state.offset_ms;
        let has_stepped = STEP_MIN_MS <= step_ms.abs();
        if has_stepped {
            self.steps.inc();
            state.offset_before_ms = state.offset_ms;
            if self.is_set.get() {
                state.lead(step_ms);
            }
            log::info!(step_seconds = step_ms as f64 / 1e3; "the clock was stepped");
        }
        state.offset_ms = offset_ms;
        drop(state);
        if !self.is_set.get() {
            self.judge(wall, since_boot, has_stepped);
        }
        self.is_set.get()
    }

    fn judge(&self, wall: Duration, since_boot: Duration, has_stepped: bool) {
        let why = match (self.source.is_synchronised(), has_stepped) {
            _ if wall < EARLIEST => None,
            (true, _) => Some("it is synchronised"),
            (_, true) => Some("it was stepped"),
            _ if self.wait <= since_boot => Some("nothing says whether it is, and it was waited for"),
            _ => None,
        };
        match why {
            None if self.is_waiting.replace(true) => {}
            None => log::info!(
                seconds = self.wait.saturating_sub(since_boot).as_secs();
                "the clock is not set yet, samples are held until it is or this time has passed"
            ),
            Some(why) => {
                self.is_set.set(true);
                self.set.set(1);
                if self.is_waiting.get() {
                    log::info!(why; "the clock counts as set, samples are sent");
                }
            }
        }
    }

    /// The offset to the time since boot with which a stamp was made, in milliseconds; that of now but for a scrape
    /// that was under way when the clock stepped.
    pub fn offset_of_ms(&self, at_ms: i64) -> i64 {
        let state = self.state.borrow();
        let off_ms = |offset_ms: i64| (at_ms - offset_ms - milliseconds(state.looked_at)).abs();
        let (now, before) = (state.offset_ms, state.offset_before_ms);
        match CERTAIN_STEP_MS <= (now - before).abs() && off_ms(before) < off_ms(now) {
            true => before,
            false => now,
        }
    }

    /// What the stamps that were made with an offset must be moved by, in milliseconds; nothing but after a step.
    pub fn correction_ms(&self, offset_ms: i64) -> i64 {
        let correction_ms = self.state.borrow().offset_ms - offset_ms;
        match STEP_MIN_MS <= correction_ms.abs() {
            true => correction_ms,
            false => 0,
        }
    }

    /// Enters what it counts.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "scraper_clock_steps",
            "How often the wall clock was stepped",
            self.steps.clone(),
        );
        registry.register(
            "scraper_clock_set",
            "Whether the wall clock counts as set; until then samples are held",
            self.set.clone(),
        );
    }
}

impl State {
    /// Makes up for a step of the clock.
    fn lead(&mut self, step_ms: i64) {
        let step = Duration::from_millis(step_ms.unsigned_abs());
        self.lead = match 0 <= step_ms {
            true => self.lead.saturating_sub(step),
            false => self.lead + step,
        };
        if LEAD_MAX < self.lead {
            self.lead = Duration::ZERO;
            log::error!(
                seconds = step.as_secs();
                "the clock was set back by more than an hour, receivers may refuse samples until it is where it was"
            );
        }
    }
}
