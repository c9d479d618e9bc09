//! Debian's Prometheus scrapes our daemons with real servers behind them, and answers every query of every dashboard.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::{all, docker};
use crate::api_server::ApiServer;
use crate::daemon::{self, Daemon};
use crate::kube_api::{self, SMALL};
use crate::servers::mariadb::Mariadb;
use crate::servers::nginx::Nginx;
use crate::servers::postgres::Postgres;
use crate::servers::postgres_programs::debian_version;
use crate::servers::scratch::free_port;
use crate::{exporters, http, prometheus};

/// How long numbers may take from the first start on; a rate needs two of them.
const PATIENCE: Duration = Duration::from_secs(90);

/// Queries that stay empty without what only a Raspberry Pi has, its firmware's mailbox and a card behind an SD host:
/// dashboard, panel, and a name in the query.
const HARDWARE: [(&str, &str, &str); 6] = [
    ("pi-fleet", "Life of the card that is used", "node_mmc_info"),
    ("pi-machine", "Clocks", "node_rpi_clock_hertz"),
    ("pi-machine", "Flags of the firmware", "node_rpi_throttled"),
    (
        "pi-machine",
        "Flags since power came on",
        "node_rpi_throttled_since_boot",
    ),
    ("pi-machine", "Temperatures", "node_rpi_temperature_celsius"),
    ("pi-machine", "Voltages", "node_rpi_voltage_volts"),
];

/// The whole room, on loopback.
struct Room {
    folder: TempDir,
    mariadb: [Mariadb; 2],
    postgres: [Postgres; 2],
    nginx: Nginx,
    _cluster: ApiServer,
    /// Our daemons, with their jobs.
    daemons: Vec<(&'static str, Daemon)>,
    prometheus: Daemon,
}

impl Room {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let primary = Mariadb::start();
        let mariadb = [Mariadb::replica(&primary), primary];
        let primary = Postgres::start(debian_version());
        let postgres = [Postgres::standby(&primary, "standby"), primary];
        let nginx = Nginx::start();
        let address = format!("127.0.0.1:{}", free_port());
        let mut daemons = vec![
            ("node", daemon::node(&[])),
            ("node", machine_with_sensors(folder.path())),
            ("nginx", nginx_exporter(&nginx)),
        ];
        for server in &mariadb {
            let file = format!("--config.my-cnf={}", server.options_file());
            daemons.push(("mysql", exporters::ours("mysql", &[&file], &[])));
        }
        for server in &postgres {
            let uri = server.uri();
            daemons.push((
                "postgres",
                exporters::ours("postgres", &[], &[("DATA_SOURCE_NAME", &uri)]),
            ));
        }
        let cluster = ApiServer::start(SMALL.world());
        let kubernetes = kube_api::Exporter::ready(&cluster, &[]);
        let scraper = scraper(folder.path(), &daemons[0].1.address, &address);
        daemons.push(("scraper", scraper));
        let telemetry = kubernetes.telemetry;
        daemons.push(("kubernetes", kubernetes.daemon));
        let config = configuration(&daemons, &telemetry);
        std::fs::write(folder.path().join("prometheus.yml"), config).unwrap();
        let prometheus =
            prometheus::start_at(folder.path(), &address, &["--web.enable-remote-write-receiver"]);
        Self {
            folder,
            mariadb,
            postgres,
            nginx,
            _cluster: cluster,
            daemons,
            prometheus,
        }
    }

    /// Some work for each server, so that there is something to be counted.
    fn work(&self) {
        self.nginx.request("/small", 3);
        self.nginx.request("/nothing", 1);
        self.mariadb[1].sql("INSERT INTO house.readings (celsius) VALUES (21); SELECT * FROM house.readings");
        self.postgres[1].sql("INSERT INTO readings (celsius) VALUES (21)");
        self.postgres[1].sql("SELECT avg(celsius) FROM readings");
    }

    /// Series of the answer to a query, less those that are no number.
    #[track_caller]
    fn series(&self, expression: &str) -> usize {
        let query = expression
            .replace("$__rate_interval", "20s")
            .replace("$job", ".*")
            .replace("$instance", ".*");
        let answer = prometheus::query(&self.prometheus.address, &query);
        assert_eq!(answer["status"], "success", "{query}: {answer}");
        let results = answer["data"]["result"].as_array().cloned().unwrap_or_default();
        results
            .iter()
            .filter(|result| result["value"][1] != "NaN")
            .count()
    }

    /// `health` of every rule that is not well, with its name.
    fn ill_rules(&self) -> Vec<String> {
        let answer = http::get(&self.prometheus.address, "/api/v1/rules");
        let answer: Value = serde_json::from_slice(&answer.body).unwrap();
        let groups = answer["data"]["groups"].as_array().cloned().unwrap_or_default();
        assert!(!groups.is_empty(), "no rules: {answer}");
        let rules = groups
            .iter()
            .flat_map(|group| group["rules"].as_array().cloned().unwrap_or_default());
        rules
            .filter(|rule| rule["health"] != "ok")
            .map(|rule| format!("{} {} {}", rule["name"], rule["health"], rule["lastError"]))
            .collect()
    }
}

