//! A listener that accepts and never says a word, as a database does whose disk hangs.

use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Accepts every connection, keeps it open, and reads and writes nothing.
pub struct Silent {
    address: String,
    accepted: Arc<Mutex<Vec<TcpStream>>>,
}

impl Silent {
    /// Listens on a port of its own.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let accepted = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&accepted);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                keep.lock().unwrap().push(stream);
            }
        });
        Self { address, accepted }
    }

    /// `127.0.0.1:port`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Connections that the other side still holds open.
    pub fn open(&self) -> usize {
        let connections = self.accepted.lock().unwrap();
        connections.iter().filter(|stream| is_open(stream)).count()
    }
}

/// Whether the other side has not closed; what it sent is read away.
fn is_open(mut stream: &TcpStream) -> bool {
    use std::io::Read as _;
    stream.set_nonblocking(true).unwrap();
    let mut block = [0; 4096];
    loop {
        match stream.read(&mut block) {
            Ok(0) => return false,
            Ok(_) => {}
            Err(error) => return error.kind() == std::io::ErrorKind::WouldBlock,
        }
    }
}
