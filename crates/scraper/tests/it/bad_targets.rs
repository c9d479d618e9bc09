//! Targets that hang, lie, never end or are not there: a failed scrape with its reason, and nothing of it kept.

use std::time::Duration;

use crate::rig::{Rig, local};
use crate::server::{Act, Server, answer, text};

const TEXT: &str = "Content-Type: text/plain\r\n";

/// A target that was up with `a 1` and now does `act`: what the next scrape says.
async fn after(act: Act, settings: &str) -> String {
    let server = Server::in_turn(vec![Act::Send(text("a 1\n")), act]).await;
    let mut rig = Rig::new(&server.address, settings);
    assert_eq!(rig.scrape().await, "up; scraped 1 added 1; a 1");
    let said = rig.scrape().await;
    // All that was exposed before is stale, and it comes back without being new.
    server.set(Act::Send(text("a 3\n")));
    assert_eq!(rig.scrape().await, "up; scraped 1 added 0; a 3");
    said
}

#[track_caller]
fn starts(said: &str, expect: &str) {
    assert!(said.starts_with(expect), "{said}");
    assert!(said.ends_with("; "), "something is still current: {said}");
}

#[tokio::test(start_paused = true)]
async fn hanging_and_dripping_end_at_the_timeout() {
    local(async {
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n".to_vec();
        let drip = [head, b"a 1\n".repeat(1000)].concat();
        for act in [Act::Hang, Act::Drip(drip)] {
            let server = Server::always(act).await;
            let mut rig = Rig::new(&server.address, "scrape_timeout: 3s");
            starts(&rig.scrape().await, "no complete answer within 3s");
            let took = rig.target.outcome.borrow().as_ref().unwrap().duration;
            assert!(
                took.abs_diff(Duration::from_secs(3)) < Duration::from_millis(100),
                "{took:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn no_answer() {
    local(async {
        starts(&after(Act::Reset, "").await, "connection ");
        starts(
            &after(Act::SendAndClose(Vec::new()), "").await,
            "connection closed",
        );
        starts(
            &after(Act::SendAndClose(b"SSH-2.0-OpenSSH\r\n".to_vec()), "").await,
            "invalid HTTP version parsed",
        );
        let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
        starts(
            &after(Act::SendAndClose(long.into_bytes()), "").await,
            "message head is too large",
        );
        let mut rig = Rig::new("127.0.0.1:1", "");
        starts(&rig.scrape().await, "connect to 127.0.0.1:1: Connection refused");
    })
    .await;
}

#[tokio::test]
async fn wrong_status_type_or_encoding() {
    local(async {
        starts(
            &after(Act::Send(answer("500 x", TEXT, b"a 2\n")), "").await,
            "server returned HTTP status 500 Internal Server Error; scraped 0",
        );
        starts(
            &after(Act::Send(answer("204 x", TEXT, b"")), "").await,
            "server returned HTTP status 204 No Content",
        );
        starts(
            &after(Act::Send(answer("200 OK", "", b"a 2\n")), "").await,
            "target sends no Content-Type",
        );
        starts(
            &after(
                Act::Send(answer("200 OK", "Content-Type: text/html\r\n", b"a 2\n")),
                "",
            )
            .await,
            "target sends unsupported Content-Type \"text/html\"",
        );
        let brotli = format!("{TEXT}Content-Encoding: br\r\n");
        starts(
            &after(Act::Send(answer("200 OK", &brotli, b"a 2\n")), "").await,
            "decode br: only gzip",
        );
        let gzip = format!("{TEXT}Content-Encoding: gzip\r\n");
        starts(
            &after(Act::Send(answer("200 OK", &gzip, b"a 2\n")), "").await,
            "decode gzip: ",
        );
    })
    .await;
}

#[tokio::test]
async fn malformed_bodies() {
    local(async {
        for (body, expect) in [
            (
                &b"a 2\nb{c=\"d"[..],
                "line 2, column 5: quoted string is not closed; scraped 1",
            ),
            (b"a 2\nb\n", "line 2, column 2: expected a value; scraped 1"),
            (
                b"\x7fELF\x02\x01\x01\x00\x00",
                "line 1, column 1: expected a metric name",
            ),
            (b"a 2\nb{c=\"\xff\"} 1\n", "line 2, column 6: not UTF-8"),
            (b"a\0b 2\n", "line 1, column 2: "),
            (b"<html>\n", "line 1, column 1: expected a metric name"),
        ] {
            starts(&after(Act::Send(answer("200 OK", TEXT, body)), "").await, expect);
        }
        // Cut off by a target that dies while it sends.
        let cut = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\na 2\n".to_vec();
        starts(&after(Act::SendAndClose(cut), "").await, "read body: ");
        let headers = "Content-Type: application/openmetrics-text\r\n";
        let cut = answer("200 OK", headers, b"a 2\n");
        starts(
            &after(Act::Send(cut), "").await,
            "line 2, column 1: body ends without # EOF; scraped 1",
        );
    })
    .await;
}

#[tokio::test]
async fn limits_of_the_configuration() {
    local(async {
        let body = "a 2\nb 3\nc{d=\"e\"} 4\n";
        let act = || Act::Send(text(body));
        starts(
            &after(act(), "body_size_limit: 10B").await,
            "body size limit exceeded (10 bytes)",
        );
        starts(
            &after(act(), "sample_limit: 2").await,
            "sample limit exceeded (2 samples); scraped 3 added 1",
        );
        starts(&after(act(), "label_limit: 3").await, "label_limit exceeded");
    })
    .await;
}

#[tokio::test]
async fn a_body_that_never_ends_is_cut_at_16_mib() {
    local(async {
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n".to_vec();
        let server = Server::always(Act::Endless(head.clone(), b"# again and again\n".repeat(4000))).await;
        let mut rig = Rig::new(&server.address, "");
        starts(&rig.scrape().await, "body size limit exceeded (16777216 bytes)");
        assert!(server.sent() < 32 << 20, "{}", server.sent());
        let server = Server::always(Act::Endless(head, vec![b'x'; 64 << 10])).await;
        let mut rig = Rig::new(&server.address, "");
        starts(
            &rig.scrape().await,
            "line 1, column 262145: line is longer than 262144 bytes",
        );
        assert_eq!(rig.target.store.borrow().len(), 0);
    })
    .await;
}
