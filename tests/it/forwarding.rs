//! Nothing is lost, sent twice or out of order, whatever becomes of the receiver, the scraper and the disk.
//!
//! Times are a tenth and less of what they are outside: 0.25 s between scrapes, 0.5 s between writes to the disk.
//!
//! What can befall a scraper, and the tests that show how it ends (`crates/scraper` has those without a path here):
//!
//! | fault                                    | tests                                                                  |
//! |------------------------------------------|------------------------------------------------------------------------|
//! | S1 gzip bomb, endless body               | `targets::bombs_and_endless_bodies_stay_within_memory`, `memory::*`    |
//! | S2 malformed exposition                  | `targets::malformed_expositions_fail_with_a_reason`, `beside_prometheus` |
//! | S3 target that hangs, resets or drips    | `targets::a_hanging_target_times_out_exactly_and_delays_nobody`, `bad_targets::hanging_and_dripping_end_at_the_timeout` |
//! | S4 killed, again and again               | `killed::again_and_again`, `killed::by_default_*`                      |
//! | S5 torn, cut or changed segments         | `a_damaged_file_is_cut_and_told`, `spill::tests::{torn_segments_are_cut_at_the_last_good_record, any_flipped_bit_is_seen}` |
//! | S6 disk full or read-only                | `a_disk_that_is_full_for_a_while`, `a_disk_that_is_read_only`          |
//! | S7 answers of receivers                  | `every_way_in_which_a_receiver_fails`, `answers::*`                    |
//! | S8 outage of many hours                  | `backlog::*`, `queue::tests::beyond_the_limit_the_oldest_segments_go_and_are_counted` |
//! | S9 tokens and keys                       | `answers::a_token_and_a_key_reach_the_receiver_and_nobody_else`        |
//! | S10 clock that jumps, times of targets   | `clock::tests::*`, `held::tests::*`, `store::tests::{timestamps_of_the_target, a_clock_that_goes_back}` |
//! | S11 configuration that cannot be used    | `running::a_changed_configuration_is_taken_by_itself`, `reloaded_all_the_time` |
//! | S12 wear of the card                     | `nothing_is_written_while_the_receiver_answers`, `spill::tests::the_usual_sample_has_less_than_three_bytes`, `make bench` |

mod answers;
mod beside_prometheus;
mod killed;
mod real_receivers;
mod recording;

use std::process::Command;
use std::time::{Duration, Instant};

use crate::daemon::{Daemon, binary, pause, until};
use crate::fleet::{Fleet, metric, wait_until_stored};

/// Bytes that a process has caused to be written to a disk.
fn written_bytes(daemon: &Daemon) -> u64 {
    let io = std::fs::read_to_string(format!("/proc/{}/io", daemon.pid())).unwrap();
    let line = io.lines().find_map(|line| line.strip_prefix("write_bytes: "));
    line.unwrap().parse().unwrap()
}

fn pause_for(time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        pause();
    }
}

#[test]
fn nothing_is_written_while_the_receiver_answers() {
    let Some(fleet) = Fleet::start() else {
        return;
    };
    // With times as people have them: it must not take a receiver for dead that is slow for a moment.
    let scraper = Daemon::start(Command::new(binary("pi-scraper")).args(fleet.default_flags()));
    let before = written_bytes(&scraper);
    fleet.wait_for_scrapes(120);
    assert_eq!(written_bytes(&scraper), before);
    assert!(!fleet.storage().exists());
    fleet.assert_all_arrived(scraper);
    assert!(!fleet.storage().exists());
}

#[test]
fn a_receiver_that_is_not_there_for_a_while() {
    let Some(mut fleet) = Fleet::without_receiver() else {
        return;
    };
    let scraper = fleet.scraper();
    fleet.wait_for_scrapes(100);
    wait_until_stored(&scraper);
    fleet.start_receiver();
    fleet.assert_all_arrived(scraper);
}

#[test]
fn every_way_in_which_a_receiver_fails() {
    let Some(fleet) = Fleet::start() else {
        return;
    };
    let scraper = fleet.scraper();
    for mode in ["500", "503", "429&retry_after=1", "hang", "reset"] {
        fleet.receiver(mode);
        let name = mode.split('&').next().unwrap();
        until(mode, || {
            (1 < fleet.stats()["requests"][name].as_u64().unwrap_or(0)).then_some(())
        });
        fleet.receiver("ok");
        until("samples to be taken again", || {
            (metric(&scraper, "prometheus_remote_storage_samples_pending") < 1000.0).then_some(())
        });
    }
    fleet.assert_all_arrived(scraper);
}

#[test]
fn ended_and_started_again_in_an_outage() {
    let Some(fleet) = Fleet::start() else {
        return;
    };
    let mut scraper = fleet.scraper();
    fleet.wait_for_scrapes(10);
    for mode in ["500", "hang", "500"] {
        fleet.receiver(mode);
        fleet.wait_for_scrapes(20);
        let asked = Instant::now();
        scraper.signal("TERM");
        assert_eq!(scraper.wait().code(), Some(0), "{}", scraper.log());
        assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
        assert!(!scraper.log().contains("lost"), "{}", scraper.log());
        scraper = fleet.scraper();
        scraper.wait_for_log("samples from before the start wait on disk");
    }
    fleet.wait_for_scrapes(10);
    fleet.receiver("ok");
    fleet.assert_all_arrived(scraper);
}

