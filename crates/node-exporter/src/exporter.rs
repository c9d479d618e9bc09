//! Runs the collectors that a request asks for.

use std::cell::RefCell;
use std::time::Instant;

use clap::ArgMatches;
use exporter_http::{Exporter, Refused, Scrape, StartError};
use metrics_registry::roster::{Outcome, Roster};
use metrics_registry::{Exposition, Family};
use rustc_hash::FxHashMap;

use crate::collectors::{self, Collect, Collector};
use crate::{Error, Node, flags, host};

const OUTCOME: Outcome = Outcome {
    duration_seconds: Family::gauge(
        "node_scrape_collector_duration_seconds",
        "Seconds that the collector took in this scrape.",
        ["collector"],
    ),
    success: Family::gauge(
        "node_scrape_collector_success",
        "Whether the collector had numbers in this scrape.",
        ["collector"],
    ),
};

/// The node exporter: its collectors, and which of them run.
pub struct NodeExporter {
    node: Node,
    roster: Roster,
    /// The last message of each failing collector, so that a lasting fault is logged once.
    failing: RefCell<FxHashMap<&'static str, String>>,
}

impl NodeExporter {
    /// Reads the command line. Fails with one line that names the flag.
    pub fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        flags::refuse_absent(matches)?;
        let node = Node::new(matches)?;
        let roster = roster(matches);
        let collectors = roster.enabled().collect::<Vec<_>>().join(" ");
        log::info!(host = host::description(), collectors; "node exporter");
        Ok(Self {
            node,
            roster,
            failing: RefCell::default(),
        })
    }

    async fn run(&self, collector: &Collector, deadline: Instant, out: &mut Exposition) {
        let started = Instant::now();
        let result = match collector.collect {
            Collect::Now(collect) | Collect::Last(collect) => collect(&self.node, out),
            Collect::Waiting(collect) => collect(&self.node, deadline, out).await,
        };
        OUTCOME.write(out, collector.name, started.elapsed(), result.is_ok());
        self.log(collector.name, result);
    }

    /// Says a fault when it begins or changes, and its end.
    fn log(&self, name: &'static str, result: Result<(), Error>) {
        let mut failing = self.failing.borrow_mut();
        match result {
            Ok(()) => {
                if failing.remove(name).is_some() {
                    log::info!(collector = name; "collector works again");
                }
            }
            Err(Error::NoData) => log::debug!(collector = name; "collector has no data on this machine"),
            Err(error) => {
                let message = error.to_string();
                if failing.get(name) != Some(&message) {
                    log::warn!(collector = name, error = message.as_str(); "collector failed");
                    failing.insert(name, message);
                }
            }
        }
    }
}

impl Exporter for NodeExporter {
    async fn scrape(&self, scrape: &Scrape, out: &mut Exposition) -> Result<(), Refused> {
        let names = |key| scrape.query_all(key).map(str::to_owned).collect::<Vec<_>>();
        let mut selected = self
            .roster
            .select(&names("collect[]"), &names("exclude[]"))
            .map_err(|refused| Refused(format!("cannot collect: {refused}")))?;
        // The sort is stable, so that the others run in the order of the table.
        selected.sort_by_key(|index| matches!(collectors::ALL[*index].collect, Collect::Last(_)));
        for index in selected {
            self.run(&collectors::ALL[index], scrape.deadline, out).await;
        }
        Ok(())
    }
}

fn roster(matches: &ArgMatches) -> Roster {
    let on = |collector| flags::is_on(matches, collector);
    Roster::new(
        collectors::ALL
            .iter()
            .map(|collector| (collector.name, on(collector))),
    )
}
