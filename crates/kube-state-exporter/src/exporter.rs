//! What is served at the main port.

use std::rc::Rc;
use std::time::Instant;

use clap::ArgMatches;
use clap::parser::ValueSource;
use exporter_http::flags::Settings;
use exporter_http::limits::Limits;
use exporter_http::{
    Admission, Caller, Exporter, Pieces, Refused, Request, Response, Scrape, StartError, Stream, startup,
};
use metrics_registry::{Exposition, Format};

use crate::body::Body;
use crate::compressed::{Compressed, Key};
use crate::context::Context;
use crate::flags;
use crate::telemetry::Requests;
use crate::telemetry_page;

/// The exporter.
pub struct KubeStateExporter {
    context: Rc<Context>,
    /// Whether `--web.listen-address` and `--web.config.file` were given; they go before the reference's flags.
    web_listen: bool,
    web_config: bool,
}

impl KubeStateExporter {
    /// Reads the command line and begins to read the cluster. Must run in a `LocalSet`.
    ///
    /// Fails with one line: a wrong flag or file. A server that does not answer is no reason to fail.
    pub async fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        // The lines of pods stand in blocks of 100 kB, each of which is made anew now and then.
        startup::map_large_pieces();
        let explicit = |name: &str| matches.value_source(name) == Some(ValueSource::CommandLine);
        Ok(Self {
            context: Context::start(flags::given(matches)).await.map_err(StartError)?,
            web_listen: explicit("web.listen-address"),
            web_config: explicit("web.config.file"),
        })
    }
}

impl Exporter for KubeStateExporter {
    /// Never asked: `stream` answers every scrape.
    async fn scrape(&self, _scrape: &Scrape, _out: &mut Exposition) -> Result<(), Refused> {
        Ok(())
    }

    async fn admit(&self, caller: &Caller<'_>) -> Admission {
        self.context.admit(caller).await
    }

    fn stream(&self, scrape: &Scrape, format: Format, gzip: bool) -> Option<Stream> {
        let cluster = self.context.cluster();
        let requests = Rc::clone(&self.context.telemetry.requests);
        let started = Instant::now();
        let wanted = Wanted::new(scrape);
        let custom = self.context.custom_resources();
        let body = || {
            let kinds = custom.clusters();
            let custom = kinds.iter().flat_map(|kind| &kind.store.groups);
            Body::new(&cluster.store.groups, custom, format, |name| {
                wanted.includes(name)
            })
        };
        if !gzip || !self.context.options().gzip {
            return Some(Stream {
                pieces: Box::new(Timed {
                    pieces: body(),
                    started,
                    requests,
                }),
                gzip: false,
            });
        }
        let key = Key {
            generation: cluster.store.generation(),
            request: format!("{} {format:?} {wanted:?} {}", cluster.number, custom.version()),
        };
        let pieces: Box<dyn Pieces> = match self.context.cache.get(&key) {
            Some(kept) => Box::new(Timed {
                pieces: kept,
                started,
                requests,
            }),
            None => {
                let pieces = Compressed::new(body(), key, Rc::clone(&self.context.cache));
                Box::new(Timed {
                    pieces,
                    started,
                    requests,
                })
            }
        };
        Some(Stream { pieces, gzip: true })
    }

    fn adjust(&self, settings: &mut Settings, limits: &mut Limits) {
        let options = self.context.options();
        if !self.web_listen {
            settings.listen = vec![options.listen.clone()];
        }
        if !self.web_config && options.tls_config.is_some() {
            settings.config_file.clone_from(&options.tls_config);
        }
        limits.body_read = options.server_timeouts.read;
        limits.response_write = options.server_timeouts.write;
        limits.idle = options.server_timeouts.idle;
        limits.header_read = options.server_timeouts.read_header;
        let telemetry = Settings {
            listen: vec![options.telemetry_listen.clone()],
            systemd_socket: false,
            ..settings.clone()
        };
        tokio::task::spawn_local(telemetry_page::serve(
            Rc::clone(&self.context),
            telemetry,
            *limits,
        ));
    }

    async fn route(&self, request: &Request) -> Option<Response> {
        match request.path.as_str() {
            "/healthz" => Some(text(200, "OK\n")),
            "/livez" => Some(self.livez().await),
            "/readyz" if self.is_ready() => Some(text(200, "OK\n")),
            "/readyz" => Some(text(503, "lists are not complete yet\n")),
            _ => None,
        }
    }

    fn is_ready(&self) -> bool {
        self.context.is_complete()
    }

    fn reload(&self) {
        self.context.reload(true);
    }

    fn links(&self) -> &[(&'static str, &'static str)] {
        &[("/livez", "API server"), ("/healthz", "This process")]
    }
}

impl KubeStateExporter {
    /// Whether the API server lives, as the reference has it.
    async fn livez(&self) -> Response {
        match self.context.api.health("/livez").await {
            Ok((status, _)) if status.is_success() => text(200, "OK\n"),
            Ok((status, _)) => text(503, &format!("the API server answers {status}\n")),
            Err(error) => text(503, &format!("the API server: {error}\n")),
        }
    }
}

pub(crate) fn text(status: u16, body: &str) -> Response {
    Response {
        status,
        content_type: "text/plain; charset=utf-8",
        body: bytes::Bytes::copy_from_slice(body.as_bytes()),
    }
}

/// `?resources=pods,nodes&exclude_resources=jobs`; what is excluded is not included.
#[derive(Debug, Default)]
struct Wanted {
    resources: Vec<String>,
    exclude: Vec<String>,
}

impl Wanted {
    fn new(scrape: &Scrape) -> Self {
        let list = |name| {
            let values = scrape.query_all(name).flat_map(|value| value.split(','));
            values
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
                .collect()
        };
        Self {
            resources: list("resources"),
            exclude: list("exclude_resources"),
        }
    }

    fn includes(&self, name: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|other| other == name);
        (self.resources.is_empty() || named(&self.resources)) && !named(&self.exclude)
    }
}

/// Tells how long a body took, to its last byte or to where the client left.
struct Timed<P> {
    pieces: P,
    started: Instant,
    requests: Rc<Requests>,
}

impl<P: Pieces> Pieces for Timed<P> {
    fn next(&mut self, out: &mut Vec<u8>) {
        self.pieces.next(out);
    }
}

impl<P> Drop for Timed<P> {
    fn drop(&mut self) {
        self.requests.observe(self.started.elapsed().as_secs_f64());
    }
}
