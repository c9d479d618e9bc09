//! A panic starts the program anew, in the same process and with the same arguments.
//!
//! Our own code has no panic that can be reached from outside. sqlx 0.9 has: it takes some packets apart before it looks
//! at their length (a greeting or a login's answer that is cut short, a row that promises more than there is), and a
//! release aborts on a panic. So a server that lies, which `/probe` lets others choose, would end the exporter.
//! Started anew it serves again after some 10 ms; the requests under way get no answer.
//! Packets cannot be checked before sqlx sees them: it opens its sockets itself.

use std::os::unix::process::CommandExt as _;
use std::panic::PanicHookInfo;
use std::process::Command;
use std::time::{Duration, Instant};

/// How often in a row a program that lived for less than [`SETTLED`] is started anew. A start that panics must end.
const TRIES_MAX: u32 = 10;
/// Counts them, from one start to the next.
const TRIES: &str = "PI_STARTED_ANEW";
/// After so long a start counts as one that went well.
const SETTLED: Duration = Duration::from_secs(10);
/// Most characters of a panic's message that are logged.
const MESSAGE_CHARS: usize = 200;

/// From now on a panic, on whichever thread, starts this program anew. Call it first in `main`.
///
/// Where systemd holds the listeners (`LISTEN_FDS`) the process ends instead: they are passed on to who systemd starts.
pub fn after_a_panic() {
    let started = Instant::now();
    std::panic::set_hook(Box::new(move |panic| {
        tell(panic);
        let tries = match started.elapsed() < SETTLED {
            true => tries() + 1,
            false => 1,
        };
        if tries <= TRIES_MAX && std::env::var_os("LISTEN_FDS").is_none() {
            let mut arguments = std::env::args_os();
            let name = arguments.next().unwrap_or_default();
            // Ends only where it fails; the panic then goes on to its end.
            let error = Command::new("/proc/self/exe")
                .arg0(name)
                .args(arguments)
                .env(TRIES, tries.to_string())
                .exec();
            log::error!(error:%; "not started anew");
        }
        std::process::abort();
    }));
}

fn tries() -> u32 {
    let text = std::env::var(TRIES).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// One line with where and why.
fn tell(panic: &PanicHookInfo<'_>) {
    let payload = panic.payload();
    let message = match payload.downcast_ref::<&str>() {
        Some(text) => text,
        None => payload.downcast_ref::<String>().map_or("", String::as_str),
    };
    let message: String = message.chars().take(MESSAGE_CHARS).collect();
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    log::error!(place = place.as_str(), message = message.as_str(); "internal fault, starting anew: a server may have sent what is no answer");
}
