//! Reads the objects of one kind, in one namespace or in all: a list, and the watch that follows it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};
use http_client::reason::chain;
use hyper::header::{ACCEPT, ACCEPT_ENCODING};
use hyper::{Request, Response};
use kube::client::Body;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

use super::lines::Lines;
use super::object::{Meta, Object, given};
use super::objects::{Objects, Table, key};
use crate::config::kubernetes::Selector;

/// Objects of one page of a list.
const PAGE_OBJECTS: usize = 500;

/// Bytes of one page; 500 usual pods have 4 MB.
const PAGE_BYTES_MAX: usize = 64 << 20;

/// Objects of one kind. A cluster of 100 nodes has about 10,000 pods, which take 20 MB here.
const OBJECTS_MAX: usize = 50_000;

/// How long one page may take.
const PAGE_TIME_MAX: Duration = Duration::from_secs(60);

/// How long the server lets a watch run.
const WATCH_SECONDS: u64 = 300;

/// Nothing for as long means that the server is gone, or the network between.
const SILENCE_MAX: Duration = Duration::from_secs(WATCH_SECONDS + 30);

/// The wait after a failure; it doubles with each.
const WAIT_MIN: Duration = Duration::from_secs(1);
const WAIT_MAX: Duration = Duration::from_secs(60);

/// What all readers of one source share.
#[derive(Debug, Default)]
pub struct Shared {
    /// What is known.
    pub objects: RefCell<Objects>,
    /// Told when something is known that was not.
    pub changed: Notify,
    states: RefCell<Vec<State>>,
}

/// How a reader does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// It has no list yet.
    #[default]
    Waits,
    /// It has one, and it is true.
    Knows,
    /// It has none, or an old one.
    Fails(String),
}

impl Shared {
    /// How all of them do: the first failure, or whether all know.
    pub fn state(&self) -> State {
        let states = self.states.borrow();
        let failed = states.iter().find(|state| matches!(state, State::Fails(_)));
        let waits = states.iter().find(|state| **state == State::Waits);
        failed.or(waits).cloned().unwrap_or(State::Knows)
    }

    fn set(&self, number: usize, state: State) {
        if let Some(known) = self.states.borrow_mut().get_mut(number) {
            *known = state;
        }
        self.changed.notify_one();
    }
}

/// Reads one kind in one namespace.
#[derive(Debug)]
pub struct Reader {
    client: Client,
    namespace: Option<String>,
    selector: Option<Selector>,
    shared: Rc<Shared>,
    number: usize,
    wait: Cell<Duration>,
}

/// The client of `kube`, which shows nothing of itself.
struct Client(kube::Client);

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}

/// Why an answer is none.
enum Failure {
    /// The version is older than what the server remembers: the list is read anew.
    Gone,
    Other(String),
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Self::Other(reason)
    }
}

#[derive(Debug, Deserialize)]
struct Page<K> {
    metadata: PageMeta,
    #[serde(deserialize_with = "given", bound(deserialize = "K: Deserialize<'de>"))]
    items: Vec<K>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PageMeta {
    resource_version: String,
    r#continue: String,
}

#[derive(Debug, Deserialize)]
struct Event<'e> {
    r#type: &'e str,
    #[serde(borrow)]
    object: &'e RawValue,
}

/// An object of which only what all have is of interest.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Any {
    metadata: Meta,
}

/// What the server says where it does not do what it is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Status {
    code: u16,
    message: String,
}

impl Reader {
    /// Reads nothing yet; [`Reader::run`] does.
    pub fn new(
        client: kube::Client,
        namespace: Option<String>,
        selector: Option<Selector>,
        shared: Rc<Shared>,
    ) -> Self {
        let number = {
            let mut states = shared.states.borrow_mut();
            states.push(State::Waits);
            states.len() - 1
        };
        Self {
            client: Client(client),
            namespace,
            selector,
            shared,
            number,
            wait: Cell::new(WAIT_MIN),
        }
    }

    /// Lists and watches for ever.
    pub async fn run<K: Object>(self) {
        loop {
            if let Err(Failure::Other(reason)) = self.cycle::<K>().await {
                let what = match &self.namespace {
                    Some(namespace) => format!("{} of namespace {namespace}", K::PLURAL),
                    None => K::PLURAL.to_owned(),
                };
                self.shared
                    .set(self.number, State::Fails(format!("{what}: {reason}")));
            }
            let wait = self.wait.get();
            sleep(wait).await;
            self.wait.set((wait * 2).min(WAIT_MAX));
        }
    }

    /// One list, and watches from there until one cannot go on.
    async fn cycle<K: Object>(&self) -> Result<(), Failure> {
        let mut version = self.list::<K>().await?;
        self.shared.set(self.number, State::Knows);
        loop {
            let begun = Instant::now();
            self.watch::<K>(&mut version).await?;
            // Only after a watch that ran, so that a list is not read again and again for watches that all fail.
            self.wait.set(WAIT_MIN);
            sleep(WAIT_MIN.saturating_sub(begun.elapsed())).await;
        }
    }

