//! What becomes of alerts as scrapes pass.

use expect_test::{Expect, expect};

use super::super::alert::RESEND;
use super::super::expression::Expression;
use super::super::state_file;
use super::*;
use crate::config::alerts::Kind;
use crate::config::http::{HttpSettings, SecretSource};

const NOW_MS: i64 = 1_795_293_084_000;

/// A table, one rule, and time that a test lets pass.
struct Rig {
    table: Table,
    rule: Rule,
    now: Instant,
    passed: Duration,
}

fn labels(instance: &str) -> Labels {
    Labels::from([
        ("instance".to_owned(), instance.to_owned()),
        ("job".to_owned(), "pi".to_owned()),
    ])
}

fn rule(name: &str, hold_seconds: u64) -> Rule {
    Rule::new(
        name.to_owned(),
        Expression::parse("temp > 80").unwrap(),
        Duration::from_secs(hold_seconds),
        BTreeMap::new(),
        BTreeMap::new(),
        Vec::new(),
    )
}

impl Rig {
    fn new(hold_seconds: u64) -> Self {
        Self {
            table: Table::default(),
            rule: rule("Hot", hold_seconds),
            now: Instant::now(),
            passed: Duration::ZERO,
        }
    }

    fn pass(&mut self, seconds: u64) {
        let time = Duration::from_secs(seconds);
        self.now += time;
        self.passed += time;
    }

    fn now_ms(&self) -> i64 {
        NOW_MS + self.passed.as_millis() as i64
    }

    /// A scrape of a target that finds its series with these chips too hot.
    fn scrape(&mut self, target: &str, chips: &[&str]) -> Changes {
        let hits = chips.iter().map(|chip| {
            let mut labels = labels(target);
            labels.insert("chip".to_owned(), (*chip).to_owned());
            Hit {
                labels,
                annotations: Labels::new(),
                value: self.passed.as_secs_f64(),
            }
        });
        let hits = hits.collect();
        self.table
            .look(&self.rule, Some((target, &labels(target))), hits, self.now)
    }

    fn shown(&self) -> String {
        let alerts = self.table.all().map(|alert| {
            let status = alert.status().map_or("pending", |status| status.word());
            format!(
                "{}/{} {status} {}",
                alert.labels["instance"], alert.labels["chip"], alert.value
            )
        });
        alerts.collect::<Vec<_>>().join(", ")
    }

    #[track_caller]
    fn check(&self, expect: Expect) {
        expect.assert_eq(&self.shown());
    }

    fn due(&self, receiver: &Receiver) -> Vec<Option<u64>> {
        let due = self
            .table
            .all()
            .map(|alert| alert.due_in(receiver, self.now, self.now_ms()));
        due.map(|due| due.map(|due| due.as_secs())).collect()
    }

    fn tell(&mut self, receiver: &Receiver) -> bool {
        let due = |alert: &&Alert| alert.due_in(receiver, self.now, self.now_ms()) == Some(Duration::ZERO);
        let numbers: Vec<u64> = self.table.all().filter(due).map(|alert| alert.number).collect();
        let resolved = self.table.all().any(|alert| alert.resolved.is_some());
        let told = Told {
            at_ms: self.now_ms(),
            at: Some(self.now),
            resolved,
        };
        let resends = receiver.kind == Kind::Alertmanager;
        self.table.tell(&receiver.name, &numbers, told, resends)
    }
}

fn receiver(kind: Kind, group_wait_seconds: u64) -> Receiver {
    Receiver {
        name: "r".into(),
        kind,
        url: SecretSource::Inline(settings::Secret::default()),
        sends_resolved: true,
        group_wait: Duration::from_secs(group_wait_seconds),
        repeat_interval: Duration::from_secs(3600),
        timeout: Duration::from_secs(1),
        http: HttpSettings::plain(),
    }
}

