//! A scraper that ends takes no other configuration.

use std::time::Duration;

use exporter_http::Exporter as _;

use crate::rig::local;
use crate::running::{Installed, config, job};
use crate::server::{Act, Server, text};

#[tokio::test]
async fn a_reload_while_it_ends_starts_nothing() {
    local(async {
        let target = Server::always(Act::Send(text("a 1\n"))).await;
        let installed = Installed::start(
            &config(&job("a", &[&target.address])),
            &["--web.enable-lifecycle"],
        );
        installed
            .until("/federate?match[]=a", |text| text.contains("a{"))
            .await;
        installed.app.stop(Duration::from_secs(2)).await;
        let jobs = job("a", &[&target.address]) + &job("b", &["127.0.0.1:1"]);
        std::fs::write(installed.path("prometheus.yml"), config(&jobs)).unwrap();
        installed.app.reload();
        let (status, body) = installed.ask("POST", "/-/reload").await;
        assert_eq!(status, 500);
        assert!(
            body.ends_with("not read, the scraper is about to end\n"),
            "{body}"
        );
        let pools = installed.get("/api/v1/scrape_pools").await;
        assert!(!pools.contains("\"b\""), "{pools}");
        let scraped = target.requests().len();
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(target.requests().len(), scraped);
    })
    .await;
}