/// A node exporter of a machine with a temperature and a clock for its processor, as every Pi has them.
fn machine_with_sensors(folder: &Path) -> Daemon {
    let sysfs = folder.join("sys");
    for (path, text) in [
        ("class/thermal/thermal_zone0/type", "cpu-thermal\n"),
        ("class/thermal/thermal_zone0/temp", "51121\n"),
        ("devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "1500000\n"),
        ("devices/system/cpu/cpu0/cpufreq/scaling_min_freq", "600000\n"),
        ("devices/system/cpu/cpu0/cpufreq/scaling_max_freq", "1800000\n"),
    ] {
        let path = sysfs.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    daemon::node(&[&format!("--path.sysfs={}", sysfs.display())])
}

fn nginx_exporter(nginx: &Nginx) -> Daemon {
    let uri = format!("--nginx.scrape-uri={}", nginx.uri());
    let log = format!("--nginx.access-log={}", nginx.path("time.log"));
    exporters::ours("nginx", &[&uri, &log], &[])
}

/// A scraper that forwards a node exporter to Prometheus, on a plan that has room.
fn scraper(folder: &Path, target: &str, receiver: &str) -> Daemon {
    let config = folder.join("scraper.yml");
    let text = format!(
        "global: {{scrape_interval: 1s, scrape_timeout: 1s}}\n\
         scrape_configs: [{{job_name: forwarded, static_configs: [{{targets: ['{target}']}}]}}]\n\
         remote_write: [{{name: room, url: 'http://{receiver}/api/v1/write', budget: {{series: 100000}}}}]\n"
    );
    std::fs::write(&config, text).unwrap();
    let storage = format!("--storage.agent.path={}", folder.join("agent").display());
    daemon::scraper(&config, &[&storage, "--clock.wait=0s"])
}

/// Scrapes the daemons, and where the exporter of Kubernetes tells of itself.
fn configuration(daemons: &[(&str, Daemon)], telemetry: &str) -> String {
    let rules = docker().join("prometheus/rules/*.yml");
    let mut text = format!(
        "global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}\n\
         rule_files: ['{}']\nscrape_configs:\n",
        rules.display()
    );
    text +=
        &format!("  - {{job_name: kubernetes-telemetry, static_configs: [{{targets: ['{telemetry}']}}]}}\n");
    let mut jobs: Vec<_> = daemons.iter().map(|(job, _)| *job).collect();
    jobs.dedup();
    for job in jobs {
        let of_job = daemons.iter().filter(|(other, _)| *other == job);
        let targets: Vec<_> = of_job
            .map(|(_, daemon)| format!("'{}'", daemon.address))
            .collect();
        text += &format!(
            "  - {{job_name: {job}, static_configs: [{{targets: [{}]}}]}}\n",
            targets.join(",")
        );
    }
    text
}

fn can_be_empty(dashboard: &str, panel: &str, expression: &str) -> bool {
    let hardware = |(of, title, metric): &(&str, &str, &str)| {
        dashboard == *of && panel == *title && expression.contains(&format!("{metric}{{"))
    };
    HARDWARE.iter().any(hardware)
}

#[test]
fn every_query_of_every_dashboard_has_an_answer() {
    let room = Room::open();
    let mut open = Vec::new();
    for dashboard in all() {
        for panel in dashboard.panels() {
            let place = (dashboard.name.clone(), panel.title.clone());
            for query in &panel.queries {
                if can_be_empty(&dashboard.name, &panel.title, &query.expression) {
                    // It is understood at least.
                    room.series(&query.expression);
                } else {
                    open.push((place.clone(), query.expression.clone()));
                }
            }
        }
    }
    assert!(100 < open.len(), "{} queries", open.len());
    let started = Instant::now();
    while !open.is_empty() {
        room.work();
        open.retain(|(_, expression)| room.series(expression) == 0);
        assert!(
            open.is_empty() || started.elapsed() < PATIENCE,
            "without an answer in {:?}: {open:#?}\nin {}",
            started.elapsed(),
            room.folder.path().display()
        );
    }
    daemon::until("all rules to be evaluated", || {
        room.ill_rules().is_empty().then_some(())
    });
    let down: Vec<_> = room
        .daemons
        .iter()
        .filter(|(job, daemon)| {
            room.series(&format!(
                "up{{job=\"{job}\",instance=\"{}\"}} == 1",
                daemon.address
            )) != 1
        })
        .map(|(job, _)| job)
        .collect();
    assert!(down.is_empty(), "down: {down:?}");
}
