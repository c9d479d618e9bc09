//! The shape of `prometheus.yml`, key by key, before anything is checked.
//!
//! A key that Prometheus has and this version has not is named here too, so that it is refused by its name.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::yaml::{At, Place, Unusable};
use super::{PromDuration, Secret, Size};

/// Declares a struct of the file and lists its keys that cannot be used yet.
macro_rules! keys {
    (
        $(#[$doc:meta])* $name:ident {
            $($(#[$attribute:meta])* $key:ident: $type:ty,)*
        } later { $($later:ident,)* }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            $($(#[$attribute])* pub $key: $type,)*
            $($later: Unusable,)*
        }

        impl $name {
            /// The first key that is given and not supported yet.
            pub fn unsupported(&self) -> Option<(&'static str, Place)> {
                None$(.or(self.$later.map(|at| (stringify!($later), at.place))))*
            }
        }
    };
}

keys! {
    /// The whole file.
    Document {
        global: Option<Global>,
        scrape_configs: Option<Vec<At<ScrapeConfig>>>,
        rule_files: Option<At<Vec<String>>>,
        alerting: Unusable,
    } later {
        runtime, scrape_config_files, remote_write, remote_read, storage, tracing, otlp,
    }
}

keys! {
    /// The defaults of every job.
    Global {
        scrape_interval: Option<At<PromDuration>>,
        scrape_timeout: Option<At<PromDuration>>,
        // Rules are evaluated elsewhere; the key is in every example and harms nobody.
        evaluation_interval: Option<PromDuration>,
        external_labels: Option<At<BTreeMap<String, String>>>,
        body_size_limit: Option<Size>,
        sample_limit: Option<u64>,
        target_limit: Option<u64>,
        label_limit: Option<u64>,
        label_name_length_limit: Option<u64>,
        label_value_length_limit: Option<u64>,
        // Nothing is dropped before there is relabelling.
        keep_dropped_targets: Option<u64>,
    } later {
        scrape_protocols, query_log_file, scrape_failure_log_file, rule_query_offset, runtime,
        metric_name_validation_scheme, metric_name_escaping_scheme, scrape_native_histograms,
        scrape_classic_histograms, always_scrape_classic_histograms, convert_classic_histograms_to_nhcb,
        extra_scrape_metrics,
    }
}

keys! {
    /// One job.
    ScrapeConfig {
        job_name: Option<At<String>>,
        scrape_interval: Option<At<PromDuration>>,
        scrape_timeout: Option<At<PromDuration>>,
        metrics_path: Option<String>,
        scheme: Option<At<String>>,
        params: Option<BTreeMap<String, Vec<String>>>,
        honor_labels: Option<bool>,
        honor_timestamps: Option<bool>,
        track_timestamps_staleness: Option<bool>,
        fallback_scrape_protocol: Option<At<String>>,
        body_size_limit: Option<Size>,
        sample_limit: Option<u64>,
        target_limit: Option<u64>,
        label_limit: Option<u64>,
        label_name_length_limit: Option<u64>,
        label_value_length_limit: Option<u64>,
        keep_dropped_targets: Option<u64>,
        basic_auth: Option<BasicAuth>,
        authorization: Option<Authorization>,
        bearer_token: Option<Secret>,
        bearer_token_file: Option<PathBuf>,
        tls_config: Option<TlsConfig>,
        follow_redirects: Option<bool>,
        enable_compression: Option<bool>,
        // Only HTTP/1.1 is spoken, which every exporter answers.
        enable_http2: Option<bool>,
        static_configs: Option<Vec<StaticConfig>>,
        file_sd_configs: Option<Vec<FileSdConfig>>,
    } later {
        scrape_protocols, scrape_native_histograms, scrape_classic_histograms, always_scrape_classic_histograms,
        convert_classic_histograms_to_nhcb, scrape_failure_log_file, native_histogram_bucket_limit,
        native_histogram_min_bucket_factor, metric_name_validation_scheme, metric_name_escaping_scheme,
        extra_scrape_metrics, oauth2, proxy_url, no_proxy, proxy_from_environment, proxy_connect_header,
        http_headers, relabel_configs, metric_relabel_configs, aws_sd_configs, azure_sd_configs, consul_sd_configs,
        digitalocean_sd_configs, docker_sd_configs, dockerswarm_sd_configs, dns_sd_configs, ec2_sd_configs,
        eureka_sd_configs, gce_sd_configs, hetzner_sd_configs, http_sd_configs, ionos_sd_configs,
        kubernetes_sd_configs, kuma_sd_configs, lightsail_sd_configs, linode_sd_configs, marathon_sd_configs,
        nerve_sd_configs, nomad_sd_configs, openstack_sd_configs, outscale_sd_configs, ovhcloud_sd_configs,
        puppetdb_sd_configs, scaleway_sd_configs, serverset_sd_configs, stackit_sd_configs, triton_sd_configs,
        uyuni_sd_configs, vultr_sd_configs,
    }
}

keys! {
    /// A user name and a password.
    BasicAuth {
        username: Option<String>,
        username_file: Option<PathBuf>,
        password: Option<Secret>,
        password_file: Option<PathBuf>,
    } later { username_ref, password_ref, }
}

keys! {
    /// Any other `Authorization` header.
    Authorization {
        #[serde(rename = "type")]
        kind: Option<String>,
        credentials: Option<Secret>,
        credentials_file: Option<PathBuf>,
    } later { credentials_ref, }
}

keys! {
    /// How an https target is trusted.
    TlsConfig {
        ca_file: Option<PathBuf>,
        cert_file: Option<PathBuf>,
        key_file: Option<PathBuf>,
        server_name: Option<String>,
        insecure_skip_verify: bool,
    } later { ca, cert, key, ca_ref, cert_ref, key_ref, min_version, max_version, }
}

/// Targets that stand in the configuration, or in a file of target lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StaticConfig {
    /// Addresses, `host:port`.
    pub targets: Option<Vec<String>>,
    /// Labels of all of them.
    pub labels: Option<BTreeMap<String, String>>,
}

/// Files with target lists.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileSdConfig {
    /// Paths; `*` in the last element.
    pub files: Option<Vec<At<String>>>,
    /// How often they are read again even if their times of change are the same.
    pub refresh_interval: Option<At<PromDuration>>,
}
