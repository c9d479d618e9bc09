//! Tokens of OAuth 2.0: asked for once, kept, and asked for again where they end or are refused.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::rig::{Rig, local};
use crate::running::{Installed, config};
use crate::server::{Act, Server, answer, text};

fn token(status: &str, body: &str) -> Act {
    Act::Send(answer(
        status,
        "Content-Type: application/json\r\n",
        body.as_bytes(),
    ))
}

fn settings(giver: &Server) -> String {
    format!(
        "oauth2: {{client_id: me, client_secret: hunter2, scopes: [read], token_url: 'http://{}/token'}}",
        giver.address
    )
}

#[tokio::test]
async fn a_token_is_kept_until_shortly_before_its_end() {
    local(async {
        let giver = Server::in_turn(vec![
            token(
                "200 OK",
                r#"{"access_token": "first", "token_type": "bearer", "expires_in": 1}"#,
            ),
            token("200 OK", r#"{"access_token": "second", "expires_in": 3600}"#),
        ])
        .await;
        let target = Server::always(Act::Send(text("a 1\n"))).await;
        let mut rig = Rig::new(&target.address, &settings(&giver));
        let with = |token: &str| {
            let line = format!("authorization: Bearer {token}\r\n");
            let requests = target.requests();
            requests.last().is_some_and(|request| request.contains(&line))
        };
        assert!(rig.scrape().await.starts_with("up;"));
        assert!(rig.scrape().await.starts_with("up;"));
        assert!(with("first"));
        assert_eq!(giver.requests().len(), 1);
        let request = giver.requests().remove(0);
        assert!(request.starts_with("POST /token HTTP/1.1\r\n"), "{request}");
        assert!(
            request.contains("authorization: Basic bWU6aHVudGVyMg==\r\n"),
            "{request}"
        );
        let deadline = Instant::now() + Duration::from_secs(20);
        while !with("second") {
            assert!(Instant::now() < deadline, "the old token is still used");
            sleep(Duration::from_millis(50)).await;
            assert!(rig.scrape().await.starts_with("up;"));
        }
        assert_eq!(giver.requests().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_refused_token_is_one_line_without_the_secret() {
    local(async {
        let refusal = r#"{"error": "invalid_client", "error_description": "no client me\nwith hunter2"}"#;
        let giver = Server::always(token("401 Unauthorized", refusal)).await;
        let target = Server::always(Act::Send(text("a 1\n"))).await;
        let mut rig = Rig::new(&target.address, &settings(&giver));
        let line = rig.scrape().await;
        let expect = format!(
            "no token from http://{}/token: HTTP status 401 Unauthorized: invalid_client: no client me with <secret>;",
            giver.address
        );
        assert!(line.starts_with(&expect), "{line}");
        assert!(target.requests().is_empty());
        // In both ways, and then the giver is left alone for a while.
        let asked = giver.requests().len();
        assert!(rig.scrape().await.starts_with(&expect));
        assert_eq!(giver.requests().len(), asked);
    })
    .await;
}

#[tokio::test]
async fn lists_of_targets_and_receivers_are_asked_with_tokens_too() {
    local(async {
        let giver = Server::always(token("503 Service Unavailable", "")).await;
        let target = Server::always(Act::Send(text("a 1\n"))).await;
        let list = format!(r#"[{{"targets": ["{}"]}}]"#, target.address);
        let lists = Server::always(token("200 OK", &list)).await;
        let sink = Server::always(Act::Send(answer("204 No Content", "", b""))).await;
        let job = format!(
            "- {{job_name: h, http_sd_configs: [{{url: 'http://{}/list', refresh_interval: 100ms, {}}}]}}\n",
            lists.address,
            settings(&giver)
        );
        let receiver = format!(
            "remote_write: [{{url: 'http://{}/w', queue_config: {{batch_send_deadline: 100ms}}, {}}}]\n",
            sink.address,
            settings(&giver)
        );
        let installed = Installed::start(&(config(&job) + &receiver), &[]);
        let deadline = Instant::now() + Duration::from_secs(30);
        let until = async |wanted: &dyn Fn() -> bool| {
            while !wanted() {
                assert!(Instant::now() < deadline, "it does not come true");
                sleep(Duration::from_millis(20)).await;
            }
        };
        until(&|| !giver.requests().is_empty()).await;
        assert!(lists.requests().is_empty() && sink.requests().is_empty());
        giver.set(token("200 OK", r#"{"access_token": "t"}"#));
        // Both go on by themselves, and nothing is dropped meanwhile.
        let bearer = "authorization: Bearer t\r\n";
        until(&|| sink.requests().iter().any(|request| request.contains(bearer))).await;
        assert!(lists.requests().iter().all(|request| request.contains(bearer)));
        let metrics = installed.metrics().await;
        let failed = metrics
            .lines()
            .find(|line| line.starts_with("prometheus_remote_storage_samples_failed_total{"));
        assert!(failed.is_some_and(|line| line.ends_with(" 0")), "{metrics}");
    })
    .await;
}
