//! One scrape, from the request to the store, and the loop that repeats it.
//!
//! A scrape is whole or nothing: whatever goes wrong before the last byte leaves no sample of it, marks what the target
//! had before as stale, and gives the reason to the log (once), a counter and the API.

mod content_type;

use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use http_body_util::BodyExt as _;
use tokio::time::{Instant, sleep_until, timeout};

use crate::client::body::Decoder;
use crate::client::{self, Client, Trust, request};
use crate::forward::frame::Frame;
use crate::label_set::LabelSet;
use crate::scraper::Shared;
use crate::store::{Fault, Ingest, Rules};
use crate::target::offset::Grid;
use crate::target::{Extra, Outcome, Target};
use crate::telemetry;

/// Why a scrape failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The job has more targets than it may have.
    #[error("{0}")]
    Refused(String),
    /// No whole answer in time.
    #[error("no complete answer within {0}")]
    Timeout(crate::config::PromDuration),
    /// No body.
    #[error("{0}")]
    Client(#[from] client::Error),
    /// A body of a kind that is not read.
    #[error("{0}")]
    ContentType(String),
    /// The body stopped in the middle.
    #[error("read body: {0}")]
    Body(#[from] hyper::Error),
    /// A body that is malformed or beyond a limit.
    #[error("{0}")]
    Fault(#[from] Fault),
}

impl Error {
    /// The value of the label `result` of `scraper_scrapes_total`.
    fn result(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Timeout(_) => "timeout",
            Self::Client(client::Error::Status(_)) => "status",
            Self::Client(client::Error::Decode(_)) => "encoding",
            Self::Client(_) => "connection",
            Self::ContentType(_) => "content_type",
            Self::Body(_) => "body",
            Self::Fault(Fault::Parse(_) | Fault::LabelTwice { .. }) => "malformed",
            Self::Fault(_) => "limit",
        }
    }
}

/// What a scrape counted, kept or not.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    scraped: u64,
    kept: u64,
    series_added: u64,
    body_bytes: u64,
}

/// Scrapes `target` for ever, at its own times.
pub async fn repeat(target: Rc<Target>, trust: Rc<Trust>, offset: Duration, shared: Rc<Shared>) {
    let grid = Grid {
        interval: target.interval.0,
        offset,
    };
    let headers = request::of_scrape(&target.settings.accept, target.timeout.as_secs_f64());
    let mut client = Client::new(trust, headers);
    let mut next = Instant::now() + grid.first_wait(shared.clock.now());
    loop {
        sleep_until(next).await;
        if shared.is_ending.get() {
            return;
        }
        let _under_way = shared.begin();
        let wall = shared.clock.now();
        next = Instant::now() + grid.next_wait(wall);
        once(&target, &mut client, grid.align_ms(wall), &shared).await;
    }
}

/// One scrape whose samples have the time `at_ms`.
pub async fn once(target: &Target, client: &mut Client, at_ms: i64, shared: &Shared) {
    let begun = Instant::now();
    let mut counts = Counts::default();
    let refused = target.refused.borrow().clone();
    let result = match refused {
        Some(reason) => Err(Error::Refused(reason)),
        None => timeout(
            target.timeout.0,
            attempt(target, client, at_ms, &mut counts, shared),
        )
        .await
        .unwrap_or(Err(Error::Timeout(target.timeout))),
    };
    if result.is_err() {
        fail(target, at_ms, shared);
    }
    count(&result, &shared.telemetry);
    let extra = target.settings.extra_metrics.then(|| Extra {
        body_bytes: match &result {
            Err(Error::Fault(Fault::BodySize(_))) => -1,
            _ => i64::try_from(counts.body_bytes).unwrap_or(i64::MAX),
        },
        sample_limit: target.settings.limits.samples_configured,
        timeout_seconds: target.timeout.as_secs_f64(),
    });
    let outcome = Outcome {
        at_ms,
        error: result.err().map(|error| error.to_string()),
        duration: begun.elapsed(),
        scraped: counts.scraped,
        kept: counts.kept,
        series_added: counts.series_added,
        extra,
    };
    log_change(target, &outcome);
    shared.observe(target, &outcome);
    if shared.forward.is_on() {
        shared.push(Frame {
            layout: target.report_layout(),
            at_ms,
            values: outcome.report().into_iter().map(|(_, value)| value).collect(),
            own_times: Box::default(),
        });
    }
    target.outcome.replace(Some(outcome));
}

