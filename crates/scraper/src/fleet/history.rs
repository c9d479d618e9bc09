//! The last hour of a machine, as a ring of fixed size: six numbers every 15 seconds.
//!
//! This draws sparklines and nothing else. What must be kept or asked belongs in a time-series database.

/// How many steps a history has; older ones are overwritten.
pub const STEPS: usize = 240;
/// How much time one step is; 240 of them are an hour.
pub const STEP_MS: i64 = 15_000;
/// How many numbers are kept.
pub const TRACKS: usize = 6;

/// The numbers that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Track {
    /// Busy share of all CPUs, in percent.
    Cpu,
    /// Used share of the memory, in percent.
    Memory,
    /// Used share of the fullest file system, in percent.
    Disk,
    /// In °C.
    Temperature,
    /// Bytes per second.
    Received,
    /// Bytes per second.
    Sent,
}

/// One value of each track, in the order of [`Track`]; unknown ones are `None`.
pub type Values = [Option<f64>; TRACKS];

/// An hour of every track.
#[derive(Debug)]
pub struct History {
    /// NaN where nothing is known.
    tracks: [[f32; STEPS]; TRACKS],
    steps: [Step; STEPS],
    /// The position in the ring that was written last.
    position: usize,
    /// The time of that position, in steps since 1970.
    newest: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// No scrape fell into it, as happens when the interval is longer than a step.
    Empty,
    Missed,
    Answered,
}

/// One known value of a track.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The step, from 0 (an hour ago) to `STEPS - 1` (now).
    pub step: usize,
    /// The value, in the unit of its track.
    pub value: f32,
    /// Whether a gap lies before it.
    pub after_gap: bool,
}

impl Default for History {
    fn default() -> Self {
        Self {
            tracks: [[f32::NAN; STEPS]; TRACKS],
            steps: [Step::Empty; STEPS],
            position: 0,
            newest: i64::MIN,
        }
    }
}

impl History {
    /// Keeps the values of a scrape; within one step the later one wins.
    pub fn record(&mut self, at_ms: i64, values: &Values) {
        self.advance(at_ms);
        self.steps[self.position] = Step::Answered;
        for (track, value) in self.tracks.iter_mut().zip(values) {
            if let Some(value) = value {
                track[self.position] = *value as f32;
            }
        }
    }

    /// Keeps that a scrape brought nothing.
    pub fn miss(&mut self, at_ms: i64) {
        self.advance(at_ms);
        if self.steps[self.position] == Step::Empty {
            self.steps[self.position] = Step::Missed;
        }
    }

    /// The known points of a track in the hour before `now_ms`, oldest first.
    pub fn points(&self, track: Track, now_ms: i64, interval_seconds: f64) -> Vec<Point> {
        let age = now_ms.div_euclid(STEP_MS).saturating_sub(self.newest).max(0);
        let mut points: Vec<Point> = Vec::new();
        let mut gap = true;
        for back in (0..STEPS).rev() {
            let position = (self.position + STEPS - back) % STEPS;
            let value = self.tracks[track as usize][position];
            let step = STEPS as i64 - 1 - back as i64;
            let Ok(step) = usize::try_from(step.saturating_sub(age)) else {
                continue;
            };
            match self.steps[position] {
                Step::Empty => {}
                Step::Answered if !value.is_nan() => {
                    let far = points
                        .last()
                        .is_some_and(|last| joined_steps_max(interval_seconds) < step - last.step);
                    points.push(Point {
                        step,
                        value,
                        after_gap: gap || far,
                    });
                    gap = false;
                }
                Step::Missed | Step::Answered => gap = true,
            }
        }
        points
    }

    /// Moves to the step of a time and empties those in between.
    fn advance(&mut self, at_ms: i64) {
        let step = at_ms.div_euclid(STEP_MS);
        let ahead = match step.checked_sub(self.newest) {
            Some(0) => return,
            // The clock was set back. What is known keeps its order and ends just before now.
            Some(ahead) if ahead < 0 => 1,
            Some(ahead) => usize::try_from(ahead).unwrap_or(STEPS).min(STEPS),
            None => STEPS,
        };
        for _ in 0..ahead {
            self.position = (self.position + 1) % STEPS;
            self.steps[self.position] = Step::Empty;
            for track in &mut self.tracks {
                track[self.position] = f32::NAN;
            }
        }
        self.newest = step;
    }
}

