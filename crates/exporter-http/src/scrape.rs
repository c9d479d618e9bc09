//! One request for samples: collect until the deadline, encode what is there.

use std::cell::RefCell;
use std::time::Instant;

use hyper::StatusCode;
use hyper::header::ACCEPT;
use hyper::http::request::Parts;
use metrics_registry::{Exposition, Format};

use crate::reply::Reply;
use crate::routes::{Site, joined};
use crate::{Exporter, Scrape, deadline, negotiate, query};

/// Expositions kept for the next scrapes. Two scrapers at the same moment are rare, more are not usual.
const KEPT_MAX: usize = 1;
const TIMEOUT_HEADER: &str = "x-prometheus-scrape-timeout-seconds";

/// Expositions that are used again, so that a scrape like the last one allocates nothing.
#[derive(Default)]
pub(crate) struct Expositions(RefCell<Vec<Exposition>>);

impl Expositions {
    fn take(&self) -> Exposition {
        self.0.borrow_mut().pop().unwrap_or_default()
    }

    fn give_back(&self, mut exposition: Exposition) {
        let mut kept = self.0.borrow_mut();
        if kept.len() < KEPT_MAX {
            exposition.clear();
            kept.push(exposition);
        }
    }
}

/// Answers a request for samples.
pub(crate) async fn answer<E: Exporter>(site: &Site<E>, parts: &Parts, gzip: bool, is_probe: bool) -> Reply {
    let header = parts
        .headers
        .get(TIMEOUT_HEADER)
        .and_then(|value| value.to_str().ok());
    let deadline = Instant::now() + deadline::collect_time(header);
    let request = Scrape {
        path: parts.uri.path().to_owned(),
        query: query::parse(parts.uri.query()),
        deadline,
    };
    let format = if site.about.negotiates_openmetrics {
        negotiate::format(&joined(&parts.headers, &ACCEPT))
    } else {
        Format::Text004
    };
    let _in_flight = site.telemetry.enter().filter(|_| !is_probe);
    let mut out = site.expositions.take();
    let collected = tokio::time::timeout_at(deadline.into(), site.exporter.scrape(&request, &mut out)).await;
    let reply = match collected {
        Ok(Err(refused)) => Reply::text(StatusCode::BAD_REQUEST, format!("{refused}\n")),
        finished => {
            if finished.is_err() {
                site.telemetry.cut_short();
                log::warn!(path = request.path; "scrape not finished in time, what was collected is served");
            }
            if !is_probe {
                site.telemetry.write(&mut out, site.watch());
            }
            match site.encoder.exposition(&out, format, gzip) {
                Ok(payload) => Reply::samples(format.content_type(), payload, gzip),
                Err(error) => {
                    site.telemetry.not_encoded();
                    Reply::text(StatusCode::INTERNAL_SERVER_ERROR, format!("encode: {error}\n"))
                }
            }
        }
    };
    if !is_probe {
        site.telemetry.answered(reply.status());
    }
    site.expositions.give_back(out);
    reply
}
