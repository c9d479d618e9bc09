//! The shape of `prometheus.yml`, key by key, before anything is checked.
//!
//! A key that Prometheus has and this version has not is named here too, so that it is refused by its name. It may stand
//! there without a value, as in Prometheus' examples.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::{PromDuration, Secret, Size, not_yet};
use crate::relabel::Rule;
use settings::document::{Node, Refused};
use settings::read::{Anything, At, Keys, Read};

/// Declares a section of the file: its keys, all of them optional, those that change nothing here, and those that are
/// refused by name.
macro_rules! keys {
    (
        $(#[$doc:meta])* $name:ident {
            $($key:ident: $type:ty,)*
        } checked only { $($checked:ident: $checked_type:ty,)* } later { $($later:ident,)* }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub struct $name {
            $(pub $key: Option<$type>,)*
        }

        impl Read for $name {
            fn read(node: Node) -> Result<Self, Refused> {
                let mut keys = Keys::refusing(node, &[$(stringify!($key),)* $(stringify!($checked)),*], &[$(stringify!($later)),*], not_yet)?;
                $(let _: Option<$checked_type> = keys.take(stringify!($checked))?;)*
                Ok(Self {
                    $($key: keys.take(stringify!($key))?,)*
                })
            }
        }
    };
}

keys! {
    /// The whole file.
    Document {
        global: Global,
        scrape_configs: Vec<At<ScrapeConfig>>,
        rule_files: At<Vec<String>>,
        alerting: At<Anything>,
        scrape_config_files: Vec<At<String>>,
        remote_write: Vec<At<RemoteWrite>>,
        influxdb_write: Vec<At<InfluxdbWrite>>,
    } checked only { } later {
        runtime, remote_read, storage, tracing, otlp,
    }
}

keys! {
    /// A file that `scrape_config_files` names.
    ScrapeConfigFile {
        scrape_configs: Vec<At<ScrapeConfig>>,
    } checked only { } later { }
}

keys! {
    /// The defaults of every job.
    Global {
        scrape_interval: At<PromDuration>,
        scrape_timeout: At<PromDuration>,
        scrape_protocols: At<Vec<String>>,
        extra_scrape_metrics: bool,
        external_labels: At<BTreeMap<String, String>>,
        body_size_limit: Size,
        sample_limit: u64,
        target_limit: u64,
        label_limit: u64,
        label_name_length_limit: u64,
        label_value_length_limit: u64,
        keep_dropped_targets: u64,
    } checked only {
        // Rules are evaluated elsewhere.
        evaluation_interval: PromDuration,
    } later {
        query_log_file, scrape_failure_log_file, rule_query_offset, runtime,
        metric_name_validation_scheme, metric_name_escaping_scheme, scrape_native_histograms,
        scrape_classic_histograms, always_scrape_classic_histograms, convert_classic_histograms_to_nhcb,
    }
}

keys! {
    /// One job.
    ScrapeConfig {
        job_name: At<String>,
        scrape_interval: At<PromDuration>,
        scrape_timeout: At<PromDuration>,
        metrics_path: String,
        scheme: At<String>,
        params: BTreeMap<String, Vec<String>>,
        honor_labels: bool,
        honor_timestamps: bool,
        track_timestamps_staleness: bool,
        scrape_protocols: At<Vec<String>>,
        fallback_scrape_protocol: At<String>,
        extra_scrape_metrics: bool,
        body_size_limit: Size,
        sample_limit: u64,
        target_limit: u64,
        label_limit: u64,
        label_name_length_limit: u64,
        label_value_length_limit: u64,
        basic_auth: BasicAuth,
        authorization: Authorization,
        bearer_token: Secret,
        bearer_token_file: PathBuf,
        tls_config: TlsConfig,
        follow_redirects: bool,
        proxy_url: At<String>,
        http_headers: BTreeMap<String, HttpHeader>,
        enable_compression: bool,
        static_configs: Vec<StaticConfig>,
        file_sd_configs: Vec<FileSdConfig>,
        http_sd_configs: Vec<At<HttpSdConfig>>,
        dns_sd_configs: Vec<At<DnsSdConfig>>,
        docker_sd_configs: Vec<At<DockerSdConfig>>,
        tailscale_sd_configs: Vec<At<TailscaleSdConfig>>,
        relabel_configs: Vec<Rule>,
        metric_relabel_configs: Vec<Rule>,
        keep_dropped_targets: u64,
    } checked only {
        // Only HTTP/1.1 is spoken, which every exporter answers.
        enable_http2: bool,
    } later {
        scrape_native_histograms, scrape_classic_histograms, always_scrape_classic_histograms,
        convert_classic_histograms_to_nhcb, scrape_failure_log_file, native_histogram_bucket_limit,
        native_histogram_min_bucket_factor, metric_name_validation_scheme, metric_name_escaping_scheme,
        oauth2, no_proxy, proxy_from_environment, proxy_connect_header, aws_sd_configs, azure_sd_configs,
        consul_sd_configs, digitalocean_sd_configs, dockerswarm_sd_configs, ec2_sd_configs,
        eureka_sd_configs, gce_sd_configs, hetzner_sd_configs, ionos_sd_configs,
        kubernetes_sd_configs, kuma_sd_configs, lightsail_sd_configs, linode_sd_configs, marathon_sd_configs,
        nerve_sd_configs, nomad_sd_configs, openstack_sd_configs, outscale_sd_configs, ovhcloud_sd_configs,
        puppetdb_sd_configs, scaleway_sd_configs, serverset_sd_configs, stackit_sd_configs, triton_sd_configs,
        uyuni_sd_configs, vultr_sd_configs,
    }
}

