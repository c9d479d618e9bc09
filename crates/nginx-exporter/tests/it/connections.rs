//! What nginx sees of the exporter.

use expect_test::expect;

use crate::exporter::{asking, run, scrape};
use crate::responder::{Responder, answer, page};

#[test]
fn one_connection_for_all_scrapes() {
    run(async || {
        let nginx = Responder::page(7);
        let exporter = asking(&[&nginx.uri], &[]);
        for _ in 0..5 {
            assert!(scrape(&exporter).await.contains("nginx_up 1\n"));
        }
        assert_eq!((nginx.connections(), nginx.heads().len()), (1, 5));
    });
}

#[test]
fn a_connection_that_was_closed_is_opened_again() {
    run(async || {
        let served = std::sync::atomic::AtomicUsize::new(0);
        // Every second request finds a closed connection, as after keepalive_requests or a restart.
        let nginx = Responder::start(move |_| {
            let number = served.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            number.is_multiple_of(2).then(|| answer(200, &page(7)))
        });
        let exporter = asking(&[&nginx.uri], &[]);
        for _ in 0..4 {
            assert!(scrape(&exporter).await.contains("nginx_up 1\n"));
        }
        assert_eq!(nginx.connections(), 4);
    });
}

#[test]
fn the_request() {
    run(async || {
        let nginx = Responder::page(7);
        let uri = nginx.uri.replace("http://", "http://me:p%40ss@") + "?x=1";
        let exporter = asking(&[&uri], &["--nginx.hostheader=status.example"]);
        scrape(&exporter).await;
        expect![[r#"
            GET /stub_status?x=1 HTTP/1.1
            host: status.example
            user-agent: pi-nginx-exporter/0.1.0
            accept: */*
            authorization: Basic bWU6cEBzcw==

        "#]]
        .assert_eq(&nginx.heads()[0].replace('\r', ""));
    });
}

#[test]
fn the_proxy_protocol_comes_first() {
    run(async || {
        let nginx = Responder::page(7);
        let exporter = asking(&[&nginx.uri], &["--nginx.proxy-protocol"]);
        scrape(&exporter).await;
        scrape(&exporter).await;
        let heads = nginx.heads();
        assert!(
            heads[0].starts_with("\r\n\r\n\0\r\nQUIT\n\u{21}\u{11}\0\u{c}\u{7f}\0\0\u{1}"),
            "{:?}",
            heads[0]
        );
        assert!(heads[1].starts_with("GET /"), "{:?}", heads[1]);
    });
}