/// Asks the target and stages its samples as they arrive; the store takes them all at the end.
async fn attempt(
    target: &Target,
    client: &mut Client,
    at_ms: i64,
    counts: &mut Counts,
    shared: &Shared,
) -> Result<(), Error> {
    let settings = &target.settings;
    let mut answer = client.get(&target.url, &settings.http).await?;
    let headers = answer.response.headers();
    let format = content_type::format(headers, settings.fallback_format).map_err(Error::ContentType)?;
    let mut decoder = Decoder::of(headers)?;
    let rules = Rules {
        labels: &target.labels,
        honor_labels: settings.honor_labels,
        honor_timestamps: settings.honor_timestamps,
        track_timestamps_staleness: settings.track_timestamps_staleness,
        relabel: &settings.metric_relabel,
        limits: settings.limits,
        helps: &shared.helps,
    };
    let mut ingest = Ingest::new(&mut target.store.borrow_mut(), rules, format, at_ms);
    let mut body_bytes = 0;
    while let Some(frame) = answer.response.frame().await {
        let frame = frame?;
        let Some(piece) = frame.data_ref() else { continue };
        let mut store = target.store.borrow_mut();
        let pushed = decoder.push(piece, |bytes| {
            body_bytes += bytes.len() as u64;
            Ok::<_, Error>(ingest.push(&mut store, bytes)?)
        });
        if let Err(error) = pushed {
            *counts = Counts::of(&ingest, body_bytes);
            return Err(error);
        }
    }
    let mut store = target.store.borrow_mut();
    let finished = decoder
        .finish(|bytes| {
            body_bytes += bytes.len() as u64;
            Ok::<_, Error>(ingest.push(&mut store, bytes)?)
        })
        .and_then(|()| Ok(ingest.finish(&mut store)?));
    *counts = Counts::of(&ingest, body_bytes);
    finished?;
    let forwards = shared.forward.is_on();
    let frame = forwards.then(|| store.frame(&ingest, at_ms));
    let mut ended = Vec::new();
    let stale = store.commit(&mut ingest, at_ms, |labels| {
        if forwards {
            ended.push(labels.clone());
        }
    });
    if let Some(frame) = frame {
        shared.push(frame);
        shared.push(Frame::ended(ended, at_ms));
    }
    let telemetry = &shared.telemetry;
    telemetry.stale.inc_by(stale as u64);
    telemetry.samples.inc_by(ingest.scraped);
    telemetry.duplicates.inc_by(ingest.duplicates);
    telemetry.out_of_bounds.inc_by(ingest.out_of_bounds);
    telemetry.out_of_order.inc_by(ingest.out_of_order);
    client.keep(answer);
    Ok(())
}

/// Marks all series of a target as ended, because a scrape failed.
fn fail(target: &Target, at_ms: i64, shared: &Shared) {
    fail_but(target, at_ms, shared, &HashSet::new());
}

fn fail_but(target: &Target, at_ms: i64, shared: &Shared, others: &HashSet<LabelSet>) {
    let mut series = Vec::new();
    let ended = target.store.borrow_mut().fail(at_ms, |labels| {
        if shared.forward.is_on() && !others.contains(labels) {
            series.push(labels.clone());
        }
    });
    shared.telemetry.stale.inc_by(ended as u64);
    shared.push(Frame::ended(series, at_ms));
}

/// Marks all series of a target as ended, those that report on its scrapes too, because it is gone. Those of `others`
/// go on under another target.
pub fn end(target: &Target, at_ms: i64, shared: &Shared, others: &HashSet<LabelSet>) {
    fail_but(target, at_ms, shared, others);
    shared.alerts.forget(target, &shared.telemetry.alerting);
    if target.outcome.borrow().is_some() {
        let report = target.report_layout();
        let series = report.series.iter().map(|series| series.labels.clone());
        let ended = series.filter(|labels| !others.contains(labels));
        shared.push(Frame::ended(ended.collect(), at_ms));
    }
}

impl Counts {
    fn of(ingest: &Ingest<'_>, body_bytes: u64) -> Self {
        Self {
            body_bytes,
            scraped: ingest.scraped,
            kept: ingest.kept,
            series_added: ingest.series_added,
        }
    }
}

fn count(result: &Result<(), Error>, telemetry: &telemetry::Telemetry) {
    let label = match result {
        Ok(()) => "ok",
        Err(error) => error.result(),
    };
    telemetry
        .scrapes
        .get_or_create(&telemetry::Result { result: label })
        .inc();
    match result {
        Err(Error::Fault(Fault::BodySize(_))) => telemetry.exceeded_body_size.inc(),
        Err(Error::Fault(Fault::Samples(_))) => telemetry.exceeded_samples.inc(),
        _ => 0,
    };
}

/// One line when a target goes down and one when it is up again; nothing while it stays as it is.
fn log_change(target: &Target, outcome: &Outcome) {
    let before = target.outcome.borrow();
    let was_up = before.as_ref().map(|outcome| outcome.error.is_none());
    match (was_up, &outcome.error) {
        (Some(true) | None, Some(error)) => {
            log::warn!(job = target.job.as_str(), target:% = target.url, error = error.as_str(); "target down");
        }
        (Some(false), None) => {
            log::info!(job = target.job.as_str(), target:% = target.url; "target up again");
        }
        _ => {}
    }
}
