//! The recorded output of the reference node exporter, read and written again, byte for byte.

use std::fs;

use metrics_registry::parse::{Entry, MetricType, Sample, entries};
use metrics_registry::{Exposition, Format, Kind};

use crate::archive;

const OUTPUT: &str = "./collector/fixtures/e2e-output.txt";
/// Reads a family's samples, unescaped and as numbers, and has them written by an exposition.
fn rewrite(text: &str) -> (Exposition, (usize, usize)) {
    let mut out = Exposition::default();
    let (mut name, mut help, mut kind) = (String::new(), String::new(), Kind::Untyped);
    let mut size = (0, 0);
    for entry in entries(text.as_bytes(), Format::Text004) {
        match entry.unwrap() {
            Entry::Help {
                name: family,
                help: text,
            } => {
                name = family.into_owned();
                help = text.unescape().into_owned();
            }
            Entry::Type {
                name: family,
                kind: metric_type,
            } => {
                assert_eq!(family, name, "HELP comes first");
                kind = kind_of(metric_type);
                size.0 += 1;
            }
            Entry::Sample(sample) => {
                write(&mut out, &name, &help, kind, &sample);
                size.1 += 1;
            }
            entry => panic!("{entry:?}"),
        }
    }
    (out, size)
}

fn write(out: &mut Exposition, family: &str, help: &str, kind: Kind, sample: &Sample<'_>) {
    let labels: Vec<_> = sample.labels.iter().collect();
    let labels = labels.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
    if sample.name == family {
        out.dynamic(family, format_args!("{help}"), kind, labels, sample.value);
    } else {
        let mut line = String::new();
        metrics_registry::exposition::line::write(&mut line, &sample.name, labels, sample.value);
        out.lines(family, format_args!("{help}"), kind, &line);
    }
}

fn kind_of(metric_type: MetricType) -> Kind {
    match metric_type {
        MetricType::Counter => Kind::Counter,
        MetricType::Gauge => Kind::Gauge,
        MetricType::Histogram => Kind::Histogram,
        MetricType::Summary => Kind::Summary,
        MetricType::Unknown => Kind::Untyped,
        other => panic!("{other:?} in text 0.0.4"),
    }
}

/// The recording had samples of the Go runtime taken out, and their headers left in.
fn without_empty_families(text: &str) -> String {
    let mut out = String::new();
    let mut header = String::new();
    for line in text.split_inclusive('\n') {
        if line.starts_with("# HELP ") {
            header.clear();
        }
        if line.starts_with('#') {
            header.push_str(line);
        } else {
            out.push_str(&std::mem::take(&mut header));
            out.push_str(line);
        }
    }
    out
}

#[test]
fn reads_and_writes_back() {
    let Some(folder) = archive::unpack("node-fixtures-v1.12.1.tar.xz", OUTPUT) else {
        return;
    };
    let recorded = fs::read_to_string(folder.path().join(OUTPUT)).unwrap();
    let (out, size) = rewrite(&recorded);
    let headers = recorded
        .lines()
        .filter(|line| line.starts_with("# TYPE "))
        .count();
    let samples = recorded.lines().filter(|line| !line.starts_with('#')).count();
    assert!(3000 < samples, "the recorded output is cut short");
    assert_eq!(size, (headers, samples));
    let written = out.to_text();
    let recorded = without_empty_families(&recorded);
    for (ours, theirs) in std::iter::zip(written.lines(), recorded.lines()) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(written.len(), recorded.len());

    // OpenMetrics has as many.
    let mut openmetrics = Vec::new();
    out.write_to(Format::OpenMetrics1, &mut openmetrics).unwrap();
    let read = entries(&openmetrics, Format::OpenMetrics1)
        .filter(|entry| matches!(entry.as_ref().unwrap(), Entry::Sample(_)))
        .count();
    assert_eq!(read, samples);
}
