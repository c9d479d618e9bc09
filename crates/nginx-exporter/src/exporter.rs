//! Asks every target at once and writes what they say.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::ArgMatches;
use exporter_http::{Exporter, Refused, Scrape, StartError};
use metrics_registry::{Exposition, Family};

use crate::access_log::AccessLog;
use crate::client::Client;
use crate::flags::Settings;
use crate::plus::{self, Plus};
use crate::sink::{Labels, Sink};
use crate::stub_status::StubStatus;
use crate::{Error, all};

const UP: Family<0> = Family::gauge("nginx_up", "Whether nginx answered this scrape.", []);
const PLUS_UP: Family<0> = Family::gauge(
    "nginxplus_up",
    "Whether the API of NGINX Plus answered this scrape.",
    [],
);

/// Bytes of the page of `stub_status`, which has about 100.
const PAGE_BYTES_MAX: usize = 16 << 10;
/// Kept back of a scrape's time, so that a target that is late is told as down and not left out.
const MARGIN: Duration = Duration::from_millis(50);

/// The nginx exporter: its targets and logs.
#[derive(Debug)]
pub struct NginxExporter {
    sources: Vec<Source>,
    plus: bool,
    timeout: Duration,
    access_logs: Vec<Rc<AccessLog>>,
}

/// One nginx.
#[derive(Debug)]
struct Source {
    client: Client,
    /// Labels of its samples.
    labels: Labels,
    plus: plus::State,
    /// What the log was last told: nothing yet, that it answers, or why it does not.
    told: RefCell<Option<Result<(), String>>>,
}

/// What a target says.
enum Answer {
    Page(StubStatus),
    Api(Box<Plus>),
}

impl NginxExporter {
    /// Reads the command line and starts to follow the access logs. Must run in a `LocalSet`.
    ///
    /// Fails with one line that names the flag. An nginx that is not there is no failure.
    pub fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        Ok(Self::start(Settings::new(matches)?))
    }

    /// As [`new`](Self::new), with settings.
    #[must_use]
    pub fn start(settings: Settings) -> Self {
        let client_settings = Rc::new(settings.client);
        let const_labels = settings.const_labels;
        let several = settings.targets.len() > 1;
        let sources = settings.targets.into_iter().map(|target| Source {
            labels: with(&const_labels, several.then_some(("addr", target.name.as_str()))),
            client: Client::new(target, Rc::clone(&client_settings)),
            plus: plus::State::default(),
            told: RefCell::default(),
        });
        let sources: Vec<_> = sources.collect();
        for source in &sources {
            log::info!(uri = source.client.target.name.as_str(), plus = settings.plus; "nginx to be asked");
        }
        let several = settings.access_logs.len() > 1;
        let access_logs = settings.access_logs.into_iter().map(|flag| {
            let path = flag.path.to_string_lossy().into_owned();
            let labels = with(&const_labels, several.then_some(("log", path.as_str())));
            let access_log = Rc::new(AccessLog::open(flag, labels));
            tokio::task::spawn_local(Rc::clone(&access_log).watch());
            access_log
        });
        Self {
            sources,
            plus: settings.plus,
            timeout: settings.timeout,
            access_logs: access_logs.collect(),
        }
    }

    async fn ask(&self, source: &Source, deadline: Instant) -> Result<Answer, Error> {
        let left = deadline
            .saturating_duration_since(Instant::now())
            .saturating_sub(MARGIN);
        let time = self.timeout.min(left);
        let answer = async {
            match self.plus {
                true => Ok(Answer::Api(Box::new(
                    Plus::read(&source.client, &source.plus).await?,
                ))),
                false => page(&source.client).await.map(Answer::Page),
            }
        };
        match tokio::time::timeout(time, answer).await {
            Ok(result) => result,
            Err(_) => Err(Error::Late(time)),
        }
    }

    fn write(&self, source: &Source, answer: &Result<Answer, Error>, out: &mut Exposition) {
        let mut sink = Sink::new(out, &source.labels);
        let up = if self.plus { &PLUS_UP } else { &UP };
        sink.sample(up, [], f64::from(u8::from(answer.is_ok())));
        match answer {
            Ok(Answer::Page(page)) => page.write(&mut sink),
            Ok(Answer::Api(api)) => api.write(&mut sink),
            Err(_) => {}
        }
        source.tell(answer);
    }
}

impl Source {
    /// Says a fault when it begins or changes, and its end.
    fn tell(&self, answer: &Result<Answer, Error>) {
        let uri = self.client.target.name.as_str();
        let now = match answer {
            Ok(_) => Ok(()),
            // How long was waited depends on the client that asked.
            Err(Error::Late(_)) => Err("no answer in time".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        let mut told = self.told.borrow_mut();
        if told.as_ref() == Some(&now) {
            return;
        }
        match &now {
            Ok(()) if told.is_some() => log::info!(uri; "nginx answers again"),
            Ok(()) => log::debug!(uri; "nginx answers"),
            Err(error) => log::warn!(uri, error = error.as_str(); "nginx is down"),
        }
        *told = Some(now);
    }
}

impl Exporter for NginxExporter {
    async fn scrape(&self, scrape: &Scrape, out: &mut Exposition) -> Result<(), Refused> {
        for access_log in &self.access_logs {
            access_log.look().await;
            access_log.write(out);
        }
        let answers = all::all(
            self.sources
                .iter()
                .map(|source| self.ask(source, scrape.deadline)),
        )
        .await;
        for (source, answer) in self.sources.iter().zip(&answers) {
            self.write(source, answer, out);
        }
        Ok(())
    }

    fn shares_scrapes(&self) -> bool {
        true
    }
}

/// The labels of every sample and one more, sorted by name.
fn with(labels: &Labels, more: Option<(&str, &str)>) -> Labels {
    let mut all = labels.clone();
    if let Some((name, value)) = more {
        all.retain(|(other, _)| other != name);
        all.push((name.to_owned(), value.to_owned()));
        all.sort();
    }
    all
}

/// Reads the page of `stub_status`.
async fn page(client: &Client) -> Result<StubStatus, Error> {
    let path = &client.target.path;
    let body = client.get(path, PAGE_BYTES_MAX).await?;
    let text = String::from_utf8_lossy(&body);
    StubStatus::parse(&text).ok_or_else(|| Error::Unexpected {
        path: path.clone(),
        what: "not the page of stub_status",
        found: text.into_owned(),
    })
}
