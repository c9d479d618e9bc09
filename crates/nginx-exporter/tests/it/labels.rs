//! Which target a number is of.

use expect_test::expect;

use crate::exporter::{asking, run, scrape};
use crate::responder::{Responder, answer, page};

#[test]
fn one_target_has_no_label() {
    run(async || {
        let nginx = Responder::page(7);
        let exporter = asking(&[&nginx.uri], &[]);
        expect![[r#"
            nginx_connections_accepted 1
            nginx_connections_active 1
            nginx_connections_handled 1
            nginx_connections_reading 0
            nginx_connections_waiting 0
            nginx_connections_writing 1
            nginx_http_requests_total 7
            nginx_up 1
        "#]]
        .assert_eq(&scrape(&exporter).await);
    });
}

#[test]
fn each_target_has_its_own_numbers() {
    run(async || {
        let folder = tempfile::tempdir().unwrap();
        let unix = |name: &str, requests: u64| {
            Responder::unix(&folder.path().join(name), move |_| {
                Some(answer(200, &page(requests)))
            })
        };
        let all = [
            unix("a", 11),
            Responder::page(22),
            unix("b", 33),
            Responder::page(44),
        ];
        let uris: Vec<_> = all.iter().map(|nginx| nginx.uri.as_str()).collect();
        let exporter = asking(&uris, &[]);
        for _ in 0..2 {
            let text = scrape(&exporter).await;
            for (uri, requests) in uris.iter().zip([11, 22, 33, 44]) {
                let line = format!("nginx_http_requests_total{{addr=\"{uri}\"}} {requests}\n");
                assert!(text.contains(&line), "{line}{text}");
            }
        }
        assert_eq!(all.map(|nginx| nginx.connections()), [1; 4]);
    });
}

#[test]
fn const_labels_are_everywhere() {
    run(async || {
        let nginx = Responder::page(7);
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("access.log");
        std::fs::write(&log, "").unwrap();
        let flag = format!("--nginx.access-log={}", log.display());
        let exporter = asking(&[&nginx.uri], &["--prometheus.const-label=zone=a b", &flag]);
        for line in scrape(&exporter).await.lines() {
            assert!(line.contains("{zone=\"a b\"} "), "{line}");
        }
    });
}
