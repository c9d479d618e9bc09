//! A made Kubernetes API server: lists in pages, watches that tell of changes, and what it refuses.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{JoinSet, spawn_local};

use crate::server::answer;

/// A running server; it ends with the `LocalSet`, or with [`ApiServer::restart`].
#[derive(Clone, Debug)]
pub struct ApiServer {
    /// `127.0.0.1:port`.
    pub address: String,
    state: Rc<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Objects in JSON, with the path of their list: `/api/v1/pods`.
    objects: RefCell<Vec<(String, String)>>,
    /// Those that watch, with the path of their list.
    watchers: RefCell<Vec<(String, mpsc::UnboundedSender<String>)>>,
    /// The status of every answer that is not 200.
    refusal: Cell<Option<u16>>,
    /// Objects of one page.
    page: Cell<usize>,
    requests: RefCell<Vec<String>>,
    connections: RefCell<JoinSet<()>>,
}

impl ApiServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let state = Rc::new(State::default());
        state.page.set(1);
        let server = Self {
            address: listener.local_addr().unwrap().to_string(),
            state: Rc::clone(&state),
        };
        spawn_local(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let serving = serve(stream, Rc::clone(&state));
                // A client that leaves is no failure of the server.
                let serving = async { drop(serving.await) };
                state.connections.borrow_mut().spawn_local(serving);
            }
        });
        server
    }

    /// Adds an object, and tells those that watch.
    pub fn add(&self, path: &str, object: &str) {
        let one = (path.to_owned(), object.to_owned());
        self.state.objects.borrow_mut().push(one);
        self.tell(path, &format!(r#"{{"type": "ADDED", "object": {object}}}"#));
    }

    /// Removes an object, and tells those that watch.
    pub fn remove(&self, path: &str, object: &str) {
        let is_other = |one: &(String, String)| one.0 != path || one.1 != object;
        self.state.objects.borrow_mut().retain(is_other);
        self.tell(path, &format!(r#"{{"type": "DELETED", "object": {object}}}"#));
    }

    /// Changes what is known without telling those that watch.
    pub fn replace(&self, path: &str, object: &str) {
        self.state
            .objects
            .replace(vec![(path.to_owned(), object.to_owned())]);
    }

    /// Tells those that watch what is no change.
    pub fn tell(&self, path: &str, event: &str) {
        let watchers = self.state.watchers.borrow();
        for (_, watcher) in watchers.iter().filter(|(watched, _)| watched == path) {
            // One that left is told nothing.
            let _ = watcher.send(format!("{event}\n"));
        }
    }

    /// Refuses everything with this status, or nothing any more; ends all connections.
    pub fn restart(&self, refusal: Option<u16>) {
        self.state.refusal.set(refusal);
        self.state.watchers.take();
        self.state.connections.borrow_mut().abort_all();
    }

    /// How many watch a list.
    pub fn watchers(&self, path: &str) -> usize {
        let watchers = self.state.watchers.borrow();
        let open = watchers
            .iter()
            .filter(|(watched, watcher)| watched == path && !watcher.is_closed());
        open.count()
    }

    pub fn requests(&self) -> Vec<String> {
        self.state.requests.borrow().clone()
    }
}

async fn serve(mut stream: TcpStream, state: Rc<State>) -> std::io::Result<()> {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        let request = String::from_utf8(head).unwrap();
        state.requests.borrow_mut().push(request.clone());
        let target = request.split(' ').nth(1).unwrap();
        let (path, query) = target.split_once('?').unwrap();
        if let Some(status) = state.refusal.get() {
            let status = status.to_string();
            let body = format!(
                r#"{{"kind": "Status", "code": {status}, "message": "{path} is forbidden: no right to list"}}"#
            );
            stream
                .write_all(&answer(&format!("{status} No"), "", body.as_bytes()))
                .await?;
            continue;
        }
        if query.contains("watch=true") {
            return watch(stream, path, &state).await;
        }
        let bytes = list(path, query, &state);
        stream
            .write_all(&answer(
                "200 OK",
                "Content-Type: application/json\r\n",
                bytes.as_bytes(),
            ))
            .await?;
    }
}

/// One page of a list; the parameter `continue` counts the objects before it.
fn list(path: &str, query: &str, state: &State) -> String {
    let objects = state.objects.borrow();
    let listed: Vec<&str> = objects
        .iter()
        .filter(|(of, _)| of == path)
        .map(|(_, object)| object.as_str())
        .collect();
    let from = query.split('&').find_map(|pair| pair.strip_prefix("continue="));
    let from: usize = from.map_or(0, |from| from.parse().unwrap());
    let to = listed.len().min(from + state.page.get());
    let next = if to < listed.len() {
        to.to_string()
    } else {
        String::new()
    };
    let items = listed[from..to].join(",");
    format!(
        r#"{{"kind": "List", "metadata": {{"resourceVersion": "7", "continue": "{next}"}}, "items": [{items}]}}"#
    )
}

async fn watch(mut stream: TcpStream, path: &str, state: &State) -> std::io::Result<()> {
    let (sender, mut events) = mpsc::unbounded_channel();
    state.watchers.borrow_mut().push((path.to_owned(), sender));
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await?;
    while let Some(event) = events.recv().await {
        // In two pieces, so that a line is put together.
        let (first, second) = event.split_at(event.len() / 2);
        for piece in [first, second] {
            let chunk = format!("{:x}\r\n{piece}\r\n", piece.len());
            stream.write_all(chunk.as_bytes()).await?;
            stream.flush().await?;
        }
    }
    Ok(())
}
