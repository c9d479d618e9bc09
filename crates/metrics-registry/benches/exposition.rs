//! What a sample costs to write and to read: medians of many rounds, and prometheus-client beside it in the same run.
//!
//! `cargo bench -p metrics-registry`; the ratios say more than the nanoseconds, which the machine decides.

use std::fmt;
use std::hint::black_box;
use std::io::{self, Write};
use std::time::Instant;

use metrics_registry::parse::{Entry, LineSplitter, ParseError, Parser, entries};
use metrics_registry::{Exposition, Family, Format};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

const SAMPLES: usize = 3000;
const ROUNDS: usize = 300;
/// Size of the pieces that a body arrives in.
const CHUNK_BYTES: usize = 16 * 1024;

const CPU: Family<2> = Family::counter("node_cpu_seconds_total", "Seconds in each mode.", ["cpu", "mode"]);
const DISK: Family<1> = Family::counter("node_disk_read_bytes_total", "Bytes read.", ["device"]);
const SPEED: Family<1> = Family::gauge("node_network_speed_bytes", "Bytes per second.", ["device"]);

/// Two labels and a fraction, one label and a large number, one label and a small one.
#[derive(Debug)]
struct Values {
    names: Vec<String>,
}

impl Values {
    fn new() -> Self {
        Self {
            names: (0..SAMPLES / 3).map(|number| format!("device{number}")).collect(),
        }
    }

    fn write(&self, out: &mut Exposition) {
        for (number, name) in self.names.iter().enumerate() {
            out.sample(&CPU, [name, "idle"], number as f64 * 0.37);
        }
        for (number, name) in self.names.iter().enumerate() {
            out.sample(&DISK, [name], 1e9 + number as f64 * 4096.0);
        }
        for (number, name) in self.names.iter().enumerate() {
            out.sample(&SPEED, [name], number as f64);
        }
    }
}

impl Collector for Values {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut cpu = encoder.encode_descriptor("node_cpu_seconds", CPU.help, None, MetricType::Counter)?;
        for (number, name) in self.names.iter().enumerate() {
            let labels = [("cpu", name.as_str()), ("mode", "idle")];
            cpu.encode_family(&labels)?
                .encode_counter::<NoLabelSet, _, f64>(&(number as f64 * 0.37), None)?;
        }
        let mut disk =
            encoder.encode_descriptor("node_disk_read_bytes", DISK.help, None, MetricType::Counter)?;
        for (number, name) in self.names.iter().enumerate() {
            let value = 1e9 + number as f64 * 4096.0;
            disk.encode_family(&[("device", name.as_str())])?
                .encode_counter::<NoLabelSet, _, f64>(&value, None)?;
        }
        let mut speed = encoder.encode_descriptor(SPEED.name, SPEED.help, None, MetricType::Gauge)?;
        for (number, name) in self.names.iter().enumerate() {
            speed
                .encode_family(&[("device", name.as_str())])?
                .encode_gauge(&(number as f64))?;
        }
        Ok(())
    }
}

/// Median nanoseconds a sample, of `ROUNDS` rounds after a warm-up.
fn median(mut work: impl FnMut()) -> f64 {
    for _ in 0..ROUNDS / 10 {
        work();
    }
    let mut nanoseconds: Vec<u128> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_nanos()
        })
        .collect();
    nanoseconds.sort_unstable();
    nanoseconds[ROUNDS / 2] as f64 / SAMPLES as f64
}

fn read_in_chunks(body: &[u8]) -> Result<f64, ParseError> {
    let mut parser = Parser::new(Format::Text004);
    let mut splitter = LineSplitter::new(CHUNK_BYTES);
    let mut sum = 0.0;
    let mut each = |line: &[u8]| {
        if let Entry::Sample(sample) = parser.line(line)? {
            sum += sample.value;
        }
        Ok(())
    };
    for chunk in body.chunks(CHUNK_BYTES) {
        splitter.push(chunk, &mut each)?;
    }
    splitter.finish(each)?;
    Ok(sum)
}

fn main() -> io::Result<()> {
    let values = Values::new();
    let mut out = Exposition::default();
    let mut body = Vec::new();
    let write = median(|| {
        out.clear();
        values.write(&mut out);
        body.clear();
        out.write_to(Format::Text004, &mut body)
            .expect("writing to memory");
    });
    let write_openmetrics = {
        let mut body = Vec::new();
        median(|| {
            out.clear();
            values.write(&mut out);
            body.clear();
            out.write_to(Format::OpenMetrics1, &mut body)
                .expect("writing to memory");
        })
    };
    let read = median(|| {
        for entry in entries(&body, Format::Text004) {
            if let Ok(Entry::Sample(sample)) = entry {
                black_box(sample.value);
            }
        }
    });
    let read_labels = median(|| {
        for entry in entries(&body, Format::Text004) {
            if let Ok(Entry::Sample(sample)) = entry {
                black_box(sample.labels.iter().count());
            }
        }
    });
    let read_chunks = median(|| {
        black_box(read_in_chunks(&body)).expect("our own text");
    });
    let mut registry = Registry::default();
    registry.register_collector(Box::new(values));
    let mut theirs = String::new();
    let client = median(|| {
        theirs.clear();
        encode(&mut theirs, &registry).expect("writing to memory");
    });

    let mut console = io::stdout().lock();
    writeln!(
        console,
        "{SAMPLES} samples, {} bytes, medians of {ROUNDS} rounds",
        body.len()
    )?;
    for (name, nanoseconds) in [
        ("write, text 0.0.4", write),
        ("write, OpenMetrics", write_openmetrics),
        ("write, prometheus-client", client),
        ("read, whole body", read),
        ("read, whole body and labels", read_labels),
        ("read, chunks through the splitter", read_chunks),
    ] {
        writeln!(
            console,
            "{name:36} {nanoseconds:7.1} ns/sample   {:5.2} x write",
            nanoseconds / write
        )?;
    }
    Ok(())
}
