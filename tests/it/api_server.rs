//! An API server that holds the objects that a test gives it, speaks as Kubernetes does, and goes wrong as it is told.
//!
//! | module       | holds                                                                          |
//! |--------------|--------------------------------------------------------------------------------|
//! | [`world`]    | objects with their versions, and what changed lately                             |
//! | [`kinds`]    | which kinds there are, and their paths                                           |
//! | [`request`]  | what is asked, and which form and format answer it                               |
//! | [`list`], [`watch`], [`answer`] | pages, streams, and how they are written                       |
//! | [`protobuf`] | Kubernetes' protobuf from JSON, by a table of its own                            |
//! | [`fault`]    | what goes wrong, and for whom                                                    |
//! | [`authority`]| certificates of a server and its clients                                         |
//! | [`made`]     | objects as a cluster has them, in any number                                     |
//! | [`churn`]    | pods that come, change and go                                                    |
//!
//! A thread for each connection: what a test makes slow is slow for that connection alone.

#[path = "api_server/answer.rs"]
mod answer;
// The paths are spelled out because the benchmarks take this file from another folder.
#[path = "api_server/authority.rs"]
pub mod authority;
#[path = "api_server/churn.rs"]
pub mod churn;
#[path = "api_server/fault.rs"]
pub mod fault;
#[path = "api_server/kinds.rs"]
mod kinds;
#[path = "api_server/list.rs"]
mod list;
#[path = "api_server/made.rs"]
pub mod made;
#[path = "api_server/protobuf.rs"]
mod protobuf;
#[path = "api_server/request.rs"]
pub mod request;
#[path = "api_server/watch.rs"]
mod watch;
#[path = "api_server/world.rs"]
mod world;

use std::io::{Read, Result, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use self::answer::Answer;
use self::fault::{Fault, What};
use self::request::{Asked, Form, Format, Request};
pub use self::world::World;

/// How streaming lists are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Streaming {
    /// As they should.
    Known,
    /// As by a server on which they are switched off.
    Refused,
    /// As by a server that has never heard of them: changes follow the objects, and no end of the list is told.
    Unheard,
}

/// How the server is.
#[derive(Debug)]
pub struct State {
    pub world: World,
    pub streaming: Streaming,
    pub protobuf: bool,
    /// `Bearer …` values that are let in; none lets in everybody.
    pub tokens: Vec<String>,
    /// Kinds that are not there.
    pub absent: Vec<&'static str>,
    pub faults: Vec<Fault>,
    /// Watches are told of this version in a bookmark.
    pub bookmarked: u64,
    /// Every request so far.
    pub requests: Vec<Request>,
    connections: Vec<TcpStream>,
    /// Whether the listener is to end.
    is_ending: bool,
    /// Rises when all connections are cut.
    life: u64,
    /// Rises with every change.
    generation: u64,
}

/// What all connections share.
pub struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    tls: Option<Arc<ServerConfig>>,
}

/// A running server; ends when dropped.
pub struct ApiServer {
    shared: Arc<Shared>,
    address: SocketAddr,
    listening: Option<JoinHandle<()>>,
}

impl ApiServer {
    /// Serves `world` without TLS.
    pub fn start(world: World) -> Self {
        Self::start_with(world, None)
    }

    /// Serves `world`, behind TLS where there is a configuration.
    pub fn start_with(world: World, tls: Option<Arc<ServerConfig>>) -> Self {
        let state = State {
            world,
            streaming: Streaming::Known,
            protobuf: true,
            tokens: Vec::new(),
            absent: Vec::new(),
            faults: Vec::new(),
            bookmarked: 0,
            requests: Vec::new(),
            connections: Vec::new(),
            is_ending: false,
            life: 0,
            generation: 0,
        };
        let mut server = Self {
            shared: Arc::new(Shared {
                state: Mutex::new(state),
                changed: Condvar::new(),
                tls,
            }),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            listening: None,
        };
        server.up();
        server
    }

    /// `http://127.0.0.1:port`, or `https`.
    pub fn url(&self) -> String {
        let scheme = self.shared.tls.as_ref().map_or("http", |_| "https");
        format!("{scheme}://{}", self.address)
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Changes something, and wakes all watches.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        self.shared.change(change)
    }

    /// From now on this goes wrong.
    pub fn fault(&self, fault: Fault) {
        self.change(|state| state.faults.push(fault));
    }

    /// From now on nothing goes wrong any more; what was held stays held.
    pub fn heal(&self) {
        self.change(|state| state.faults.clear());
    }

    /// Requests so far that `is_wanted` is true of.
    pub fn asked(&self, is_wanted: impl Fn(&Request) -> bool) -> Vec<Request> {
        let wanted = |state: &State| {
            let requests = state.requests.iter();
            requests.filter(|request| is_wanted(request)).cloned().collect()
        };
        self.shared.look(|state| wanted(state))
    }

    /// Cuts all connections.
    pub fn cut(&self) {
        self.change(|state| {
            state.life += 1;
            for connection in state.connections.drain(..) {
                let _ = connection.shutdown(Shutdown::Both);
            }
        });
    }

    /// Stops listening and cuts all connections: who connects is refused.
    pub fn down(&mut self) {
        let Some(listening) = self.listening.take() else {
            return;
        };
        self.change(|state| state.is_ending = true);
        // The listener looks when somebody comes.
        let _ = TcpStream::connect(self.address);
        listening.join().unwrap();
        self.cut();
    }

    /// Listens again, at the same address.
    pub fn up(&mut self) {
        let listener = TcpListener::bind(self.address).unwrap();
        self.address = listener.local_addr().unwrap();
        self.change(|state| state.is_ending = false);
        let shared = Arc::clone(&self.shared);
        self.listening = Some(std::thread::spawn(move || listen(&listener, &shared)));
    }
}

