//! One request for samples: collect until the deadline, encode what is there.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Instant;

use hyper::StatusCode;
use hyper::header::ACCEPT;
use hyper::http::request::Parts;
use metrics_registry::{Exposition, Format};
use tokio::sync::Notify;
use tokio::time::timeout_at;

use crate::pace::Pace;
use crate::reply::Reply;
use crate::routes::{Site, joined};
use crate::runs::Collecting;
use crate::{Exporter, Refused, Scrape, deadline, negotiate, query, startup};

/// Expositions kept for the next scrapes. Two scrapers at the same moment are rare, more are not usual.
const KEPT_MAX: usize = 1;
/// After so many scrapes nothing is left that runs once: layouts are looked up, buffers have their size.
const SETTLED_SCRAPES: u8 = 3;
const TIMEOUT_HEADER: &str = "x-prometheus-scrape-timeout-seconds";

/// Expositions that are used again, so that a scrape like the last one allocates nothing.
#[derive(Default)]
pub(crate) struct Expositions {
    kept: RefCell<Vec<Exposition>>,
    /// Scrapes so far, up to [`SETTLED_SCRAPES`].
    scrapes: Cell<u8>,
}

impl Expositions {
    fn take(&self) -> Exposition {
        self.kept.borrow_mut().pop().unwrap_or_default()
    }

    fn give_back(&self, mut exposition: Exposition) {
        let mut kept = self.kept.borrow_mut();
        if kept.len() < KEPT_MAX {
            exposition.clear();
            kept.push(exposition);
        }
        if self.scrapes.get() < SETTLED_SCRAPES {
            self.scrapes.set(self.scrapes.get() + 1);
            if self.scrapes.get() == SETTLED_SCRAPES {
                startup::release();
            }
        }
    }
}

/// A source that hangs does so at every scrape; the log hears of it once, and of its end.
fn tell_when_late(before: bool, now: bool, path: &str) {
    match (before, now) {
        (false, true) => log::warn!(path; "scrape not finished in time, what was collected is served"),
        (true, false) => log::info!(path; "scrape finished in time again"),
        _ => {}
    }
}

/// What one run of the exporter gave.
pub(crate) struct Collected {
    out: Exposition,
    refused: Option<Refused>,
}

/// Runs the exporter until it has ended, its deadline is there, or `cut` says so.
async fn collect<E: Exporter>(site: &Site<E>, request: &Scrape, cut: &Notify) -> Collected {
    let mut out = site.expositions.take();
    let in_time = timeout_at(request.deadline.into(), site.exporter.scrape(request, &mut out));
    let result = tokio::select! {
        biased;
        () = cut.notified() => None,
        result = in_time => result.ok(),
    };
    if let Some(Err(refused)) = result {
        return Collected {
            out,
            refused: Some(refused),
        };
    }
    let late = result.is_none();
    if late {
        site.telemetry.cut_short();
    }
    tell_when_late(site.late.replace(late), late, &request.path);
    if request.path == site.telemetry_path {
        site.telemetry.write(&mut out, site.watch());
    }
    Collected { out, refused: None }
}

/// Runs the exporter for this client, or lets it wait for the run that another one began.
async fn collected<E: Exporter>(site: &Rc<Site<E>>, request: Scrape) -> Rc<Collected> {
    if !site.exporter.shares_scrapes() {
        return Rc::new(collect(site, &request, &Notify::new()).await);
    }
    let start = |cut: Rc<Notify>| -> Collecting {
        let (site, request) = (Rc::clone(site), request.clone());
        Box::pin(async move { collect(&site, &request, &cut).await })
    };
    if let Some(collected) = site.runs.join(&request, start).await {
        return collected;
    }
    log::warn!(path = request.path.as_str(); "scrape not finished in time, and another client still waits for it");
    site.telemetry.cut_short();
    let mut out = site.expositions.take();
    if request.path == site.telemetry_path {
        site.telemetry.write(&mut out, site.watch());
    }
    Rc::new(Collected { out, refused: None })
}

/// Answers a request for samples.
pub(crate) async fn answer<E: Exporter>(
    site: &Rc<Site<E>>,
    parts: &Parts,
    gzip: bool,
    is_probe: bool,
    pace: &Rc<Pace>,
) -> Reply {
    let header = parts
        .headers
        .get(TIMEOUT_HEADER)
        .and_then(|value| value.to_str().ok());
    let request = Scrape {
        path: parts.uri.path().to_owned(),
        query: query::parse(parts.uri.query()),
        deadline: Instant::now() + deadline::collect_time(header),
    };
    let format = if site.about.negotiates_openmetrics {
        negotiate::format(&joined(&parts.headers, &ACCEPT))
    } else {
        Format::Text004
    };
    if !is_probe && let Some(stream) = site.exporter.stream(&request, format, gzip) {
        site.telemetry.answered(StatusCode::OK);
        let payload = site.encoder.stream(stream.pieces, Rc::clone(pace));
        return Reply::samples(format.content_type(), payload, stream.gzip);
    }
    let _in_flight = site.telemetry.enter().filter(|_| !is_probe);
    let collected = collected(site, request).await;
    let reply = match &collected.refused {
        Some(refused) => Reply::text(StatusCode::BAD_REQUEST, format!("{refused}\n")),
        None => match site.encoder.exposition(&collected.out, format, gzip) {
            Ok(payload) => Reply::samples(format.content_type(), payload, gzip),
            Err(error) => {
                site.telemetry.not_encoded();
                Reply::text(StatusCode::INTERNAL_SERVER_ERROR, format!("encode: {error}\n"))
            }
        },
    };
    if !is_probe {
        site.telemetry.answered(reply.status());
    }
    if let Some(collected) = Rc::into_inner(collected) {
        site.expositions.give_back(collected.out);
    }
    reply
}
