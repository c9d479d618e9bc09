//! Every alert that is pending, fires, or is over and not told yet; how scrapes change them.
//!
//! Only series for which a rule holds are kept. An alert belongs to the target that brought its series: when a scrape of
//! that target does not find it any more, for whatever reason, it is over.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

use super::alert::{Alert, Moment, Told};
use super::rule::Rule;
use crate::config::alerts::Receiver;
use crate::labels::Labels;

/// Most alerts of one rule. A rule that holds for more says nothing about any of them.
pub const ALERTS_PER_RULE_MAX: usize = 1000;

/// Most alerts that are over and wait for a receiver to be told.
const OVER_MAX: usize = 1000;

/// How long one of these waits.
const OVER_TIME_MAX: Duration = Duration::from_secs(24 * 3600);

/// How long after a restart an alert waits for its series, where its target is not known yet.
pub const ORPHAN_TIME: Duration = Duration::from_secs(5 * 60);

/// A series for which a rule holds.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The labels of its alert.
    pub labels: Labels,
    /// The texts of its alert.
    pub annotations: Labels,
    /// Its value.
    pub value: f64,
}

/// What a look changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Alerts that began to fire or are over.
    pub states: usize,
    /// Series for which there was no room.
    pub refused: u64,
    /// Alerts that receivers will not be told of any more.
    pub dropped: u64,
}

impl std::ops::AddAssign for Changes {
    fn add_assign(&mut self, other: Self) {
        self.states += other.states;
        self.refused += other.refused;
        self.dropped += other.dropped;
    }
}

/// The alerts.
#[derive(Debug, Default)]
pub struct Table {
    active: BTreeMap<(Rc<str>, Labels), Alert>,
    over: VecDeque<Alert>,
    numbers: u64,
    looks: u64,
}

impl Table {
    /// Takes what one scrape of a target found for one rule; `owner` is `None` for what is absent.
    pub fn look(
        &mut self,
        rule: &Rule,
        owner: Option<(&str, &Labels)>,
        hits: Vec<Hit>,
        now: Instant,
    ) -> Changes {
        let mut changes = Changes::default();
        self.looks += 1;
        let looks = self.looks;
        for hit in hits {
            self.hit(rule, owner.map(|(id, _)| id), hit, now, &mut changes);
        }
        let is_here = |alert: &Alert| match (&alert.owner, owner) {
            (Some(of), Some((id, _))) => **of == *id,
            // It was restored: the series has the labels of its target.
            (None, Some((_, labels))) => labels
                .iter()
                .all(|(name, value)| alert.labels.get(name) == Some(value)),
            (of, None) => of.is_none(),
        };
        self.end_where(now, &mut changes, |alert| {
            alert.rule == rule.id && alert.seen != looks && is_here(alert)
        });
        changes
    }

    fn hit(&mut self, rule: &Rule, owner: Option<&str>, hit: Hit, now: Instant, changes: &mut Changes) {
        let key = (Rc::clone(&rule.id), hit.labels);
        if !self.active.contains_key(&key) {
            let of_rule = self.active.values().filter(|alert| alert.rule == rule.id).count();
            if ALERTS_PER_RULE_MAX <= of_rule {
                changes.refused += 1;
                return;
            }
        }
        let (looks, numbers) = (self.looks, &mut self.numbers);
        let labels = key.1.clone();
        let alert = self.active.entry(key).or_insert_with(|| {
            *numbers += 1;
            Alert {
                number: *numbers,
                rule: Rc::clone(&rule.id),
                receivers: Rc::clone(&rule.receivers),
                labels,
                annotations: Labels::new(),
                value: hit.value,
                active: Moment::new(now),
                fired: None,
                resolved: None,
                owner: None,
                seen: 0,
                told: BTreeMap::new(),
            }
        });
        alert.seen = looks;
        alert.value = hit.value;
        alert.annotations = hit.annotations;
        if alert.owner.as_deref() != owner {
            alert.owner = owner.map(Rc::from);
        }
        if alert.fired.is_none() && rule.hold <= now.saturating_duration_since(alert.active.at) {
            alert.fired = Some(Moment::new(now));
            changes.states += 1;
        }
    }

