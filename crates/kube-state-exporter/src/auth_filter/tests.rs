use std::rc::Rc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::LocalSet;

use super::*;
use crate::connect::{Place, Source};

/// An API server that knows one token and one user, and counts what it is asked.
struct Server {
    api: Api,
    asked: Rc<Cell<usize>>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Rc::new(Cell::new(0));
        let count = Rc::clone(&asked);
        tokio::task::spawn_local(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let count = Rc::clone(&count);
                tokio::task::spawn_local(async move {
                    let mut request = Vec::new();
                    loop {
                        let mut bytes = [0; 4096];
                        let length = socket.read(&mut bytes).await.unwrap();
                        if length == 0 {
                            return;
                        }
                        request.extend_from_slice(&bytes[..length]);
                        let Some(body) = whole(&request) else { continue };
                        count.set(count.get() + 1);
                        let (status, answer) = answer(&String::from_utf8_lossy(&request), &body);
                        let text = answer.to_string();
                        let head = format!(
                            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                            text.len()
                        );
                        socket.write_all((head + &text).as_bytes()).await.unwrap();
                        request.clear();
                    }
                });
            }
        });
        let source = Source {
            server: Some(format!("http://{address}")),
            place: Place::Address,
        };
        Self {
            api: Api::new(source).await.unwrap(),
            asked,
        }
    }
}

/// The body, once it is there.
fn whole(request: &[u8]) -> Option<Value> {
    let end = request.windows(4).position(|bytes| bytes == b"\r\n\r\n")? + 4;
    serde_json::from_slice(&request[end..]).ok()
}

fn answer(request: &str, body: &Value) -> (u16, Value) {
    let path = request.split(' ').nth(1).unwrap();
    let spec = &body["spec"];
    match path {
        TOKEN_REVIEWS if spec["token"] == "broken" => {
            (403, json!({"kind": "Status", "code": 403, "message": "no"}))
        }
        TOKEN_REVIEWS => {
            let token = spec["token"].as_str().unwrap();
            let user = json!({"username": token, "groups": ["g"], "extra": {"k": ["v"]}});
            let known = ["prometheus", "stranger"].contains(&token);
            (
                201,
                json!({"status": {"authenticated": known, "user": if known { user } else { json!({}) }}}),
            )
        }
        ACCESS_REVIEWS => {
            let asked = json!({"path": "/metrics", "verb": "get"});
            let allowed = spec["user"] == "prometheus"
                && spec["groups"] == json!(["g"])
                && spec["extra"] == json!({"k": ["v"]})
                && spec["nonResourceAttributes"] == asked;
            (201, json!({"status": {"allowed": allowed, "reason": "rbac"}}))
        }
        other => panic!("{other}"),
    }
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, test);
}

fn caller<'a>(path: &'a str, authorization: Option<&'a str>) -> Caller<'a> {
    Caller {
        method: "GET",
        path,
        authorization: authorization.map(str::as_bytes),
    }
}

#[test]
fn the_api_server_says_who_may() {
    run(async {
        let server = Server::start().await;
        let filter = AuthFilter::default();
        let ask = async |path, header| filter.admit(&server.api, &caller(path, header)).await;
        assert_eq!(ask("/metrics", None).await, Admission::Unknown);
        assert_eq!(ask("/metrics", Some("Basic YTpi")).await, Admission::Unknown);
        assert_eq!(server.asked.get(), 0);
        assert_eq!(ask("/metrics", Some("Bearer nobody")).await, Admission::Unknown);
        assert_eq!(
            ask("/metrics", Some("bearer prometheus")).await,
            Admission::Allowed
        );
        let stranger = ask("/metrics", Some("Bearer stranger")).await;
        assert!(
            matches!(&stranger, Admission::Forbidden(text) if text.starts_with("stranger may not")),
            "{stranger:?}"
        );
        assert!(matches!(
            ask("/other", Some("Bearer prometheus")).await,
            Admission::Forbidden(_)
        ));
    });
}

#[test]
fn answers_are_remembered_and_faults_are_not() {
    run(async {
        let server = Server::start().await;
        let filter = AuthFilter::default();
        for _ in 0..3 {
            for token in ["Bearer prometheus", "Bearer nobody"] {
                filter.admit(&server.api, &caller("/metrics", Some(token))).await;
            }
        }
        assert_eq!(server.asked.get(), 3);
        for asked in 4..6 {
            let answer = filter
                .admit(&server.api, &caller("/metrics", Some("Bearer broken")))
                .await;
            assert!(matches!(answer, Admission::Unavailable(_)), "{answer:?}");
            assert_eq!(server.asked.get(), asked);
        }
        // What has run out is asked for again.
        for (until, _) in filter.answers.borrow_mut().values_mut() {
            *until = Instant::now();
        }
        filter
            .admit(&server.api, &caller("/metrics", Some("Bearer prometheus")))
            .await;
        assert_eq!(server.asked.get(), 7);
        assert_eq!(filter.answers.borrow().len(), 1);
    });
}

#[test]
fn the_scraper_survives_a_flood_of_guesses() {
    let filter = AuthFilter::default();
    filter.remember([0, 0], Admission::Allowed);
    for guess in 1..1000 {
        filter.remember([guess, 0], Admission::Unknown);
    }
    assert_eq!(filter.known(&[0, 0]), Some(Admission::Allowed));
    assert_eq!(filter.answers.borrow().len(), ANSWERS_MAX);
    let filter = AuthFilter::default();
    filter.questions.set(QUESTIONS_MAX);
    run(async {
        let server = Server::start().await;
        let answer = filter
            .admit(&server.api, &caller("/metrics", Some("Bearer prometheus")))
            .await;
        assert!(matches!(answer, Admission::Unavailable(_)), "{answer:?}");
        assert_eq!(server.asked.get(), 0);
    });
}

#[test]
fn headers() {
    assert_eq!(bearer(b"Bearer  abc "), Some("abc"));
    for wrong in [
        &b"Bearer"[..],
        b"Bearer ",
        b"Bearer a b",
        b"Token abc",
        b"\xff abc",
        b"",
    ] {
        assert_eq!(bearer(wrong), None, "{wrong:?}");
    }
    let long = format!("Bearer {}", "x".repeat(TOKEN_BYTES_MAX + 1));
    assert_eq!(bearer(long.as_bytes()), None);
}
