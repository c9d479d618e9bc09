use std::path::Path;

use exporter_http::Pieces;
use metrics_registry::{Exposition, Format};
use settings::document;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::api::Api;
use crate::body::Body;
use crate::connect::{Place, Source};
use crate::custom_resources::config::LIMITS;
use crate::read::reader::Timing;
use crate::read::turns::Turns;
use crate::shard::Shard;

/// How long a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(30);

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
const END: &str = r#"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9","annotations":{"k8s.io/initial-events-end":"true"}}}}"#;

/// An API server: the watch of definitions stays open for the test to write to, other watches have one object each.
#[derive(Default)]
struct Server {
    definitions: RefCell<Option<TcpStream>>,
    /// Whether definitions may be read.
    forbidden: bool,
    held: RefCell<Vec<TcpStream>>,
    asked: RefCell<Vec<String>>,
}

impl Server {
    async fn serve(self: Rc<Self>, listener: TcpListener) {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            let path = head.split(' ').nth(1).unwrap();
            let path = path.split('?').next().unwrap().to_owned();
            self.asked.borrow_mut().push(path.clone());
            self.answer(&path, stream).await;
        }
    }

    async fn answer(&self, path: &str, mut stream: TcpStream) {
        let events = |events: &[String]| [HEAD.to_owned(), events.join("\n"), "\n".to_owned()].concat();
        let refused =
            |status: &str| HEAD.replace("200 OK", status) + "{\"kind\":\"Status\",\"message\":\"no\"}";
        match path {
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions" if self.forbidden => {
                stream
                    .write_all(refused("403 Forbidden").as_bytes())
                    .await
                    .unwrap();
            }
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions" => {
                let text = events(&[definition("ADDED", "Foo", &["v1", "v1beta1"]), END.to_owned()]);
                stream.write_all(text.as_bytes()).await.unwrap();
                self.definitions.replace(Some(stream));
            }
            "/apis/storage.k8s.io/v1" => {
                let list = r#"{"resources":[{"name":"csinodes","kind":"CSINode","namespaced":false}]}"#;
                stream.write_all([HEAD, list].concat().as_bytes()).await.unwrap();
            }
            "/apis/myteam.io/v1/foos" | "/apis/myteam.io/v1/bars" | "/apis/storage.k8s.io/v1/csinodes" => {
                let object =
                    r#"{"type":"ADDED","object":{"metadata":{"name":"x","uid":"u","resourceVersion":"3"}}}"#;
                let text = events(&[object.to_owned(), END.to_owned()]);
                stream.write_all(text.as_bytes()).await.unwrap();
                self.held.borrow_mut().push(stream);
            }
            _ => stream
                .write_all(refused("404 Not Found").as_bytes())
                .await
                .unwrap(),
        }
    }

    async fn tell(&self, event: &str) {
        let mut stream = self.definitions.borrow_mut().take().unwrap();
        stream.write_all(format!("{event}\n").as_bytes()).await.unwrap();
        self.definitions.replace(Some(stream));
    }
}

/// An event about a kind of `myteam.io`.
fn definition(event: &str, kind: &str, versions: &[&str]) -> String {
    let plural = kind.to_lowercase() + "s";
    let versions: Vec<_> = versions
        .iter()
        .map(|version| format!("{{\"name\":\"{version}\",\"served\":true}}"))
        .collect();
    format!(
        "{{\"type\":\"{event}\",\"object\":{{\"metadata\":{{\"name\":\"{plural}.myteam.io\",\"resourceVersion\":\"7\"}},\
         \"spec\":{{\"group\":\"myteam.io\",\"scope\":\"Namespaced\",\"names\":{{\"kind\":\"{kind}\",\"plural\":\"{plural}\"}},\
         \"versions\":[{}]}}}}}}",
        versions.join(",")
    )
}

struct Run {
    server: Rc<Server>,
    custom: Rc<CustomResources>,
    telemetry: Rc<Telemetry>,
}