keys! {
    /// One receiver.
    RemoteWrite {
        url: At<String>,
        name: String,
        remote_timeout: PromDuration,
        headers: BTreeMap<String, Secret>,
        write_relabel_configs: Vec<Rule>,
        protobuf_message: At<String>,
        basic_auth: BasicAuth,
        authorization: Authorization,
        bearer_token: Secret,
        bearer_token_file: PathBuf,
        tls_config: TlsConfig,
        follow_redirects: bool,
        proxy_url: At<String>,
        http_headers: BTreeMap<String, HttpHeader>,
        queue_config: QueueConfig,
        budget: BudgetConfig,
    } checked only {
        // Neither is kept, so neither can be sent.
        send_exemplars: bool,
        send_native_histograms: bool,
        metadata_config: Anything,
        enable_http2: bool,
        round_robin_dns: bool,
    } later {
        oauth2, sigv4, azuread, google_iam, no_proxy, proxy_from_environment, proxy_connect_header,
    }
}

keys! {
    /// One InfluxDB, which takes line protocol and no remote write.
    InfluxdbWrite {
        url: At<String>,
        name: String,
        org: String,
        bucket: String,
        token: Secret,
        token_file: PathBuf,
        remote_timeout: PromDuration,
        write_relabel_configs: Vec<Rule>,
        tls_config: TlsConfig,
        proxy_url: At<String>,
        http_headers: BTreeMap<String, HttpHeader>,
        queue_config: QueueConfig,
        budget: BudgetConfig,
    } checked only { } later { }
}

keys! {
    /// What a receiver's plan includes.
    BudgetConfig {
        series: u64,
        samples_per_day: u64,
        samples_per_month: u64,
        bytes_per_day: Size,
        bytes_per_month: Size,
    } checked only { } later { }
}

keys! {
    /// How samples wait for a receiver.
    QueueConfig {
        max_samples_per_send: u64,
        batch_send_deadline: PromDuration,
        min_backoff: PromDuration,
        max_backoff: PromDuration,
        retry_on_http_429: bool,
        sample_age_limit: PromDuration,
    } checked only {
        // One connection sends in order; the queue is bounded in bytes.
        capacity: u64,
        max_shards: u64,
        min_shards: u64,
    } later { }
}

keys! {
    /// A user name and a password.
    BasicAuth {
        username: String,
        username_file: PathBuf,
        password: Secret,
        password_file: PathBuf,
    } checked only { } later { username_ref, password_ref, }
}

keys! {
    /// Any other `Authorization` header.
    Authorization {
        r#type: String,
        credentials: Secret,
        credentials_file: PathBuf,
    } checked only { } later { credentials_ref, }
}

keys! {
    /// How an https target is trusted.
    TlsConfig {
        ca: Secret,
        ca_file: PathBuf,
        cert: Secret,
        cert_file: PathBuf,
        key: Secret,
        key_file: PathBuf,
        server_name: String,
        insecure_skip_verify: bool,
        min_version: At<String>,
        max_version: At<String>,
    } checked only { } later { ca_ref, cert_ref, key_ref, }
}

keys! {
    /// The values of one header.
    HttpHeader {
        values: Vec<String>,
        secrets: Vec<Secret>,
        files: Vec<PathBuf>,
    } checked only { } later { }
}

/// Targets that stand in the configuration, or in a file of target lists, which may be JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StaticConfig {
    /// Addresses, `host:port`.
    pub targets: Option<Vec<String>>,
    /// Labels of all of them.
    pub labels: Option<BTreeMap<String, String>>,
}

impl Read for StaticConfig {
    fn read(node: Node) -> Result<Self, Refused> {
        let mut keys = Keys::of(node, &["targets", "labels"])?;
        Ok(Self {
            targets: keys.take("targets")?,
            labels: keys.take("labels")?,
        })
    }
}

keys! {
    /// Files with target lists.
    FileSdConfig {
        files: Vec<At<String>>,
        refresh_interval: At<PromDuration>,
    } checked only { } later {}
}

keys! {
    /// A server that answers with a target list.
    HttpSdConfig {
        url: At<String>,
        refresh_interval: PromDuration,
        basic_auth: BasicAuth,
        authorization: Authorization,
        bearer_token: Secret,
        bearer_token_file: PathBuf,
        tls_config: TlsConfig,
        follow_redirects: bool,
        proxy_url: At<String>,
        http_headers: BTreeMap<String, HttpHeader>,
    } checked only {
        enable_http2: bool,
    } later {
        oauth2, no_proxy, proxy_from_environment, proxy_connect_header,
    }
}

keys! {
    /// Names whose records are targets.
    DnsSdConfig {
        names: Vec<String>,
        r#type: At<String>,
        port: u64,
        refresh_interval: PromDuration,
    } checked only { } later { }
}

keys! {
    /// The containers of a Docker daemon.
    DockerSdConfig {
        host: At<String>,
        port: u64,
        filters: Vec<DockerFilter>,
        host_networking_host: String,
        match_first_network: bool,
        refresh_interval: PromDuration,
        basic_auth: BasicAuth,
        authorization: Authorization,
        bearer_token: Secret,
        bearer_token_file: PathBuf,
        tls_config: TlsConfig,
        follow_redirects: bool,
        proxy_url: At<String>,
        http_headers: BTreeMap<String, HttpHeader>,
    } checked only {
        enable_http2: bool,
    } later {
        oauth2, no_proxy, proxy_from_environment, proxy_connect_header,
    }
}

keys! {
    /// Which containers.
    DockerFilter {
        name: String,
        values: Vec<String>,
    } checked only { } later { }
}

keys! {
    /// The peers of a tailnet.
    TailscaleSdConfig {
        socket: PathBuf,
        port: u64,
        refresh_interval: PromDuration,
    } checked only { } later { }
}
