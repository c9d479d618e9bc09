//! The bytes of one segment, after decompression → frames. The counterpart of [`super::encoder`], which has the format.
//!
//! The bytes may be anything: what does not fit is `None`, and memory is bounded by what was read.

use std::rc::Rc;

use metrics_registry::parse::MetricType;

use super::bytes::Bytes;
use super::encoder::{FRAME, LAYOUT, SERIES};
use super::number::{self, Last};
use crate::forward::frame::{Frame, Layout, Series};
use crate::label_set::LabelSet;

/// Series in all layouts of a segment: four times what is written before a segment ends; 48 MB.
const LAYOUT_SERIES_MAX: usize = 2 << 20;
/// Samples of one record: a few times what is written.
pub const RECORD_SAMPLES_MAX: usize = 8 << 20;

/// What the segment has said so far.
#[derive(Debug, Default)]
pub struct Decoder {
    series: Vec<Series>,
    lasts: Vec<Last>,
    layouts: Vec<Known>,
    layout_series: usize,
    at_ms: i64,
}

#[derive(Debug)]
struct Known {
    layout: Rc<Layout>,
    /// First number and how many.
    runs: Box<[(usize, usize)]>,
}

impl Decoder {
    /// Reads the frames of one record.
    pub fn record(&mut self, bytes: &[u8]) -> Option<Vec<Frame>> {
        let mut bytes = Bytes::new(bytes);
        let mut frames = Vec::new();
        let mut samples = 0;
        while !bytes.is_empty() {
            match bytes.byte()? {
                SERIES => self.series(&mut bytes)?,
                LAYOUT => self.layout(&mut bytes)?,
                FRAME => {
                    let frame = self.frame(&mut bytes, RECORD_SAMPLES_MAX - samples)?;
                    samples += frame.len();
                    frames.push(frame);
                }
                _ => return None,
            }
        }
        Some(frames)
    }

    fn series(&mut self, bytes: &mut Bytes<'_>) -> Option<()> {
        for _ in 0..bytes.varint()? {
            let kind = kind(bytes.byte()?)?;
            let length = bytes.count()?;
            let labels = LabelSet::from_bytes(bytes.take(length)?)?;
            self.series.push(Series { labels, kind });
            self.lasts.push(Last::default());
        }
        Some(())
    }

    fn layout(&mut self, bytes: &mut Bytes<'_>) -> Option<()> {
        let count = bytes.count()?;
        let mut runs = Vec::new();
        let mut series = Vec::new();
        let mut end = 0_i64;
        for _ in 0..count {
            let first = usize::try_from(end.checked_add(bytes.zigzag()?)?).ok()?;
            let length = bytes.count()?;
            let after = first.checked_add(length)?;
            series.extend_from_slice(self.series.get(first..after)?);
            if LAYOUT_SERIES_MAX < self.layout_series + series.len() || length == 0 {
                return None;
            }
            runs.push((first, length));
            end = i64::try_from(after).ok()?;
        }
        if series.is_empty() {
            return None;
        }
        self.layout_series += series.len();
        let layout = Layout {
            series: series.into_boxed_slice(),
        };
        self.layouts.push(Known {
            layout: Rc::new(layout),
            runs: runs.into_boxed_slice(),
        });
        Some(())
    }

    fn frame(&mut self, bytes: &mut Bytes<'_>, samples_max: usize) -> Option<Frame> {
        let Self {
            layouts,
            lasts,
            at_ms,
            ..
        } = self;
        let known = layouts.get(bytes.count()?)?;
        let count = known.layout.series.len();
        if samples_max < count {
            return None;
        }
        *at_ms = at_ms.wrapping_add(bytes.zigzag()?);
        let mut own_times = Vec::new();
        let mut place = 0_u32;
        for _ in 0..bytes.varint()? {
            place = place.checked_add(u32::try_from(bytes.varint()?).ok()?)?;
            own_times.push((place, at_ms.wrapping_add(bytes.zigzag()?)));
        }
        let bits = bytes.take(count.div_ceil(8))?;
        let mut values = Vec::with_capacity(count);
        for (first, length) in &known.runs {
            for last in lasts.get_mut(*first..*first + *length)? {
                let place = values.len();
                let changed = bits.get(place / 8)? & 1 << (place % 8) != 0;
                values.push(match changed {
                    true => number::take(bytes, last)?,
                    false => last.value,
                });
            }
        }
        Some(Frame {
            layout: Rc::clone(&known.layout),
            at_ms: *at_ms,
            values: values.into_boxed_slice(),
            own_times: own_times.into_boxed_slice(),
        })
    }
}

fn kind(number: u8) -> Option<Option<MetricType>> {
    Some(match number {
        0 => None,
        1 => Some(MetricType::Unknown),
        2 => Some(MetricType::Counter),
        3 => Some(MetricType::Gauge),
        4 => Some(MetricType::Histogram),
        5 => Some(MetricType::GaugeHistogram),
        6 => Some(MetricType::Summary),
        7 => Some(MetricType::Info),
        8 => Some(MetricType::StateSet),
        _ => return None,
    })
}
