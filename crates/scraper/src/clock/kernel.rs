//! The clocks of the kernel, and `adjtimex(2)`.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::Source;

/// The clocks of this machine.
#[derive(Debug)]
pub struct Kernel;

impl Source for Kernel {
    fn wall(&self) -> Duration {
        super::now()
    }

    fn since_boot(&self) -> Duration {
        let time = clock_gettime(ClockId::Boottime);
        let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
        let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or_default();
        Duration::new(seconds, nanoseconds)
    }

    /// `false` also where a container's seccomp profile forbids the call.
    fn is_synchronised(&self) -> bool {
        // SAFETY: a structure of integers, for which all zeros is a value.
        let mut timex: libc::timex = unsafe { std::mem::zeroed() };
        // SAFETY: the call only reads the clock where `modes` is 0, and writes into the structure, which is valid.
        let state = unsafe { libc::adjtimex(&raw mut timex) };
        0 <= state && state != libc::TIME_ERROR && timex.status & libc::STA_UNSYNC == 0
    }
}
