//! The whole life of a process: flags, runtime, listeners, signals.

use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::{Arg, ArgMatches, Command};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use metrics_registry::Exposition;
use tokio::net::TcpListener;

use crate::{About, Exporter, Scrape, StartError};

/// Runs a program to its end: parses `flags` and the shared ones, builds the exporter, serves it until SIGTERM.
///
/// `build` runs on the runtime's thread and may `tokio::task::spawn_local`.
/// What it returns as an error is printed as one line, and the exit code is 1.
pub fn run<E: Exporter>(
    about: &'static About,
    flags: Command,
    build: impl AsyncFnOnce(&ArgMatches) -> Result<E, StartError>,
) -> ExitCode {
    let flags = flags.arg(
        Arg::new("web.listen-address")
            .long("web.listen-address")
            .default_value(about.listen_address),
    );
    let matches = flags.get_matches();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            log::error!("start the runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let local = tokio::task::LocalSet::new();
    match local.block_on(&runtime, serve(&matches, build)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve<E: Exporter>(
    matches: &ArgMatches,
    build: impl AsyncFnOnce(&ArgMatches) -> Result<E, StartError>,
) -> Result<(), StartError> {
    let exporter = Rc::new(build(matches).await?);
    let address = matches
        .get_one::<String>("web.listen-address")
        .expect("it has a default");
    let address = address
        .strip_prefix(':')
        .map_or(address.clone(), |port| format!("0.0.0.0:{port}"));
    let listener = TcpListener::bind(&address)
        .await
        .map_err(|error| StartError(format!("listen on {address}: {error}")))?;
    loop {
        let (stream, _) = listener
            .accept()
            .await
            .map_err(|error| StartError(error.to_string()))?;
        let exporter = Rc::clone(&exporter);
        tokio::task::spawn_local(async move {
            let service = service_fn(move |request: hyper::Request<Incoming>| {
                let exporter = Rc::clone(&exporter);
                async move {
                    let scrape = Scrape {
                        path: request.uri().path().to_owned(),
                        query: Vec::new(),
                        deadline: Instant::now() + Duration::from_secs(10),
                    };
                    let mut out = Exposition::default();
                    let body = match exporter.scrape(&scrape, &mut out).await {
                        Ok(()) => out.to_text(),
                        Err(refused) => refused.to_string(),
                    };
                    hyper::Response::builder().body(Full::new(Bytes::from(body)))
                }
            });
            let connection =
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            if let Err(error) = connection.await {
                log::debug!("connection: {error}");
            }
        });
    }
}