#[test]
fn ended_in_the_middle_of_what_was_stored() {
    let Some(fleet) = Fleet::start() else {
        return;
    };
    let mut scraper = fleet.scraper();
    fleet.receiver("500");
    fleet.wait_for_scrapes(80);
    wait_until_stored(&scraper);
    // Each request is answered late, so that the backlog takes a while.
    fleet.configure(", max_samples_per_send: 100");
    scraper.signal("HUP");
    fleet.receiver("slow&ms=30");
    for _ in 0..2 {
        until("a part of it to be sent", || {
            (300.0 < metric(&scraper, "prometheus_remote_storage_samples_total")).then_some(())
        });
        scraper.signal("TERM");
        assert_eq!(scraper.wait().code(), Some(0), "{}", scraper.log());
        scraper = fleet.scraper();
    }
    fleet.receiver("ok");
    fleet.assert_all_arrived(scraper);
}

#[test]
fn a_disk_that_is_full_for_a_while() {
    let Some(fleet) = Fleet::start() else {
        return;
    };
    fleet.receiver("500");
    std::fs::create_dir(fleet.storage()).unwrap();
    let storage = fleet.storage();
    let script = format!(
        "set -e; mount -t tmpfs -o size=256k none {0}; head -c 1M /dev/zero > {0}/ballast || :; exec \"$@\"",
        storage.display()
    );
    let scraper = Daemon::start(
        Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", &script, "sh"])
            .arg(binary("pi-scraper"))
            .args(fleet.flags()),
    );
    scraper.wait_for_log("samples cannot be stored");
    fleet.wait_for_scrapes(40);
    assert!(metric(&scraper, "scraper_forward_write_errors_total") > 0.0);
    // The disk as the process sees it.
    let ballast = format!("/proc/{}/root{}/ballast", scraper.pid(), storage.display());
    std::fs::remove_file(ballast).unwrap();
    scraper.wait_for_log("samples can be stored again");
    fleet.wait_for_scrapes(20);
    assert_eq!(scraper.log().matches("samples cannot be stored").count(), 1);
    fleet.receiver("ok");
    fleet.assert_all_arrived(scraper);
}

#[test]
fn a_disk_that_is_read_only() {
    let Some(fleet) = Fleet::start() else {
        return;
    };
    fleet.receiver("500");
    std::fs::create_dir(fleet.storage()).unwrap();
    let script = format!(
        "set -e; mount -t tmpfs -o ro,size=256k none {}; exec \"$@\"",
        fleet.storage().display()
    );
    let scraper = Daemon::start(
        Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", &script, "sh"])
            .arg(binary("pi-scraper"))
            .args(fleet.flags()),
    );
    scraper.wait_for_log("samples cannot be stored");
    fleet.wait_for_scrapes(20);
    fleet.receiver("ok");
    until("samples to be taken", || {
        (metric(&scraper, "prometheus_remote_storage_samples_pending") < 1000.0).then_some(())
    });
    fleet.assert_all_arrived(scraper);
}

#[test]
fn reloaded_all_the_time() {
    let Some(fleet) = Fleet::start() else {
        return;
    };
    let scraper = fleet.scraper();
    for round in 0..12 {
        if round % 2 == 0 {
            fleet.configure(&format!(", max_samples_per_send: {}", 50 + round));
        }
        fleet.receiver(match round % 4 {
            2 => "500",
            3 => "slow&ms=60",
            _ => "ok",
        });
        scraper.signal("HUP");
        pause_for(Duration::from_millis(400));
    }
    fleet.receiver("ok");
    fleet.assert_all_arrived(scraper);
}

#[test]
fn a_damaged_file_is_cut_and_told() {
    let Some(fleet) = Fleet::start() else {
        return;
    };
    fleet.receiver("500");
    let mut scraper = fleet.scraper();
    fleet.wait_for_scrapes(60);
    wait_until_stored(&scraper);
    scraper.signal("TERM");
    assert_eq!(scraper.wait().code(), Some(0));
    let folder = fleet.storage().join("forward/sink");
    let segment = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|extension| extension == "seg"))
        .unwrap();
    let mut bytes = std::fs::read(&segment).unwrap();
    let place = bytes.len() - 20;
    bytes[place] ^= 4;
    std::fs::write(&segment, bytes).unwrap();
    let scraper = fleet.scraper();
    fleet.receiver("ok");
    scraper.wait_for_log("stored samples are damaged");
    until("the damage to be counted", || {
        (metric(&scraper, "scraper_forward_damaged_segments_total") == 1.0).then_some(())
    });
    assert!(metric(&scraper, "prometheus_remote_storage_samples_dropped_total") > 0.0);
    let missing = fleet.missing_at_the_end(scraper);
    assert!(0 < missing && missing < 60, "{missing}");
}
