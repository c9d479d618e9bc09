//! The smallest program that serves samples: what the shared server weighs, and a process for the tests to start.

use std::process::ExitCode;
use std::time::Duration;

use clap::{Arg, Command};
use exporter_http::{About, Exporter, Refused, Scrape, serve};
use metrics_registry::{Exposition, Family};

static ABOUT: About = About {
    binary: "minimal",
    name: "minimal",
    title: "Minimal Exporter",
    description: "Serves as many samples as it is told to.",
    version: env!("CARGO_PKG_VERSION"),
    listen_address: "127.0.0.1:9999",
    negotiates_openmetrics: false,
};

const SAMPLE: Family<2> = Family::gauge(
    "minimal_sample",
    "A sample that counts itself.",
    ["device", "number"],
);

struct Minimal {
    samples: u32,
    delay: Duration,
}

impl Exporter for Minimal {
    async fn scrape(&self, _scrape: &Scrape, out: &mut Exposition) -> Result<(), Refused> {
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
        let mut number = String::new();
        for sample in 0..self.samples {
            number.clear();
            metrics_registry::exposition::number::write_count(&mut number, u64::from(sample));
            out.sample(&SAMPLE, ["eth0", &number], f64::from(sample) * 1.5);
        }
        Ok(())
    }

    fn reload(&self) {
        log::info!("reloaded");
    }
}

fn main() -> ExitCode {
    let number = |name: &'static str, help: &'static str, default: &'static str| {
        Arg::new(name)
            .long(name)
            .help(help)
            .value_parser(clap::value_parser!(u32))
            .default_value(default)
    };
    let flags = Command::new("minimal").args([
        number("samples", "Samples of a scrape", "600"),
        number("delay", "Milliseconds that a scrape takes", "0"),
    ]);
    serve::run(&ABOUT, flags, async |matches| {
        let value = |name| matches.get_one::<u32>(name).copied().unwrap_or(0);
        Ok(Minimal {
            samples: value("samples"),
            delay: Duration::from_millis(u64::from(value("delay"))),
        })
    })
}
