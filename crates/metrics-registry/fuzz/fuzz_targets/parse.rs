//! Any bytes, as a body in either format: read whole, and in chunks through the splitter, with the same outcome.
//!
//! The first byte chooses the size of the chunks.

#![no_main]

use libfuzzer_sys::fuzz_target;
use metrics_registry::Format;
use metrics_registry::exposition::line;
use metrics_registry::parse::{Entry, Labels, LineSplitter, ParseError, Parser, Sample, entries};

const LINE_BYTES_MAX: usize = 1 << 20;

fuzz_target!(|data: &[u8]| {
    let Some((size, body)) = data.split_first() else {
        return;
    };
    for format in [Format::Text004, Format::OpenMetrics1] {
        let whole = read_whole(body, format);
        let chunked = read_in_chunks(body, format, usize::from(*size) + 1);
        assert_eq!(whole, chunked);
    }
});

type Outcome = (Vec<String>, Option<ParseError>);

fn read_whole(body: &[u8], format: Format) -> Outcome {
    let mut seen = Vec::new();
    for entry in entries(body, format) {
        match entry {
            Ok(entry) => seen.push(check(&entry)),
            Err(error) => {
                assert!(1 <= error.line && 1 <= error.column);
                assert!(!error.to_string().contains('\n'));
                return (seen, Some(error));
            }
        }
    }
    (seen, None)
}

fn read_in_chunks(body: &[u8], format: Format, size: usize) -> Outcome {
    let mut seen = Vec::new();
    let mut parser = Parser::new(format);
    let mut splitter = LineSplitter::new(LINE_BYTES_MAX);
    let mut each = |line: &[u8]| {
        match parser.line(line)? {
            Entry::Nothing => {}
            entry => seen.push(check(&entry)),
        }
        Ok(())
    };
    let result = body
        .chunks(size)
        .try_for_each(|chunk| splitter.push(chunk, &mut each))
        .and_then(|()| splitter.finish(&mut each))
        .and_then(|()| parser.finish());
    (seen, result.err())
}

/// Walks all that an entry holds, and writes it out for comparison.
fn check(entry: &Entry<'_>) -> String {
    if let Entry::Sample(sample) = entry {
        assert!(!sample.name.is_empty());
        assert!(sample.series.contains(|c: char| !c.is_whitespace()));
        walk(sample.labels, sample.series);
        write_again(sample);
        if let Some(exemplar) = &sample.exemplar {
            walk(exemplar.labels, "");
        }
    }
    if let Entry::Help { help, .. } = entry {
        assert!(help.unescape().len() <= help.raw().len());
    }
    format!("{entry:?}")
}

/// Labels were found valid, so that the iterator meets as many values as there are in the braces.
fn walk(labels: Labels<'_>, series: &str) {
    let count = labels.iter().count();
    assert!(count == 0 || series.is_empty() || series.contains('='));
    for (name, _) in labels {
        assert!(!name.is_empty());
    }
}

/// A sample that text 0.0.4 has bare names for, written by us, is read as the same sample.
fn write_again(sample: &Sample<'_>) {
    let labels: Vec<_> = sample.labels.iter().collect();
    if !is_bare(&sample.name, true) || !labels.iter().all(|(name, _)| is_bare(name, false)) {
        return;
    }
    let mut text = String::new();
    let borrowed = labels.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
    line::write(&mut text, &sample.name, borrowed, sample.value);
    let Ok(Entry::Sample(again)) = Parser::new(Format::Text004).line(text.trim_end_matches('\n').as_bytes())
    else {
        panic!("not a sample: {text}");
    };
    assert_eq!(again.name, sample.name);
    assert!(again.labels.iter().eq(labels));
    assert!(again.value == sample.value || again.value.is_nan() && sample.value.is_nan());
}

fn is_bare(name: &str, colons: bool) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || (colons && byte == b':'))
}
