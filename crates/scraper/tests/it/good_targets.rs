//! Targets that do what they should, and what they are asked.

use std::io::Write as _;

use crate::rig::{Rig, local};
use crate::server::{Act, Server, answer, text};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn one_connection_for_all_scrapes() {
    local(async {
        let server = Server::always(Act::Send(text("a 1\nb{c=\"d\"} 2\n"))).await;
        let mut rig = Rig::new(&server.address, "");
        assert_eq!(rig.scrape().await, "up; scraped 2 added 2; a 1, b{c=\"d\"} 2");
        for _ in 0..5 {
            assert_eq!(rig.scrape().await, "up; scraped 2 added 0; a 1, b{c=\"d\"} 2");
        }
        assert_eq!((server.connections(), server.requests().len()), (1, 6));
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_no_failure() {
    local(async {
        let server = Server::always(Act::SendAndClose(text("a 1\n"))).await;
        let mut rig = Rig::new(&server.address, "");
        for _ in 0..3 {
            assert!(rig.scrape().await.starts_with("up; "));
        }
        assert_eq!(server.connections(), 3);
        // Closed only when the next request is already on its way.
        server.set(Act::Send(text("a 1\n")));
        assert!(rig.scrape().await.starts_with("up; "));
        let late = Server::in_turn(vec![
            Act::Send(text("a 1\n")),
            Act::Reset,
            Act::Send(text("a 2\n")),
        ])
        .await;
        let mut rig = Rig::new(&late.address, "");
        assert!(rig.scrape().await.starts_with("up; "));
        assert_eq!(rig.scrape().await, "up; scraped 1 added 0; a 2");
    })
    .await;
}

#[tokio::test]
async fn gzip_and_chunks_and_until_close() {
    local(async {
        let encoded = gzip(b"a 1\n");
        let headers = "Content-Type: text/plain\r\nContent-Encoding: gzip\r\n";
        let server = Server::always(Act::Send(answer("200 OK", headers, &encoded))).await;
        let mut rig = Rig::new(&server.address, "");
        assert_eq!(rig.scrape().await, "up; scraped 1 added 1; a 1");
        let chunked = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n\
            3\r\na 2\r\n5\r\n\nb 3\n\r\n0\r\n\r\n";
        server.set(Act::Send(chunked.to_vec()));
        assert_eq!(rig.scrape().await, "up; scraped 2 added 1; a 2, b 3");
        server.set(Act::SendAndClose(
            b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\na 4".to_vec(),
        ));
        assert_eq!(rig.scrape().await, "up; scraped 1 added 0; a 4");
    })
    .await;
}

#[tokio::test]
async fn openmetrics() {
    local(async {
        let headers = "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n";
        let body = "# TYPE a counter\na_total 1 # {trace=\"x\"} 1\n# EOF\n";
        let server = Server::always(Act::Send(answer("200 OK", headers, body.as_bytes()))).await;
        let mut rig = Rig::new(&server.address, "");
        assert_eq!(rig.scrape().await, "up; scraped 1 added 1; a_total 1");
    })
    .await;
}

/// The value of a header in a request.
fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    request
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(other, _)| other.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

#[tokio::test]
async fn credentials_are_sent_and_read_again() {
    local(async {
        let folder = tempfile::TempDir::new().unwrap();
        let token = folder.path().join("token");
        std::fs::write(&token, "first\n").unwrap();
        let server = Server::always(Act::Send(text("a 1\n"))).await;
        let settings = "authorization: {type: Token, credentials_file: token}, params: {x: [y z]}";
        let mut rig = Rig::in_folder(folder.path(), &server.address, settings);
        rig.scrape().await;
        std::fs::write(&token, "hunter2").unwrap();
        rig.scrape().await;
        let requests = server.requests();
        assert!(
            requests[0].starts_with("GET /metrics?x=y+z HTTP/1.1\r\n"),
            "{}",
            requests[0]
        );
        assert_eq!(header(&requests[0], "host"), Some(server.address.as_str()));
        assert_eq!(header(&requests[0], "authorization"), Some("Token first"));
        assert_eq!(header(&requests[1], "authorization"), Some("Token hunter2"));
        std::fs::remove_file(&token).unwrap();
        let failed = rig.scrape().await;
        assert!(
            failed.starts_with("read ") && failed.contains("No such file"),
            "{failed}"
        );
        assert!(!format!("{rig:?}").contains("hunter2"));
    })
    .await;
}

#[tokio::test]
async fn redirects_are_followed_without_the_credentials() {
    local(async {
        let other = Server::always(Act::Send(text("a 1\n"))).await;
        let location = format!("Location: http://{}/else\r\n", other.address);
        let server = Server::in_turn(vec![
            Act::Send(answer("302 Found", "Location: /again\r\n", b"")),
            Act::Send(answer("307 Temporary Redirect", &location, b"moved")),
        ])
        .await;
        let mut rig = Rig::new(&server.address, "bearer_token: t");
        assert_eq!(rig.scrape().await, "up; scraped 1 added 1; a 1");
        let asked: Vec<_> = server
            .requests()
            .iter()
            .map(|request| {
                (
                    request[..request.find(" HTTP").unwrap()].to_owned(),
                    header(request, "authorization").map(str::to_owned),
                )
            })
            .collect();
        let token = Some("Bearer t".to_owned());
        assert_eq!(
            asked,
            [
                ("GET /metrics".to_owned(), token.clone()),
                ("GET /again".to_owned(), token)
            ]
        );
        assert_eq!(header(&other.requests()[0], "authorization"), None);
        assert!(other.requests()[0].starts_with("GET /else "));
    })
    .await;
}

#[tokio::test]
async fn redirects_end() {
    local(async {
        let server = Server::always(Act::Send(answer("301 Moved", "Location: /metrics\r\n", b""))).await;
        let mut rig = Rig::new(&server.address, "");
        assert_eq!(
            rig.scrape().await,
            "redirect: stopped after 10 redirects; scraped 0 added 0; "
        );
        assert_eq!(server.requests().len(), 11);
        let mut rig = Rig::new(&server.address, "follow_redirects: false");
        assert_eq!(
            rig.scrape().await,
            "server returned HTTP status 301 Moved Permanently; scraped 0 added 0; "
        );
        server.set(Act::Send(answer("302 Found", "Location: gopher://x/\r\n", b"")));
        let mut rig = Rig::new(&server.address, "");
        assert!(
            rig.scrape()
                .await
                .starts_with("redirect: not an address that begins with http:// or https://")
        );
    })
    .await;
}
