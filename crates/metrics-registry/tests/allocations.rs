//! A scrape like the last one allocates nothing: counted by the allocator of this test binary.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use metrics_registry::parse::{Entry, entries};
use metrics_registry::{Exposition, Family, Format, Kind};

thread_local! {
    /// Allocations of this thread; the test harness allocates on others.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is handed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the promises of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the promises of `dealloc`, and all memory is the system's.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: as above.
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const CPU: Family<2> = Family::counter("node_cpu_seconds_total", "Seconds in each mode.", ["cpu", "mode"]);
const INTERRUPTS: Family<3> =
    Family::counter("node_interrupts_total", "Interrupts.", ["cpu", "info", "type"]);
const LATENCY: Family<1> = Family::histogram("latency_seconds", "Latency.", ["route"]);
const PAUSE: Family<1> = Family::summary("pause_seconds", "Pauses.", ["stage"]);

/// 3,000 samples or a few more, of every kind, families interleaved as sources interleave them.
fn scrape(out: &mut Exposition, values: &[[String; 2]], round: f64) {
    for [number, text] in values {
        out.sample(&CPU, [number, "idle"], round * 0.1);
        out.sample(&INTERRUPTS, [number, text, "edge"], round + 1e9);
        out.sample(&CPU, [number, "user"], round * 1e-7);
        let labels = [("device", number.as_str()), ("path", text.as_str())];
        out.dynamic(
            "node_dynamic",
            format_args!("Of {}.", "run time"),
            Kind::Untyped,
            labels,
            round,
        );
    }
    for [number, _] in values.iter().take(50) {
        let buckets = [(0.5, 1), (1.0, 2), (2.5, 1_000_000), (f64::INFINITY, 1_000_001)];
        out.histogram(&LATENCY, [number], &buckets, round, 1_000_001);
        out.summary(&PAUSE, [number], &[(0.5, 0.1), (0.99, round)], 1.5, 3);
    }
    out.lines(
        "node_lines",
        format_args!("Finished lines."),
        Kind::Gauge,
        "node_lines 1\nnode_lines{a=\"b\"} 2\n",
    );
}

fn values() -> Vec<[String; 2]> {
    (0..700)
        .map(|number| [number.to_string(), format!("C:\\{number}\n\"quoted\" é")])
        .collect()
}

/// Allocations of this thread while `work` runs.
fn allocations_of(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

#[test]
fn a_warm_scrape_of_3000_samples() {
    let values = values();
    let mut out = Exposition::default();
    let mut text = Vec::new();
    let mut openmetrics = Vec::new();
    // Rounds differ in the length of their numbers, and the longest come first.
    for round in [-1.234_567_890_123_456_7e-300, 1.5, 3.25] {
        let count = allocations_of(|| {
            out.clear();
            scrape(&mut out, &values, round);
            text.clear();
            out.write_to(Format::Text004, &mut text).unwrap();
            openmetrics.clear();
            out.write_to(Format::OpenMetrics1, &mut openmetrics).unwrap();
        });
        assert!(3000 <= out.sample_count());
        match round < 0.0 {
            true => assert_ne!(count, 0, "the allocator does not count"),
            false => assert_eq!(count, 0),
        }
    }
}

#[test]
fn merging_into_a_warm_exposition() {
    let values = values();
    let mut part = Exposition::default();
    scrape(&mut part, &values, 1.0);
    let mut out = Exposition::default();
    out.merge(&part);
    let count = allocations_of(|| {
        out.clear();
        out.merge(&part);
    });
    assert_eq!(count, 0);
}

#[test]
fn parsing_what_is_not_escaped() {
    let mut out = Exposition::default();
    let plain: Vec<_> = (0..700)
        .map(|number| [number.to_string(), "plain".to_owned()])
        .collect();
    scrape(&mut out, &plain, 0.25);
    for format in [Format::Text004, Format::OpenMetrics1] {
        let mut text = Vec::new();
        out.write_to(format, &mut text).unwrap();
        let mut samples = 0;
        let count = allocations_of(|| {
            for entry in entries(&text, format) {
                if let Entry::Sample(sample) = entry.unwrap() {
                    samples += 1;
                    assert!(
                        sample
                            .labels
                            .iter()
                            .all(|(name, value)| !name.is_empty() && !value.is_empty())
                    );
                }
            }
        });
        assert_eq!((samples, count), (out.sample_count(), 0));
    }
}
