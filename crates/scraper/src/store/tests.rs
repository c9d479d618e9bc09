//! What a scrape leaves in the store.

use expect_test::{Expect, expect};
use metrics_registry::Format;

use super::*;
use crate::config::job::Limits;
use crate::labels::Labels;
use crate::relabel::{Action, Rule};

const NOW_MS: i64 = 1_700_000_000_000;

/// A store that is scraped every second.
struct Scrapes {
    store: Store,
    labels: Labels,
    relabel: Vec<Rule>,
    limits: Limits,
    helps: Helps,
    honor_timestamps: bool,
    at_ms: i64,
}

impl Scrapes {
    fn new() -> Self {
        Self {
            store: Store::default(),
            labels: Labels::from([("instance".into(), "pi".into()), ("job".into(), "node".into())]),
            relabel: Vec::new(),
            limits: Limits {
                body_bytes: 1 << 20,
                samples: 1000,
                ..Limits::default()
            },
            helps: Helps::default(),
            honor_timestamps: true,
            at_ms: NOW_MS,
        }
    }

    /// One scrape in pieces of seven bytes: what it counted, or why it failed, and what is current after it.
    fn scrape(&mut self, body: &str) -> String {
        self.at_ms += 1000;
        let rules = Rules {
            labels: &self.labels,
            honor_labels: false,
            honor_timestamps: self.honor_timestamps,
            track_timestamps_staleness: false,
            relabel: &self.relabel,
            limits: self.limits,
            helps: &self.helps,
        };
        let mut ingest = Ingest::new(&mut self.store, rules, Format::Text004, self.at_ms);
        let pushed = body
            .as_bytes()
            .chunks(7)
            .try_for_each(|piece| ingest.push(&mut self.store, piece))
            .and_then(|()| ingest.finish(&mut self.store));
        let mut text = match pushed {
            Ok(()) => format!("stale {}", self.store.commit(&mut ingest, self.at_ms, |_| ())),
            Err(fault) => format!("{fault}; stale {}", self.store.fail(self.at_ms, |_| ())),
        };
        text.push_str(&format!(
            ", scraped {} added {} duplicates {} future {} old {}\n",
            ingest.scraped, ingest.series_added, ingest.duplicates, ingest.out_of_bounds, ingest.out_of_order
        ));
        let mut lines: Vec<String> = self
            .store
            .current()
            .map(|current| {
                let kind = current.kind.map(|kind| format!(" {kind:?}")).unwrap_or_default();
                let since = current.timestamp_ms - self.at_ms;
                let labels = current
                    .labels
                    .iter()
                    .filter(|(name, _)| *name != "__name__" && *name != "job" && *name != "instance");
                let labels: String = labels.map(|(name, value)| format!(" {name}={value}")).collect();
                format!(
                    "  {}{labels} {} @{since}{kind}\n",
                    current.labels.metric(),
                    current.value
                )
            })
            .collect();
        lines.sort();
        text + &lines.concat()
    }

    fn check(&mut self, body: &str, expect: Expect) {
        expect.assert_eq(&self.scrape(body));
    }
}

#[test]
fn what_every_series_costs() {
    // Beside its labels, which have an allocation of their own.
    assert_eq!(size_of::<Slot>(), 40);
    assert_eq!(size_of::<Line>(), 16);
    assert_eq!(size_of::<Series>(), 24);
}

