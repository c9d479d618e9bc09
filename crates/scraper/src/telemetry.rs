//! What the scraper counts about itself, under Prometheus' names where Prometheus has one, else under `scraper_`.

pub mod alerts;
pub mod forward;

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use self::alerts::Alerting;
use self::forward::Forwarding;

type Seconds = Gauge<f64, AtomicU64>;

/// The label of what is counted per job.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Pool {
    /// The job's name.
    pub scrape_job: String,
}

/// The labels of what is counted per job in discovery.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Discovery {
    /// Always `scrape`.
    pub name: &'static str,
    /// The job's name.
    pub config: String,
}

/// The label of what is counted per file of targets.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct File {
    /// Its path.
    pub filename: String,
}

/// The labels of what is counted per source of targets.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Refresh {
    /// `http`, `dns`, `docker` or `tailscale`.
    pub mechanism: &'static str,
    /// The job's name.
    pub config: String,
}

/// How a scrape ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Result {
    /// `ok`, or the kind of failure.
    pub result: &'static str,
}

/// The cells. All of them are registered under the names that their comments give.
#[derive(Debug, Default)]
pub struct Telemetry {
    /// `prometheus_config_last_reload_successful`.
    pub reload_successful: Gauge,
    /// `prometheus_config_last_reload_success_timestamp_seconds`.
    pub reload_success_time: Seconds,
    /// `prometheus_target_scrape_pools_total`.
    pub pools: Counter,
    /// `prometheus_target_scrape_pool_reloads_total`.
    pub pool_reloads: Counter,
    /// `prometheus_target_scrape_pool_targets`.
    pub pool_targets: Family<Pool, Gauge>,
    /// `prometheus_target_scrape_pool_target_limit`.
    pub pool_target_limit: Family<Pool, Gauge>,
    /// `prometheus_target_scrape_pool_sync_total`.
    pub pool_syncs: Family<Pool, Counter>,
    /// `prometheus_target_scrape_pool_exceeded_target_limit_total`.
    pub exceeded_target_limit: Counter,
    /// `prometheus_target_sync_failed_total`.
    pub sync_failed: Family<Pool, Counter>,
    /// `prometheus_target_scrapes_exceeded_body_size_limit_total`.
    pub exceeded_body_size: Counter,
    /// `prometheus_target_scrapes_exceeded_sample_limit_total`.
    pub exceeded_samples: Counter,
    /// `prometheus_target_scrapes_sample_duplicate_timestamp_total`.
    pub duplicates: Counter,
    /// `prometheus_target_scrapes_sample_out_of_bounds_total`.
    pub out_of_bounds: Counter,
    /// `prometheus_target_scrapes_sample_out_of_order_total`.
    pub out_of_order: Counter,
    /// `prometheus_sd_discovered_targets`.
    pub discovered: Family<Discovery, Gauge>,
    /// `prometheus_sd_file_read_errors_total`.
    pub file_read_errors: Counter,
    /// `prometheus_sd_file_mtime_seconds`.
    pub file_mtime: Family<File, Seconds>,
    /// `prometheus_sd_refresh_failures_total`.
    pub refresh_failures: Family<Refresh, Counter>,
    /// `prometheus_sd_http_failures_total`.
    pub http_failures: Counter,
    /// `prometheus_sd_dns_lookups_total`.
    pub dns_lookups: Counter,
    /// `prometheus_sd_dns_lookup_failures_total`.
    pub dns_failures: Counter,
    /// `scraper_scrapes_total`.
    pub scrapes: Family<Result, Counter>,
    /// `scraper_samples_scraped_total`.
    pub samples: Counter,
    /// `scraper_stale_series_total`.
    pub stale: Counter,
    /// `scraper_series`.
    pub series: Gauge,
    /// What is counted about each receiver.
    pub forwarding: Forwarding,
    /// What is counted about alerts.
    pub alerting: Alerting,
}

impl Telemetry {
    /// Enters every cell into a registry of its own.
    pub fn registry(&self) -> Registry {
        let mut registry = Registry::default();
        self.register_config_and_discovery(&mut registry);
        self.register_pools(&mut registry);
        self.register_scrapes(&mut registry);
        self.forwarding.register(&mut registry);
        self.alerting.register(&mut registry);
        registry
    }

