//! The scraper and Prometheus' agent with the same configuration and the same targets, each with a receiver of its own.
//!
//! The targets fail, hang, send garbage, drop and churn series, and one is taken off its list. Both must send the same
//! series, the numbers that the targets said, and the same ends. Differences that are meant stand in
//! `docs/migrating.md`, and are read from there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::recording::{Labels, STALE, Said, Samples, Sink, spelled};
use crate::daemon::{Daemon, binary, until};
use crate::families::Difference;
use crate::fleet::{free_ports, start};
use crate::intended::Intended;
use crate::{http, peer, sid};

const TARGETS: u16 = 6;
/// So many that there are constants, counters, gauges and histograms among them.
const SERIES: u16 = 220;
/// The target that stands in a file, which is empty at the end.
const FOUND: u16 = 5;

/// One of the two, and what it sends to.
struct Side {
    sink: Sink,
    process: Daemon,
}

/// Both, and the targets.
struct Rig {
    folder: tempfile::TempDir,
    admin: String,
    targets_from: u16,
    _targets: Daemon,
    theirs: Side,
    ours: Side,
}

impl Rig {
    fn start(prometheus: &Path, agent: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let from = free_ports(TARGETS + 4);
        let (admin, targets_from) = (from + 3, from + 4);
        let arguments = [
            ("--targets", TARGETS),
            ("--series", SERIES),
            ("--base-port", targets_from),
            ("--admin", admin),
        ];
        let arguments = arguments.map(|(name, value)| [name.to_owned(), value.to_string()]);
        let targets = start(&peer::reference("tools/fake_targets.py")?, &arguments.concat());
        let list = format!(
            "[{{\"targets\": [\"127.0.0.1:{}\"], \"labels\": {{\"mode\": \"site\"}}}}]",
            targets_from + FOUND
        );
        std::fs::write(folder.path().join("found.json"), list).unwrap();
        let config = |name: &str, sink: u16| {
            let path = folder.path().join(name);
            std::fs::write(&path, configuration(folder.path(), targets_from, sink)).unwrap();
            format!("--config.file={}", path.display())
        };
        let data = |name: &str| format!("--storage.agent.path={}", folder.path().join(name).display());
        let theirs = Side {
            sink: Sink::start(from)?,
            process: Daemon::spawn(Command::new(prometheus).args([
                agent,
                &config("theirs.yml", from),
                &data("theirs"),
                &format!("--web.listen-address=127.0.0.1:{}", from + 2),
            ])),
        };
        let ours = Side {
            sink: Sink::start(from + 1)?,
            process: Daemon::start(Command::new(binary("pi-scraper")).args([
                &config("ours.yml", from + 1),
                &data("ours"),
                "--web.listen-address=127.0.0.1:0",
                "--clock.wait=0s",
            ])),
        };
        Some(Self {
            folder,
            admin: format!("127.0.0.1:{admin}"),
            targets_from,
            _targets: targets,
            theirs,
            ours,
        })
    }

    /// Changes how targets answer.
    fn set(&self, changes: &[(u16, &str)]) {
        for (target, change) in changes {
            let path = format!("/set?target={target}&{change}");
            assert_eq!(http::get(&self.admin, &path).status, 200);
        }
    }

    /// Waits until both have scraped each of the first `targets` a few times more.
    #[track_caller]
    fn wait_for_scrapes(&self, targets: u16) {
        for side in [&self.theirs, &self.ours] {
            let before = side.sink.scrapes();
            until("scrapes to arrive", || {
                let now = side.sink.scrapes();
                let has_grown = |target: u16| {
                    let instance = self.instance(target);
                    let count = |counted: &BTreeMap<String, u64>| counted.get(&instance).map_or(0, |n| *n);
                    count(&before) + 3 <= count(&now)
                };
                (0..targets).all(has_grown).then_some(())
            });
        }
    }

    fn instance(&self, target: u16) -> String {
        format!("127.0.0.1:{}", self.targets_from + target)
    }

