//! What the process tells about itself beside the exporter's samples.

use hyper::StatusCode;
use metrics_registry::{Exposition, Family};

use crate::web_config::watch::Watch;
use crate::{About, version};

const LAST_RELOAD_SUCCESSFUL: Family<0> = Family::gauge(
    "exporter_http_web_config_last_reload_successful",
    "Whether the newest state of --web.config.file and of the files that it names is in force.",
    [],
);

pub(crate) struct Telemetry {
    about: &'static About,
    exporter_metrics: bool,
}

impl Telemetry {
    pub(crate) fn new(about: &'static About, exporter_metrics: bool) -> Self {
        Self {
            about,
            exporter_metrics,
        }
    }

    pub(crate) fn answered(&self, _status: StatusCode) {}

    pub(crate) fn limited(&self, _is_probe: bool) {}

    pub(crate) fn write(&self, out: &mut Exposition, watch: &Watch) {
        version::write_build_info(self.about, out);
        if !self.exporter_metrics {
            return;
        }
        if let Some(successful) = watch.last_reload_successful() {
            out.sample(&LAST_RELOAD_SUCCESSFUL, [], f64::from(u8::from(successful)));
        }
    }
}
