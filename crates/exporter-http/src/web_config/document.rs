//! The fields of a web configuration file, as they are written. Whether a word is right is not looked at here.

use settings::document::{self, Limits, Node, Place, Value};

use super::Error;

/// What the file may take. The largest sensible one, with inline certificates and a hundred users, has 30 kB; the
/// deepest known field stands in three sections.
pub(crate) const LIMITS: Limits = Limits {
    bytes: 256 * 1024,
    depth: 16,
    parts: 20_000,
};

/// A scalar and where it stands.
#[derive(Clone)]
pub(crate) struct Word {
    pub text: String,
    pub place: Place,
}

/// The whole file.
pub(crate) struct Document {
    pub tls_server_config: TlsServer,
    pub http_server_config: HttpServer,
    pub basic_auth_users: Vec<(String, Word)>,
    pub rate_limit: RateLimit,
}

/// `tls_server_config`.
pub(crate) struct TlsServer {
    pub cert: Option<Word>,
    pub cert_file: Option<Word>,
    pub key: Option<Word>,
    pub key_file: Option<Word>,
    pub client_auth_type: Option<Word>,
    pub client_ca: Option<Word>,
    pub client_ca_file: Option<Word>,
    pub client_allowed_sans: Option<Vec<Word>>,
    pub min_version: Option<Word>,
    pub max_version: Option<Word>,
    pub cipher_suites: Vec<Word>,
    pub prefer_server_cipher_suites: Option<Word>,
    pub curve_preferences: Vec<Word>,
}

/// `http_server_config`.
pub(crate) struct HttpServer {
    pub http2: Option<Word>,
    pub headers: Vec<(String, Word)>,
}

/// `rate_limit`.
pub(crate) struct RateLimit {
    pub interval: Option<Word>,
    pub burst: Option<Word>,
}

impl Document {
    /// Reads the text. Fails on what is not YAML, on an unknown or repeated field, and on a list where a word belongs.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let tree =
            document::tree(text, &LIMITS).map_err(|(place, reason)| wrong(String::new(), place, &reason))?;
        let mut file = Section::new(String::new(), tree)?;
        let document = Self {
            tls_server_config: TlsServer::new(file.section("tls_server_config")?)?,
            http_server_config: HttpServer::new(file.section("http_server_config")?)?,
            basic_auth_users: file.section("basic_auth_users")?.into_words()?,
            rate_limit: RateLimit::new(file.section("rate_limit")?)?,
        };
        file.end()?;
        Ok(document)
    }
}

impl TlsServer {
    fn new(mut section: Section) -> Result<Self, Error> {
        let tls = Self {
            cert: section.word("cert")?,
            cert_file: section.word("cert_file")?,
            key: section.word("key")?,
            key_file: section.word("key_file")?,
            client_auth_type: section.word("client_auth_type")?,
            client_ca: section.word("client_ca")?,
            client_ca_file: section.word("client_ca_file")?,
            client_allowed_sans: section.words("client_allowed_sans")?,
            min_version: section.word("min_version")?,
            max_version: section.word("max_version")?,
            cipher_suites: section.words("cipher_suites")?.unwrap_or_default(),
            prefer_server_cipher_suites: section.word("prefer_server_cipher_suites")?,
            curve_preferences: section.words("curve_preferences")?.unwrap_or_default(),
        };
        section.end()?;
        Ok(tls)
    }
}

impl HttpServer {
    fn new(mut section: Section) -> Result<Self, Error> {
        let http = Self {
            http2: section.word("http2")?,
            headers: section.section("headers")?.into_words()?,
        };
        section.end()?;
        Ok(http)
    }
}

impl RateLimit {
    fn new(mut section: Section) -> Result<Self, Error> {
        let rate = Self {
            interval: section.word("interval")?,
            burst: section.word("burst")?,
        };
        section.end()?;
        Ok(rate)
    }
}

