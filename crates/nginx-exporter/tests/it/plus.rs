//! The API of NGINX Plus, asked request by request.

use std::sync::atomic::{AtomicBool, Ordering};

use expect_test::expect;

use crate::exporter::{asking, run, scrape};
use crate::responder::{Responder, answer};

/// The API of a server without streams.
fn api(path: &str) -> Option<String> {
    Some(match path {
        "/api/" => answer(200, "[1,2,3,4,5,6,7,8,9,10]"),
        "/api/9/connections" => answer(200, r#"{"accepted":4,"dropped":0,"active":1,"idle":0}"#),
        "/api/9/http/requests" => answer(200, r#"{"total":9,"current":1}"#),
        "/api/9/http/limit_reqs" => answer(200, "{}"),
        _ => answer(
            404,
            r#"{"error":{"status":404,"text":"path not found","code":"PathNotFound"}}"#,
        ),
    })
}

fn address(nginx: &Responder) -> String {
    nginx.uri.replace("stub_status", "api")
}

#[test]
fn what_is_not_configured_is_left_out() {
    run(async || {
        let nginx = Responder::start(api);
        let exporter = asking(&[&address(&nginx)], &["--nginx.plus"]);
        scrape(&exporter).await;
        expect![[r#"
            nginxplus_connections_accepted 4
            nginxplus_connections_active 1
            nginxplus_connections_dropped 0
            nginxplus_connections_idle 0
            nginxplus_duplicate_servers 0
            nginxplus_http_requests_current 1
            nginxplus_http_requests_total 9
            nginxplus_up 1
        "#]]
        .assert_eq(&scrape(&exporter).await);
        assert_eq!((nginx.connections(), nginx.heads().len()), (1, 1 + 2 * 16));
    });
}

#[test]
fn an_old_version_is_not_asked_for_what_it_does_not_have() {
    run(async || {
        let nginx = Responder::start(|path| {
            Some(match path {
                "/api/" => answer(200, "[1,2]"),
                _ => answer(200, "{}"),
            })
        });
        let exporter = asking(&[&address(&nginx)], &["--nginx.plus"]);
        assert!(scrape(&exporter).await.contains("nginxplus_up 1\n"));
        let heads = nginx.heads();
        assert_eq!(heads.len(), 1 + 8);
        assert!(heads.iter().skip(1).all(|head| head.starts_with("GET /api/2/")));
    });
}

#[test]
fn another_server_is_down() {
    for other in ["[]", "{}", "<html>", "[99]"] {
        run(async || {
            let nginx = Responder::start(|_| Some(answer(200, other)));
            let exporter = asking(&[&address(&nginx)], &["--nginx.plus"]);
            assert_eq!(scrape(&exporter).await, "nginxplus_up 0\n");
        });
    }
}

#[test]
fn a_fault_in_the_middle_is_down_and_over_with_the_fault() {
    run(async || {
        static BROKEN: AtomicBool = AtomicBool::new(true);
        let nginx = Responder::start(|path| match BROKEN.load(Ordering::Relaxed) {
            true if path.ends_with("ssl") => Some(answer(500, "")),
            _ => api(path),
        });
        let exporter = asking(&[&address(&nginx)], &["--nginx.plus"]);
        assert_eq!(scrape(&exporter).await, "nginxplus_up 0\n");
        BROKEN.store(false, Ordering::Relaxed);
        assert!(scrape(&exporter).await.contains("nginxplus_up 1\n"));
    });
}
