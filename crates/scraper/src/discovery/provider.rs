//! One source that is asked again and again. What it said last stays while it does not answer.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::{dns, docker, http, tailscale};
use crate::config::source::Source;
use crate::labels::Labels;
use crate::telemetry::{Refresh, Telemetry};

/// Longest wait for an answer, where the time between two is longer.
const ANSWER_MAX: Duration = Duration::from_secs(60);

/// A source and what it said last.
#[derive(Debug)]
pub struct Provider {
    /// What is asked.
    pub source: Source,
    found: RefCell<Vec<Labels>>,
    /// Whether the last answer was none; that is logged once.
    is_broken: Cell<bool>,
}

impl Provider {
    /// Knows nothing yet, or what another one of the same source knew.
    pub fn new(source: Source, found: Vec<Labels>) -> Self {
        Self {
            source,
            found: RefCell::new(found),
            is_broken: Cell::default(),
        }
    }

    /// What its targets are found with.
    pub fn found(&self) -> Vec<Labels> {
        self.found.borrow().clone()
    }

    /// Asks again and again for the job `job`. `changed` is called when the targets may be others.
    pub async fn follow(&self, job: &str, telemetry: &Telemetry, changed: impl Fn()) {
        loop {
            #[cfg(feature = "kubernetes")]
            if let Source::Kubernetes(source) = &self.source {
                let take = |answer| {
                    if self.take(answer, job, telemetry) {
                        changed();
                    }
                };
                super::kubernetes::follow(source, take).await;
            }
            let is_asked = !matches!(self.source, Source::Kubernetes(_));
            if is_asked && self.refresh(job, telemetry).await {
                changed();
            }
            sleep(self.source.refresh_interval()).await;
        }
    }

    /// Asks once. Returns whether the targets may be others now.
    async fn refresh(&self, job: &str, telemetry: &Telemetry) -> bool {
        let time = self.source.refresh_interval().min(ANSWER_MAX);
        let answer = timeout(time, self.ask(telemetry)).await;
        let answer = answer.unwrap_or_else(|_| Err(format!("no answer within {time:?}")));
        self.take(answer, job, telemetry)
    }

    /// Takes an answer. Returns whether the targets may be others now.
    fn take(&self, answer: Result<Vec<Labels>, String>, job: &str, telemetry: &Telemetry) -> bool {
        let mechanism = self.source.mechanism();
        match answer {
            Ok(found) => {
                if self.is_broken.replace(false) {
                    log::info!(job, mechanism; "discovery works again");
                }
                found != self.found.replace(found.clone())
            }
            Err(error) => {
                let labels = Refresh {
                    mechanism,
                    config: job.to_owned(),
                };
                telemetry.refresh_failures.get_or_create(&labels).inc();
                if matches!(self.source, Source::Http(_)) {
                    telemetry.http_failures.inc();
                }
                if !self.is_broken.replace(true) {
                    log::warn!(job, mechanism, error = error.as_str(); "discovery brought nothing, its last targets stay");
                }
                false
            }
        }
    }

    async fn ask(&self, telemetry: &Telemetry) -> Result<Vec<Labels>, String> {
        match &self.source {
            Source::Http(source) => http::ask(source).await,
            Source::Dns(source) => dns::ask(source, &dns::Resolver::of_system()?, telemetry).await,
            Source::Docker(source) => docker::ask(source).await,
            Source::Tailscale(source) => tailscale::ask(source).await,
            // It is not asked: it tells.
            Source::Kubernetes(_) => Ok(Vec::new()),
        }
    }
}
