//! Targets that answer nonsense: what the scraper makes of each, and what it costs.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::daemon::{self, Daemon, until};
use crate::http;

const TEXT: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close\r\n";

/// A target that does `answer` with every connection after reading the request's head.
fn target(answer: impl Fn(&mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || {
                let mut stream = stream;
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
                    head.push(byte[0]);
                }
                // The scraper hangs up on most of these.
                let _ = answer(&mut stream);
            });
        }
    });
    address
}

fn good() -> String {
    target(|stream| write!(stream, "{TEXT}\r\n# TYPE fine gauge\nfine 1\n"))
}

fn says(text: &'static [u8]) -> String {
    target(move |stream| {
        write!(stream, "{TEXT}\r\n")?;
        stream.write_all(text)
    })
}

/// A scraper of these `(job, target)`, every second with a timeout of 800 ms.
fn scraper_of(targets: &[(&str, &str)]) -> (Daemon, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let mut config = "global:\n  scrape_interval: 1s\n  scrape_timeout: 800ms\nscrape_configs:\n".to_owned();
    for (job, address) in targets {
        config.push_str(&format!(
            "  - job_name: {job}\n    static_configs:\n      - targets: [\"{address}\"]\n"
        ));
    }
    let path: PathBuf = directory.path().join("prometheus.yml");
    std::fs::write(&path, config).unwrap();
    (daemon::scraper(&path, &[]), directory)
}

fn active_target(scraper: &Daemon, job: &str) -> Option<Value> {
    let answer: Value = serde_json::from_slice(&http::get(&scraper.address, "/api/v1/targets").body).unwrap();
    let targets = answer["data"]["activeTargets"].as_array().unwrap();
    targets
        .iter()
        .find(|target| target["labels"]["job"] == job)
        .cloned()
}

/// Waits until the job's target was scraped, and returns its health and last error.
fn outcome(scraper: &Daemon, job: &str) -> (String, String) {
    until(&format!("a scrape of {job}"), || {
        let target = active_target(scraper, job)?;
        let health = target["health"].as_str()?.to_owned();
        (health != "unknown").then(|| {
            (
                health,
                target["lastError"].as_str().unwrap_or_default().to_owned(),
            )
        })
    })
}

fn federated(scraper: &Daemon, query: &str) -> String {
    http::get(&scraper.address, &format!("/federate?match%5B%5D={query}")).text()
}

