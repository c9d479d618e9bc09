//! The fleet page in headless Chromium.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::daemon::{self, Daemon, until};
use crate::http;

/// Seconds between scrapes of the fleet under test.
const INTERVAL_SECONDS: u64 = 1;

/// A WebDriver session of a browser without a window.
struct Browser {
    driver: Daemon,
    session: String,
}

impl Browser {
    fn open(width: u32) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut driver = Daemon::spawn(Command::new("chromedriver").arg(format!("--port={port}")));
        driver.address = format!("127.0.0.1:{port}");
        until("chromedriver", || {
            std::net::TcpStream::connect(&driver.address).ok()
        });
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
        ];
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "goog:chromeOptions": {
                "args": arguments,
                "mobileEmulation": {"deviceMetrics": {"width": width, "height": 800, "pixelRatio": 1.0, "touch": false}},
            },
        }}});
        let mut browser = Self {
            driver,
            session: String::new(),
        };
        let answer = browser.call("POST", "/session", &capabilities);
        browser.session = answer["sessionId"]
            .as_str()
            .unwrap_or_else(|| panic!("no session: {answer}"))
            .to_owned();
        browser
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.driver.address,
            body.len()
        );
        let answer = http::raw(&self.driver.address, request.as_bytes()).unwrap();
        serde_json::from_slice::<Value>(&answer.body).unwrap()["value"].clone()
    }

    fn visit(&self, url: &str) {
        self.call(
            "POST",
            &format!("/session/{}/url", self.session),
            &json!({"url": url}),
        );
    }

    /// The value of a JavaScript expression in the page.
    fn evaluate(&self, expression: &str) -> Value {
        let script = json!({"script": format!("return {expression}"), "args": []});
        self.call(
            "POST",
            &format!("/session/{}/execute/sync", self.session),
            &script,
        )
    }

    fn log(&self, kind: &str) -> Vec<Value> {
        let entries = self.call(
            "POST",
            &format!("/session/{}/se/log", self.session),
            &json!({"type": kind}),
        );
        entries.as_array().cloned().unwrap_or_default()
    }

    /// Every address that the page asked for.
    fn fetched(&self) -> Vec<String> {
        let messages = self.log("performance").into_iter().filter_map(|entry| {
            let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &message["message"];
            (message["method"] == "Network.requestWillBeSent").then(|| {
                message["params"]["request"]["url"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            })
        });
        messages.collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Closes the browser, which outlives a killed driver.
        let path = format!("/session/{}", self.session);
        let request = format!(
            "DELETE {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.driver.address
        );
        let _ = http::raw(&self.driver.address, request.as_bytes());
    }
}

fn check(width: u32) {
    let directory = tempfile::tempdir().unwrap();
    let node = daemon::node(&[]);
    let other = daemon::node(&["--collector.disable-defaults", "--collector.loadavg"]);
    let config = directory.path().join("prometheus.yml");
    let text = format!(
        "global:\n  scrape_interval: {INTERVAL_SECONDS}s\n  scrape_timeout: {INTERVAL_SECONDS}s\nscrape_configs:\n  - job_name: node\n    static_configs:\n      - targets: [\"{}\"]\n  - job_name: other\n    static_configs:\n      - targets: [\"{}\"]\n",
        node.address, other.address
    );
    std::fs::write(&config, text).unwrap();
    let scraper = daemon::scraper(&config, &[]);
    let browser = Browser::open(width);
    browser.visit(&scraper.url("/"));

    // The card appears and fills without a reload of the page.
    until("a card that is up", || {
        browser.evaluate(UP_CARDS).as_u64().filter(|count| *count == 1)
    });
    until("a CPU figure", || {
        browser.evaluate(CARD_TEXT).as_str()?.contains('%').then_some(())
    });
    until("two targets", || {
        browser.evaluate(TARGETS).as_u64().filter(|count| *count == 2)
    });
    let overflow =
        browser.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    assert_eq!(overflow, json!(0), "the page is wider than {width} px");
    assert_eq!(
        browser.evaluate("document.documentElement.clientWidth"),
        json!(width)
    );

    let stopped = Instant::now();
    drop(node);
    until("the card to turn red", || {
        browser.evaluate(DOWN_CARDS).as_u64().filter(|count| *count == 1)
    });
    let took = stopped.elapsed();
    assert!(
        took <= Duration::from_secs(2 * INTERVAL_SECONDS) + Duration::from_millis(300),
        "took {took:?}"
    );

    let own = scraper.url("/");
    let foreign: Vec<_> = browser
        .fetched()
        .into_iter()
        .filter(|url| !url.starts_with(&own) && !url.starts_with("data:"))
        .collect();
    assert!(foreign.is_empty(), "fetched from elsewhere: {foreign:?}");
    let console = browser.log("browser");
    assert!(console.is_empty(), "the console says: {console:?}");
}

const UP_CARDS: &str = "document.querySelectorAll('article.card[data-state=\"up\"]').length";
const DOWN_CARDS: &str = "document.querySelectorAll('article.card[data-state=\"down\"]').length";
const CARD_TEXT: &str = "document.querySelector('.card').textContent";
const TARGETS: &str = "document.querySelectorAll('table.targets tbody tr').length";

#[test]
fn on_a_phone() {
    check(360);
}

#[test]
fn on_a_desk() {
    check(1280);
}