    /// Takes the last target off its list, and waits for its end.
    fn forget_found(&self) {
        let list = self.folder.path().join("found.json");
        let new = self.folder.path().join("found.new");
        std::fs::write(&new, "[]").unwrap();
        std::fs::rename(new, list).unwrap();
        let instance = self.instance(FOUND);
        for side in [&self.theirs, &self.ours] {
            until("the end of a target that is gone", || {
                let samples = side.sink.samples();
                let up = samples
                    .iter()
                    .find(|(labels, _)| labels["__name__"] == "up" && labels["instance"] == instance);
                (up.unwrap().1.last().unwrap().1 == STALE).then_some(())
            });
        }
    }
}

/// The same file for both, but for the port of the receiver.
fn configuration(folder: &Path, targets_from: u16, sink: u16) -> String {
    let fixed = (0..FOUND).map(|target| format!("'127.0.0.1:{}'", targets_from + target));
    format!(
        "global: {{scrape_interval: 1s, scrape_timeout: 1s, external_labels: {{host: bench, device: none}}}}\n\
         remote_write: [{{url: 'http://127.0.0.1:{sink}/w', queue_config: {{batch_send_deadline: 200ms}}}}]\n\
         scrape_configs:\n\
         - {{job_name: fake, static_configs: [{{targets: [{}], labels: {{fleet: fake}}}}]}}\n\
         - job_name: found\n  \
         file_sd_configs: [{{files: ['{}'], refresh_interval: 1s}}]\n  \
         metric_relabel_configs:\n  \
         - {{source_labels: [__name__], regex: fake_subsystem_metric_1_.*, action: drop}}\n  \
         - {{source_labels: [device], regex: dev(.), target_label: unit, replacement: u$1}}\n",
        fixed.collect::<Vec<_>>().join(","),
        folder.join("found.json").display()
    )
}

/// Debian's own, and unstable's where it can be had, with the flag that makes an agent of each.
fn debian() -> (PathBuf, &'static str) {
    ("prometheus".into(), "--enable-feature=agent")
}

#[test]
fn the_same_arrives_as_from_debians_prometheus() {
    let (prometheus, agent) = debian();
    beside(
        &prometheus,
        agent,
        "### Differences from Prometheus 2.42, Debian 12's",
    );
}

#[test]
fn the_same_arrives_as_from_prometheus_3() {
    let Some(package) = sid::package_if_any("prometheus") else {
        return;
    };
    beside(
        &package.join("usr/bin/prometheus"),
        "--agent",
        "### Differences from Prometheus 3",
    );
}

fn beside(prometheus: &Path, agent: &str, heading: &str) {
    let Some(mut rig) = Rig::start(prometheus, agent) else {
        return;
    };
    rig.wait_for_scrapes(TARGETS);
    rig.set(&[
        (1, "mode=500"),
        (2, "mode=hang"),
        (3, "mode=garbage"),
        (4, "drop=20"),
        (5, "churn=3"),
    ]);
    rig.wait_for_scrapes(TARGETS);
    rig.set(&[
        (1, "mode=slow"),
        (2, "mode=ok"),
        (3, "mode=reset"),
        (4, "drop=0"),
        (5, "churn=0"),
    ]);
    rig.wait_for_scrapes(TARGETS);
    rig.set(&[(1, "mode=ok"), (3, "mode=ok")]);
    rig.wait_for_scrapes(TARGETS);
    rig.forget_found();
    rig.wait_for_scrapes(FOUND);
    for side in [&mut rig.theirs, &mut rig.ours] {
        side.process.signal("TERM");
        assert!(side.process.wait().success(), "{}", side.process.log());
    }

    let (theirs, ours) = (rig.theirs.sink.samples(), rig.ours.sink.samples());
    let mut intended = Intended::read(heading);
    intended.check("what arrives", &differences(&theirs, &ours));
    intended.finish();
    for (name, samples) in [("theirs", &theirs), ("ours", &ours)] {
        check_numbers(&rig, name, samples);
    }
    check_churn(&theirs, &ours);
}