impl Word {
    /// `true` or `false`, in the spellings of YAML 1.1 that the toolkit takes.
    pub(crate) fn boolean(&self, field: &str) -> Result<bool, Error> {
        match self.text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => Ok(true),
            "false" | "no" | "off" | "n" => Ok(false),
            _ => Err(Error::at(
                self,
                field,
                format!("{:?} is not true or false", self.text),
            )),
        }
    }

    /// A whole number from 0.
    pub(crate) fn count(&self, field: &str) -> Result<u32, Error> {
        self.text.parse().map_err(|_| {
            Error::at(
                self,
                field,
                format!("{:?} is not a whole number from 0", self.text),
            )
        })
    }
}

/// Fields that are taken out one by one; what is left in the end is unknown.
struct Section {
    /// `tls_server_config`, or empty for the file.
    name: String,
    entries: Vec<(String, Place, Node)>,
    known: Vec<&'static str>,
}

impl Section {
    fn new(name: String, node: Node) -> Result<Self, Error> {
        let entries = match node.value {
            Value::Null => Vec::new(),
            Value::Map(entries) => entries,
            Value::Scalar(_) | Value::List(_) => {
                return Err(wrong(
                    name,
                    node.place,
                    "expected a section of `field: value` lines",
                ));
            }
        };
        Ok(Self {
            name,
            entries,
            known: Vec::new(),
        })
    }

    fn take(&mut self, field: &'static str) -> Option<Node> {
        self.known.push(field);
        let at = self.entries.iter().position(|(key, ..)| key == field)?;
        Some(self.entries.remove(at).2)
    }

    fn section(&mut self, field: &'static str) -> Result<Self, Error> {
        let name = self.name_of(field);
        match self.take(field) {
            Some(node) => Self::new(name, node),
            None => Ok(Self {
                name,
                entries: Vec::new(),
                known: Vec::new(),
            }),
        }
    }

    fn word(&mut self, field: &'static str) -> Result<Option<Word>, Error> {
        match self.take(field) {
            Some(node) => word(self.name_of(field), node),
            None => Ok(None),
        }
    }

    fn words(&mut self, field: &'static str) -> Result<Option<Vec<Word>>, Error> {
        let Some(node) = self.take(field) else {
            return Ok(None);
        };
        let place = node.place;
        match node.value {
            Value::Null => Ok(None),
            Value::List(nodes) => {
                let words: Result<Vec<_>, _> = nodes
                    .into_iter()
                    .map(|node| word(self.name_of(field), node))
                    .collect();
                Ok(Some(words?.into_iter().flatten().collect()))
            }
            Value::Scalar(_) | Value::Map(_) => Err(wrong(self.name_of(field), place, "expected a list")),
        }
    }

    /// All fields of a section whose names are the user's own. One without a value counts as empty.
    fn into_words(self) -> Result<Vec<(String, Word)>, Error> {
        let mut words = Vec::new();
        for (key, _, node) in self.entries {
            let empty = Word {
                text: String::new(),
                place: node.place,
            };
            let found = word(format!("{}.{key}", self.name), node)?;
            words.push((key, found.unwrap_or(empty)));
        }
        Ok(words)
    }

    fn end(self) -> Result<(), Error> {
        match self.entries.first() {
            None => Ok(()),
            Some((key, place, _)) => Err(wrong(
                self.name,
                *place,
                &format!("unknown field {key:?}; expected one of {}", self.known.join(", ")),
            )),
        }
    }

    fn name_of(&self, field: &str) -> String {
        match self.name.as_str() {
            "" => field.to_owned(),
            name => format!("{name}.{field}"),
        }
    }
}

fn word(field: String, node: Node) -> Result<Option<Word>, Error> {
    match node.value {
        Value::Null => Ok(None),
        Value::Scalar(text) => Ok(Some(Word {
            text,
            place: node.place,
        })),
        Value::List(_) | Value::Map(_) => Err(wrong(field, node.place, "expected a single value")),
    }
}

fn wrong(field: String, place: Place, message: &str) -> Error {
    Error {
        place: (place.line != 0).then_some(place),
        field,
        message: message.to_owned(),
    }
}
