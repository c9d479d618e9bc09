//! The exporter behind the server: it does what a request's query says.

use std::cell::Cell;
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

use exporter_http::{About, Admission, Caller, Exporter, Pieces, Refused, Request, Response, Scrape, Stream};
use metrics_registry::{Exposition, Family, Format};
use tokio::sync::Notify;

pub static ABOUT: About = About {
    binary: "pi-sample-exporter",
    name: "sample_exporter",
    title: "Sample Exporter",
    description: "Does what a test wants.",
    version: "1.2.3",
    listen_address: ":0",
    negotiates_openmetrics: false,
};

pub static OPENMETRICS: About = About {
    negotiates_openmetrics: true,
    ..ABOUT
};

const SAMPLE: Family<1> = Family::counter("sample_total", "A sample that counts itself.", ["number"]);

#[derive(Default)]
pub struct Sample {
    /// Whether clients that ask the same at once share a run.
    shares: bool,
    ready: Cell<bool>,
    runs: Cell<u32>,
    /// One for each run that has not ended.
    under_way: Rc<()>,
    gate: Notify,
}

impl Sample {
    pub fn new(shares: bool) -> Self {
        Self {
            shares,
            ..Self::default()
        }
    }
}

impl Exporter for Sample {
    /// `samples=3`, then `wait=50` milliseconds, until the `gate` opens, `hang` for ever, or `refuse`;
    /// `count` tells the number of the run, `others` how many are under way.
    async fn scrape(&self, scrape: &Scrape, out: &mut Exposition) -> Result<(), Refused> {
        let _under_way = Rc::clone(&self.under_way);
        self.runs.set(self.runs.get() + 1);
        for (name, value) in &scrape.query {
            match name.as_str() {
                "samples" => {
                    for number in 0..value.parse().unwrap_or(0) {
                        out.sample(&SAMPLE, [&number.to_string()], f64::from(number));
                    }
                }
                "wait" => {
                    let milliseconds = value.parse().unwrap_or(0);
                    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
                }
                "count" => out.sample(&SAMPLE, ["run"], f64::from(self.runs.get())),
                "others" => out.sample(
                    &SAMPLE,
                    ["others"],
                    Rc::strong_count(&self.under_way) as f64 - 2.0,
                ),
                "gate" => self.gate.notified().await,
                "hang" => pending().await,
                "echo" => out.sample(&SAMPLE, [value], 1.0),
                "refuse" => return Err(Refused(format!("no {value}"))),
                _ => {}
            }
        }
        if scrape.path == "/probe" {
            out.sample(&SAMPLE, ["probe"], 1.0);
        }
        Ok(())
    }

    /// `Bearer`: `unknown`, `forbidden` and `later` are refused.
    async fn admit(&self, caller: &Caller<'_>) -> Admission {
        match caller.authorization {
            Some(b"Bearer unknown") => Admission::Unknown,
            Some(b"Bearer forbidden") => Admission::Forbidden(format!("not {}", caller.path)),
            Some(b"Bearer later") => Admission::Unavailable("nobody knows".to_owned()),
            _ => Admission::Allowed,
        }
    }

    /// `stream=3`: so many pieces of 10,000 bytes.
    fn stream(&self, scrape: &Scrape, _format: Format, _gzip: bool) -> Option<Stream> {
        let pieces = scrape.query_all("stream").next()?.parse().ok()?;
        Some(Stream {
            pieces: Box::new(Lines { left: pieces }),
            gzip: false,
        })
    }

    fn shares_scrapes(&self) -> bool {
        self.shares
    }

    fn has_probe(&self) -> bool {
        true
    }

    async fn route(&self, request: &Request) -> Option<Response> {
        let (content_type, body) = match request.path.as_str() {
            "/become-ready" => {
                self.ready.set(true);
                ("text/plain", "ok".to_owned())
            }
            "/open-gate" => {
                self.gate.notify_waiters();
                ("text/plain", "ok".to_owned())
            }
            "/page" => ("text/html; charset=utf-8", "<script>1</script>".repeat(200)),
            "/image" => ("image/png", "x".repeat(5000)),
            _ => return None,
        };
        Some(Response {
            status: 200,
            content_type,
            body: body.into(),
        })
    }

    fn is_ready(&self) -> bool {
        self.ready.get()
    }

    fn links(&self) -> &[(&'static str, &'static str)] {
        &[("/page", "A page")]
    }
}

struct Lines {
    left: usize,
}

impl Pieces for Lines {
    fn next(&mut self, out: &mut Vec<u8>) {
        if self.left > 0 {
            self.left -= 1;
            out.resize(9_999, b'x');
            out.push(b'\n');
        }
    }
}
