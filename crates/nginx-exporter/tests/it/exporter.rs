//! An exporter made by flags, and scraped.

use std::time::{Duration, Instant};

use exporter_http::{Exporter as _, Scrape};
use metrics_registry::Exposition;
use nginx_exporter::flags::{self, Settings};
use nginx_exporter::{NginxExporter, arguments};

/// Runs a test on a runtime as the process has it.
pub fn run(test: impl AsyncFnOnce()) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, test());
}

/// The exporter that these arguments make.
#[track_caller]
pub fn exporter(arguments: &[String]) -> NginxExporter {
    let given = arguments.iter().map(Into::into).collect();
    let mut all = vec!["pi-nginx-exporter".into()];
    all.extend(arguments::complete(given, |_| None).unwrap());
    let matches = flags::command().try_get_matches_from(all).unwrap();
    NginxExporter::start(Settings::new(&matches).unwrap())
}

/// The exporter of these targets and with these flags.
pub fn asking(uris: &[&str], flags: &[&str]) -> NginxExporter {
    let uris = uris.iter().map(|uri| format!("--nginx.scrape-uri={uri}"));
    let flags = flags.iter().map(|flag| (*flag).to_owned());
    exporter(&uris.chain(flags).collect::<Vec<_>>())
}

/// Sample lines of one scrape.
pub async fn scrape(exporter: &NginxExporter) -> String {
    scrape_within(exporter, Duration::from_secs(20)).await
}

/// The same with so much time.
pub async fn scrape_within(exporter: &NginxExporter, time: Duration) -> String {
    let scrape = Scrape {
        path: "/metrics".into(),
        query: Vec::new(),
        deadline: Instant::now() + time,
    };
    let mut out = Exposition::default();
    exporter.scrape(&scrape, &mut out).await.unwrap();
    let text = out.to_text();
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples.map(|line| format!("{line}\n")).collect()
}
