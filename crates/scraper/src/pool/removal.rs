//! The end of a target that is no longer configured or discovered.
//!
//! Its series are marked as ended, but not at once, as in Prometheus: it may come back, or another one may go on under
//! its labels. The marks have the time of what would have been its next scrape, and are made more than an interval later.
//! A stop of the process makes none, since it will scrape again.

use std::collections::HashSet;
use std::rc::Rc;

use tokio::task::spawn_local;
use tokio::time::sleep;

use super::Running;
use crate::label_set::LabelSet;
use crate::scrape;
use crate::scraper::Shared;
use crate::target::Target;
use crate::target::offset::Grid;

/// Stops scraping a target, removes it from the page, and marks its series as ended when it is sure not to come back.
pub fn begin(running: Running, shared: &Rc<Shared>) {
    let Running {
        target,
        offset,
        _task,
    } = running;
    shared.fleet.borrow_mut().forget(&target.id);
    target.is_removed.set(true);
    if target.outcome.borrow().is_none() {
        return;
    }
    let grid = Grid {
        interval: target.interval.0,
        offset,
    };
    let shared = Rc::clone(shared);
    spawn_local(async move {
        sleep(grid.first_wait(shared.clock.now())).await;
        let at_ms = grid.align_ms(shared.clock.now());
        sleep(target.interval.0 + target.interval.0 / 10).await;
        let others = going_on(&target, &shared.running());
        scrape::end(&target, at_ms, &shared, &others);
    });
}

/// Series of targets with the same labels, which go on.
fn going_on(target: &Target, running: &[Rc<Target>]) -> HashSet<LabelSet> {
    let mut series = HashSet::new();
    for other in running.iter().filter(|other| other.labels == target.labels) {
        let is_down = match &*other.outcome.borrow() {
            None => continue,
            Some(outcome) => outcome.error.is_some(),
        };
        let report = other.report_layout();
        series.extend(report.series.iter().map(|series| series.labels.clone()));
        let (store, own) = (other.store.borrow(), target.store.borrow());
        // One that is down has marked its own series already; which of them are those of this target is not known.
        let current = if is_down { own.current() } else { store.current() };
        series.extend(current.map(|current| current.labels.clone()));
    }
    series
}
