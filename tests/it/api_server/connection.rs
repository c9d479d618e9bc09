//! Takes connections, and answers one request after the other on each.

use std::io::{Read, Result, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;

use rustls::{ServerConnection, StreamOwned};

use super::answer::{self, Answer};
use super::fault::{self, What};
use super::request::{Asked, Form, Format, Request};
use super::{Shared, State, Streaming, list, watch};

/// Takes connections until the server is to end.
pub fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
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
