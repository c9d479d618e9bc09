//! A server that answers as its script says, to the byte.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::spawn_local;
use tokio_rustls::TlsAcceptor;

/// What happens after a request.
#[derive(Clone, Debug)]
pub enum Act {
    /// These bytes, and the connection stays open.
    Send(Vec<u8>),
    /// These bytes, and the connection is closed.
    SendAndClose(Vec<u8>),
    /// Nothing, for ever.
    Hang,
    /// A reset instead of an answer.
    Reset,
    /// One byte every 50 ms.
    Drip(Vec<u8>),
    /// A head, and then this again and again until the client has enough.
    Endless(Vec<u8>, Vec<u8>),
}

/// A running server; it ends with the `LocalSet`.
#[derive(Clone, Debug)]
pub struct Server {
    /// `127.0.0.1:port`.
    pub address: String,
    state: Rc<State>,
}

#[derive(Debug)]
struct State {
    act: RefCell<Box<dyn Script>>,
    requests: RefCell<Vec<String>>,
    connections: RefCell<usize>,
    sent: RefCell<u64>,
}

trait Script: std::fmt::Debug {
    fn next(&mut self, request: &str) -> Act;
}

/// The same for every request.
#[derive(Debug)]
struct Always(Act);

impl Script for Always {
    fn next(&mut self, _request: &str) -> Act {
        self.0.clone()
    }
}

/// One after the other; the last one again and again.
#[derive(Debug)]
struct InTurn(Vec<Act>);

impl Script for InTurn {
    fn next(&mut self, _request: &str) -> Act {
        match self.0.len() {
            1 => self.0[0].clone(),
            _ => self.0.remove(0),
        }
    }
}

/// A good answer in text 0.0.4.
pub fn text(body: &str) -> Vec<u8> {
    answer(
        "200 OK",
        "Content-Type: text/plain; version=0.0.4\r\n",
        body.as_bytes(),
    )
}

/// Any answer with a length.
pub fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut out = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    out.extend_from_slice(body);
    out
}

impl Server {
    pub async fn always(act: Act) -> Self {
        Self::start(Box::new(Always(act)), None).await
    }

    pub async fn with_tls(act: Act, acceptor: TlsAcceptor) -> Self {
        Self::start(Box::new(Always(act)), Some(acceptor)).await
    }

    pub async fn in_turn(acts: Vec<Act>) -> Self {
        Self::start(Box::new(InTurn(acts)), None).await
    }

    async fn start(script: Box<dyn Script>, acceptor: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap().to_string(),
            state: Rc::new(State {
                act: RefCell::new(script),
                requests: RefCell::default(),
                connections: RefCell::default(),
                sent: RefCell::default(),
            }),
        };
        let state = Rc::clone(&server.state);
        spawn_local(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                *state.connections.borrow_mut() += 1;
                let state = Rc::clone(&state);
                let acceptor = acceptor.clone();
                // A client that leaves is no failure of the server.
                spawn_local(async move { drop(serve_connection(stream, acceptor, &state).await) });
            }
        });
        server
    }

    /// What is answered from now on.
    pub fn set(&self, act: Act) {
        *self.state.act.borrow_mut() = Box::new(Always(act));
    }

    pub fn connections(&self) -> usize {
        *self.state.connections.borrow()
    }

    /// Bytes of endless bodies that went out.
    pub fn sent(&self) -> u64 {
        *self.state.sent.borrow()
    }

    pub fn requests(&self) -> Vec<String> {
        self.state.requests.borrow().clone()
    }
}

/// Whether a request is there with the body that its head tells of.
fn is_whole(received: &[u8]) -> bool {
    let Some(end) = received.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
        return false;
    };
    let head = String::from_utf8_lossy(&received[..end]).into_owned();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    end + 4 + length.map_or(0, |length| length.parse::<usize>().unwrap()) <= received.len()
}

async fn serve_connection(
    stream: TcpStream,
    acceptor: Option<TlsAcceptor>,
    state: &State,
) -> std::io::Result<()> {
    match acceptor {
        Some(acceptor) => serve(acceptor.accept(stream).await?, state, drop).await,
        None => {
            serve(stream, state, |stream| {
                drop(stream.set_zero_linger().map(|()| stream))
            })
            .await
        }
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    state: &State,
    reset: impl Fn(S),
) -> std::io::Result<()> {
    let mut received = Vec::new();
    loop {
        while !is_whole(&received) {
            let mut buffer = [0; 4096];
            match stream.read(&mut buffer).await? {
                0 => return Ok(()),
                length => received.extend_from_slice(&buffer[..length]),
            }
        }
        let request = String::from_utf8_lossy(&std::mem::take(&mut received)).into_owned();
        state.requests.borrow_mut().push(request.clone());
        let act = state.act.borrow_mut().next(&request);
        match act {
            Act::Send(bytes) => stream.write_all(&bytes).await?,
            Act::SendAndClose(bytes) => {
                stream.write_all(&bytes).await?;
                return stream.shutdown().await;
            }
            Act::Hang => std::future::pending().await,
            Act::Reset => {
                reset(stream);
                return Ok(());
            }
            Act::Drip(bytes) => {
                for byte in bytes {
                    stream.write_all(&[byte]).await?;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
            Act::Endless(head, piece) => {
                stream.write_all(&head).await?;
                loop {
                    stream.write_all(&piece).await?;
                    *state.sent.borrow_mut() += piece.len() as u64;
                }
            }
        }
    }
}
