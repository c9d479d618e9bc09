//! Frames → the bytes of one segment, before compression.
//!
//! A segment stands for itself: the labels of a series are written once in it, before the first frame that has them.
//!
//! ```text
//! 1 count { kind, length, labels }             series, numbered in the order in which they come
//! 2 runs { first - end of the run before, length }   a layout: the numbers of its series
//! 3 layout, time - time of the frame before, own times { place - place before, time - time of the frame },
//!   a bit for each series that changed, the changed values      a frame
//! ```
//!
//! All numbers are varints, differences are zigzag.

use std::collections::HashMap;
use std::rc::Rc;

use metrics_registry::parse::MetricType;
use rustc_hash::FxBuildHasher;

use super::number::{self, Last, push_zigzag};
use crate::forward::frame::{Frame, Layout, Series};
use crate::label_set::push_varint;

/// First byte of entries.
pub const SERIES: u8 = 1;
/// See [`SERIES`].
pub const LAYOUT: u8 = 2;
/// See [`SERIES`].
pub const FRAME: u8 = 3;

/// Series of all layouts of a segment, for the sake of the reader's memory: 12 MB.
const LAYOUT_SERIES_MAX: usize = 1 << 19;
/// Bytes of labels in a segment, for the same reason.
const LABEL_BYTES_MAX: usize = 16 << 20;

/// What one segment knows already.
#[derive(Debug, Default)]
pub struct Encoder {
    /// The numbers of series, by the place of their labels in memory, which `series` keeps there.
    numbers: HashMap<(usize, u8), u32, FxBuildHasher>,
    series: Vec<(Series, Last)>,
    /// The same of layouts.
    layout_numbers: HashMap<usize, u32, FxBuildHasher>,
    layouts: Vec<(Rc<Layout>, Box<[u32]>)>,
    layout_series: usize,
    label_bytes: usize,
    at_ms: i64,
}

impl Encoder {
    /// Whether the segment should end here, so that who reads it needs little memory.
    pub fn is_full(&self) -> bool {
        LAYOUT_SERIES_MAX <= self.layout_series || LABEL_BYTES_MAX <= self.label_bytes
    }

    /// Appends a frame and what it needs to be understood.
    pub fn push(&mut self, bytes: &mut Vec<u8>, frame: &Frame) {
        let place = Rc::as_ptr(&frame.layout) as usize;
        let layout = match self.layout_numbers.get(&place) {
            Some(number) => *number,
            None => self.push_layout(bytes, &frame.layout),
        };
        let Some((_, numbers)) = self.layouts.get(layout as usize) else {
            return;
        };
        bytes.push(FRAME);
        push_varint(bytes, u64::from(layout));
        push_zigzag(bytes, frame.at_ms.wrapping_sub(self.at_ms));
        self.at_ms = frame.at_ms;
        push_varint(bytes, frame.own_times.len() as u64);
        let mut before = 0;
        for (place, at_ms) in &frame.own_times {
            push_varint(bytes, u64::from(place.wrapping_sub(before)));
            push_zigzag(bytes, at_ms.wrapping_sub(frame.at_ms));
            before = *place;
        }
        let bits = bytes.len();
        bytes.resize(bits + numbers.len().div_ceil(8), 0);
        for (place, (number, value)) in numbers.iter().zip(&frame.values).enumerate() {
            let Some((_, last)) = self.series.get_mut(*number as usize) else {
                continue;
            };
            if last.value.to_bits() != value.to_bits() {
                if let Some(bits) = bytes.get_mut(bits + place / 8) {
                    *bits |= 1 << (place % 8);
                }
                number::push(bytes, last, *value);
            }
        }
    }

    fn push_layout(&mut self, bytes: &mut Vec<u8>, layout: &Rc<Layout>) -> u32 {
        let mut new = Vec::new();
        let mut count = 0_u64;
        let numbers: Box<[u32]> = layout
            .series
            .iter()
            .map(|series| {
                let labels = series.labels.as_bytes();
                let kind = kind_number(series.kind);
                let next = self.series.len() as u32;
                let key = (labels.as_ptr() as usize, kind);
                let number = *self.numbers.entry(key).or_insert(next);
                if number == next {
                    count += 1;
                    new.push(kind);
                    push_varint(&mut new, labels.len() as u64);
                    new.extend_from_slice(labels);
                    self.series.push((series.clone(), Last::default()));
                }
                number
            })
            .collect();
        if count != 0 {
            bytes.push(SERIES);
            push_varint(bytes, count);
            bytes.extend_from_slice(&new);
        }
        bytes.push(LAYOUT);
        let runs = runs(&numbers);
        push_varint(bytes, runs.len() as u64);
        let mut end = 0;
        for (first, length) in runs {
            push_zigzag(bytes, i64::from(first) - i64::from(end));
            push_varint(bytes, u64::from(length));
            end = first + length;
        }
        self.label_bytes += new.len();
        self.layout_series += numbers.len();
        let number = self.layouts.len() as u32;
        self.layout_numbers.insert(Rc::as_ptr(layout) as usize, number);
        self.layouts.push((Rc::clone(layout), numbers));
        number
    }
}

/// Numbers that follow each other, as the first one and how many.
fn runs(numbers: &[u32]) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((first, length)) if *first + *length == *number => *length += 1,
            _ => runs.push((*number, 1)),
        }
    }
    runs
}

/// A metric's type as a byte of a segment; 0 is not known.
pub fn kind_number(kind: Option<MetricType>) -> u8 {
    match kind {
        None => 0,
        Some(MetricType::Unknown) => 1,
        Some(MetricType::Counter) => 2,
        Some(MetricType::Gauge) => 3,
        Some(MetricType::Histogram) => 4,
        Some(MetricType::GaugeHistogram) => 5,
        Some(MetricType::Summary) => 6,
        Some(MetricType::Info) => 7,
        Some(MetricType::StateSet) => 8,
    }
}