#[test]
fn fires_when_it_has_held_for_long_enough() {
    let mut rig = Rig::new(60);
    assert_eq!(rig.scrape("pi1", &["cpu"]), Changes::default());
    rig.check(expect!["pi1/cpu pending 0"]);
    rig.pass(59);
    rig.scrape("pi1", &["cpu"]);
    rig.check(expect!["pi1/cpu pending 59"]);
    rig.pass(1);
    assert_eq!(rig.scrape("pi1", &["cpu"]).states, 1);
    rig.check(expect!["pi1/cpu firing 60"]);
    rig.pass(15);
    assert_eq!(rig.scrape("pi1", &["cpu"]).states, 0);
    assert_eq!(rig.scrape("pi1", &[]).states, 1);
    rig.check(expect!["pi1/cpu resolved 75"]);
}

#[test]
fn what_was_pending_leaves_nothing_and_starts_anew() {
    let mut rig = Rig::new(60);
    rig.scrape("pi1", &["cpu"]);
    rig.pass(30);
    assert_eq!(rig.scrape("pi1", &[]), Changes::default());
    rig.check(expect![""]);
    rig.pass(30);
    rig.scrape("pi1", &["cpu"]);
    rig.check(expect!["pi1/cpu pending 60"]);
}

#[test]
fn a_scrape_is_about_its_target_and_its_rule_only() {
    let mut rig = Rig::new(0);
    rig.scrape("pi1", &["cpu", "gpu"]);
    rig.scrape("pi2", &["cpu"]);
    rig.check(expect!["pi1/cpu firing 0, pi2/cpu firing 0, pi1/gpu firing 0"]);
    rig.scrape("pi1", &["gpu"]);
    rig.check(expect!["pi1/cpu resolved 0, pi2/cpu firing 0, pi1/gpu firing 0"]);
    let mut other = rule("Cold", 0);
    std::mem::swap(&mut rig.rule, &mut other);
    rig.scrape("pi1", &[]);
    rig.check(expect!["pi1/cpu resolved 0, pi2/cpu firing 0, pi1/gpu firing 0"]);
    rig.table.forget("pi2", rig.now);
    rig.check(expect![
        "pi1/cpu resolved 0, pi2/cpu resolved 0, pi1/gpu firing 0"
    ]);
}

#[test]
fn it_fires_again_while_its_end_is_not_told() {
    let mut rig = Rig::new(0);
    rig.scrape("pi1", &["cpu"]);
    rig.scrape("pi1", &[]);
    rig.pass(1);
    rig.scrape("pi1", &["cpu"]);
    rig.check(expect!["pi1/cpu resolved 0, pi1/cpu firing 1"]);
    let numbers: Vec<u64> = rig.table.all().map(|alert| alert.number).collect();
    assert_ne!(numbers[0], numbers[1]);
}

#[test]
fn a_series_that_goes_on_under_another_target_goes_on() {
    let mut rig = Rig::new(0);
    let hit = |rig: &Rig| Hit {
        labels: Labels::from([
            ("instance".to_owned(), "pi1".to_owned()),
            ("chip".to_owned(), "cpu".to_owned()),
        ]),
        annotations: Labels::new(),
        value: rig.passed.as_secs_f64(),
    };
    let of = labels("pi1");
    rig.table
        .look(&rig.rule, Some(("before", &of)), vec![hit(&rig)], rig.now);
    let changes = rig
        .table
        .look(&rig.rule, Some(("after", &of)), vec![hit(&rig)], rig.now);
    assert_eq!(changes, Changes::default());
    assert_eq!(rig.table.forget("before", rig.now), Changes::default());
    assert_eq!(rig.table.forget("after", rig.now).states, 1);
}

