//! Alerts without a server: rules on single series, told to Alertmanager, Slack, Discord or a webhook.

pub mod expression;
pub mod rule;
pub mod template;