/// What one has and the other has not: metrics, label sets, and the course of each series.
fn differences(theirs: &BTreeMap<Labels, Samples>, ours: &BTreeMap<Labels, Samples>) -> Vec<Difference> {
    let names = |samples: &BTreeMap<Labels, Samples>| -> BTreeSet<String> {
        samples.keys().map(|labels| labels["__name__"].clone()).collect()
    };
    let (their_names, our_names) = (names(theirs), names(ours));
    let mut differences = Vec::new();
    let mut tell = |name: &str, said: String| {
        differences.push(Difference {
            name: name.to_owned(),
            said,
        });
    };
    for name in their_names.difference(&our_names) {
        tell(name, "missing".into());
    }
    for name in our_names.difference(&their_names) {
        tell(name, "new".into());
    }
    let both: Vec<_> = their_names.intersection(&our_names).collect();
    for (one, other, word) in [(theirs, ours, "missing"), (ours, theirs, "new")] {
        for (labels, samples) in one
            .iter()
            .filter(|(labels, _)| both.contains(&&labels["__name__"]))
        {
            let name = &labels["__name__"];
            // Each of these is in one scrape, and so with one of the two.
            if name == "fake_churn" {
                continue;
            }
            match other.get(labels) {
                None => tell(name, format!("{{{labels:?}}} {word}")),
                Some(others) if word == "missing" && course(name, samples) != course(name, others) => {
                    let (theirs, ours) = (course(name, samples), course(name, others));
                    tell(
                        name,
                        format!("values of {labels:?}: {theirs:?} there, {ours:?} here"),
                    );
                }
                Some(_) => {}
            }
        }
    }
    differences
}

/// What becomes of a series: its values where they do not depend on the moment, each once, and its ends.
fn course(name: &str, samples: &Samples) -> Vec<String> {
    let shown = samples.iter().map(|(_, bits)| match *bits {
        STALE => "end".to_owned(),
        _ if name.starts_with("fake_") || name == "scrape_duration_seconds" => "value".to_owned(),
        bits => f64::from_bits(bits).to_string(),
    });
    let mut course: Vec<String> = shown.collect();
    course.dedup();
    course
}

/// Every sample of a scrape is the number that the target said in it, and none is missing.
fn check_numbers(rig: &Rig, side: &str, samples: &BTreeMap<Labels, Samples>) {
    for target in 0..TARGETS {
        let instance = rig.instance(target);
        let of_target = || {
            samples
                .iter()
                .filter(|(labels, _)| labels["instance"] == instance)
        };
        let values = |metric: &str| -> BTreeMap<i64, f64> {
            let (_, values) = of_target()
                .find(|(labels, _)| labels["__name__"] == metric)
                .unwrap();
            let values = values.iter().filter(|(_, bits)| *bits != STALE);
            values
                .map(|(at_ms, bits)| (*at_ms, f64::from_bits(*bits)))
                .collect()
        };
        let (numbers, counts) = (
            values("fake_scrape_seq"),
            values("scrape_samples_post_metric_relabeling"),
        );
        let last = numbers.values().fold(0.0_f64, |last, number| last.max(*number));
        let said = Said::by(target, SERIES, last as u64).unwrap();
        let mut counted = BTreeMap::<i64, f64>::new();
        for (labels, samples) in of_target().filter(|(labels, _)| labels["__name__"].starts_with("fake_")) {
            for (at_ms, bits) in samples.iter().filter(|(_, bits)| *bits != STALE) {
                *counted.entry(*at_ms).or_default() += 1.0;
                if labels["__name__"] == "fake_churn" {
                    continue;
                }
                let expect = said.value(numbers[at_ms] as u64, &spelled(labels));
                let value = f64::from_bits(*bits);
                assert_eq!(Some(value), expect, "{side}: {labels:?} at {at_ms}");
            }
        }
        for (at_ms, count) in counted {
            assert_eq!(count, counts[&at_ms], "{side}: samples of {instance} at {at_ms}");
        }
    }
}

/// A series that was in one scrape has one value and one end, and every such series has arrived.
fn check_churn(theirs: &BTreeMap<Labels, Samples>, ours: &BTreeMap<Labels, Samples>) {
    let mut numbers = BTreeSet::new();
    for (labels, samples) in theirs.iter().chain(ours) {
        if labels["__name__"] != "fake_churn" {
            continue;
        }
        assert_eq!(course("fake_churn", samples), ["value", "end"], "{labels:?}");
        assert_eq!(samples.len(), 2, "{labels:?}: {samples:?}");
        assert!(
            numbers.insert(labels["id"].parse::<u64>().unwrap()),
            "{labels:?} in both"
        );
    }
    let last = numbers.last().copied();
    assert!(
        6 <= numbers.len() && last == Some(numbers.len() as u64),
        "{numbers:?}"
    );
}
