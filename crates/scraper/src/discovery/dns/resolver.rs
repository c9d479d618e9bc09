//! A name server's client: one question, over UDP, and over TCP where the answer is too long for that.

use std::hash::{BuildHasher as _, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, QCLASS, QTYPE, Question, RCODE, TYPE};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

const RESOLV_CONF: &str = "/etc/resolv.conf";

/// Name servers that are asked at most, as in the C library.
const SERVERS_MAX: usize = 3;

/// Folders of names that are tried at most.
const SEARCH_MAX: usize = 6;

/// How long one server has for one answer.
const ANSWER_TIME: Duration = Duration::from_secs(5);

/// Largest answer over UDP that is sent to whoever does not say that he takes more.
const UDP_BYTES_MAX: usize = 512;

/// What is asked, and how names are completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolver {
    /// The servers, in the order in which they are asked.
    pub servers: Vec<SocketAddr>,
    /// What a name is tried with.
    pub search: Vec<String>,
    /// How many dots a name has that is tried as it is first.
    pub ndots: usize,
}

/// What one question brought.
pub enum Outcome {
    /// What it asked for, and aliases before that.
    Records(Vec<RData<'static>>),
    /// No server knows such a name.
    NoName,
}

impl Resolver {
    /// As `/etc/resolv.conf` has it; without one, the server of this machine.
    pub fn of_system() -> Result<Self, String> {
        match std::fs::read_to_string(RESOLV_CONF) {
            Ok(text) => Ok(Self::parse(&text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::parse("")),
            Err(error) => Err(format!("read {RESOLV_CONF}: {error}")),
        }
    }

    fn parse(text: &str) -> Self {
        let mut resolver = Self {
            servers: Vec::new(),
            search: Vec::new(),
            ndots: 1,
        };
        for line in text.lines() {
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("nameserver") => {
                    // A zone after `%` names an interface, which no address of a server that is reached by routing has.
                    let address = words.next().and_then(|word| word.parse::<IpAddr>().ok());
                    resolver
                        .servers
                        .extend(address.map(|address| SocketAddr::new(address, 53)));
                }
                Some("search" | "domain") => {
                    resolver.search = words.map(|word| word.trim_matches('.').to_owned()).collect();
                }
                Some("options") => {
                    let ndots = words.find_map(|word| word.strip_prefix("ndots:")?.parse().ok());
                    resolver.ndots = ndots.unwrap_or(resolver.ndots);
                }
                _ => {}
            }
        }
        resolver.servers.truncate(SERVERS_MAX);
        resolver.search.retain(|folder| !folder.is_empty());
        resolver.search.truncate(SEARCH_MAX);
        if resolver.servers.is_empty() {
            resolver.servers.push(SocketAddr::from(([127, 0, 0, 1], 53)));
        }
        resolver
    }

    /// The records of a name, those of aliases before it among them. Empty where no server knows the name.
    ///
    /// Fails with one line where no server has an answer.
    pub async fn lookup(&self, name: &str, kind: TYPE) -> Result<Vec<RData<'static>>, String> {
        let mut error = None;
        for name in self.names(name) {
            match self.ask_any(&name, kind).await {
                Ok(Outcome::Records(records)) => return Ok(records),
                Ok(Outcome::NoName) => {}
                Err(reason) => error = Some(format!("look up {name}: {reason}")),
            }
        }
        error.map_or(Ok(Vec::new()), Err)
    }

    /// The names that a name may mean, in the order in which they are tried.
    fn names(&self, name: &str) -> Vec<String> {
        if let Some(whole) = name.strip_suffix('.') {
            return vec![whole.to_owned()];
        }
        let completed = self.search.iter().map(|folder| format!("{name}.{folder}"));
        let as_it_is = std::iter::once(name.to_owned());
        match self.ndots <= name.matches('.').count() {
            true => as_it_is.chain(completed).collect(),
            false => completed.chain(as_it_is).collect(),
        }
    }

    async fn ask_any(&self, name: &str, kind: TYPE) -> Result<Outcome, String> {
        let mut reason = String::from("no name server");
        for server in &self.servers {
            let answer = timeout(ANSWER_TIME, ask(*server, name, kind)).await;
            match answer.unwrap_or_else(|_| Err(format!("no answer within {ANSWER_TIME:?}"))) {
                Ok(outcome) => return Ok(outcome),
                Err(error) => reason = format!("{server}: {error}"),
            }
        }
        Err(reason)
    }
}

