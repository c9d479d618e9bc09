//! Two replicas of the same name, which cost the reference its whole answer.

use super::exporter;
use super::faults::{is_up, own_server};
use crate::exporters::scrape;
use crate::{daemon, peer};

#[test]
fn two_receivers_of_one_name_do_not_cost_the_scrape() {
    let server = own_server();
    let directory = tempfile::tempdir().unwrap();
    let receivers: Vec<_> = (0..2)
        .map(|number| {
            let target = directory.path().join(number.to_string());
            std::fs::create_dir(&target).unwrap();
            server.follow(
                "pg_receivewal",
                "twin",
                &["--no-loop", "-D", target.to_str().unwrap()],
            )
        })
        .collect();
    daemon::until("both receivers to stream", || {
        let streaming = "SELECT count(*) FROM pg_stat_replication WHERE application_name = 'twin' AND state = 'streaming'";
        (server.sql(streaming).trim() == "2").then_some(())
    });
    for compat in ["0.19", "0.20"] {
        let daemon = exporter(&server, &[&format!("--metrics.compat={compat}")]);
        let text = scrape(&daemon);
        assert!(is_up(&text), "{}", daemon.log());
        let twins: Vec<_> = text
            .lines()
            .filter(|line| line.contains("application_name=\"twin\""))
            .collect();
        assert!(!twins.is_empty(), "one of the two is there");
        assert!(peer::lint(&text).iter().all(|line| line.starts_with("pg_")));
    }
    drop(receivers);
}