    fn register_config_and_discovery(&self, registry: &mut Registry) {
        registry.register(
            "prometheus_config_last_reload_successful",
            "Whether the configuration file was taken the last time it was read",
            self.reload_successful.clone(),
        );
        registry.register(
            "prometheus_config_last_reload_success_timestamp_seconds",
            "When the configuration file was last taken, in seconds since 1970",
            self.reload_success_time.clone(),
        );
        registry.register(
            "prometheus_sd_discovered_targets",
            "Targets that discovery knows at the moment",
            self.discovered.clone(),
        );
        registry.register(
            "prometheus_sd_file_read_errors",
            "Files of targets that could not be read or understood",
            self.file_read_errors.clone(),
        );
        registry.register(
            "prometheus_sd_file_mtime_seconds",
            "Time of change of each file of targets when it was last taken, in seconds since 1970",
            self.file_mtime.clone(),
        );
        registry.register(
            "prometheus_sd_refresh_failures",
            "How often a source of targets brought nothing",
            self.refresh_failures.clone(),
        );
        registry.register(
            "prometheus_sd_http_failures",
            "How often a server of target lists brought none",
            self.http_failures.clone(),
        );
        registry.register(
            "prometheus_sd_dns_lookups",
            "Names of targets that were looked up",
            self.dns_lookups.clone(),
        );
        registry.register(
            "prometheus_sd_dns_lookup_failures",
            "Names of targets for which no server had an answer",
            self.dns_failures.clone(),
        );
    }

    fn register_pools(&self, registry: &mut Registry) {
        registry.register(
            "prometheus_target_scrape_pools",
            "Jobs that were started",
            self.pools.clone(),
        );
        registry.register(
            "prometheus_target_scrape_pool_reloads",
            "Jobs that were given a changed configuration",
            self.pool_reloads.clone(),
        );
        registry.register(
            "prometheus_target_scrape_pool_targets",
            "Targets of each job",
            self.pool_targets.clone(),
        );
        registry.register(
            "prometheus_target_scrape_pool_target_limit",
            "Most targets that each job may have; 0 is no limit",
            self.pool_target_limit.clone(),
        );
        registry.register(
            "prometheus_target_scrape_pool_sync",
            "How often the targets of each job were compared with what is scraped",
            self.pool_syncs.clone(),
        );
        registry.register(
            "prometheus_target_scrape_pool_exceeded_target_limit",
            "How often a job had more targets than it may have",
            self.exceeded_target_limit.clone(),
        );
        registry.register(
            "prometheus_target_sync_failed",
            "Targets that could not be built from what they were found with",
            self.sync_failed.clone(),
        );
    }

    fn register_scrapes(&self, registry: &mut Registry) {
        let counters = [
            (
                "prometheus_target_scrapes_exceeded_body_size_limit",
                "Scrapes that failed because the body was too large",
                &self.exceeded_body_size,
            ),
            (
                "prometheus_target_scrapes_exceeded_sample_limit",
                "Scrapes that failed because they brought too many samples",
                &self.exceeded_samples,
            ),
            (
                "prometheus_target_scrapes_sample_duplicate_timestamp",
                "Samples that were not taken because their series was in the same scrape before",
                &self.duplicates,
            ),
            (
                "prometheus_target_scrapes_sample_out_of_bounds",
                "Samples that were not taken because they are too far in the future",
                &self.out_of_bounds,
            ),
            (
                "prometheus_target_scrapes_sample_out_of_order",
                "Samples that were not taken because a newer one is known",
                &self.out_of_order,
            ),
            (
                "scraper_samples_scraped",
                "Samples that good scrapes brought",
                &self.samples,
            ),
            (
                "scraper_stale_series",
                "Series that ended or whose target went down",
                &self.stale,
            ),
        ];
        for (name, help, counter) in counters {
            registry.register(name, help, counter.clone());
        }
        registry.register(
            "scraper_scrapes",
            "Scrapes by how they ended",
            self.scrapes.clone(),
        );
        registry.register(
            "scraper_series",
            "Series whose newest sample is in memory",
            self.series.clone(),
        );
    }
}