    /// Ends what a target brought that is gone.
    pub fn forget(&mut self, target: &str, now: Instant) -> Changes {
        let mut changes = Changes::default();
        self.end_where(now, &mut changes, |alert| alert.owner.as_deref() == Some(target));
        changes
    }

    /// Takes new rules: alerts of those that are gone or changed are over.
    pub fn keep_rules(&mut self, rules: &[Rc<Rule>], now: Instant) -> Changes {
        let mut changes = Changes::default();
        self.end_where(now, &mut changes, |alert| {
            !rules.iter().any(|rule| rule.id == alert.rule)
        });
        for alert in self.active.values_mut() {
            if let Some(rule) = rules.iter().find(|rule| rule.id == alert.rule) {
                alert.receivers = Rc::clone(&rule.receivers);
            }
        }
        changes
    }

    /// Ends restored alerts whose series did not come again.
    pub fn end_orphans(&mut self, now: Instant) -> Changes {
        let mut changes = Changes::default();
        self.end_where(now, &mut changes, |alert| {
            alert.seen == 0 && ORPHAN_TIME <= now.saturating_duration_since(alert.active.at)
        });
        changes
    }

    fn end_where(&mut self, now: Instant, changes: &mut Changes, ends: impl Fn(&Alert) -> bool) {
        let ended = self.active.extract_if(.., |_, alert| ends(alert));
        for (_, mut alert) in ended {
            if alert.fired.is_some() {
                alert.resolved = Some(Moment::new(now));
                self.over.push_back(alert);
                changes.states += 1;
            }
        }
        while OVER_MAX < self.over.len() {
            self.over.pop_front();
            changes.dropped += 1;
        }
    }

    /// Forgets what is over and of which all receivers are told, and what has waited too long for one.
    pub fn prune(&mut self, receivers: &[Rc<Receiver>], now: Instant) -> Changes {
        let mut changes = Changes::default();
        let before = self.over.len();
        self.over.retain(|alert| {
            let owed = receivers
                .iter()
                .any(|receiver| alert.due_in(receiver, now, 0).is_some());
            let is_old = OVER_TIME_MAX <= now.saturating_duration_since(alert.changed());
            changes.dropped += u64::from(owed && is_old);
            owed && !is_old
        });
        changes.states = before - self.over.len();
        changes
    }

    /// Notes that a receiver has taken a message of these alerts, by their numbers. Returns whether that must outlive the
    /// process: what an Alertmanager gets every minute is new to it but once.
    pub fn tell(&mut self, receiver: &str, numbers: &[u64], told: Told, resends: bool) -> bool {
        let mut lasts = false;
        let alerts = self.active.values_mut().chain(&mut self.over);
        for alert in alerts.filter(|alert| numbers.contains(&alert.number)) {
            let before = alert.told.get(receiver);
            let same = before.filter(|before| resends && before.resolved == told.resolved);
            let at_ms = same.map_or(told.at_ms, |before| before.at_ms);
            lasts |= same.is_none();
            alert.told.insert(receiver.to_owned(), Told { at_ms, ..told });
        }
        lasts
    }

    /// Gives every moment its time, once the wall clock is set and shows `now_ms`.
    pub fn settle(&mut self, now: Instant, now_ms: i64) {
        for alert in self.active.values_mut().chain(&mut self.over) {
            alert.active.settle(now, now_ms);
            for moment in [&mut alert.fired, &mut alert.resolved].into_iter().flatten() {
                moment.settle(now, now_ms);
            }
        }
    }

    /// Adds an alert from before the start: one that fires, or one that is over.
    pub fn restore(&mut self, mut alert: Alert) {
        self.numbers += 1;
        alert.number = self.numbers;
        match alert.resolved {
            Some(_) => self.over.push_back(alert),
            None => {
                let key = (Rc::clone(&alert.rule), alert.labels.clone());
                self.active.insert(key, alert);
            }
        }
    }

    /// Those that are pending or fire, by rule and labels.
    pub fn active(&self) -> impl Iterator<Item = &Alert> {
        self.active.values()
    }

    /// All, those that are over first, oldest first.
    pub fn all(&self) -> impl Iterator<Item = &Alert> {
        self.over.iter().chain(self.active.values())
    }
}

#[cfg(test)]
mod tests;
