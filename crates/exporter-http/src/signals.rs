//! SIGTERM and SIGINT end the process, SIGHUP has it read its files again.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::StartError;

/// The signals that the process takes.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    End,
    Reload,
}

impl Signals {
    /// From here on no signal ends the process by itself.
    pub(crate) fn listen() -> Result<Self, StartError> {
        let open = |kind| signal(kind).map_err(|error| StartError(format!("listen to signals: {error}")));
        Ok(Self {
            terminate: open(SignalKind::terminate())?,
            interrupt: open(SignalKind::interrupt())?,
            hangup: open(SignalKind::hangup())?,
        })
    }

    /// Waits for the next signal.
    pub(crate) async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::End,
            _ = self.interrupt.recv() => Asked::End,
            _ = self.hangup.recv() => Asked::Reload,
        }
    }
}