#[test]
fn newest_value_and_kind() {
    let mut scrapes = Scrapes::new();
    let body = "# TYPE a counter\na 1\n# TYPE b gauge\nb{x=\"}\"} 2\nb_other 3\n";
    scrapes.check(
        body,
        expect![[r#"
            stale 0, scraped 3 added 3 duplicates 0 future 0 old 0
              a 1 @0 Counter
              b x=} 2 @0 Gauge
              b_other 3 @0
        "#]],
    );
    scrapes.check(
        &body.replace(" 1\n", " 10\n"),
        expect![[r#"
            stale 0, scraped 3 added 0 duplicates 0 future 0 old 0
              a 10 @0 Counter
              b x=} 2 @0 Gauge
              b_other 3 @0
        "#]],
    );
}

#[test]
fn a_series_that_is_missing_is_stale() {
    let mut scrapes = Scrapes::new();
    scrapes.scrape("a 1\nb 2\n");
    scrapes.check(
        "a 1\n",
        expect![[r#"
        stale 1, scraped 1 added 0 duplicates 0 future 0 old 0
          a 1 @0
    "#]],
    );
    scrapes.check(
        "a 1\nb 2\n",
        expect![[r#"
        stale 0, scraped 2 added 1 duplicates 0 future 0 old 0
          a 1 @0
          b 2 @0
    "#]],
    );
    assert_eq!(scrapes.store.len(), 2);
}

#[test]
fn a_failed_scrape_leaves_nothing_and_all_is_stale() {
    let mut scrapes = Scrapes::new();
    scrapes.scrape("a 1\nb 2\n");
    scrapes.check("a 5\nnew 1\n}\n", expect![[r#"
        line 3, column 1: expected a metric name or a comment; stale 2, scraped 2 added 1 duplicates 0 future 0 old 0
    "#]]);
    scrapes.check("}\n", expect![[r#"
        line 1, column 1: expected a metric name or a comment; stale 0, scraped 0 added 0 duplicates 0 future 0 old 0
    "#]]);
    // Back, and not new.
    scrapes.check(
        "a 6\nb 2\n",
        expect![[r#"
        stale 0, scraped 2 added 0 duplicates 0 future 0 old 0
          a 6 @0
          b 2 @0
    "#]],
    );
}

#[test]
fn first_of_duplicates_is_kept_in_any_spelling() {
    let mut scrapes = Scrapes::new();
    let body = "a{x=\"1\",y=\"2\"} 1\na{x=\"1\",y=\"2\"} 2\na{y=\"2\",x=\"1\"} 3\n";
    scrapes.check(
        body,
        expect![[r#"
            stale 0, scraped 3 added 1 duplicates 2 future 0 old 0
              a x=1 y=2 1 @0
        "#]],
    );
    scrapes.check(
        body,
        expect![[r#"
            stale 0, scraped 3 added 0 duplicates 2 future 0 old 0
              a x=1 y=2 1 @0
        "#]],
    );
    // The other spelling alone is the same series.
    scrapes.check(
        "a{ y=\"2\", x=\"1\" } 4\n",
        expect![[r#"
            stale 0, scraped 1 added 1 duplicates 0 future 0 old 0
              a x=1 y=2 4 @0
        "#]],
    );
    assert_eq!(scrapes.store.len(), 1);
}

#[test]
fn spellings_are_bounded() {
    let mut scrapes = Scrapes::new();
    for spaces in 1..3000 {
        scrapes.scrape(&format!("a{{{}x=\"1\"}} 1\n", " ".repeat(spaces)));
    }
    assert_eq!(scrapes.store.len(), 1);
    assert_eq!(scrapes.store.order.len(), 1);
}

#[test]
fn timestamps_of_the_target() {
    let mut scrapes = Scrapes::new();
    let near = NOW_MS - 5000;
    let future = NOW_MS + 11 * 60 * 1000;
    scrapes.check(
        &format!("a 1 {near}\nb 2 {future}\nc 3\n"),
        expect![[r#"
            stale 0, scraped 3 added 2 duplicates 0 future 1 old 0
              a 1 @-6000
              c 3 @0
        "#]],
    );
    // Older than the newest, and missing without going stale.
    scrapes.check(
        &format!("a 2 {}\n", near - 1),
        expect![[r#"
        stale 1, scraped 1 added 0 duplicates 0 future 0 old 1
          a 1 @-7000
    "#]],
    );
    scrapes.check(
        "c 3\n",
        expect![[r#"
        stale 0, scraped 1 added 1 duplicates 0 future 0 old 0
          a 1 @-8000
          c 3 @0
    "#]],
    );
    scrapes.at_ms += LOOKBACK_MS;
    scrapes.check(
        "c 3\n",
        expect![[r#"
        stale 1, scraped 1 added 0 duplicates 0 future 0 old 0
          c 3 @0
    "#]],
    );
    scrapes.honor_timestamps = false;
    scrapes.check(
        &format!("a 1 {near}\n"),
        expect![[r#"
        stale 1, scraped 1 added 1 duplicates 0 future 0 old 0
          a 1 @0
    "#]],
    );
}

#[test]
fn a_clock_that_goes_back() {
    let mut scrapes = Scrapes::new();
    scrapes.scrape("a 1\n");
    scrapes.at_ms -= 3_600_000;
    scrapes.check(
        "a 2\n",
        expect![[r#"
        stale 0, scraped 1 added 0 duplicates 0 future 0 old 0
          a 2 @0
    "#]],
    );
}

#[test]
fn limits() {
    let mut scrapes = Scrapes::new();
    scrapes.limits.samples = 2;
    scrapes.check(
        "a 1\nb 2\n",
        expect![[r#"
        stale 0, scraped 2 added 2 duplicates 0 future 0 old 0
          a 1 @0
          b 2 @0
    "#]],
    );
    scrapes.check(
        "a 1\nb 2\nc 3\nd 4\n",
        expect![[r#"
        sample limit exceeded (2 samples); stale 2, scraped 4 added 0 duplicates 0 future 0 old 0
    "#]],
    );
    scrapes.limits.body_bytes = 10;
    scrapes.check(
        "a 1\nb 2\nc 3\n",
        expect![[r#"
        body size limit exceeded (10 bytes); stale 0, scraped 1 added 0 duplicates 0 future 0 old 0
    "#]],
    );
    scrapes.limits.body_bytes = 1000;
    scrapes.limits.labels = 3;
    scrapes.check("e{x=\"1\"} 1\n", expect![[r#"
        label_limit exceeded (metric: e, number of labels: 4, limit: 3); stale 0, scraped 1 added 0 duplicates 0 future 0 old 0
    "#]]);
    scrapes.limits.labels = 0;
    scrapes.limits.label_name_bytes = 8;
    scrapes.check("e{too_long_a_name=\"1\"} 1\n", expect![[r#"
        label_name_length_limit exceeded (metric: e, label: too_long_a_name, length: 15, limit: 8); stale 0, scraped 1 added 0 duplicates 0 future 0 old 0
    "#]]);
    scrapes.limits.label_name_bytes = 0;
    scrapes.limits.label_value_bytes = 4;
    scrapes.check("e{x=\"12345\"} 1\n", expect![[r#"
        label_value_length_limit exceeded (metric: e, label: x, length: 5, limit: 4); stale 0, scraped 1 added 0 duplicates 0 future 0 old 0
    "#]]);
    assert_eq!(scrapes.store.len(), 2);
}

#[test]
fn malformed() {
    let mut scrapes = Scrapes::new();
    scrapes.check(
        "a{x=\"1\",x=\"2\"} 1\n",
        expect![[r#"
        label name "x" is not unique (metric: a); stale 0, scraped 1 added 0 duplicates 0 future 0 old 0
    "#]],
    );
    scrapes.check("a{__name__=\"b\"} 1\n", expect![[r#"
        label name "__name__" is not unique (metric: a); stale 0, scraped 1 added 0 duplicates 0 future 0 old 0
    "#]]);
    scrapes.check(
        "a 1\nb{",
        expect![[r#"
        line 2, column 3: label braces are not closed; stale 0, scraped 1 added 1 duplicates 0 future 0 old 0
    "#]],
    );
    scrapes.limits.body_bytes = 10 << 20;
    scrapes.check(&format!("a{{x=\"{}\"}} 1\n", "x".repeat(1 << 20)), expect![[r#"
        line 1, column 262145: line is longer than 262144 bytes; stale 0, scraped 0 added 0 duplicates 0 future 0 old 0
    "#]]);
}

#[test]
fn one_bad_scrape_leaves_no_memory_behind() {
    let mut scrapes = Scrapes::new();
    scrapes.limits.samples = 1_000_000;
    scrapes.scrape("a 1\n");
    let mut body: String = (0..20_000).map(|n| format!("b{{n=\"{n}\"}} 1\n")).collect();
    body.push('}');
    scrapes.scrape(&body);
    assert_eq!(scrapes.store.len(), 1);
    assert!(
        scrapes.store.slots.capacity() < 100,
        "{}",
        scrapes.store.slots.capacity()
    );
    assert!(scrapes.store.order.capacity() < 100);
    scrapes.check(
        "a 2\n",
        expect![[r#"
        stale 0, scraped 1 added 0 duplicates 0 future 0 old 0
          a 2 @0
    "#]],
    );
}

#[test]
fn relabelled_series_are_dropped_renamed_and_merged() {
    let mut scrapes = Scrapes::new();
    let rule = |source: &str, expression: &str, action| {
        Rule::new(vec![source.into()], ";".into(), expression.into(), action).unwrap()
    };
    scrapes.relabel = vec![
        rule("__name__", "go_.*", Action::Drop),
        rule("", "cpu", Action::LabelDrop),
    ];
    let body = "go_a 1\nb{cpu=\"0\"} 2\nb{cpu=\"1\"} 3\nc 4\n";
    let expect = expect![[r#"
        stale 0, scraped 4 added 2 duplicates 1 future 0 old 0
          b 2 @0
          c 4 @0
    "#]];
    scrapes.check(body, expect);
    scrapes.check(
        body,
        expect![[r#"
            stale 0, scraped 4 added 0 duplicates 1 future 0 old 0
              b 2 @0
              c 4 @0
        "#]],
    );
    scrapes.relabel = vec![rule("", "__name__", Action::LabelDrop)];
    scrapes.check(
        "d 1\n",
        expect![[r#"
            a series has no name after relabelling; stale 2, scraped 1 added 0 duplicates 0 future 0 old 0
        "#]],
    );
}

#[test]
fn scrapes_like_the_last_one_share_a_layout() {
    let mut scrapes = Scrapes::new();
    let mut frame = |body: &str| {
        scrapes.at_ms += 1000;
        let rules = Rules {
            labels: &scrapes.labels,
            honor_labels: false,
            honor_timestamps: true,
            track_timestamps_staleness: false,
            relabel: &[],
            limits: scrapes.limits,
            helps: &scrapes.helps,
        };
        let mut ingest = Ingest::new(&mut scrapes.store, rules, Format::Text004, scrapes.at_ms);
        ingest.push(&mut scrapes.store, body.as_bytes()).unwrap();
        ingest.finish(&mut scrapes.store).unwrap();
        let frame = scrapes.store.frame(&ingest, scrapes.at_ms);
        let mut ended = Vec::new();
        scrapes.store.commit(&mut ingest, scrapes.at_ms, |labels| {
            ended.push(labels.metric().to_owned())
        });
        (frame, ended.join(" "))
    };
    let (first, ended) = frame("a 1\nb 2 1699999999000\n");
    assert_eq!(
        (first.values.as_ref(), ended.as_str()),
        ([1.0, 2.0].as_slice(), "")
    );
    assert_eq!(first.own_times.as_ref(), [(1, 1_699_999_999_000)]);
    let (second, _) = frame("a 3\nb 4\n");
    assert!(Rc::ptr_eq(&first.layout, &second.layout));
    let (third, ended) = frame("b 5\nc 6\n");
    assert!(!Rc::ptr_eq(&first.layout, &third.layout));
    assert_eq!((third.len(), ended.as_str()), (2, "a"));
    let (fourth, ended) = frame("b 7\nd 8\n");
    let names: Vec<_> = fourth
        .layout
        .series
        .iter()
        .map(|series| series.labels.metric())
        .collect();
    assert_eq!((names.join(" "), ended), ("b d".into(), "c".into()));
}

#[test]
fn what_is_not_as_in_the_last_scrape_is_read() {
    let mut scrapes = Scrapes::new();
    let body = "# HELP a One.\n# TYPE a gauge\na{x=\"1\"} 1\na{x=\"2\"} 2\nb 3\n";
    scrapes.scrape(body);
    scrapes.check(
        &body
            .replace(" 1\n", " 1 1700000001500\n")
            .replace(" 2\n", "  2.5\n"),
        expect![[r#"
            stale 0, scraped 3 added 0 duplicates 0 future 0 old 0
              a x=1 1 @-500 Gauge
              a x=2 2.5 @0 Gauge
              b 3 @0
        "#]],
    );
    scrapes.check(
        &body.replace("gauge", "counter"),
        expect![[r#"
        stale 0, scraped 3 added 0 duplicates 0 future 0 old 0
          a x=1 1 @0 Counter
          a x=2 2 @0 Counter
          b 3 @0
    "#]],
    );
    scrapes.check(
        &body.replace("b 3", "a{x=\"1\"} 4\nb 3"),
        expect![[r#"
        stale 0, scraped 4 added 0 duplicates 1 future 0 old 0
          a x=1 1 @0 Gauge
          a x=2 2 @0 Gauge
          b 3 @0
    "#]],
    );
    scrapes.check(
        &body.replace("b 3", "b three"),
        expect![[r#"
        line 5, column 3: not a number; stale 3, scraped 2 added 0 duplicates 0 future 0 old 0
    "#]],
    );
    // The failed scrape may have said something else of what a series is.
    scrapes.check(
        &(body.replace("gauge", "counter") + "{"),
        expect![[r#"
        line 6, column 2: label braces are not closed; stale 0, scraped 3 added 0 duplicates 0 future 0 old 0
    "#]],
    );
    scrapes.check(
        body,
        expect![[r#"
        stale 0, scraped 3 added 0 duplicates 0 future 0 old 0
          a x=1 1 @0 Gauge
          a x=2 2 @0 Gauge
          b 3 @0
    "#]],
    );
    scrapes.check(
        body,
        expect![[r#"
        stale 0, scraped 3 added 0 duplicates 0 future 0 old 0
          a x=1 1 @0 Gauge
          a x=2 2 @0 Gauge
          b 3 @0
    "#]],
    );
}

#[test]
fn the_meaning_of_families_is_that_of_the_last_scrape() {
    let mut scrapes = Scrapes::new();
    let helps = |scrapes: &Scrapes| {
        let mut helps: Vec<_> = scrapes.store.helps().into_iter().collect();
        helps.sort_unstable();
        format!("{helps:?}")
    };
    for _ in 0..2 {
        scrapes.scrape("# HELP a One\\\\two.\na 1\n# HELP b B.\nb 1\n");
        assert_eq!(helps(&scrapes), r#"[("a", "One\\two."), ("b", "B.")]"#);
    }
    scrapes.scrape("a 1\n# HELP b Bee.\nb 1\n");
    assert_eq!(helps(&scrapes), r#"[("b", "Bee.")]"#);
}
