use std::rc::Rc;

use super::*;

/// Clocks that a test turns.
#[derive(Debug, Default)]
pub(crate) struct Fake {
    wall_ms: Cell<u64>,
    boot_ms: Cell<u64>,
    synchronised: Cell<bool>,
}

impl Source for Rc<Fake> {
    fn wall(&self) -> Duration {
        Duration::from_millis(self.wall_ms.get())
    }

    fn since_boot(&self) -> Duration {
        Duration::from_millis(self.boot_ms.get())
    }

    fn is_synchronised(&self) -> bool {
        self.synchronised.get()
    }
}

impl Fake {
    pub fn pass(&self, milliseconds: u64) {
        self.wall_ms.set(self.wall_ms.get() + milliseconds);
        self.boot_ms.set(self.boot_ms.get() + milliseconds);
    }

    pub fn step(&self, milliseconds: i64) {
        self.wall_ms
            .set(self.wall_ms.get().saturating_add_signed(milliseconds));
    }
}

pub(crate) const TODAY_MS: u64 = 1_795_000_000_000;

/// A machine that was booted 20 s ago.
pub(crate) fn booted(wall_ms: u64) -> (Rc<Fake>, Clock) {
    let fake = Rc::new(Fake::default());
    fake.wall_ms.set(wall_ms);
    fake.boot_ms.set(20_000);
    let clock = Clock::new(Box::new(Rc::clone(&fake)), WAIT);
    (fake, clock)
}

#[test]
fn set_when_the_kernel_says_so() {
    let (fake, clock) = booted(TODAY_MS);
    assert!(!clock.look());
    fake.synchronised.set(true);
    assert!(clock.look());
    assert_eq!(clock.steps.get(), 0);
}

#[test]
fn set_when_it_stepped_and_when_nothing_happened_for_long() {
    let (fake, clock) = booted(TODAY_MS);
    fake.pass(30_000);
    assert!(!clock.look());
    fake.step(3_600_000);
    assert!(clock.look());
    assert_eq!(clock.steps.get(), 1);

    let (fake, clock) = booted(TODAY_MS);
    fake.pass(69_999);
    assert!(!clock.look());
    fake.pass(1);
    assert!(clock.look());
}

#[test]
fn never_set_in_1970() {
    let (fake, clock) = booted(20_000);
    fake.pass(3_600_000);
    fake.synchronised.set(true);
    assert!(!clock.look());
    fake.step(TODAY_MS as i64);
    assert!(clock.look());
}

#[test]
fn stamps_from_before_the_step_are_moved_by_it() {
    let (fake, clock) = booted(30_000);
    let first = clock.offset_of_ms(clock.now_ms());
    fake.pass(5_000);
    // This scrape is under way when the clock is set.
    let stamp_ms = clock.now_ms();
    fake.pass(200);
    fake.step(TODAY_MS as i64);
    fake.pass(300);
    clock.look();
    assert_eq!(clock.correction_ms(first), TODAY_MS as i64);
    assert_eq!(clock.correction_ms(clock.offset_of_ms(stamp_ms)), TODAY_MS as i64);
    assert_eq!(clock.correction_ms(clock.offset_of_ms(clock.now_ms())), 0);
}

#[test]
fn steering_is_no_step() {
    let (fake, clock) = booted(TODAY_MS);
    fake.synchronised.set(true);
    let offset = clock.offset_of_ms(clock.now_ms());
    for _ in 0..100 {
        fake.pass(1_000);
        fake.step(50);
        clock.look();
    }
    assert_eq!(clock.steps.get(), 0);
    assert_eq!(clock.correction_ms(clock.offset_of_ms(clock.now_ms())), 0);
    assert_eq!(clock.correction_ms(offset), 5_000);
}

#[test]
fn time_does_not_go_back_and_comes_down_to_the_clock() {
    let (fake, clock) = booted(TODAY_MS);
    fake.synchronised.set(true);
    let mut last = clock.now();
    fake.step(-60_000);
    for second in 0..700 {
        fake.pass(1_000);
        let now = clock.now();
        assert!(last < now, "at {second}");
        last = now;
    }
    assert_eq!(clock.now(), fake.wall());
    assert_eq!(clock.steps.get(), 1);
    // Set back and forth again: nothing is left of it.
    fake.step(-60_000);
    clock.look();
    fake.step(60_000);
    assert_eq!(clock.now(), fake.wall());
    // A year is not made up for.
    fake.step(-31_536_000_000);
    assert_eq!(clock.now(), fake.wall());
}