impl Run {
    async fn start(server: Server, kinds: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Rc::new(server);
        tokio::task::spawn_local(Rc::clone(&server).serve(listener));
        let source = Source {
            server: Some(format!("http://{address}")),
            place: Place::Address,
        };
        let shared = Shared {
            api: Rc::new(Api::new(source).await.unwrap()),
            lists: Turns::new(4, Duration::from_secs(60)),
            shard: Shard::ALL,
            timing: Timing {
                watch: Duration::from_secs(60),
                list_silence: Duration::from_secs(30),
                watch_grace: Duration::from_secs(30),
            },
        };
        let text = format!(
            "spec:\n  resources:\n    - groupVersionKind: {kinds}\n      metrics:\n        \
             - {{name: object_info, each: {{type: Info, info: {{path: [metadata], labelsFromPath: {{o: [name]}}}}}}}}\n"
        );
        let config: Config = document::parse(Path::new("c"), &text, &LIMITS).unwrap();
        let telemetry = Rc::<Telemetry>::default();
        let options = Rc::new(Options::default());
        Self {
            server,
            custom: CustomResources::start(Rc::new(config), &options, &shared, &telemetry),
            telemetry,
        }
    }

    /// The kinds of which there are samples now.
    fn kinds(&self) -> Vec<String> {
        let clusters = self.custom.clusters();
        let groups = clusters.iter().flat_map(|cluster| &cluster.store.groups);
        let mut body = Body::new([], groups, Format::Text004, |_| true);
        let mut text = Vec::new();
        body.next(&mut text);
        let text = String::from_utf8(text).unwrap();
        assert!(text.matches("# TYPE").count() <= 1, "{text}");
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        let kind = |line: &str| {
            line.split("customresource_kind=\"")
                .nth(1)?
                .split('"')
                .next()
                .map(str::to_owned)
        };
        samples.filter_map(kind).collect()
    }

    async fn until(&self, kinds: &[&str]) {
        let end = Instant::now() + PATIENCE;
        while self.kinds() != kinds {
            assert!(
                Instant::now() < end,
                "{:?} {:?}",
                self.kinds(),
                self.server.asked.borrow()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn counted(&self) -> Vec<String> {
        let mut out = Exposition::default();
        self.telemetry
            .write(&[self.custom.definitions()], Shard::ALL, &mut out);
        let text = out.to_text();
        let lines = text
            .lines()
            .filter(|line| line.starts_with("kube_state_metrics_custom_resource_state_"));
        let short = |line: &str| line.replace("kube_state_metrics_custom_resource_state_", "");
        lines.map(short).collect()
    }
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, test);
}

#[test]
fn kinds_come_and_go_with_their_definitions() {
    run(async {
        let run = Run::start(Server::default(), "{group: myteam.io, version: v1, kind: '*'}").await;
        run.until(&["Foo"]).await;
        assert!(run.custom.is_complete());
        let before = run.custom.version();
        run.server.tell(&definition("ADDED", "Bar", &["v1"])).await;
        run.until(&["Bar", "Foo"]).await;
        assert_ne!(run.custom.version(), before);
        run.server
            .tell(&definition("DELETED", "Foo", &["v1", "v1beta1"]))
            .await;
        run.until(&["Bar"]).await;
        assert_eq!(
            run.counted(),
            ["add_events_total 2", "cache 1", "delete_events_total 1"]
        );
        // A version that nobody asked for is not read.
        let asked = run.server.asked.borrow();
        assert!(!asked.iter().any(|path| path.contains("v1beta1")), "{asked:?}");
    });
}

#[test]
fn kinds_without_a_definition_are_asked_for() {
    run(async {
        let kinds = "{group: storage.k8s.io, version: v1, kind: CSINode}";
        let run = Run::start(Server::default(), kinds).await;
        run.until(&["CSINode"]).await;
    });
}

#[test]
fn definitions_that_may_not_be_read_are_done_without() {
    run(async {
        let server = Server {
            forbidden: true,
            ..Server::default()
        };
        let kinds = "{group: storage.k8s.io, version: v1, kind: CSINode}";
        let run = Run::start(server, kinds).await;
        run.until(&["CSINode"]).await;
    });
}

#[test]
fn nothing_is_asked_where_nothing_is_configured() {
    run(async {
        let run = Run::start(Server::default(), "{group: myteam.io}").await;
        let shared = run.custom.shared.clone();
        let (options, telemetry) = (Rc::new(Options::default()), Rc::default());
        let none = CustomResources::start(Rc::default(), &options, &shared, &telemetry);
        assert!(none.is_complete() && none.definitions().store.groups.is_empty());
    });
}
