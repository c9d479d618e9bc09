//! What goes wrong, and for whom.

use std::time::Duration;

use super::request::{Asked, Request};

/// How an answer goes wrong.
#[derive(Clone, Debug)]
pub enum What {
    /// The server refuses.
    Refused {
        code: u16,
        reason: &'static str,
        message: &'static str,
        /// Seconds of `Retry-After`.
        retry_after: Option<u32>,
    },
    /// The server takes the request and says nothing.
    Silent,
    /// After so many events, or half of a page, nothing more comes, and the connection stays.
    Stalled(usize),
    /// After so many events, or half of a page, the connection breaks, within an event.
    Broken(usize),
    /// So many bytes at a time, with a pause behind each.
    Trickling(usize, Duration),
    /// A watch tells within itself that its version has expired.
    Expired,
}

impl What {
    /// A refusal without `Retry-After`.
    pub const fn refused(code: u16, reason: &'static str, message: &'static str) -> Self {
        Self::Refused {
            code,
            reason,
            message,
            retry_after: None,
        }
    }
}

/// What goes wrong, and for whom.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The kind that is asked for; empty is every one.
    pub plural: &'static str,
    /// Questions of this kind; `None` is every one.
    pub asked: Option<Asked>,
    /// How often it still happens.
    pub times: usize,
    pub what: What,
}

impl Fault {
    /// Goes wrong every time.
    pub const fn always(plural: &'static str, asked: Option<Asked>, what: What) -> Self {
        Self {
            plural,
            asked,
            times: usize::MAX,
            what,
        }
    }

    /// Goes wrong the next time.
    pub const fn once(plural: &'static str, asked: Option<Asked>, what: What) -> Self {
        Self {
            plural,
            asked,
            times: 1,
            what,
        }
    }

    fn concerns(&self, request: &Request) -> bool {
        let is_kind = self.plural.is_empty() || self.plural == request.plural();
        is_kind && self.times > 0 && self.asked.is_none_or(|asked| asked == request.asked())
    }
}

/// The first fault that concerns a request, which then happens once less.
pub fn strike(faults: &mut [Fault], request: &Request) -> Option<What> {
    let fault = faults.iter_mut().find(|fault| fault.concerns(request))?;
    fault.times -= 1;
    Some(fault.what.clone())
}
