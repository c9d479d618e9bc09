//! A scraper with a configuration file: it scrapes at its own times, reloads, and is asked.

use std::path::PathBuf;
use std::time::Duration;

use exporter_http::{Exporter as _, Request, Scrape};
use metrics_registry::Exposition;
use scraper::app::{self, App};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::rig::local;
use crate::server::{Act, Server, text};

pub struct Installed {
    folder: TempDir,
    pub app: App,
}

/// Longest that anything may take to become true.
const PATIENCE: Duration = Duration::from_secs(20);

impl Installed {
    pub fn start(config: &str, flags: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("prometheus.yml");
        std::fs::write(&path, config).unwrap();
        let path = format!("--config.file={}", path.display());
        let arguments = [&["pi-scraper", &path], flags].concat();
        let matches = app::flags().try_get_matches_from(arguments).unwrap();
        Self {
            app: App::start(&matches).unwrap(),
            folder,
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Asks for a path with its query. Returns status and body.
    pub async fn ask(&self, method: &str, target: &str) -> (u16, String) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: pairs
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            accept: String::new(),
        };
        let response = self.app.route(&request).await.unwrap();
        (
            response.status,
            String::from_utf8(response.body.to_vec()).unwrap(),
        )
    }

    pub async fn get(&self, target: &str) -> String {
        let (status, body) = self.ask("GET", target).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// Asks until the answer is as wanted.
    pub async fn until(&self, target: &str, wanted: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let body = self.get(target).await;
            if wanted(&body) {
                return body;
            }
            assert!(Instant::now() < deadline, "{target} is still {body}");
            sleep(Duration::from_millis(10)).await;
        }
    }

    pub async fn metrics(&self) -> String {
        let scrape = Scrape {
            path: "/metrics".to_owned(),
            query: Vec::new(),
            deadline: std::time::Instant::now() + PATIENCE,
        };
        let mut out = Exposition::default();
        self.app.scrape(&scrape, &mut out).await.unwrap();
        out.to_text()
    }

    pub async fn targets(&self) -> serde_json::Value {
        serde_json::from_str(&self.get("/api/v1/targets").await).unwrap()
    }
}

pub fn config(jobs: &str) -> String {
    format!("global: {{scrape_interval: 200ms, scrape_timeout: 200ms}}\nscrape_configs:\n{jobs}")
}

pub fn job(name: &str, addresses: &[&str]) -> String {
    format!("- {{job_name: {name}, static_configs: [{{targets: {addresses:?}, labels: {{room: attic}}}}]}}\n")
}

#[tokio::test]
async fn a_hanging_target_does_not_delay_others() {
    local(async {
        let good = Server::always(Act::Send(text("a 1\n"))).await;
        let hanging = Server::always(Act::Hang).await;
        let jobs = job("a", &[&good.address]) + &job("b", &[&hanging.address]);
        let installed = Installed::start(&config(&jobs), &[]);
        installed
            .until("/federate?match[]=up", |text| text.contains("job=\"b\""))
            .await;
        let (begun, asked) = (Instant::now(), good.requests().len());
        sleep(Duration::from_secs(2)).await;
        // Ten by the clock; a busy machine may miss some.
        let scrapes = good.requests().len() - asked;
        let expected = begun.elapsed().as_millis() as usize / 200;
        assert!(
            (expected / 2..=expected + 1).contains(&scrapes),
            "{scrapes} of {expected}"
        );
        assert!(
            installed
                .get("/federate?match[]=up")
                .await
                .contains("room=\"attic\"} 0 ")
        );
    })
    .await;
}

