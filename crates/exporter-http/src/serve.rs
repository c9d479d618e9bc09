//! The whole life of a process: flags, runtime, listeners, signals.

use std::ffi::OsString;
use std::future::pending;
use std::io::Write;
use std::process::ExitCode;
use std::rc::Rc;

use clap::{ArgMatches, Command};

use crate::flags::{Settings, Wanted};
use crate::limits::Limits;
use crate::listen::{Listener, systemd};
use crate::routes::Site;
use crate::server::Server;
use crate::signals::{Asked, Signals};
use crate::web_config::watch::Watch;
use crate::{About, Exporter, StartError, flags, healthcheck, logging, startup};

/// What a program's start comes to.
pub enum Begin<E> {
    /// It serves.
    Serve(E),
    /// It prints this and ends.
    Print(String),
}

/// Runs a program to its end: parses `flags` and the shared ones, builds the exporter, serves it until SIGTERM.
///
/// `build` runs on the runtime's thread and may `tokio::task::spawn_local`.
/// What it returns as an error is printed as one line, and the exit code is 1.
pub fn run<E: Exporter>(
    about: &'static About,
    flags: Command,
    build: impl AsyncFnOnce(&ArgMatches) -> Result<E, StartError>,
) -> ExitCode {
    run_with(about, flags, Ok, build)
}

/// As [`run`], where `rewrite` turns the arguments without the program's name, files in them read, into those that count:
/// for environment variables and spellings of the reference. What it returns as an error ends the start.
pub fn run_with<E: Exporter>(
    about: &'static About,
    flags: Command,
    rewrite: impl FnOnce(Vec<OsString>) -> Result<Vec<OsString>, String>,
    build: impl AsyncFnOnce(&ArgMatches) -> Result<E, StartError>,
) -> ExitCode {
    begin(about, flags, rewrite, async |matches| {
        build(matches).await.map(Begin::Serve)
    })
}

/// As [`run`], for a program that a flag may have print something instead of serving.
pub fn run_or_print<E: Exporter>(
    about: &'static About,
    flags: Command,
    build: impl AsyncFnOnce(&ArgMatches) -> Result<Begin<E>, StartError>,
) -> ExitCode {
    begin(about, flags, Ok, build)
}

fn begin<E: Exporter>(
    about: &'static About,
    flags: Command,
    rewrite: impl FnOnce(Vec<OsString>) -> Result<Vec<OsString>, String>,
    build: impl AsyncFnOnce(&ArgMatches) -> Result<Begin<E>, StartError>,
) -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let result = if arguments.next().is_some_and(|first| first == healthcheck::WORD) {
        healthcheck::run(about, arguments)
    } else {
        match flags::parse(about, flags, std::env::args_os(), rewrite) {
            Ok(Wanted::Serve(settings, matches)) => live(about, settings, matches, build),
            Ok(Wanted::Print(text)) => {
                print(&text);
                Ok(())
            }
            Err(error) => Err(error),
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let line = format!("{}: error: {error}\n", about.binary);
            // Without a stderr only the exit code can tell.
            let _ = std::io::stderr().write_all(line.as_bytes());
            ExitCode::FAILURE
        }
    }
}

fn print(text: &str) {
    // A reader that is gone (`--help | head`) is no fault.
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn live<E: Exporter>(
    about: &'static About,
    mut settings: Settings,
    matches: ArgMatches,
    build: impl AsyncFnOnce(&ArgMatches) -> Result<Begin<E>, StartError>,
) -> Result<(), StartError> {
    logging::start(settings.log_level, settings.log_format);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| StartError(format!("start the runtime: {error}")))?;
    let local = tokio::task::LocalSet::new();
    let result = local.block_on(&runtime, async {
        let signals = Signals::listen()?;
        // Read before anything is started that the log would tell of; a wrong file is all that is said then.
        let mut watch = Watch::start(settings.config_file.clone())?;
        let exporter = match build(&matches).await? {
            Begin::Serve(exporter) => exporter,
            Begin::Print(text) => {
                print(&text);
                return Ok(());
            }
        };
        // A few hundred flags with their texts; nobody reads them again.
        drop(matches);
        let mut limits = Limits::default();
        let config_file = settings.config_file.clone();
        exporter.adjust(&mut settings, &mut limits);
        if settings.config_file != config_file {
            watch = Watch::start(settings.config_file.clone())?;
        }
        let listeners = open(&settings)?;
        let site = Site::new(about, exporter, &settings, watch, limits);
        serve(&Server::new(site, limits), listeners, signals).await;
        Ok(())
    });
    // A thread that hangs in a system call (a dead NFS mount) must not keep the process.
    runtime.shutdown_background();
    result
}

/// Serves an exporter on open listeners until `stop` is done, without the process around it. Must run in a `LocalSet`.
///
/// Fails where the web configuration cannot be used; returns when the last request is answered.
pub async fn until<E: Exporter>(
    about: &'static About,
    exporter: E,
    settings: &Settings,
    limits: Limits,
    listeners: Vec<Listener>,
    stop: impl Future<Output = ()>,
) -> Result<(), StartError> {
    let watch = Watch::start(settings.config_file.clone())?;
    let site = Site::new(about, exporter, settings, watch, limits);
    Server::new(site, limits).run(listeners, stop).await;
    Ok(())
}

fn open(settings: &Settings) -> Result<Vec<Listener>, StartError> {
    if settings.systemd_socket {
        systemd::listeners()
    } else {
        settings.listen.iter().map(Listener::bind).collect()
    }
}

async fn serve<E: Exporter>(server: &Rc<Server<E>>, listeners: Vec<Listener>, signals: Signals) {
    let about = server.site.about;
    let tls = server.site.watch().current().tls.is_some();
    log::info!(version = about.version; "starting {}", about.binary);
    for listener in &listeners {
        log::info!(address = listener.address(), tls; "listening");
    }
    let stop = async {
        tokio::select! {
            () = until_end(server, signals) => {}
            () = feed_watchdog() => {}
        }
        systemd::notify("STOPPING=1");
        log::info!("ending, requests under way are answered first");
    };
    startup::release();
    systemd::notify("READY=1");
    server.run(listeners, stop).await;
    log::info!("ended");
}

/// Waits for a signal to end; reloads at those that ask for it.
async fn until_end<E: Exporter>(server: &Rc<Server<E>>, mut signals: Signals) {
    while signals.next().await == Asked::Reload {
        let now = systemd::monotonic_microseconds();
        systemd::notify(&format!("RELOADING=1\nMONOTONIC_USEC={now}"));
        server.site.watch().reload();
        server.site.exporter.reload();
        systemd::notify("READY=1");
    }
}

/// Tells systemd that this thread still turns, where it wants to know. Never ends.
async fn feed_watchdog() {
    let Some(interval) = systemd::watchdog_interval() else {
        return pending().await;
    };
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        systemd::notify("WATCHDOG=1");
    }
}
