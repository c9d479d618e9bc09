//! What is counted about alerts, under the names of Prometheus' notifier where it has one.
//!
//! The label `alertmanager` holds the name of the receiver, of whatever type: its address can be a secret.

use std::rc::Rc;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::alerts::alert::{Alert, Status};
use crate::alerts::rule::Rule;

/// The label of what is counted for each receiver.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ReceiverName {
    /// Its name.
    pub alertmanager: String,
}

/// The labels of what is counted for each rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct AlertState {
    /// The rule's name.
    pub alertname: String,
    /// `pending` or `firing`.
    pub alertstate: &'static str,
}

/// What is counted about alerts.
#[derive(Debug, Default)]
pub struct Alerting {
    sent: Family<ReceiverName, Counter>,
    errors: Family<ReceiverName, Counter>,
    /// `prometheus_notifications_dropped_total`.
    pub dropped: Counter,
    /// `scraper_alerts_refused_total`.
    pub refused: Counter,
    /// `scraper_alerts_write_errors_total`.
    pub write_errors: Counter,
    states: Family<AlertState, Gauge>,
}

/// The cells of one receiver.
#[derive(Clone, Debug)]
pub struct Cells {
    /// `prometheus_notifications_sent_total`.
    pub sent: Counter,
    /// `prometheus_notifications_errors_total`.
    pub errors: Counter,
}

impl Alerting {
    /// The cells of a receiver.
    pub fn cells(&self, name: &str) -> Cells {
        let name = ReceiverName {
            alertmanager: name.to_owned(),
        };
        Cells {
            sent: self.sent.get_or_create(&name).clone(),
            errors: self.errors.get_or_create(&name).clone(),
        }
    }

    /// Counts the alerts of each rule.
    pub fn count(&self, rules: &[Rc<Rule>], active: &[&Alert]) {
        self.states.clear();
        for rule in rules {
            for (alertstate, status) in [("pending", None), ("firing", Some(Status::Firing))] {
                let of_it = |alert: &&&Alert| alert.rule == rule.id && alert.status() == status;
                let labels = AlertState {
                    alertname: rule.name.clone(),
                    alertstate,
                };
                // Rules of the same name are counted together.
                let count = active.iter().filter(of_it).count() as i64;
                self.states.get_or_create(&labels).inc_by(count);
            }
        }
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "prometheus_notifications_sent",
            "Alerts that the receiver has taken, those that were repeated counted again",
            self.sent.clone(),
        );
        registry.register(
            "prometheus_notifications_errors",
            "Alerts that the receiver has not taken, each attempt counted",
            self.errors.clone(),
        );
        registry.register(
            "prometheus_notifications_dropped",
            "Alerts that ended and of whose end a receiver was not told, since it took nothing for a day or there were too many",
            self.dropped.clone(),
        );
        registry.register(
            "scraper_alerts_refused",
            "Series for which a rule held and that are no alert, because the rule has as many as it may have",
            self.refused.clone(),
        );
        registry.register(
            "scraper_alerts_write_errors",
            "How often alerts could not be written to the disk",
            self.write_errors.clone(),
        );
        registry.register(
            "scraper_alerts",
            "Alerts of each rule that are pending or fire",
            self.states.clone(),
        );
    }
}