async fn ask(server: SocketAddr, name: &str, kind: TYPE) -> Result<Outcome, String> {
    // A number that nobody outside can guess: the keys of the hasher are random.
    let id = RandomState::new().hash_one(name) as u16;
    let question = || -> Result<Vec<u8>, simple_dns::SimpleDnsError> {
        let mut packet = Packet::new_query(id);
        packet.set_flags(PacketFlag::RECURSION_DESIRED);
        let name = Name::new(name)?;
        let question = Question::new(name, QTYPE::TYPE(kind), QCLASS::CLASS(CLASS::IN), false);
        packet.questions.push(question);
        packet.build_bytes_vec()
    };
    let question = question().map_err(|error| format!("{name:?} is no name: {error}"))?;
    let answer = over_udp(server, &question)
        .await
        .map_err(|error| error.to_string())?;
    match read(&answer, id)? {
        Some(outcome) => Ok(outcome),
        None => {
            let answer = over_tcp(server, &question)
                .await
                .map_err(|error| error.to_string())?;
            read(&answer, id)?.ok_or_else(|| "its answer is cut off".to_owned())
        }
    }
}

/// Reads an answer; `None` where it was cut off.
pub fn read(answer: &[u8], id: u16) -> Result<Option<Outcome>, String> {
    let packet = Packet::parse(answer).map_err(|error| format!("answer not understood: {error}"))?;
    if packet.id() != id || !packet.has_flags(PacketFlag::RESPONSE) {
        return Err("an answer to another question".into());
    }
    if packet.has_flags(PacketFlag::TRUNCATION) {
        return Ok(None);
    }
    match packet.rcode() {
        RCODE::NoError => {
            let records = packet.answers.into_iter().map(|record| record.rdata.into_owned());
            Ok(Some(Outcome::Records(records.collect())))
        }
        RCODE::NameError => Ok(Some(Outcome::NoName)),
        other => Err(format!("answered {other:?}")),
    }
}

async fn over_udp(server: SocketAddr, question: &[u8]) -> std::io::Result<Vec<u8>> {
    let any: SocketAddr = match server {
        SocketAddr::V4(_) => ([0, 0, 0, 0], 0).into(),
        SocketAddr::V6(_) => ([0_u16; 8], 0).into(),
    };
    let socket = UdpSocket::bind(any).await?;
    // Only this server's answers come in.
    socket.connect(server).await?;
    socket.send(question).await?;
    let mut answer = vec![0; UDP_BYTES_MAX];
    let length = socket.recv(&mut answer).await?;
    answer.truncate(length);
    Ok(answer)
}

async fn over_tcp(server: SocketAddr, question: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(question.len()).map_err(std::io::Error::other)?;
    stream.write_all(&length.to_be_bytes()).await?;
    stream.write_all(question).await?;
    let length = stream.read_u16().await?;
    let mut answer = vec![0; usize::from(length)];
    stream.read_exact(&mut answer).await?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_the_system() {
        let resolver = Resolver::parse(
            "# made by NetworkManager\nsearch lan home.arpa.\nnameserver 192.168.1.1\nnameserver fd00::1\n\
             nameserver x\noptions edns0 ndots:2\n",
        );
        assert_eq!(
            resolver,
            Resolver {
                servers: vec!["192.168.1.1:53".parse().unwrap(), "[fd00::1]:53".parse().unwrap()],
                search: vec!["lan".into(), "home.arpa".into()],
                ndots: 2,
            }
        );
        assert_eq!(resolver.names("pi"), ["pi.lan", "pi.home.arpa", "pi"]);
        assert_eq!(
            resolver.names("_m._tcp.pi"),
            ["_m._tcp.pi", "_m._tcp.pi.lan", "_m._tcp.pi.home.arpa"]
        );
        assert_eq!(resolver.names("pi."), ["pi"]);
        assert_eq!(Resolver::parse("").servers, ["127.0.0.1:53".parse().unwrap()]);
    }
}
