//! What is served at the telemetry port: the numbers of this process.

use std::future::pending;
use std::rc::Rc;

use exporter_http::flags::Settings;
use exporter_http::limits::Limits;
use exporter_http::listen::Listener;
use exporter_http::{About, Admission, Caller, Exporter, Refused, Request, Response, Scrape, serve as http};
use metrics_registry::Exposition;

use crate::context::Context;
use crate::exporter::text;

static ABOUT: About = About {
    binary: "pi-kube-state-exporter",
    name: "kube_state_metrics",
    title: "Kube State Exporter Telemetry",
    description: "What the kube state exporter counts about itself",
    version: env!("CARGO_PKG_VERSION"),
    listen_address: ":8081",
    negotiates_openmetrics: true,
};

struct Page(Rc<Context>);

/// Serves the numbers until the process ends. Where the port cannot be had, this is told, and the samples are served alone.
pub async fn serve(context: Rc<Context>, settings: Settings, limits: Limits) {
    let listeners: Result<Vec<_>, _> = settings.listen.iter().map(Listener::bind).collect();
    let result = match listeners {
        Ok(listeners) => {
            for listener in &listeners {
                log::info!(address = listener.address(); "listening for telemetry");
            }
            http::until(&ABOUT, Page(context), &settings, limits, listeners, pending()).await
        }
        Err(error) => Err(error),
    };
    if let Err(error) = result {
        log::error!(error:%; "telemetry not served, change --telemetry-host or --telemetry-port");
    }
}

impl Exporter for Page {
    async fn scrape(&self, _scrape: &Scrape, out: &mut Exposition) -> Result<(), Refused> {
        let context = &self.0;
        let (cluster, custom) = (context.cluster(), context.custom_resources());
        let kinds = custom.clusters();
        let clusters: Vec<_> = [&*cluster, custom.definitions()]
            .into_iter()
            .chain(kinds.iter().map(|kind| &**kind))
            .collect();
        context.telemetry.write(&clusters, context.shard(), out);
        Ok(())
    }

    async fn admit(&self, caller: &Caller<'_>) -> Admission {
        self.0.admit(caller).await
    }

    async fn route(&self, request: &Request) -> Option<Response> {
        match request.path.as_str() {
            "/readyz" | "/healthz" | "/livez" => Some(text(200, "OK\n")),
            _ => None,
        }
    }
}
