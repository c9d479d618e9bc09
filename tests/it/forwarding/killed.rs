//! Killed without a warning: what may be missing then is what came in the last sync interval.

use std::process::Command;
use std::time::{Duration, Instant};

use super::pause_for;
use crate::daemon::{Daemon, binary};
use crate::fleet::{Fleet, INTERVAL_SECONDS, SYNC_SECONDS, TARGETS, wait_until_stored};

/// The sync interval that people have.
const DEFAULT_SYNC_SECONDS: f64 = 5.0;
/// How often is killed in a row; its moment moves through the sync interval.
const KILLS: u32 = 40;
/// Shortest sync interval that the flag takes.
const SHORTEST_SYNC: Duration = Duration::from_millis(100);

/// Scrapes of all targets that come in so many seconds, and those that are under way.
fn scrapes_in(seconds: f64) -> u64 {
    u64::from(TARGETS) * ((seconds / INTERVAL_SECONDS).ceil() as u64 + 1)
}

#[test]
fn in_an_outage() {
    let Some(fleet) = Fleet::start() else {
        return;
    };
    fleet.receiver("500");
    let kills = 4;
    for _ in 0..kills {
        let mut scraper = fleet.scraper();
        fleet.wait_for_scrapes(40);
        wait_until_stored(&scraper);
        scraper.signal("KILL");
        scraper.wait();
    }
    let scraper = fleet.scraper();
    fleet.receiver("ok");
    let missing = fleet.missing_at_the_end(scraper);
    let most = kills * scrapes_in(SYNC_SECONDS);
    assert!(missing <= most, "{missing} scrapes are missing, {most} may");
}

/// Kills a scraper with default settings in the first outage of its life.
fn by_default(mode: &str) {
    let Some(fleet) = Fleet::start() else {
        return;
    };
    fleet.configure_for(&fleet.receiver_url(), "");
    fleet.receiver(mode);
    let start = || Daemon::start(Command::new(binary("pi-scraper")).args(fleet.default_flags()));
    let mut scraper = start();
    // Half as much again as may be missing.
    fleet.wait_for_scrapes(scrapes_in(DEFAULT_SYNC_SECONDS) * 3 / 2);
    scraper.signal("KILL");
    scraper.wait();
    fleet.receiver("ok");
    let missing = fleet.missing_at_the_end(start());
    let most = scrapes_in(DEFAULT_SYNC_SECONDS);
    assert!(missing <= most, "{missing} scrapes are missing, {most} may");
}

#[test]
fn by_default_while_the_receiver_refuses() {
    by_default("500");
}

#[test]
fn by_default_while_the_receiver_hangs() {
    by_default("hang");
}

#[test]
fn again_and_again() {
    let Some(fleet) = Fleet::start() else {
        return;
    };
    fleet.receiver("500");
    let start = || {
        let sync = format!(
            "--storage.agent.spill-sync-interval={}ms",
            SHORTEST_SYNC.as_millis()
        );
        Daemon::start(
            Command::new(binary("pi-scraper"))
                .args(fleet.default_flags())
                .arg(sync),
        )
    };
    let mut starts = Vec::new();
    for kill in 0..KILLS {
        let begun = Instant::now();
        let mut scraper = start();
        starts.push(begun.elapsed());
        pause_for(SHORTEST_SYNC + Duration::from_millis(u64::from(kill * 37 % 250)));
        scraper.signal("KILL");
        scraper.wait();
        let log = scraper.log();
        assert!(!log.contains("level=error") || log.contains("damaged"), "{log}");
    }
    starts.sort();
    let median = starts[starts.len() / 2];
    assert!(median < Duration::from_secs(1), "{starts:?}");
    let scraper = start();
    fleet.receiver("ok");
    let missing = fleet.missing_at_the_end(scraper);
    let most = u64::from(KILLS) * scrapes_in(SHORTEST_SYNC.as_secs_f64());
    assert!(
        missing <= most && missing < fleet.served(),
        "{missing} of {} scrapes are missing, {most} may",
        fleet.served()
    );
}
