//! What stands around the scraper: targets whose number a test sets, and a receiver that does as it is told.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::daemon::until;

/// Reads a request: its head and its body.
fn read(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length: ")?
            .parse()
            .ok()
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    Some((head, body))
}

/// Serves every connection on a thread of its own; returns `host:port`.
fn serve(answer: impl Fn(&mut TcpStream, String, Vec<u8>) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || {
                while let Some((head, body)) = read(&mut stream) {
                    answer(&mut stream, head, body);
                }
            });
        }
    });
    address
}

/// A target that exposes what the test says.
pub struct Target {
    /// `host:port`.
    pub address: String,
    body: Arc<Mutex<String>>,
    scrapes: Arc<Mutex<usize>>,
}

impl Target {
    pub fn start(body: &str) -> Self {
        let (shown, counted) = (
            Arc::new(Mutex::new(body.to_owned())),
            Arc::<Mutex<usize>>::default(),
        );
        let (body, scrapes) = (Arc::clone(&shown), Arc::clone(&counted));
        let address = serve(move |stream, _, _| {
            let text = shown.lock().unwrap().clone();
            *counted.lock().unwrap() += 1;
            let head = match text.is_empty() {
                true => "HTTP/1.1 500 Internal Server Error",
                false => "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4",
            };
            // A scraper that leaves is no failure.
            let _ = write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{text}", text.len());
        });
        Self {
            address,
            body,
            scrapes,
        }
    }

    /// Exposes this from now on; nothing is a target that is down.
    pub fn show(&self, body: &str) {
        body.clone_into(&mut self.body.lock().unwrap());
    }

    /// Waits for so many scrapes more.
    pub fn wait_for_scrapes(&self, more: usize) {
        let before = *self.scrapes.lock().unwrap();
        until("scrapes", || {
            (before + more <= *self.scrapes.lock().unwrap()).then_some(())
        });
    }
}

/// What a receiver does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Takes,
    Fails,
    /// 429 and `Retry-After: 2`.
    TooMany,
    Hangs,
    Resets,
    /// 400.
    Refuses,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    pub mode: Mode,
    pub head: String,
    pub body: Value,
    pub at: std::time::Instant,
}

/// A receiver that records.
pub struct Receiver {
    /// `host:port`.
    pub address: String,
    mode: Arc<Mutex<Mode>>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Receiver {
    pub fn start() -> Self {
        let (mode, requests) = (
            Arc::new(Mutex::new(Mode::Takes)),
            Arc::<Mutex<Vec<Request>>>::default(),
        );
        let (current, recorded) = (Arc::clone(&mode), Arc::clone(&requests));
        let address = serve(move |stream, head, body| {
            let mode = *current.lock().unwrap();
            recorded.lock().unwrap().push(Request {
                mode,
                head,
                body: serde_json::from_slice(&body).unwrap(),
                at: std::time::Instant::now(),
            });
            let answer = match mode {
                Mode::Takes => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                Mode::Fails => "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 5\r\n\r\nfault",
                Mode::TooMany => {
                    "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 2\r\nContent-Length: 4\r\n\r\nslow"
                }
                Mode::Refuses => "HTTP/1.1 400 Bad Request\r\nContent-Length: 15\r\n\r\ninvalid_payload",
                Mode::Hangs => return,
                Mode::Resets => {
                    let _ = stream.shutdown(std::net::Shutdown::Both);
                    return;
                }
            };
            // A scraper that leaves is no failure.
            let _ = stream.write_all(answer.as_bytes());
        });
        Self {
            address,
            mode,
            requests,
        }
    }

    pub fn set(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// How many came in this mode.
    pub fn count(&self, mode: Mode) -> usize {
        self.requests()
            .iter()
            .filter(|request| request.mode == mode)
            .count()
    }

    /// Waits until so many came in this mode.
    #[track_caller]
    pub fn wait_for(&self, mode: Mode, count: usize) -> Vec<Request> {
        let of_mode = || {
            let requests = self.requests().into_iter();
            requests
                .filter(|request| request.mode == mode)
                .collect::<Vec<_>>()
        };
        until(&format!("{count} requests that it {mode:?}"), || {
            Some(of_mode()).filter(|requests| count <= requests.len())
        })
    }

    /// `firing Hot a:1,b:2` for each message that was taken of a webhook.
    pub fn told(&self) -> Vec<String> {
        let taken = self
            .requests()
            .into_iter()
            .filter(|request| request.mode == Mode::Takes);
        taken.map(|request| words(&request.body)).collect()
    }
}

/// A message to a webhook in a few words: status, rule, rooms.
pub fn words(body: &Value) -> String {
    let alerts = body["alerts"].as_array().unwrap();
    let mut rooms: Vec<&str> = alerts
        .iter()
        .map(|alert| alert["labels"]["room"].as_str().unwrap_or("?"))
        .collect();
    rooms.sort_unstable();
    format!(
        "{} {} {}",
        body["status"].as_str().unwrap(),
        body["groupLabels"]["alertname"].as_str().unwrap(),
        rooms.join(",")
    )
}
