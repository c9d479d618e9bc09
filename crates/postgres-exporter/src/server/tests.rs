use std::net::TcpListener;

use super::*;

/// What stands in a scrape of this server that may take 400 ms, and whether it ended in time.
fn scraped(dsn: &str) -> (String, bool) {
    let dsn = Dsn::parse(dsn, &[]).expect("a data source");
    let server = Server::new(dsn, Extra::default());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let (plan, queries) = (Plan::default(), Queries::default());
    let (mut out, mut seen) = (Exposition::default(), Seen::default());
    let deadline = Instant::now() + Duration::from_millis(400);
    let mut job = Job {
        plan: &plan,
        queries: &queries,
        deadline,
        out: &mut out,
        seen: &mut seen,
    };
    let ended = runtime.block_on(server.scrape(&mut job));
    assert!(!ended.is_up && !ended.is_complete);
    let in_time = Instant::now() <= deadline;
    (out.to_text(), in_time)
}

#[track_caller]
fn check_down(dsn: &str) {
    let (text, in_time) = scraped(dsn);
    assert!(text.ends_with("pg_up 0\n"), "{text}");
    assert!(in_time);
}

#[test]
fn a_server_that_is_down() {
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port")
        .port();
    check_down(&format!("host=127.0.0.1 port={port} user=u sslmode=disable"));
    check_down("host=/nonexistent user=u");
}

#[test]
fn a_server_that_accepts_and_stays_silent() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    check_down(&format!("host=127.0.0.1 port={port} user=u sslmode=disable"));
    check_down(&format!("host=127.0.0.1 port={port} user=u"));
}
