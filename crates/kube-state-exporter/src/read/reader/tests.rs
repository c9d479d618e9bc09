use std::cell::RefCell;
use std::collections::VecDeque;

use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::connect::{Place, Source};
use crate::resource::{DecodeError, Wire};
use crate::store::Store;
use crate::telemetry::Telemetry;

/// What a request must contain, and the answer: its status and headers, and its body. The connection is closed then.
type Step = (&'static str, &'static str, &'static str);

const OK: &str = "200 OK\r\ncontent-type: application/json";
const STREAM: &str = "sendInitialEvents=true";
/// How long a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// Objects are `{"metadata":{"name":"a","resourceVersion":"1"}}`, and their text is their name and version.
fn render(object: Object<'_>, out: &mut Rendered) -> Result<(), DecodeError> {
    #[derive(Deserialize)]
    struct Thing {
        metadata: Metadata,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Metadata {
        name: String,
        resource_version: String,
    }
    let (Object::Json(bytes) | Object::Protobuf(bytes)) = object;
    let Thing { metadata } = serde_json::from_slice(bytes)?;
    out.text = format!("{}@{}\n", metadata.name, metadata.resource_version).into_bytes();
    out.ends = vec![out.text.len() as u32];
    (out.name, out.resource_version) = (metadata.name, metadata.resource_version);
    Ok(())
}

fn subject() -> Rc<Subject> {
    Rc::new(Subject {
        name: "things".to_owned(),
        go_type: "*v1.Thing".to_owned(),
        group: String::new(),
        version: "v1".to_owned(),
        plural: "things".to_owned(),
        namespaced: true,
        wire: Wire::Object,
        headers: vec![crate::subject::Header::default()],
        render: Box::new(render),
    })
}

/// Answers the steps one after the other; a request after the last one waits for ever.
async fn serve(listener: TcpListener, steps: Rc<RefCell<VecDeque<Step>>>, asked: Rc<RefCell<Vec<String>>>) {
    let mut held = Vec::new();
    loop {
        let Ok((mut stream, _)) = listener.accept().await else {
            return;
        };
        let request = head(&mut stream).await;
        asked.borrow_mut().push(request.clone());
        let step = steps.borrow_mut().pop_front();
        let Some((wanted, head, body)) = step else {
            held.push(stream);
            continue;
        };
        assert!(request.contains(wanted), "{wanted} is not in {request}");
        let answer = format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n{body}");
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    head.lines().next().unwrap().to_owned()
}

/// Runs a reader against the steps until all are answered and one more request has come; checks what is known then.
#[track_caller]
fn check(steps: &[Step], known: &[&str]) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let local = tokio::task::LocalSet::new();
    let (found, asked) = local.block_on(&runtime, run(steps));
    assert_eq!(found, known);
    asked
}

async fn run(steps: &[Step]) -> (Vec<String>, Vec<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Rc::<RefCell<Vec<String>>>::default();
    let left = Rc::new(RefCell::new(steps.iter().copied().collect()));
    let server = tokio::task::spawn_local(serve(listener, left, Rc::clone(&asked)));
    let source = Source {
        server: Some(format!("http://{address}")),
        place: Place::Address,
    };
    let shared = Shared {
        api: Rc::new(Api::new(source).await.unwrap()),
        lists: Turns::new(1, Duration::from_secs(60)),
        shard: Shard::ALL,
        timing: Timing {
            watch: Duration::from_secs(60),
            list_silence: Duration::from_secs(60),
            watch_grace: Duration::from_secs(60),
        },
    };
    let mut store = Store::default();
    let subject = subject();
    let part = Rc::clone(&store.add(Rc::clone(&subject), 1).parts[0]);
    let counts = Telemetry::default().counts("*v1.Thing");
    let reader = Reader::new(shared, subject, Scope::default(), part, counts, Rc::default(), 1);
    let reader = tokio::task::spawn_local(reader.run());
    let end = Instant::now() + PATIENCE;
    while asked.borrow().len() <= steps.len() && !server.is_finished() {
        assert!(Instant::now() < end, "only asked for {:?}", asked.borrow());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    reader.abort();
    server.abort();
    let blocks = store.groups[0].blocks();
    let objects = blocks.iter().flat_map(|block| block.places());
    let text = objects.map(|object| String::from_utf8_lossy(object.lines(0)).trim_end().to_owned());
    let asked = asked.borrow().clone();
    (text.collect(), asked)
}

const LIST: &str = r#"{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"1"}}}
{"type":"ADDED","object":{"metadata":{"name":"b","resourceVersion":"2"}}}
{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"5","annotations":{"k8s.io/initial-events-end":"true"}}}}
"#;
const UNKNOWN_PARAMETER: Step = (
    STREAM,
    "422 Unprocessable Entity\r\ncontent-type: application/json",
    r#"{"kind":"Status","code":422,"message":"sendInitialEvents is forbidden"}"#,
);

#[test]
fn a_watch_begins_with_the_list_and_goes_on_where_it_ended() {
    let changes = r#"{"type":"MODIFIED","object":{"metadata":{"name":"a","resourceVersion":"6"}}}
{"type":"DELETED","object":{"metadata":{"name":"b","resourceVersion":"7"}}}
{"type":"ADDED","object":{"metadata":{"name":"c","resourceVersion":"8"}}}
"#;
    let asked = check(
        &[(STREAM, OK, LIST), ("resourceVersion=5", OK, changes)],
        &["a@6", "c@8"],
    );
    assert!(asked[2].contains("resourceVersion=8"), "{asked:?}");
}

#[test]
fn pages_where_the_server_has_no_streaming_lists() {
    let first = r#"{"metadata":{"resourceVersion":"9","continue":"next"},"items":[{"metadata":{"name":"a","resourceVersion":"1"}}]}"#;
    let second =
        r#"{"metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"b","resourceVersion":"2"}}]}"#;
    let asked = check(
        &[
            UNKNOWN_PARAMETER,
            ("limit=100 ", OK, first),
            ("limit=100&continue=next", OK, second),
        ],
        &["a@1", "b@2"],
    );
    assert!(
        asked[3].contains("watch=true") && asked[3].contains("resourceVersion=9"),
        "{asked:?}"
    );
}

#[test]
fn an_expired_page_is_followed_by_the_whole_list() {
    let first = r#"{"metadata":{"resourceVersion":"9","continue":"next"},"items":[{"metadata":{"name":"a","resourceVersion":"1"}}]}"#;
    let whole =
        r#"{"metadata":{"resourceVersion":"12"},"items":[{"metadata":{"name":"b","resourceVersion":"2"}}]}"#;
    check(
        &[
            UNKNOWN_PARAMETER,
            ("limit=100 ", OK, first),
            (
                "continue=next",
                "410 Gone\r\ncontent-type: application/json",
                "{}",
            ),
            ("/api/v1/things ", OK, whole),
        ],
        &["b@2"],
    );
}

#[test]
fn after_an_expired_version_the_list_is_read_again() {
    let expired = r#"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}
"#;
    let list = r#"{"type":"ADDED","object":{"metadata":{"name":"b","resourceVersion":"20"}}}
{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"21","annotations":{"k8s.io/initial-events-end":"true"}}}}
"#;
    check(
        &[
            (STREAM, OK, LIST),
            ("resourceVersion=5", OK, expired),
            (STREAM, OK, list),
        ],
        &["b@20"],
    );
}

#[test]
fn what_is_known_stays_while_the_server_refuses_or_breaks_off() {
    let refused = "403 Forbidden\r\ncontent-type: application/json";
    let half = r#"{"type":"ADDED","object":{"metadata":{"name":"z","resourceVersion":"30"}}}
{"type":"ADD"#;
    check(
        &[
            (STREAM, OK, LIST),
            ("resourceVersion=5", refused, r#"{"message":"no"}"#),
            (STREAM, OK, half),
        ],
        &["a@1", "b@2"],
    );
}

#[test]
fn nothing_is_served_before_the_first_list_is_complete() {
    let half = r#"{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"1"}}}
"#;
    check(&[(STREAM, OK, half)], &[]);
}

#[test]
fn an_object_that_cannot_be_read_is_left_out() {
    let list = r#"{"type":"ADDED","object":{"metadata":{"name":7}}}
{"type":"ADDED","object":{"metadata":{"name":"b","resourceVersion":"2"}}}
{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"5","annotations":{"k8s.io/initial-events-end":"true"}}}}
"#;
    check(&[(STREAM, OK, list)], &["b@2"]);
}
