//! What receivers get: line protocol, the ends of targets that are gone, and nothing beyond a budget.

use std::io::Read as _;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::spawn_local;
use tokio::time::{Instant, sleep};

use crate::rig::local;
use crate::running::{Installed, config, job};
use crate::server::{Act, Server, text};

/// An InfluxDB on loopback that keeps the heads of requests and the lines that it got.
struct Influx {
    address: String,
    got: std::rc::Rc<std::cell::RefCell<(String, String)>>,
}

impl Influx {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let got = std::rc::Rc::<std::cell::RefCell<(String, String)>>::default();
        let keep = std::rc::Rc::clone(&got);
        spawn_local(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let keep = std::rc::Rc::clone(&keep);
                spawn_local(async move {
                    let mut head = Vec::new();
                    while let Ok(byte) = stream.read_u8().await {
                        head.push(byte);
                        if !head.ends_with(b"\r\n\r\n") {
                            continue;
                        }
                        let text = String::from_utf8(std::mem::take(&mut head)).unwrap();
                        let length = text
                            .lines()
                            .find_map(|line| line.strip_prefix("content-length: "));
                        let mut body = vec![0; length.unwrap().parse().unwrap()];
                        stream.read_exact(&mut body).await.unwrap();
                        let mut lines = String::new();
                        flate2::read::GzDecoder::new(&body[..])
                            .read_to_string(&mut lines)
                            .unwrap();
                        keep.borrow_mut().0 = text;
                        keep.borrow_mut().1.push_str(&lines);
                        stream
                            .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
                            .await
                            .unwrap();
                    }
                });
            }
        });
        Self { address, got }
    }

    async fn until(&self, wanted: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !wanted(&self.got.borrow().1) {
            assert!(Instant::now() < deadline, "{}", self.got.borrow().1);
            sleep(Duration::from_millis(10)).await;
        }
    }
}

fn with_influx(jobs: &str, address: &str, more: &str) -> String {
    format!(
        "{}influxdb_write: [{{url: 'http://{address}', org: home, bucket: pi, token: hunter2, name: influx, \
         queue_config: {{batch_send_deadline: 50ms}}, {more}}}]\n",
        config(jobs)
    )
}

#[tokio::test]
async fn line_protocol_without_what_it_cannot_say() {
    local(async {
        let influx = Influx::start().await;
        let target = Server::always(Act::Send(text("a{b=\"c d\"} 1.5\nnothing NaN\n"))).await;
        let jobs = job("n", &[&target.address]);
        let installed = Installed::start(&with_influx(&jobs, &influx.address, ""), &[]);
        let line = format!(
            "a,b=c\\ d,instance={},job=n,room=attic value=1.5 1",
            target.address
        );
        influx
            .until(|lines| lines.contains(&line) && lines.contains("up,instance="))
            .await;
        assert!(!influx.got.borrow().1.contains("nothing"));
        let head = influx.got.borrow().0.clone();
        assert!(
            head.starts_with("POST /api/v2/write?org=home&bucket=pi&precision=ms HTTP/1.1\r\n"),
            "{head}"
        );
        for header in ["authorization: Token hunter2\r\n", "content-encoding: gzip\r\n"] {
            assert!(head.contains(header), "{head}");
        }
        assert!(!head.contains("remote-write"), "{head}");
        let metrics = installed.metrics().await;
        let dropped = metrics.lines().find(|line| {
            line.starts_with("prometheus_remote_storage_samples_dropped_total{") && line.contains("no_number")
        });
        assert!(dropped.is_some_and(|line| !line.ends_with(" 0")), "{metrics}");
        let shown = installed.get("/api/v1/status/config").await;
        assert!(
            shown.contains("<secret>") && !shown.contains("hunter2"),
            "{shown}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_budget_holds_new_series_back_and_the_page_says_so() {
    local(async {
        let influx = Influx::start().await;
        let first = Server::always(Act::Send(text("a 1\n"))).await;
        // One series and five that report on it.
        let jobs = job("n", &[&first.address]);
        let text_of = with_influx(&jobs, &influx.address, "budget: {series: 6}");
        let installed = Installed::start(&text_of, &["--web.enable-lifecycle"]);
        influx.until(|lines| lines.contains("scrape_series_added,")).await;
        first.set(Act::Send(text("a 1\nb 1\n")));
        installed
            .until("/", |page| {
                page.contains("6 of 6")
                    && page.contains("new series are not sent")
                    && page.contains("budget of series used up")
            })
            .await;
        // The page knows it before the request that tells the numbers is answered.
        let deadline = Instant::now() + Duration::from_secs(20);
        let refused = "scraper_budget_refused_series{remote_name=\"influx\"} 1";
        while !installed.metrics().await.contains(refused) {
            assert!(Instant::now() < deadline, "{}", installed.metrics().await);
            sleep(Duration::from_millis(10)).await;
        }
        let lines = influx.got.borrow().1.clone();
        assert!(lines.contains("a,") && !lines.contains("b,instance"), "{lines}");
    })
    .await;
}

#[tokio::test]
async fn a_target_that_is_gone_ends_later_and_one_that_comes_back_does_not() {
    local(async {
        let receiver = Server::always(Act::Send(
            b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n".to_vec(),
        ))
        .await;
        let target = Server::always(Act::Send(text("a 1\n"))).await;
        let remote = format!("remote_write: [{{url: 'http://{}'}}]\n", receiver.address);
        let with = format!("{}{remote}", config(&job("n", &[&target.address])));
        let without = format!("{}{remote}", config(""));
        let installed = Installed::start(&with, &["--web.enable-lifecycle"]);
        installed
            .until("/federate?match[]=up", |text| text.contains("} 1 "))
            .await;
        let reload = async |text: &str| {
            std::fs::write(installed.path("prometheus.yml"), text).unwrap();
            assert_eq!(installed.ask("POST", "/-/reload").await.0, 200);
        };
        let stale = async || {
            let metrics = installed.metrics().await;
            let line = metrics
                .lines()
                .find(|line| line.starts_with("scraper_stale_series_total "));
            line.unwrap().rsplit(' ').next().unwrap().parse::<u64>().unwrap()
        };
        // It goes and comes back with another setting: its series never end.
        let other = with.replace("job_name: n,", "job_name: n, honor_labels: true,");
        assert_ne!(with, other);
        reload(&other).await;
        let asked = target.requests().len();
        let deadline = Instant::now() + Duration::from_secs(20);
        while target.requests().len() < asked + 6 {
            assert!(Instant::now() < deadline);
            sleep(Duration::from_millis(10)).await;
        }
        // Gone: not ended at once, but after an interval and more.
        let before = stale().await;
        reload(&without).await;
        assert_eq!(stale().await, before);
        let deadline = Instant::now() + Duration::from_secs(20);
        while stale().await == before {
            assert!(Instant::now() < deadline);
            sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(stale().await, before + 1);
    })
    .await;
}