    /// Reads all pages and replaces what was known. Returns the version from which to watch.
    async fn list<K: Object>(&self) -> Result<String, Failure> {
        let mut table = Table::<K>::new();
        let mut next = String::new();
        loop {
            let mut query = format!("limit={PAGE_OBJECTS}");
            if !next.is_empty() {
                push(&mut query, "continue", &next);
            }
            let page = timeout(PAGE_TIME_MAX, self.page::<K>(&query)).await;
            let page = page.map_err(|_| format!("no answer within {PAGE_TIME_MAX:?}"))??;
            for object in page.items {
                let at = key(&object.meta().namespace, &object.meta().name);
                table.insert(at, object);
            }
            if OBJECTS_MAX < table.len() {
                let reason = format!("more than {OBJECTS_MAX}: name namespaces or selectors");
                return Err(Failure::Other(reason));
            }
            next = page.metadata.r#continue;
            if next.is_empty() {
                self.replace(table);
                return Ok(page.metadata.resource_version);
            }
        }
    }

    fn replace<K: Object>(&self, table: Table<K>) {
        let mut objects = self.shared.objects.borrow_mut();
        let known = K::table(&mut objects);
        match &self.namespace {
            None => known.clear(),
            Some(namespace) => {
                let folder = key(namespace, "");
                known.retain(|at, _| !at.starts_with(&folder));
            }
        }
        known.extend(table);
    }

    async fn page<K: Object>(&self, query: &str) -> Result<Page<K>, Failure> {
        let answer = self.ask::<K>(query).await?;
        let body = Limited::new(answer.into_body(), PAGE_BYTES_MAX).collect().await;
        let body = body.map_err(|error| chain(&*error))?;
        let page = serde_json::from_slice(&body.to_bytes());
        Ok(page.map_err(|error| format!("list not understood: {error}"))?)
    }

    /// Takes what changes after `version`, and moves it on. Returns when the server ends the watch.
    async fn watch<K: Object>(&self, version: &mut String) -> Result<(), Failure> {
        let mut query = format!("watch=true&allowWatchBookmarks=true&timeoutSeconds={WATCH_SECONDS}");
        push(&mut query, "resourceVersion", version);
        let asked = timeout(PAGE_TIME_MAX, self.ask::<K>(&query)).await;
        let answer = asked.map_err(|_| format!("no answer within {PAGE_TIME_MAX:?}"))??;
        let mut lines = Lines::new(answer.into_body());
        loop {
            let line = timeout(SILENCE_MAX, lines.next()).await;
            let line = line.map_err(|_| format!("nothing came within {SILENCE_MAX:?}"))??;
            let Some(line) = line else { return Ok(()) };
            if !line.trim_ascii().is_empty() {
                self.take::<K>(&line, version)?;
            }
        }
    }

    fn take<K: Object>(&self, line: &[u8], version: &mut String) -> Result<(), Failure> {
        let wrong = |error: serde_json::Error| format!("event not understood: {error}");
        let event: Event<'_> = serde_json::from_slice(line).map_err(wrong)?;
        let text = event.object.get();
        if event.r#type == "ERROR" {
            let status: Status = serde_json::from_str(text).map_err(wrong)?;
            return Err(refusal(status));
        }
        let any: Any = serde_json::from_str(text).map_err(wrong)?;
        *version = any.metadata.resource_version;
        let at = key(&any.metadata.namespace, &any.metadata.name);
        {
            let mut objects = self.shared.objects.borrow_mut();
            let known = K::table(&mut objects);
            match event.r#type {
                "ADDED" | "MODIFIED" => {
                    let object = serde_json::from_str(text).map_err(wrong)?;
                    if known.len() < OBJECTS_MAX || known.contains_key(&at) {
                        known.insert(at, object);
                    }
                }
                "DELETED" => drop(known.remove(&at)),
                // A bookmark only moves the version on.
                _ => return Ok(()),
            }
        }
        self.shared.changed.notify_one();
        Ok(())
    }

    async fn ask<K: Object>(&self, query: &str) -> Result<Response<Body>, Failure> {
        let namespaces = match &self.namespace {
            Some(namespace) => format!("/namespaces/{}", escaped(namespace)),
            None => String::new(),
        };
        let mut uri = format!("{}{namespaces}/{}?{query}", K::GROUP, K::PLURAL);
        if let Some(selector) = &self.selector {
            for (name, text) in [
                ("labelSelector", &selector.label),
                ("fieldSelector", &selector.field),
            ] {
                if !text.is_empty() {
                    push(&mut uri, name, text);
                }
            }
        }
        let request = Request::get(uri)
            .header(ACCEPT, "application/json")
            .header(ACCEPT_ENCODING, "identity")
            .body(Body::from(Bytes::new()));
        let request = request.map_err(|error| format!("request: {error}"))?;
        let answer = self.client.0.send(request).await;
        let answer = answer.map_err(|error| chain(&error))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let body = Limited::new(answer.into_body(), PAGE_BYTES_MAX).collect().await;
        let body = body.map(|body| body.to_bytes()).unwrap_or_default();
        let said: Status = serde_json::from_slice(&body).unwrap_or_default();
        Err(refusal(Status {
            code: status.as_u16(),
            ..said
        }))
    }
}

/// What a refusal means, in one line that says what to do where that is known.
fn refusal(status: Status) -> Failure {
    let message: String = status.message.replace(char::is_control, " ");
    let said = match message.is_empty() {
        true => format!("HTTP status {}", status.code),
        false => format!("{message:.300}"),
    };
    match status.code {
        410 => Failure::Gone,
        401 => Failure::Other(format!(
            "{said}: the API server does not accept these credentials"
        )),
        403 => Failure::Other(format!("{said}: give this account list and watch on it")),
        _ => Failure::Other(said),
    }
}

fn push(query: &mut String, name: &str, value: &str) {
    query.push('&');
    query.push_str(name);
    query.push('=');
    query.push_str(&escaped(value));
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
