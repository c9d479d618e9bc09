//! One target, scraped when the test says so.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use scraper::client::{Client, Trust, request};
use scraper::config::Config;
use scraper::label_set::LabelSet;
use scraper::scrape;
use scraper::scraper::Shared;
use scraper::target::Target;
use tokio::task::LocalSet;

/// One target and what a scrape of it needs.
#[derive(Debug)]
pub struct Rig {
    pub target: Target,
    pub shared: Rc<Shared>,
    client: Client,
    at_ms: i64,
}

impl Rig {
    /// A target at `address` whose job has these settings too, written as YAML flow: `scheme: https, sample_limit: 3`.
    pub fn new(address: &str, settings: &str) -> Self {
        Self::in_folder(Path::new("."), address, settings)
    }

    /// The same with the configuration in `folder`.
    pub fn in_folder(folder: &Path, address: &str, settings: &str) -> Self {
        let text = format!("scrape_configs: [{{job_name: j, scrape_interval: 10s, {settings}}}]");
        let config = Config::parse(&folder.join("prometheus.yml"), &text).unwrap();
        let job = &config.jobs[0];
        let settings = Rc::new(job.scrape.clone());
        let found = BTreeMap::from([("__address__".to_owned(), address.to_owned())]);
        let target = Target::build(job, &settings, &found).unwrap();
        let trust = Rc::new(Trust::new(settings.http.tls.clone()));
        Self {
            client: Client::new(
                trust,
                request::of_scrape(&settings.accept, target.timeout.as_secs_f64()),
            ),
            shared: Rc::default(),
            at_ms: 1_700_000_000_000,
            target,
        }
    }

    /// Scrapes once: `up` or the reason, and the samples that are current after it.
    pub async fn scrape(&mut self) -> String {
        self.at_ms += 1000;
        scrape::once(&self.target, &mut self.client, self.at_ms, &self.shared).await;
        let outcome = self.target.outcome.borrow().clone().unwrap();
        let store = self.target.store.borrow();
        let mut samples: Vec<String> = store
            .current()
            .map(|current| format!("{} {}", series(current.labels), current.value))
            .collect();
        samples.sort();
        let health = outcome.error.unwrap_or_else(|| "up".to_owned());
        format!(
            "{health}; scraped {} added {}; {}",
            outcome.scraped,
            outcome.series_added,
            samples.join(", ")
        )
    }
}

/// Runs a test as the scraper runs: on one thread, with local tasks.
pub async fn local(test: impl Future<Output = ()>) {
    LocalSet::new().run_until(test).await;
}

/// A series without the labels of its target.
fn series(labels: &LabelSet) -> String {
    let own = labels
        .iter()
        .filter(|(name, _)| !matches!(*name, "__name__" | "job" | "instance"));
    let own: Vec<String> = own.map(|(name, value)| format!("{name}={value:?}")).collect();
    match own.as_slice() {
        [] => labels.metric().to_owned(),
        own => format!("{}{{{}}}", labels.metric(), own.join(",")),
    }
}
