//! Counters of several things (CPUs, interfaces) as one sum, and their growth between two scrapes.

use std::hash::{DefaultHasher, Hash, Hasher};

/// A sum of counters.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sum {
    value: f64,
    /// Tells which things were added, since a sum over other things must not be subtracted.
    members: u64,
}

impl Sum {
    /// Adds the counter of one thing; each is added once.
    pub fn add(&mut self, member: &str, value: f64) {
        let mut hasher = DefaultHasher::new();
        member.hash(&mut hasher);
        self.members = self.members.wrapping_add(hasher.finish());
        self.value += value;
    }

    /// How much was counted since an earlier scrape; `None` without any counters, after a reset (a reboot), and
    /// when CPUs or interfaces came or went.
    pub fn growth_since(&self, earlier: &Self) -> Option<f64> {
        let comparable = self.members != 0 && self.members == earlier.members && earlier.value <= self.value;
        comparable.then_some(self.value - earlier.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(earlier: &[(&str, f64)], later: &[(&str, f64)], expect: Option<f64>) {
        let sum = |counters: &[(&str, f64)]| {
            let mut sum = Sum::default();
            counters
                .iter()
                .for_each(|(member, value)| sum.add(member, *value));
            sum
        };
        assert_eq!(sum(later).growth_since(&sum(earlier)), expect);
    }

    #[test]
    fn counters_grow() {
        check(
            &[("eth0", 10.0), ("wlan0", 5.0)],
            &[("wlan0", 7.0), ("eth0", 10.0)],
            Some(2.0),
        );
        check(&[("eth0", 10.0)], &[("eth0", 10.0)], Some(0.0));
    }

    #[test]
    fn a_reset_has_no_growth() {
        check(&[("eth0", 10.0)], &[("eth0", 3.0)], None);
    }

    #[test]
    fn an_interface_that_appears_is_no_traffic() {
        check(&[("eth0", 10.0)], &[("eth0", 11.0), ("wlan0", 1e12)], None);
        check(&[("eth0", 10.0), ("usb0", 1.0)], &[("eth0", 20.0)], None);
        check(&[], &[("eth0", 10.0)], None);
        check(&[], &[], None);
    }
}
