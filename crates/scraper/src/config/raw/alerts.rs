//! The section `alerts`, key by key.

use std::collections::BTreeMap;
use std::path::PathBuf;

use settings::document::{Node, Refused};
use settings::read::{At, Keys, Read};

use super::{Authorization, BasicAuth, HttpHeader, Oauth2, TlsConfig, refusal};
use crate::config::{PromDuration, Secret};

keys! {
    /// What the scraper tells of by itself.
    Alerts {
        external_url: At<String>,
        group_wait: PromDuration,
        repeat_interval: PromDuration,
        receivers: Vec<At<AlertReceiver>>,
        rules: Vec<At<AlertRule>>,
    } checked only { } later { }
}

keys! {
    /// One rule, in the keys of Prometheus.
    AlertRule {
        alert: At<String>,
        expr: At<String>,
        r#for: PromDuration,
        labels: BTreeMap<String, At<String>>,
        annotations: BTreeMap<String, At<String>>,
        receivers: Vec<At<String>>,
    } checked only { } later { record, keep_firing_for, }
}

keys! {
    /// Where alerts go.
    AlertReceiver {
        name: At<String>,
        r#type: At<String>,
        url: At<Secret>,
        url_file: PathBuf,
        title: At<String>,
        text: At<String>,
        send_resolved: bool,
        group_wait: PromDuration,
        repeat_interval: PromDuration,
        timeout: PromDuration,
        basic_auth: BasicAuth,
        authorization: Authorization,
        bearer_token: Secret,
        bearer_token_file: PathBuf,
        oauth2: Oauth2,
        tls_config: TlsConfig,
        follow_redirects: bool,
        proxy_url: At<String>,
        http_headers: BTreeMap<String, HttpHeader>,
    } checked only { } later { }
}