#[tokio::test]
async fn api_has_the_shape_of_prometheus() {
    local(async {
        let server = Server::always(Act::Send(text("a 1\n"))).await;
        let jobs = job("a", &[&server.address]) + &job("b", &["127.0.0.1:1"]);
        let installed = Installed::start(&config(&jobs), &[]);
        installed.until("/api/v1/targets", |text| !text.contains("unknown")).await;
        let json = installed.targets().await;
        assert_eq!(json["status"], "success");
        assert_eq!(json["data"]["droppedTargets"], serde_json::json!([]));
        assert_eq!(json["data"]["droppedTargetCounts"], serde_json::json!({"a": 0, "b": 0}));
        let target = &json["data"]["activeTargets"][0];
        let keys: Vec<&str> = target.as_object().unwrap().keys().map(String::as_str).collect();
        let mut expected = [
            "discoveredLabels", "labels", "scrapePool", "scrapeUrl", "globalUrl", "lastError", "lastScrape",
            "lastScrapeDuration", "health", "scrapeInterval", "scrapeTimeout",
        ];
        expected.sort_unstable();
        assert_eq!(keys, expected);
        assert_eq!(target["health"], "up");
        assert_eq!(target["lastError"], "");
        assert_eq!(target["scrapeInterval"], "200ms");
        assert_eq!(target["scrapePool"], "a");
        assert_eq!(target["scrapeUrl"], format!("http://{}/metrics", server.address));
        let labels = serde_json::json!({"instance": server.address, "job": "a", "room": "attic"});
        assert_eq!(target["labels"], labels);
        let discovered = serde_json::json!({
            "__address__": server.address, "__metrics_path__": "/metrics", "__scheme__": "http",
            "__scrape_interval__": "200ms", "__scrape_timeout__": "200ms", "job": "a", "room": "attic",
        });
        assert_eq!(target["discoveredLabels"], discovered);
        assert!(target["lastScrape"].as_str().unwrap().ends_with('Z'));
        let down = &json["data"]["activeTargets"][1];
        assert_eq!(down["health"], "down");
        assert!(down["lastError"].as_str().unwrap().contains("Connection refused"));
        let dropped = installed.get("/api/v1/targets?state=dropped&scrapePool=a").await;
        assert_eq!(
            dropped,
            r#"{"status":"success","data":{"activeTargets":[],"droppedTargets":[],"droppedTargetCounts":{"a":0}}}"#
        );
        let active = installed.get("/api/v1/targets?state=active&scrapePool=b").await;
        assert!(active.contains("\"droppedTargetCounts\":null") && !active.contains("\"job\":\"a\""), "{active}");
    })
    .await;
}

