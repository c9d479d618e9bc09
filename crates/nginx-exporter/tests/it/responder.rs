//! A server that answers what a test says, on loopback or a Unix socket.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// What the page of `stub_status` looks like with so many requests.
pub fn page(requests: u64) -> String {
    format!(
        "Active connections: 1 \nserver accepts handled requests\n 1 1 {requests} \nReading: 0 Writing: 1 Waiting: 0 \n"
    )
}

/// A whole answer of HTTP.
pub fn answer(status: u16, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A server on threads of its own, which end with the process.
#[derive(Clone)]
pub struct Responder {
    /// The `--nginx.scrape-uri` of its page.
    pub uri: String,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    connections: usize,
    /// Heads of requests, and what came before them.
    heads: Vec<String>,
}

impl Responder {
    /// Answers each request with what `respond` makes of its path; nothing closes the connection.
    pub fn start(respond: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let uri = format!("http://{}/stub_status", listener.local_addr().unwrap());
        Self::serve(uri, respond, move || listener.accept().unwrap().0)
    }

    /// The same on a socket.
    pub fn unix(socket: &Path, respond: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        let listener = UnixListener::bind(socket).unwrap();
        let uri = format!("unix:{}:/stub_status", socket.display());
        Self::serve(uri, respond, move || listener.accept().unwrap().0)
    }

    /// The page with so many requests, always.
    pub fn page(requests: u64) -> Self {
        Self::start(move |_| Some(answer(200, &page(requests))))
    }

    fn serve<S: Read + Write + Send + 'static>(
        uri: String,
        respond: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
        accept: impl Fn() -> S + Send + 'static,
    ) -> Self {
        let seen = Arc::<Mutex<Seen>>::default();
        let responder = Self {
            uri,
            seen: Arc::clone(&seen),
        };
        let respond = Arc::new(respond);
        std::thread::spawn(move || {
            loop {
                let stream = accept();
                seen.lock().unwrap().connections += 1;
                let (seen, respond) = (Arc::clone(&seen), Arc::clone(&respond));
                std::thread::spawn(move || converse(stream, &seen, respond.as_ref()));
            }
        });
        responder
    }

    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    pub fn heads(&self) -> Vec<String> {
        self.seen.lock().unwrap().heads.clone()
    }
}

/// Answers requests until the client or `respond` ends it.
pub fn converse_with(mut stream: impl Read + Write, respond: impl Fn(&str) -> Option<String>) {
    while let Some(head) = read_head(&mut stream) {
        let Some(answer) = respond(&path(&head)) else {
            return;
        };
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn converse(stream: impl Read + Write, seen: &Mutex<Seen>, respond: &impl Fn(&str) -> Option<String>) {
    let mut stream = stream;
    while let Some(head) = read_head(&mut stream) {
        let path = path(&head);
        seen.lock().unwrap().heads.push(head);
        let Some(answer) = respond(&path) else { return };
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn path(head: &str) -> String {
    let request = head.split("GET ").nth(1).unwrap_or_default();
    request.split(' ').next().unwrap_or_default().to_owned()
}

/// The bytes up to an empty line that ends a request, one character a byte; `None` where the client left.
fn read_head(stream: &mut impl Read) -> Option<String> {
    let mut head = String::new();
    let mut byte = [0];
    while !(head.contains(" HTTP/1.1\r\n") && head.ends_with("\r\n\r\n")) {
        stream.read_exact(&mut byte).ok()?;
        head.push(char::from(byte[0]));
    }
    Some(head)
}