#[test]
fn there_is_a_limit_for_each_rule() {
    let mut rig = Rig::new(0);
    let chips: Vec<String> = (0..ALERTS_PER_RULE_MAX + 7)
        .map(|chip| chip.to_string())
        .collect();
    let chips: Vec<&str> = chips.iter().map(String::as_str).collect();
    let changes = rig.scrape("pi1", &chips);
    assert_eq!((changes.states, changes.refused), (ALERTS_PER_RULE_MAX, 7));
    // Those that are known stay known.
    assert_eq!(rig.scrape("pi1", &chips).states, 0);
    let changes = rig.scrape("pi1", &[]);
    assert_eq!((changes.states, changes.dropped), (ALERTS_PER_RULE_MAX, 0));
    rig.scrape("pi1", &["a"]);
    assert_eq!(rig.scrape("pi1", &[]).dropped, 1);
    assert_eq!(rig.table.all().count(), OVER_MAX);
}

#[test]
fn rules_that_are_gone_end_their_alerts() {
    let mut rig = Rig::new(0);
    rig.scrape("pi1", &["cpu"]);
    let longer = Rule {
        receivers: ["phone".to_owned()].into(),
        ..rule("Hot", 300)
    };
    assert_eq!(
        rig.table.keep_rules(&[Rc::new(longer)], rig.now),
        Changes::default()
    );
    assert_eq!(
        rig.table.active().next().unwrap().receivers[..],
        ["phone".to_owned()]
    );
    assert_eq!(
        rig.table.keep_rules(&[Rc::new(rule("Other", 0))], rig.now).states,
        1
    );
    rig.check(expect!["pi1/cpu resolved 0"]);
}

#[test]
fn a_restart_tells_nothing_twice_and_forgets_no_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alerts.json");
    let chat = receiver(Kind::Webhook, 0);
    let mut rig = Rig::new(0);
    rig.scrape("pi1", &["cpu", "gpu"]);
    rig.scrape("pi2", &["cpu"]);
    rig.table.settle(rig.now, NOW_MS);
    assert!(rig.tell(&chat));
    rig.scrape("pi1", &["gpu"]);
    // Without a time it is not saved, since nobody was told.
    rig.scrape("pi3", &["cpu"]);
    if let Some(moment) = &mut rig.table.over[0].resolved {
        moment.settle(rig.now, NOW_MS);
    }
    std::fs::write(&path, state_file::text(&rig.table)).unwrap();

    let mut again = Rig::new(0);
    let text = state_file::restore(&mut again.table, &path).unwrap().unwrap();
    assert_eq!(text, state_file::text(&again.table));
    again.check(expect!["pi1/cpu resolved 0, pi2/cpu firing 0, pi1/gpu firing 0"]);
    assert_eq!(again.due(&chat), [Some(0), Some(3600), Some(3600)]);
    // Its target is scraped and has it.
    assert_eq!(again.scrape("pi1", &["gpu"]), Changes::default());
    // Its target is scraped and does not have it.
    assert_eq!(again.scrape("pi2", &[]).states, 1);
    assert_eq!(again.due(&chat), [Some(0), Some(0), Some(3600)]);
}

#[test]
fn what_does_not_come_again_after_a_restart_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alerts.json");
    let mut rig = Rig::new(0);
    rig.scrape("pi1", &["cpu"]);
    rig.table.settle(rig.now, NOW_MS);
    std::fs::write(&path, state_file::text(&rig.table)).unwrap();
    let mut again = Rig::new(0);
    state_file::restore(&mut again.table, &path).unwrap();
    again.now = Instant::now();
    again.scrape("pi2", &[]);
    again.pass(ORPHAN_TIME.as_secs() - 1);
    assert_eq!(again.table.end_orphans(again.now), Changes::default());
    again.pass(2);
    assert_eq!(again.table.end_orphans(again.now).states, 1);
}

#[test]
fn files_that_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alerts.json");
    let mut table = Table::default();
    assert_eq!(state_file::restore(&mut table, &path), Ok(None));
    for text in ["", "{", "[]", "{\"alerts\": [{}]}", "\0"] {
        std::fs::write(&path, text).unwrap();
        assert!(state_file::restore(&mut table, &path).is_err(), "{text:?}");
    }
    assert_eq!(table.all().count(), 0);
}