#[tokio::test]
async fn reload_keeps_what_is_the_same_and_ends_what_is_gone() {
    local(async {
        let (kept, gone) = (
            Server::always(Act::Send(text("a 1\n"))).await,
            Server::always(Act::Send(text("a 2\n"))).await,
        );
        let both = config(&job("a", &[&kept.address, &gone.address]));
        let installed = Installed::start(&both, &["--web.enable-lifecycle"]);
        let both_up = |text: &str| text.matches("} 1 ").count() == 2;
        installed.until("/federate?match[]=up", both_up).await;
        let path = installed.path("prometheus.yml");
        // Broken: everything stays.
        std::fs::write(&path, "scrape_configs: [{job: a}]").unwrap();
        let (status, body) = installed.ask("POST", "/-/reload").await;
        assert_eq!(status, 500);
        assert!(
            body.contains("prometheus.yml:1:") && body.contains("unknown key \"job\""),
            "{body}"
        );
        assert!(both_up(&installed.get("/federate?match[]=up").await));
        // One target less: its series end at once, and the other keeps its connection.
        std::fs::write(&path, config(&job("a", &[&kept.address]))).unwrap();
        assert_eq!(installed.ask("POST", "/-/reload").await.0, 200);
        let text = installed.get("/federate?match[]=a").await;
        assert!(
            text.contains(&kept.address) && !text.contains(&gone.address),
            "{text}"
        );
        let (asked, asked_gone) = (kept.requests().len(), gone.requests().len());
        let deadline = Instant::now() + PATIENCE;
        while kept.requests().len() < asked + 3 {
            assert!(Instant::now() < deadline);
            sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(kept.connections(), 1);
        assert!(gone.requests().len() <= asked_gone + 1);
    })
    .await;
}

#[tokio::test]
async fn a_changed_configuration_is_taken_by_itself() {
    local(async {
        let server = Server::always(Act::Send(text("a 1\n"))).await;
        let installed = Installed::start("scrape_config_files: [more/*.yml]\n", &[]);
        let path = installed.path("prometheus.yml");
        std::fs::write(&path, config(&job("a", &[&server.address]))).unwrap();
        installed
            .until("/api/v1/scrape_pools", |text| text.contains("[\"a\"]"))
            .await;
        // A broken one changes nothing and is told.
        std::fs::write(&path, "x: 1").unwrap();
        let is_told = async || installed.metrics().await.contains("last_reload_successful 0");
        let deadline = Instant::now() + PATIENCE;
        while !is_told().await {
            assert!(Instant::now() < deadline);
            sleep(Duration::from_millis(10)).await;
        }
        assert!(installed.get("/api/v1/scrape_pools").await.contains("[\"a\"]"));
        // A file of more jobs comes.
        std::fs::write(&path, "scrape_config_files: ['*.jobs.yml']\n").unwrap();
        installed
            .until("/api/v1/scrape_pools", |text| text.contains("[]"))
            .await;
        std::fs::write(installed.path("b.jobs.yml"), "scrape_configs: [{job_name: b}]").unwrap();
        installed
            .until("/api/v1/scrape_pools", |text| text.contains("[\"b\"]"))
            .await;
    })
    .await;
}

#[tokio::test]
async fn reload_by_request_must_be_allowed() {
    local(async {
        let installed = Installed::start("", &[]);
        assert_eq!(installed.ask("POST", "/-/reload").await.0, 403);
        assert_eq!(installed.ask("GET", "/-/reload").await.0, 405);
        // A signal is always allowed.
        let server = Server::always(Act::Send(text("a 1\n"))).await;
        std::fs::write(
            installed.path("prometheus.yml"),
            config(&job("a", &[&server.address])),
        )
        .unwrap();
        installed.app.reload();
        assert_eq!(
            installed.targets().await["data"]["activeTargets"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn a_changed_target_file_is_taken() {
    local(async {
        let server = Server::always(Act::Send(text("a 1\n"))).await;
        let jobs = "- {job_name: f, file_sd_configs: [{files: ['*.json'], refresh_interval: 100ms}]}\n";
        let installed = Installed::start(&config(jobs), &[]);
        assert_eq!(installed.get("/federate?match[]=up").await, "");
        let list = format!(
            r#"[{{"targets": ["{}"], "labels": {{"room": "cellar"}}}}]"#,
            server.address
        );
        std::fs::write(installed.path("t.json"), list).unwrap();
        installed
            .until("/federate?match[]=up", |text| {
                text.contains("room=\"cellar\"} 1 ")
            })
            .await;
        std::fs::remove_file(installed.path("t.json")).unwrap();
        installed.until("/federate?match[]=up", str::is_empty).await;
    })
    .await;
}

#[tokio::test]
async fn too_many_targets_are_not_scraped() {
    local(async {
        let server = Server::always(Act::Send(text("a 1\n"))).await;
        let jobs = format!(
            "- {{job_name: a, target_limit: 1, static_configs: [{{targets: ['{}', '127.0.0.1:1']}}]}}\n",
            server.address
        );
        let installed = Installed::start(&config(&jobs), &[]);
        let refused = "target_limit exceeded (number of targets: 2, limit: 1)";
        installed
            .until("/api/v1/targets", |text| text.matches(refused).count() == 2)
            .await;
        assert_eq!(server.requests().len(), 0);
    })
    .await;
}

#[tokio::test]
async fn the_rest_of_the_api_has_the_shape_of_prometheus() {
    local(async {
        let body = "# HELP h How long.\n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 2\nh_count 1\n# TYPE c_total counter\nc_total 1\n";
        let server = Server::always(Act::Send(text(body))).await;
        let jobs = format!(
            "- {{job_name: a, static_configs: [{{targets: [{0}, 'x:1']}}], basic_auth: {{username: u, password: hunter2}}, \
             relabel_configs: [{{source_labels: [__address__], regex: 'x:.*', action: drop}}]}}\n",
            server.address
        );
        let installed = Installed::start(&config(&jobs), &[]);
        installed.until("/federate?match[]=up", |text| text.contains("} 1 ")).await;
        let data = async |path: &str| -> serde_json::Value {
            let answer: serde_json::Value = serde_json::from_str(&installed.get(path).await).unwrap();
            assert_eq!(answer["status"], "success");
            answer["data"].clone()
        };
        assert_eq!(data("/api/v1/scrape_pools").await["scrapePools"][0], "a");
        let metadata = data("/api/v1/metadata").await;
        assert_eq!(metadata["h"][0]["type"], "histogram", "{metadata}");
        assert_eq!(metadata["h"][0]["help"], "How long.");
        assert_eq!(metadata["c_total"][0]["type"], "counter");
        assert_eq!(metadata["c_total"][0]["help"], "");
        assert_eq!(data("/api/v1/metadata?limit=1").await.as_object().unwrap().len(), 1);
        let of_target = data("/api/v1/targets/metadata?metric=h").await;
        assert_eq!(of_target[0]["target"]["job"], "a");
        assert_eq!(of_target[0]["type"], "histogram");
        assert_eq!(of_target[0]["help"], "How long.");
        assert_eq!(data("/api/v1/targets/metadata?match_target={job=\"b\"}").await, serde_json::json!([]));
        let yaml = data("/api/v1/status/config").await["yaml"].as_str().unwrap().to_owned();
        assert!(yaml.contains("job_name: a") && yaml.contains("password: <secret>"), "{yaml}");
        assert!(!yaml.contains("hunter2"), "{yaml}");
        assert_eq!(data("/api/v1/status/flags").await["web.enable-lifecycle"], "false");
        assert_eq!(data("/api/v1/status/runtimeinfo").await["reloadConfigSuccess"], true);
        assert!(data("/api/v1/status/buildinfo").await["version"].is_string());
        let (status, body) = installed.ask("GET", "/api/v1/query?query=up").await;
        assert_eq!(status, 422);
        assert!(body.contains("unavailable with Prometheus Agent"), "{body}");
        let page = installed.get("/dropped").await;
        assert!(page.contains("<b>x:1</b>") && page.contains("Rule 1 "), "{page}");
        assert!(installed.get("/").await.contains("1 target dropped by relabelling"));
    })
    .await;
}

#[tokio::test]
async fn bad_selectors_are_refused() {
    local(async {
        let installed = Installed::start("", &[]);
        let (status, body) = installed.ask("GET", "/federate?match[]={a=~\"(\"}").await;
        assert_eq!(status, 400);
        assert!(body.contains("is not a regular expression"), "{body}");
        let many = format!("/federate?{}", "match[]=up&".repeat(65));
        assert_eq!(installed.ask("GET", &many).await.0, 400);
    })
    .await;
}

#[tokio::test]
async fn the_page_names_targets_and_their_errors() {
    local(async {
        let installed = Installed::start(&config(&job("a", &["127.0.0.1:1"])), &[]);
        installed
            .until("/", |page| {
                page.contains("127.0.0.1:1") && page.contains("Connection refused")
            })
            .await;
        installed
            .until("/fleet", |part| part.contains("Connection refused"))
            .await;
    })
    .await;
}

#[tokio::test]
async fn its_own_numbers_have_the_names_of_prometheus() {
    local(async {
        let server = Server::always(Act::Send(text("a 1\na 2\nb 3\n"))).await;
        let installed = Installed::start(&config(&job("a", &[&server.address])), &[]);
        installed.until("/federate?match[]=up", |text| text.contains("} 1 ")).await;
        std::fs::write(installed.path("prometheus.yml"), "x: 1").unwrap();
        installed.app.reload();
        let scrape = Scrape {
            path: "/metrics".into(),
            query: Vec::new(),
            deadline: std::time::Instant::now() + PATIENCE,
        };
        let mut out = Exposition::default();
        installed.app.scrape(&scrape, &mut out).await.unwrap();
        let text = out.to_text();
        for line in [
            "# TYPE prometheus_config_last_reload_successful gauge\nprometheus_config_last_reload_successful 0",
            "prometheus_sd_discovered_targets{config=\"a\",name=\"scrape\"} 1",
            "prometheus_target_scrape_pools_total 1",
            "prometheus_target_scrape_pool_targets{scrape_job=\"a\"} 1",
            "scraper_scrapes_total{result=\"ok\"} ",
            "prometheus_target_scrapes_sample_duplicate_timestamp_total ",
            "scraper_series 2",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    })
    .await;
}
