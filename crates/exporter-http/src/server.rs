//! Accepts connections and serves them until it is told to end.
//!
//! Life of a connection: [`Connections`] lists it, [`stream::open`] does the handshake, [`stream::read_head`] waits for
//! a request, hyper parses it, [`Site::answer`] answers. [`Pace`] says at each moment what it waits for and how long.

use std::cell::Cell;
use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::Exporter;
use crate::connections::{Connections, Listed};
use crate::limits::Limits;
use crate::listen::Listener;
use crate::pace::{Pace, Phase};
use crate::routes::Site;
use crate::stream::{self, Rewind, Socket};

/// How long nothing is accepted after the system refused a connection: no file descriptors, no memory.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// What hyper buffers of a connection, in each direction; its smallest allowed is 8 KiB.
const BUFFER_BYTES_MAX: usize = 64 * 1024;

/// One exporter on its listeners.
pub(crate) struct Server<E> {
    pub site: Rc<Site<E>>,
    limits: Limits,
    connections: Rc<Connections>,
    /// Set once: nothing new is accepted, answered connections are closed.
    ending: Cell<bool>,
    end: Notify,
    /// Whether the system refuses connections right now; told once.
    refusing: Cell<bool>,
}

impl<E: Exporter> Server<E> {
    pub(crate) fn new(site: Site<E>, limits: Limits) -> Rc<Self> {
        Rc::new(Self {
            site: Rc::new(site),
            limits,
            connections: Rc::default(),
            ending: Cell::new(false),
            end: Notify::new(),
            refusing: Cell::new(false),
        })
    }

    /// Serves until `stop` is done, then lets requests under way end. Must run in a `LocalSet`.
    pub(crate) async fn run(self: &Rc<Self>, listeners: Vec<Listener>, stop: impl Future<Output = ()>) {
        let accepting: Vec<_> = listeners
            .into_iter()
            .map(|listener| tokio::task::spawn_local(Rc::clone(self).accept(listener)))
            .collect();
        stop.await;
        self.ending.set(true);
        self.end.notify_waiters();
        for task in accepting {
            // An accepting task ends by itself and does not panic.
            let _ = task.await;
        }
        let time = self.limits.drain;
        let stopped = tokio::time::timeout(time, self.site.exporter.stop(time));
        if let ((), Err(_)) = tokio::join!(self.drain(), stopped) {
            log::error!("not everything was put away in time");
        }
    }

    async fn drain(&self) {
        self.connections.close_all(&[Phase::Idle, Phase::Lingering]);
        let closed_soon = tokio::time::timeout(self.limits.drain_unsent, self.connections.all_closed());
        if closed_soon.await.is_ok() {
            return;
        }
        self.connections
            .close_all(&[Phase::Head, Phase::Handshake, Phase::Idle, Phase::Lingering]);
        let rest = self.limits.drain.saturating_sub(self.limits.drain_unsent);
        if tokio::time::timeout(rest, self.connections.all_closed())
            .await
            .is_err()
        {
            log::warn!(connections = self.connections.count(); "requests cut off, they did not end in time");
        }
    }

    async fn accept(self: Rc<Self>, listener: Listener) {
        let mut end = pin!(self.end.notified());
        end.as_mut().enable();
        while !self.ending.get() {
            tokio::select! {
                biased;
                () = &mut end => break,
                accepted = listener.accept() => self.accepted(accepted).await,
            }
        }
        // Who is in the queue already sent a request; closing the door now would reset it.
        while let Some(Ok(socket)) = now(listener.accept()).await {
            self.admit(socket);
        }
    }

    async fn accepted(self: &Rc<Self>, accepted: io::Result<Socket>) {
        match accepted {
            Ok(socket) => {
                if self.refusing.replace(false) {
                    log::info!("connections accepted again");
                }
                self.admit(socket);
            }
            // The client was gone before it was accepted.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                if !self.refusing.replace(true) {
                    log::error!(error:%; "connections not accepted, trying on");
                }
                // A connection that waits for its client may hold what is missing.
                self.connections.make_room();
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }

    fn admit(self: &Rc<Self>, socket: Socket) {
        if self.connections.count() >= self.limits.connections && !self.connections.make_room() {
            log::debug!("connection closed, all are being answered");
            return;
        }
        let pace = Rc::new(Pace::new(self.limits, Phase::Head));
        self.connections.start(Rc::clone(&pace), |listed| {
            tokio::task::spawn_local(Rc::clone(self).supervise(socket, pace, listed))
        });
    }

    /// Serves a connection until it ends or stays in a phase for too long.
    async fn supervise(self: Rc<Self>, socket: Socket, pace: Rc<Pace>, _listed: Listed) {
        let mut connection = pin!(Rc::clone(&self).serve(socket, Rc::clone(&pace)));
        let mut timer = pin!(tokio::time::sleep_until(Instant::now()));
        let result = std::future::poll_fn(|context| {
            if let Poll::Ready(result) = connection.as_mut().poll(context) {
                return Poll::Ready(Some(result));
            }
            if self.ending.get() && pace.phase() == Phase::Idle {
                return Poll::Ready(None);
            }
            // A phase only changes while the connection is polled, so the timer is right whenever this waits.
            let Some(deadline) = pace.deadline() else {
                return Poll::Pending;
            };
            if timer.deadline() != deadline {
                timer.as_mut().reset(deadline);
            }
            timer.as_mut().poll(context).map(|()| None)
        });
        match result.await {
            Some(Ok(())) => {}
            Some(Err(error)) => log::debug!(error:%; "connection ended"),
            None => log::debug!(phase:? = pace.phase(); "connection closed, the client took too long"),
        }
    }

    async fn serve(self: Rc<Self>, socket: Socket, pace: Rc<Pace>) -> Result<(), String> {
        let tls = self.site.watch().current().tls.clone();
        let opened = stream::open(socket, tls, &pace).await;
        let Some(mut stream) = opened.map_err(|error| error.to_string())? else {
            return Ok(());
        };
        let head = stream::read_head(&mut stream, self.limits.header_bytes).await;
        let head = head.map_err(|error| error.to_string())?;
        if head.is_empty() {
            return Ok(());
        }
        let mut http = http1::Builder::new();
        http.max_header_size(self.limits.header_bytes)
            .max_buf_size(BUFFER_BYTES_MAX)
            // Waiting is `Pace`'s business.
            .header_read_timeout(None);
        let io = TokioIo::new(Rewind::new(head, stream));
        let service = service_fn(|request: Request<Incoming>| {
            let (server, pace) = (Rc::clone(&self), Rc::clone(&pace));
            async move {
                pace.enter(Phase::Serving);
                let mut response = server.site.answer(request, &pace).await;
                if server.ending.get() || pace.must_linger() {
                    response
                        .headers_mut()
                        .insert(CONNECTION, HeaderValue::from_static("close"));
                }
                pace.enter(Phase::Sending);
                Ok::<_, Infallible>(response)
            }
        });
        // Boxed so that a connection that never sends a request does not hold room for hyper's state.
        Box::pin(http.serve_connection(io, service))
            .await
            .map_err(|error| error.to_string())
    }
}

/// What a future has ready right now.
async fn now<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}