/// How many steps two points may be apart to be joined: two scrape intervals, since a scrape at the edge of a step may skip one.
fn joined_steps_max(interval_seconds: f64) -> usize {
    // The conversion saturates.
    ((2e3 * interval_seconds / STEP_MS as f64).ceil() as usize).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_800_000_000_000;

    /// Plays scrapes (seconds before now, CPU or missed) and compares points as `step:value`, with `|` before a gap.
    #[track_caller]
    fn check(interval_seconds: f64, scrapes: &[(i64, Option<f64>)], expect: &str) {
        let mut history = History::default();
        for (age_seconds, cpu) in scrapes {
            let at_ms = NOW_MS - age_seconds * 1000;
            match cpu {
                Some(cpu) => history.record(at_ms, &[Some(*cpu), None, None, None, None, None]),
                None => history.miss(at_ms),
            }
        }
        assert_eq!(shown(&history, NOW_MS, interval_seconds), expect);
    }

    fn shown(history: &History, now_ms: i64, interval_seconds: f64) -> String {
        let points = history.points(Track::Cpu, now_ms, interval_seconds);
        let point = |point: &Point| {
            format!(
                "{}{}:{}",
                if point.after_gap { "|" } else { "" },
                point.step,
                point.value
            )
        };
        points.iter().map(point).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_point_each_step() {
        check(
            15.0,
            &[(30, Some(1.0)), (15, Some(2.0)), (0, Some(3.0))],
            "|237:1 238:2 239:3",
        );
    }

    #[test]
    fn the_last_of_a_step_wins() {
        check(5.0, &[(10, Some(1.0)), (5, Some(2.0)), (4, None)], "|238:2");
    }

    #[test]
    fn a_missed_scrape_is_a_gap() {
        check(
            15.0,
            &[(30, Some(1.0)), (15, None), (0, Some(3.0))],
            "|237:1 |239:3",
        );
        check(
            60.0,
            &[(120, Some(1.0)), (60, None), (0, Some(3.0))],
            "|231:1 |239:3",
        );
    }

    #[test]
    fn a_step_without_a_scrape_is_none() {
        check(15.0, &[(30, Some(1.0)), (0, Some(3.0))], "|237:1 239:3");
        check(
            60.0,
            &[(120, Some(1.0)), (60, Some(2.0)), (0, Some(3.0))],
            "|231:1 235:2 239:3",
        );
    }

    #[test]
    fn a_pause_of_the_scraper_is_a_gap() {
        check(15.0, &[(60, Some(1.0)), (0, Some(3.0))], "|235:1 |239:3");
    }

    #[test]
    fn an_unknown_value_is_a_gap() {
        let mut history = History::default();
        history.record(NOW_MS - 30_000, &[Some(1.0), None, None, None, None, None]);
        history.record(NOW_MS - 15_000, &[None, Some(5.0), None, None, None, None]);
        history.record(NOW_MS, &[Some(3.0), None, None, None, None, None]);
        assert_eq!(shown(&history, NOW_MS, 15.0), "|237:1 |239:3");
    }

    #[test]
    fn older_than_an_hour_is_gone() {
        check(
            15.0,
            &[(3600, Some(1.0)), (3585, Some(2.0)), (0, Some(3.0))],
            "|0:2 |239:3",
        );
        let mut history = History::default();
        history.record(NOW_MS, &[Some(1.0), None, None, None, None, None]);
        assert_eq!(shown(&history, NOW_MS + 3_585_000, 15.0), "|0:1");
        assert_eq!(shown(&history, NOW_MS + 3_600_000, 15.0), "");
        assert_eq!(shown(&history, i64::MAX, 15.0), "");
    }

    #[test]
    fn the_ring_wraps() {
        let mut history = History::default();
        for step in 0..1000 {
            history.record(
                NOW_MS + step * STEP_MS,
                &[Some(step as f64), None, None, None, None, None],
            );
        }
        let points = history.points(Track::Cpu, NOW_MS + 999 * STEP_MS, 15.0);
        assert_eq!(points.len(), STEPS);
        assert_eq!(
            points[0],
            Point {
                step: 0,
                value: 760.0,
                after_gap: true
            }
        );
        assert_eq!(
            points[239],
            Point {
                step: 239,
                value: 999.0,
                after_gap: false
            }
        );
    }

    #[test]
    fn a_clock_set_back_keeps_the_order() {
        let mut history = History::default();
        history.record(NOW_MS, &[Some(1.0), None, None, None, None, None]);
        history.record(NOW_MS - 600_000, &[Some(2.0), None, None, None, None, None]);
        assert_eq!(shown(&history, NOW_MS - 600_000, 15.0), "|238:1 239:2");
        // A page that is asked for before the newest scrape shows that as now.
        assert_eq!(shown(&history, NOW_MS - 900_000, 15.0), "|238:1 239:2");
    }

    #[test]
    fn absurd_times_are_survived() {
        for at_ms in [i64::MIN, -1, 0, i64::MAX] {
            let mut history = History::default();
            history.record(at_ms, &[Some(1.0), None, None, None, None, None]);
            history.record(NOW_MS, &[Some(2.0), None, None, None, None, None]);
            history.miss(at_ms);
            history.points(Track::Cpu, i64::MIN, f64::NAN);
            history.points(Track::Cpu, i64::MAX, f64::INFINITY);
        }
    }
}
