//! Sockets that systemd opened, and what it is told (sd_listen_fds(3), sd_notify(3), sd_watchdog_enabled(3)).
//!
//! The protocol is three environment variables and one datagram, less than the crate that wraps it.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::Path;
use std::time::Duration;

use super::Listener;
use crate::StartError;

/// The first descriptor that systemd passes.
const FIRST_DESCRIPTOR: RawFd = 3;
/// Sockets of one unit; a real one has two.
const SOCKETS_MAX: RawFd = 64;

/// Takes the sockets over. Needs a runtime; must be called once.
///
/// Fails where systemd passed none to this process, or one that cannot be served.
pub(crate) fn listeners() -> Result<Vec<Listener>, StartError> {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse::<RawFd>().ok())
    };
    let ours = number("LISTEN_PID").is_some_and(|pid| pid as u32 == std::process::id());
    let count = number("LISTEN_FDS").filter(|_| ours).unwrap_or(0);
    if !(1..=SOCKETS_MAX).contains(&count) {
        return Err(StartError(
            "--web.systemd-socket: systemd passed no socket (LISTEN_FDS); is there a .socket unit?"
                .to_owned(),
        ));
    }
    (FIRST_DESCRIPTOR..FIRST_DESCRIPTOR + count)
        .map(|descriptor| {
            adopt(descriptor)
                .and_then(Listener::inherited)
                .map_err(|error| StartError(format!("socket {descriptor} from systemd: {error}")))
        })
        .collect()
}

fn adopt(descriptor: RawFd) -> io::Result<socket2::Socket> {
    // SAFETY: LISTEN_PID says that these descriptors were passed to this process for its own use; nothing else in the
    // program knows them, and each is adopted once. One that is not open fails at its first use.
    let owned = unsafe { OwnedFd::from_raw_fd(descriptor) };
    Ok(socket2::Socket::from(owned))
}

/// Tells systemd a state, such as `READY=1`. Does nothing where nobody asked.
pub(crate) fn notify(state: &str) {
    if let Some(target) = std::env::var_os("NOTIFY_SOCKET")
        && let Err(error) = send(&target, state)
    {
        log::debug!(error:%, state; "systemd not notified");
    }
}

fn send(target: &OsStr, state: &str) -> io::Result<()> {
    let address = match target.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
        _ => SocketAddr::from_pathname(Path::new(target))?,
    };
    let socket = UnixDatagram::unbound()?;
    // A full queue must not hold the only thread.
    socket.set_nonblocking(true)?;
    socket.send_to_addr(state.as_bytes(), &address)?;
    Ok(())
}

/// How often `WATCHDOG=1` is wanted: half of what systemd waits. `None` where it does not wait for it.
pub(crate) fn watchdog_interval() -> Option<Duration> {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let ours = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(std::process::id()));
    number("WATCHDOG_USEC")
        .filter(|microseconds| ours && *microseconds >= 2)
        .map(|microseconds| Duration::from_micros(microseconds / 2))
}

/// The clock of `RELOADING=1`, which systemd compares with its own.
pub(crate) fn monotonic_microseconds() -> u128 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    Duration::new(
        u64::try_from(now.tv_sec).unwrap_or(0),
        u32::try_from(now.tv_nsec).unwrap_or(0),
    )
    .as_micros()
}
