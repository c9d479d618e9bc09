//! The shape of `prometheus.yml`, key by key, before anything is checked.
//!
//! A key that Prometheus has and this version has not is named here too, so that it is refused by its name. It may stand
//! there without a value, as in Prometheus' examples.

use std::collections::BTreeMap;
use std::path::PathBuf;

use self::source::{
    DnsSdConfig, DockerSdConfig, FileSdConfig, HttpSdConfig, KubernetesSdConfig, StaticConfig,
    TailscaleSdConfig,
};
use super::{PromDuration, Secret, Size, refusal};
use crate::relabel::Rule;
use settings::document::{Node, Refused};
use settings::read::{Anything, At, Keys, Read};

/// Declares a section of the file: its keys, all of them optional, those that change nothing here, and those that are
/// refused by name. `and of a client` adds those by which others are asked over HTTP.
macro_rules! keys {
    (
        $(#[$doc:meta])* $name:ident {
            $($key:ident: $type:ty,)*
        } and of a client
    ) => {
        keys! {
            $(#[$doc])* $name { $($key: $type,)* } and of a client checked only { } later { }
        }
    };
    (
        $(#[$doc:meta])* $name:ident {
            $($key:ident: $type:ty,)*
        } and of a client checked only { $($checked:ident: $checked_type:ty,)* } later { $($later:ident,)* }
    ) => {
        keys! {
            $(#[$doc])* $name {
                $($key: $type,)*
                basic_auth: BasicAuth,
                authorization: Authorization,
                bearer_token: Secret,
                bearer_token_file: PathBuf,
                oauth2: Oauth2,
                tls_config: TlsConfig,
                follow_redirects: bool,
                proxy_url: At<String>,
                http_headers: BTreeMap<String, HttpHeader>,
            } checked only {
                // Only HTTP/1.1 is spoken, which everybody answers.
                enable_http2: bool,
                proxy_from_environment: Off,
                $($checked: $checked_type,)*
            } later {
                no_proxy, proxy_connect_header, $($later,)*
            }
        }
    };
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
                let mut keys = Keys::refusing(node, &[$(stringify!($key),)* $(stringify!($checked)),*], &[$(stringify!($later)),*], refusal)?;
                $(let _: Option<$checked_type> = keys.take(stringify!($checked))?;)*
                Ok(Self {
                    $($key: keys.take(stringify!($key))?,)*
                })
            }
        }
    };
}

pub mod alerts;
pub mod source;

/// A switch that must be off, which is its default.
#[derive(Clone, Copy, Debug)]
pub struct Off;

impl Read for Off {
    fn read(node: Node) -> Result<Self, Refused> {
        let place = node.place;
        match bool::read(node)? {
            false => Ok(Self),
            true => Err((
                place,
                "the scraper does not have this: leave it out, or false".into(),
            )),
        }
    }
}

/// How names of metrics are spelled: in UTF-8, as they come.
#[derive(Clone, Copy, Debug)]
pub struct Utf8;

impl Read for Utf8 {
    fn read(node: Node) -> Result<Self, Refused> {
        let place = node.place;
        match String::read(node)?.as_str() {
            "utf8" | "allow-utf-8" | "" => Ok(Self),
            other => Err((
                place,
                format!("the scraper takes names in UTF-8 as they come: leave out {other:?}"),
            )),
        }
    }
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
        alerts: At<alerts::Alerts>,
    } checked only {
        // Settings of Go's memory.
        runtime: Anything,
    } later {
        remote_read, storage, tracing, otlp,
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
        // Settings of Go's memory.
        runtime: Anything,
        scrape_native_histograms: Off,
        always_scrape_classic_histograms: Off,
        convert_classic_histograms_to_nhcb: Off,
        metric_name_validation_scheme: Utf8,
        metric_name_escaping_scheme: Utf8,
    } later {
        query_log_file, scrape_failure_log_file, rule_query_offset,
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
        enable_compression: bool,
        static_configs: Vec<At<StaticConfig>>,
        file_sd_configs: Vec<FileSdConfig>,
        http_sd_configs: Vec<At<HttpSdConfig>>,
        dns_sd_configs: Vec<At<DnsSdConfig>>,
        docker_sd_configs: Vec<At<DockerSdConfig>>,
        kubernetes_sd_configs: Vec<At<KubernetesSdConfig>>,
        tailscale_sd_configs: Vec<At<TailscaleSdConfig>>,
        relabel_configs: Vec<Rule>,
        metric_relabel_configs: Vec<Rule>,
        keep_dropped_targets: u64,
    } and of a client checked only {
        scrape_native_histograms: Off,
        always_scrape_classic_histograms: Off,
        scrape_classic_histograms: Off,
        convert_classic_histograms_to_nhcb: Off,
        // Limits of what is never scraped.
        native_histogram_bucket_limit: u64,
        native_histogram_min_bucket_factor: f64,
        metric_name_validation_scheme: Utf8,
        metric_name_escaping_scheme: Utf8,
    } later {
        scrape_failure_log_file, aws_sd_configs, azure_sd_configs,
        consul_sd_configs, digitalocean_sd_configs, dockerswarm_sd_configs, ec2_sd_configs,
        eureka_sd_configs, gce_sd_configs, hetzner_sd_configs, ionos_sd_configs,
        kuma_sd_configs, lightsail_sd_configs, linode_sd_configs, marathon_sd_configs,
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
        queue_config: QueueConfig,
        budget: BudgetConfig,
    } and of a client checked only {
        // Neither is kept, so neither can be sent.
        send_exemplars: bool,
        send_native_histograms: bool,
        metadata_config: Anything,
        round_robin_dns: bool,
    } later {
        sigv4, azuread, google_iam,
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

keys! {
    /// Tokens in place of a fixed secret.
    Oauth2 {
        client_id: String,
        client_secret: Secret,
        client_secret_file: PathBuf,
        scopes: Vec<String>,
        token_url: At<String>,
        endpoint_params: BTreeMap<String, String>,
        tls_config: TlsConfig,
        proxy_url: At<String>,
    } checked only {
        proxy_from_environment: Off,
    } later {
        client_secret_ref, grant_type, client_certificate_key, client_certificate_key_file,
        client_certificate_key_ref, client_certificate_key_id, signature_algorithm, iss, audience, claims,
        no_proxy, proxy_connect_header, http_headers,
    }
}
