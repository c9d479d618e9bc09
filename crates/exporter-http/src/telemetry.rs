//! What the process tells about itself beside the exporter's samples.
//!
//! `<name>_build_info` is always there. `--web.disable-exporter-metrics` turns the rest off, as in the reference.

use hyper::StatusCode;
use metrics_registry::process::Process;
use metrics_registry::telemetry::{Cause, HandlerTelemetry, InFlight, bridge};
use metrics_registry::{Exposition, Family};
use prometheus_client::registry::Registry;

use crate::web_config::watch::Watch;
use crate::{About, version};

/// Our own; the reference answers 500 instead.
const LAST_RELOAD_SUCCESSFUL: Family<0> = Family::gauge(
    "exporter_http_web_config_last_reload_successful",
    "Whether the newest state of --web.config.file and of the files that it names is in force.",
    [],
);

pub(crate) struct Telemetry {
    about: &'static About,
    /// `None` where the flag turned it off.
    counted: Option<Counted>,
}

struct Counted {
    registry: Registry,
    handler: HandlerTelemetry,
    process: Process,
}

impl Telemetry {
    pub(crate) fn new(about: &'static About, exporter_metrics: bool) -> Self {
        let counted = exporter_metrics.then(|| {
            let mut registry = Registry::default();
            Counted {
                handler: HandlerTelemetry::register(&mut registry),
                registry,
                process: Process::new(),
            }
        });
        Self { about, counted }
    }

    /// Counts a scrape as being answered, until the guard is dropped.
    pub(crate) fn enter(&self) -> Option<InFlight> {
        self.counted.as_ref().map(|counted| counted.handler.enter())
    }

    /// Counts an answer to a scrape.
    pub(crate) fn answered(&self, status: StatusCode) {
        if let Some(counted) = &self.counted {
            counted.handler.answered(status.as_u16());
        }
    }

    /// Counts a scrape that did not end in time.
    pub(crate) fn cut_short(&self) {
        if let Some(counted) = &self.counted {
            counted.handler.failed(Cause::Gathering);
        }
    }

    /// Counts samples that could not be written out.
    pub(crate) fn not_encoded(&self) {
        if let Some(counted) = &self.counted {
            counted.handler.failed(Cause::Encoding);
        }
    }

    pub(crate) fn write(&self, out: &mut Exposition, watch: &Watch) {
        version::write_build_info(self.about, out);
        let Some(counted) = &self.counted else {
            return;
        };
        bridge(&counted.registry, out);
        counted.process.write(out);
        if let Some(successful) = watch.last_reload_successful() {
            out.sample(&LAST_RELOAD_SUCCESSFUL, [], f64::from(u8::from(successful)));
        }
    }
}