#[test]
fn when_a_chat_is_told() {
    let chat = receiver(Kind::Webhook, 10);
    let mut rig = Rig::new(5);
    rig.scrape("pi1", &["cpu"]);
    assert_eq!(rig.due(&chat), [None]);
    rig.pass(5);
    rig.scrape("pi1", &["cpu"]);
    assert_eq!(rig.due(&chat), [Some(10)]);
    rig.pass(10);
    assert_eq!(rig.due(&chat), [Some(0)]);
    assert!(rig.tell(&chat));
    assert_eq!(rig.due(&chat), [Some(3600)]);
    rig.pass(3600);
    assert_eq!(rig.due(&chat), [Some(0)]);
    // When it was repeated last outlives a restart.
    assert!(rig.tell(&chat));
    rig.scrape("pi1", &[]);
    assert_eq!(rig.due(&chat), [Some(10)]);
    rig.pass(10);
    assert!(rig.tell(&chat));
    assert_eq!(rig.due(&chat), [None]);
    assert_eq!(rig.table.prune(&[Rc::new(chat)], rig.now).states, 1);
    assert_eq!(rig.table.all().count(), 0);
}

#[test]
fn an_alertmanager_is_told_every_minute() {
    let alertmanager = receiver(Kind::Alertmanager, 0);
    let mut rig = Rig::new(0);
    rig.scrape("pi1", &["cpu"]);
    assert!(rig.tell(&alertmanager));
    assert_eq!(rig.due(&alertmanager), [Some(60)]);
    rig.pass(RESEND.as_secs());
    assert_eq!(rig.due(&alertmanager), [Some(0)]);
    // Which is no reason to write.
    assert!(!rig.tell(&alertmanager));
    rig.scrape("pi1", &[]);
    assert_eq!(rig.due(&alertmanager), [Some(0)]);
    assert!(rig.tell(&alertmanager));
    assert_eq!(rig.due(&alertmanager), [None]);
}

#[test]
fn who_is_told() {
    let mut rig = Rig::new(0);
    rig.rule.receivers = ["phone".to_owned()].into();
    rig.scrape("pi1", &["cpu"]);
    let silent = Receiver {
        name: "phone".into(),
        sends_resolved: false,
        ..receiver(Kind::Webhook, 0)
    };
    assert_eq!(rig.due(&receiver(Kind::Webhook, 0)), [None]);
    assert_eq!(rig.due(&silent), [Some(0)]);
    rig.scrape("pi1", &[]);
    assert_eq!(rig.due(&silent), [None]);
    assert_eq!(rig.table.prune(&[Rc::new(silent)], rig.now).dropped, 0);
    assert_eq!(rig.table.all().count(), 0);
}

#[test]
fn an_end_that_nobody_takes_is_dropped_after_a_day() {
    let chat = Rc::new(receiver(Kind::Webhook, 0));
    let mut rig = Rig::new(0);
    rig.scrape("pi1", &["cpu"]);
    rig.scrape("pi1", &[]);
    assert_eq!(rig.table.prune(&[Rc::clone(&chat)], rig.now), Changes::default());
    rig.pass(24 * 3600);
    let changes = rig.table.prune(&[chat], rig.now);
    assert_eq!((changes.states, changes.dropped), (1, 1));
}

#[test]
fn times_are_those_of_the_clock_once_it_is_set() {
    let mut rig = Rig::new(30);
    rig.scrape("pi1", &["cpu"]);
    rig.pass(30);
    rig.scrape("pi1", &["cpu"]);
    let alert = |rig: &Rig| rig.table.active().next().unwrap().clone();
    assert_eq!(alert(&rig).fired.unwrap().at_ms, None);
    rig.pass(10);
    rig.table.settle(rig.now, NOW_MS);
    assert_eq!(alert(&rig).active.at_ms, Some(NOW_MS - 40_000));
    assert_eq!(alert(&rig).fired.unwrap().at_ms, Some(NOW_MS - 10_000));
    rig.table.settle(rig.now, NOW_MS + 5);
    assert_eq!(alert(&rig).active.at_ms, Some(NOW_MS - 40_000));
}
