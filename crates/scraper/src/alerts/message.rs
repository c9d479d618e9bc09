//! What one request tells: alerts of one rule that fire, or that are over.

mod alertmanager;
pub mod chat;
mod webhook;

use crate::config::alerts::{Kind, Receiver};
use crate::labels::Labels;

use super::alert::{Alert, Status};

/// Most alerts of one message; others follow in the next one.
pub const ALERTS_MAX: usize = 100;

/// What is the same in all messages.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Where the fleet page is seen, without a slash at its end.
    pub external_url: String,
    /// `external_labels`.
    pub external_labels: Labels,
}

/// One message.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Whether its alerts fire or are over.
    pub status: Status,
    /// Alerts of one rule; at least one.
    pub alerts: &'a [Alert],
    /// What is the same in all.
    pub context: &'a Context,
    /// The time in milliseconds since 1970.
    pub now_ms: i64,
}

impl Message<'_> {
    /// The body of the request, in JSON.
    pub fn body(&self, receiver: &Receiver) -> String {
        let value = match &receiver.kind {
            Kind::Alertmanager => alertmanager::body(self),
            Kind::Webhook => webhook::body(self, &receiver.name),
            Kind::Slack(words) => chat::slack(self, words),
            Kind::Discord(words) => chat::discord(self, words),
        };
        value.to_string()
    }

    /// Where the owner can look.
    fn link(&self) -> String {
        format!("{}/#alerts", self.context.external_url)
    }

    /// What all alerts have in common of their labels, or of their annotations.
    fn common(&self, of: impl Fn(&Alert) -> &Labels) -> Labels {
        let Some((first, others)) = self.alerts.split_first() else {
            return Labels::new();
        };
        let mut common = of(first).clone();
        common.retain(|name, value| others.iter().all(|alert| of(alert).get(name) == Some(value)));
        common
    }
}

#[cfg(test)]
mod tests;