#[test]
fn malformed_expositions_fail_with_a_reason() {
    let line: &'static [u8] =
        Box::leak(format!("long{{a=\"{}\"}} 1\n", "x".repeat(4 << 20)).into_boxed_str()).as_bytes();
    let cases: Vec<(&str, String, &str)> = vec![
        ("truncated", says(b"fine 1\nx{a=\"b\" 2\n"), "line 2"),
        ("unended", says(b"fine 1\nx{a=\"b"), "line 2"),
        ("nul", says(b"fine\0 1\n"), "line 1"),
        ("binary", says(b"\x7fELF\x02\x01\x01\0\0\xff\xfe\n"), "line 1"),
        ("utf8", says(b"fine{a=\"\xff\"} 1\n"), "line 1"),
        ("longline", says(line), "line"),
        (
            "html",
            target(|s| write!(s, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>")),
            "text/html",
        ),
        (
            "untyped",
            target(|s| write!(s, "HTTP/1.1 200 OK\r\n\r\nfine 1\n")),
            "Content-Type",
        ),
        (
            "status",
            target(|s| write!(s, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")),
            "503",
        ),
        (
            "badgzip",
            target(|s| write!(s, "{TEXT}Content-Encoding: gzip\r\n\r\nnot gzip")),
            "gzip",
        ),
        ("nothing", target(|_| Ok(())), ""),
    ];
    let jobs: Vec<_> = cases
        .iter()
        .map(|(job, address, _)| (*job, address.as_str()))
        .collect();
    let (scraper, _directory) = scraper_of(&jobs);
    for (job, _, word) in &cases {
        let (health, error) = outcome(&scraper, job);
        assert_eq!(health, "down", "{job}: {error}");
        assert!(
            !error.is_empty() && error.to_lowercase().contains(&word.to_lowercase()),
            "{job}: {error:?}"
        );
        assert!(
            scraper.log().contains(&error[..error.len().min(20)]),
            "{job}: {error:?} is not in the log"
        );
    }
    let text = federated(&scraper, "%7Bjob%3D~%22.%2B%22%7D");
    assert_eq!(
        text.lines()
            .filter(|line| line.starts_with("up{") && line.contains("} 0 "))
            .count(),
        cases.len(),
        "{text}"
    );
    assert!(
        !text.contains("fine{"),
        "a failed scrape leaves no sample: {text}"
    );
    let page = http::get(&scraper.address, "/").text();
    assert!(page.contains("503"), "the page tells why");
    let logged = scraper.log().lines().filter(|line| line.contains("503")).count();
    assert_eq!(logged, 1, "a lasting failure is logged once:\n{}", scraper.log());
}

#[test]
fn bombs_and_endless_bodies_stay_within_memory() {
    // 512 MiB of spaces and newlines in half a megabyte of gzip.
    let bomb = crate::peer::run(
        "sh",
        &["-c", "head -c 536870912 /dev/zero | tr '\\0' '\\n' | gzip -1"],
        b"",
    )
    .stdout;
    assert!(bomb.len() < 4 << 20);
    let bomb: &'static [u8] = Box::leak(bomb.into_boxed_slice());
    let gzip = target(move |stream| {
        write!(
            stream,
            "{TEXT}Content-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
            bomb.len()
        )?;
        stream.write_all(bomb)
    });
    let endless = target(|stream| {
        write!(stream, "{TEXT}\r\n")?;
        for number in 0_u64.. {
            let block: String = (0..1_000)
                .map(|i| format!("endless{{n=\"{number}-{i}\"}} 1\n"))
                .collect();
            stream.write_all(block.as_bytes())?;
        }
        Ok(())
    });
    let huge = target(|stream| {
        write!(stream, "{TEXT}Content-Length: 104857600\r\n\r\n")?;
        let block = [b'a'; 1 << 16];
        (0..1_600).try_for_each(|_| stream.write_all(&block))
    });
    let fine = good();
    let (scraper, _directory) = scraper_of(&[
        ("gzip", &gzip),
        ("endless", &endless),
        ("huge", &huge),
        ("fine", &fine),
    ]);
    for job in ["gzip", "endless", "huge"] {
        let (health, error) = outcome(&scraper, job);
        assert!(health == "down" && !error.is_empty(), "{job}: {health} {error}");
    }
    // A debug build may be busy with a bomb for longer than a timeout; the good target is up between them.
    until("the good target to be up", || {
        (outcome(&scraper, "fine").0 == "up").then_some(())
    });
    let peak_kib = scraper.memory_kib("VmHWM");
    assert!(peak_kib < 28 << 10, "bombs took the scraper to {peak_kib} KiB");
}

#[test]
fn a_hanging_target_times_out_exactly_and_delays_nobody() {
    let hanging = target(|stream| {
        let mut byte = [0];
        stream.read(&mut byte).map(drop)
    });
    let dripping = target(|stream| {
        write!(stream, "{TEXT}\r\n")?;
        loop {
            stream.write_all(b"# ")?;
            stream.flush()?;
            daemon::pause();
        }
    });
    let reset = target(|stream| write!(stream, "{TEXT}Content-Length: 1000\r\n\r\nfine 1\n"));
    let refused = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let fine = good();
    let (scraper, _directory) = scraper_of(&[
        ("hanging", &hanging),
        ("dripping", &dripping),
        ("reset", &reset),
        ("refused", &refused),
        ("fine", &fine),
    ]);
    for job in ["hanging", "dripping", "reset", "refused"] {
        let (health, error) = outcome(&scraper, job);
        assert!(health == "down" && !error.is_empty(), "{job}: {health} {error}");
    }
    for job in ["hanging", "dripping"] {
        let target = active_target(&scraper, job).unwrap();
        let took = target["lastScrapeDuration"].as_f64().unwrap();
        assert!((0.7..=0.9).contains(&took), "{job} took {took} s instead of 0.8");
    }

    // The good target keeps its pace beside them: one scrape a second.
    let stamp = || {
        let line = federated(&scraper, "fine");
        line.lines()
            .find(|l| l.starts_with("fine{"))?
            .rsplit(' ')
            .next()?
            .parse::<i64>()
            .ok()
    };
    let first = until("a first sample", stamp);
    let started = Instant::now();
    let fifth = until("five more scrapes", || stamp().filter(|at| first + 5_000 <= *at));
    assert!(
        (first + 5_000..=first + 6_000).contains(&fifth),
        "{first} {fifth}"
    );
    assert!(
        started.elapsed() < Duration::from_millis(6_500),
        "took {:?}",
        started.elapsed()
    );
}

#[test]
fn a_target_that_goes_away_leaves_no_stale_sample() {
    let alive = Arc::new(AtomicBool::new(true));
    let flag = Arc::clone(&alive);
    let sometimes = target(move |stream| match flag.load(Ordering::Relaxed) {
        true => write!(stream, "{TEXT}\r\nfine 1\nalso_fine 2\n"),
        false => write!(stream, "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"),
    });
    let (scraper, _directory) = scraper_of(&[("sometimes", &sometimes)]);
    until("samples", || {
        federated(&scraper, "fine").contains("fine{").then_some(())
    });
    alive.store(false, Ordering::Relaxed);
    until("the samples to end", || {
        (!federated(&scraper, "%7B__name__%3D~%22.*fine%22%7D").contains("fine{")).then_some(())
    });
    assert!(
        federated(&scraper, "up")
            .lines()
            .any(|line| line.starts_with("up{") && line.contains("} 0 "))
    );
    alive.store(true, Ordering::Relaxed);
    until("samples again", || {
        federated(&scraper, "also_fine")
            .contains("also_fine{")
            .then_some(())
    });
}