impl Drop for ApiServer {
    fn drop(&mut self) {
        self.down();
    }
}

impl Shared {
    fn look<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap())
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock().unwrap();
        state.generation += 1;
        let changed = change(&mut state);
        self.changed.notify_all();
        changed
    }

    fn generation(&self) -> u64 {
        self.look(|state| state.generation)
    }

    /// Waits until something has changed since `seen`, or until `end`. Returns whether the connections of `life` stand.
    fn wait(&self, life: u64, seen: u64, end: Option<Instant>) -> bool {
        let mut state = self.state.lock().unwrap();
        while state.life == life && state.generation == seen {
            state = match end.map(|end| end.saturating_duration_since(Instant::now())) {
                None => self.changed.wait(state).unwrap(),
                Some(Duration::ZERO) => break,
                Some(left) => self.changed.wait_timeout(state, left).unwrap().0,
            };
        }
        state.life == life
    }
}

fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        let Ok(stream) = stream else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        let life = shared.look(|state| {
            state.connections.extend(stream.try_clone());
            (!state.is_ending).then_some(state.life)
        });
        let Some(life) = life else {
            return;
        };
        let shared = Arc::clone(shared);
        std::thread::spawn(move || {
            let socket = stream.try_clone();
            converse(stream, &shared, life);
            // The copy that is kept for `cut` would hold it open.
            if let Ok(socket) = socket {
                let _ = socket.shutdown(Shutdown::Both);
            }
        });
    }
}

fn converse(stream: TcpStream, shared: &Shared, life: u64) {
    let _ = match &shared.tls {
        None => requests(stream, shared, life, |_| false),
        Some(config) => {
            let connection = ServerConnection::new(Arc::clone(config)).unwrap();
            let stream = StreamOwned::new(connection, stream);
            requests(stream, shared, life, |stream| {
                stream
                    .conn
                    .peer_certificates()
                    .is_some_and(|chain| !chain.is_empty())
            })
        }
    };
}

fn requests<S: Read + Write>(
    mut stream: S,
    shared: &Shared,
    life: u64,
    has_certificate: impl Fn(&S) -> bool,
) -> Result<()> {
    while let Some(mut request) = Request::read(&mut stream) {
        request.has_certificate = has_certificate(&stream);
        answer(&mut stream, shared, life, request)?;
    }
    Ok(())
}

fn answer(stream: &mut impl Write, shared: &Shared, life: u64, mut request: Request) -> Result<()> {
    let (fault, refusal, streaming) = shared.change(|state| {
        request.negotiate(state.protobuf);
        state.requests.push(request.clone());
        let fault = fault::strike(&mut state.faults, &request);
        (fault, refusal(state, &request), state.streaming)
    });
    let format = request.answered.map_or(Format::Json, |(_, format)| format);
    let mut answer = Answer::new(stream, shared, life, fault.clone());
    match fault {
        Some(What::Silent) => return answer.hold(),
        Some(What::Refused {
            code,
            reason,
            message,
            retry_after,
        }) => return answer.refuse(format, code, reason, message, retry_after),
        _ => {}
    }
    if let Some((code, reason, message)) = refusal {
        return answer.refuse(format, code, reason, message, None);
    }
    let (Some(place), Some(answered)) = (&request.place, request.answered) else {
        return answer.page(200, "", Format::Json, b"ok");
    };
    if matches!(fault, Some(What::Expired)) {
        return watch::expire(&mut answer, answered.1);
    }
    match (request.asked(), streaming) {
        (Asked::Streaming, Streaming::Refused) => {
            let message =
                "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled";
            answer.refuse(format, 422, "Invalid", message, None)
        }
        (Asked::Streaming | Asked::Watch, _) => {
            let watch = watch::Watch {
                request: &request,
                form: answered.0,
                format: answered.1,
                marks_end: streaming == Streaming::Known,
            };
            watch.serve(&mut answer, shared, life)
        }
        (Asked::List, _) => list::serve(&mut answer, &request, answered, || {
            shared.look(|state| list::moment(&state.world, request.plural()))
        }),
        (Asked::Other, _) => {
            let object = shared.look(|state| {
                state
                    .world
                    .object(place.kind.plural, &place.namespace, &place.name)
            });
            match object {
                Some(object) => answer.page(
                    200,
                    "",
                    Format::Json,
                    answer::json(&object, Form::Whole).as_bytes(),
                ),
                None => answer.refuse(Format::Json, 404, "NotFound", "there is no such object", None),
            }
        }
    }
}

/// Why a request is not let in, or has nothing to ask for.
fn refusal(state: &State, request: &Request) -> Option<(u16, &'static str, &'static str)> {
    let token = request.header("authorization");
    if !state.tokens.is_empty()
        && !state
            .tokens
            .iter()
            .any(|known| token == format!("Bearer {known}"))
    {
        return Some((401, "Unauthorized", "Unauthorized"));
    }
    let absent = "the server could not find the requested resource";
    let Some(place) = &request.place else {
        let is_health = ["/livez", "/readyz", "/healthz"].contains(&request.path.as_str());
        return (!is_health).then_some((404, "NotFound", absent));
    };
    if state.absent.contains(&place.kind.plural) {
        return Some((404, "NotFound", absent));
    }
    match request.answered {
        None => Some((
            406,
            "NotAcceptable",
            "only the following media types are accepted: application/json",
        )),
        // Nobody here has a reason to read them.
        Some((Form::Whole, _)) if place.kind.plural == "secrets" => {
            Some((403, "Forbidden", "values of secrets are not given away"))
        }
        Some(_) => None,
    }
}
