//! Gives memory back after a burst.
//!
//! A thousand clients at once leave a heap of some megabytes of which nearly all is free. glibc gives back only what is
//! free at the heap's end, so one small block up there keeps all of it: 5.0 MB resident after 1,000 concurrent scrapes,
//! against 0.9 MB before (measured on 2026-11-22). musl gives free pages back by itself.

/// Returns the free pages of the heap to the system. Costs less than a millisecond; meant for the end of a burst.
pub(crate) fn give_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: `malloc_trim` may be called at any time, from any thread; it moves nothing that is in use.
    unsafe {
        libc::malloc_trim(0);
    }
}
