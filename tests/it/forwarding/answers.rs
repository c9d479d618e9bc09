//! Receivers that refuse, that cannot be reached, that know only one message, or that want to see a key.

use std::io::Write as _;
use std::net::TcpListener;

use crate::daemon::until;
use crate::fleet::{Fleet, metric};
use crate::http;

#[test]
fn what_is_refused_is_dropped_counted_and_not_tried_again() {
    let Some(fleet) = Fleet::start() else {
        return;
    };
    let scraper = fleet.scraper();
    fleet.wait_for_scrapes(8);
    for mode in ["400", "401", "404", "413"] {
        fleet.receiver(mode);
        until(mode, || {
            (0 < fleet.stats()["requests"][mode].as_u64().unwrap_or(0)).then_some(())
        });
    }
    fleet.receiver("ok");
    assert_eq!(
        metric(&scraper, "prometheus_remote_storage_samples_retried_total"),
        0.0
    );
    let failed = metric(&scraper, "prometheus_remote_storage_samples_failed_total");
    assert!(0.0 < failed);
    let line = scraper.wait_for_log("samples refused by the receiver, they are dropped");
    assert!(line.contains("400 Bad Request: injected fault"), "{line}");
    let taken = || metric(&scraper, "prometheus_remote_storage_samples_total");
    let before = taken();
    until("samples to be taken again", || (before < taken()).then_some(()));
    // A request that was refused has parts of scrapes: of these, some series have more samples than others.
    assert_eq!(fleet.stats()["duplicates"], 0);
    assert_eq!(fleet.stats()["out_of_order"], 0);
    assert!(
        0 < fleet.stats()["seq_gaps"].as_u64().unwrap(),
        "{}",
        fleet.stats()
    );
}

#[test]
fn an_address_that_cannot_be_reached_yet() {
    let Some(fleet) = Fleet::start() else {
        return;
    };
    let right = fleet.receiver_url();
    let wrong = [
        "http://receiver.invalid/w".to_owned(),
        format!("https://{}/w", speaks_no_tls()),
    ];
    let settings = ", remote_timeout: 2s, queue_config: {batch_send_deadline: 200ms, max_backoff: 300ms}";
    fleet.configure_for(&wrong[0], settings);
    let scraper = fleet.scraper();
    for url in &wrong {
        fleet.configure_for(url, settings);
        scraper.signal("HUP");
        let metric_of =
            format!("prometheus_remote_storage_samples_retried_total{{remote_name=\"sink\",url=\"{url}\"}}");
        until("two attempts", || {
            let metrics = http::get(&scraper.address, "/metrics").text();
            let line = metrics.lines().find_map(|line| line.strip_prefix(&metric_of));
            line.is_some_and(|count| count != " 0").then_some(())
        });
    }
    fleet.wait_for_scrapes(20);
    fleet.configure_for(&right, settings);
    scraper.signal("HUP");
    fleet.assert_all_arrived(scraper);
}

/// A port that answers whatever comes in plain words.
fn speaks_no_tls() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            // A client that leaves is no failure.
            drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
        }
    });
    address
}

#[test]
fn a_receiver_of_1_0_only() {
    let Some(mut fleet) = Fleet::without_receiver() else {
        return;
    };
    fleet.start_receiver_with(&["--v2", "off"]);
    let message =
        ", protobuf_message: io.prometheus.write.v2.Request, queue_config: {batch_send_deadline: 200ms}";
    fleet.configure_for(&fleet.receiver_url(), message);
    let scraper = fleet.scraper();
    scraper.wait_for_log("receiver does not know remote write 2.0, going on with 1.0");
    fleet.wait_for_scrapes(20);
    let stats = fleet.stats();
    assert_eq!(stats["requests"]["415"], 1, "{stats}");
    assert_eq!(stats["versions"]["v2"], serde_json::Value::Null, "{stats}");
    fleet.assert_all_arrived(scraper);
}

#[test]
fn a_token_and_a_key_reach_the_receiver_and_nobody_else() {
    let Some(fleet) = Fleet::start() else {
        return;
    };
    fleet.configure_for(
        &fleet.receiver_url(),
        ", authorization: {type: Token, credentials: hunter2}, headers: {X-License-Key: swordfish}, \
         queue_config: {batch_send_deadline: 200ms}",
    );
    let scraper = fleet.scraper();
    let headers = until("a request", || {
        let headers = fleet.stats()["last_headers"].clone();
        headers["user-agent"].is_string().then_some(headers)
    });
    assert_eq!(headers["authorization"], "Token hunter2");
    assert_eq!(headers["x-license-key"], "swordfish");
    fleet.receiver("401");
    scraper.wait_for_log("samples refused by the receiver");
    let shown = [
        "/",
        "/fleet",
        "/metrics",
        "/api/v1/status/config",
        "/api/v1/status/flags",
    ]
    .map(|path| http::get(&scraper.address, path).text());
    for text in shown.iter().chain([&scraper.log()]) {
        assert!(!text.contains("hunter2") && !text.contains("swordfish"), "{text}");
    }
}
