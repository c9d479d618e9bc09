//! The labels of one series, the metric's name among them, in the bytes in which remote write sends them.
//!
//! The bytes are the `labels` fields of a `prometheus.TimeSeries`: `0a <length> 0a <length> name 12 <length> value` for
//! each label, sorted by name, lengths as varints. They are made once when a series appears, read by the pages, and
//! copied as they are into a request, so that a sample that is sent costs no formatting.

use std::cmp::Ordering;
use std::rc::Rc;

/// Name of the label that holds the metric's name.
pub const METRIC_NAME: &str = "__name__";

/// Tag of field 1 of a time series, a label; and of field 1 of a label, its name.
const FIRST: u8 = 0x0a;
/// Tag of field 2 of a label, its value.
const SECOND: u8 = 0x12;

/// Labels in their encoded form; none has an empty value, none stands there twice. A clone is the same bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LabelSet(Rc<[u8]>);

impl LabelSet {
    /// Encodes labels that are sorted by name.
    pub fn encode<'a>(sorted: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut bytes = Vec::with_capacity(256);
        for (name, value) in sorted {
            push(&mut bytes, name, value);
        }
        Self(bytes.into())
    }

    /// Encodes a metric's name and labels that are sorted by name and hold none.
    pub fn of_metric<'a>(metric: &'a str, sorted: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut bytes = Vec::with_capacity(256);
        let mut metric = Some(metric);
        for (name, value) in sorted {
            if name.cmp(METRIC_NAME) == Ordering::Greater
                && let Some(metric) = metric.take()
            {
                push(&mut bytes, METRIC_NAME, metric);
            }
            push(&mut bytes, name, value);
        }
        if let Some(metric) = metric {
            push(&mut bytes, METRIC_NAME, metric);
        }
        Self(bytes.into())
    }

    /// Takes bytes that were [`LabelSet::as_bytes`]; `None` where they are damaged.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut labels = Iter(bytes);
        while !labels.0.is_empty() {
            labels.next()?;
        }
        Some(Self(bytes.into()))
    }

    /// Names and values, sorted by name.
    pub fn iter(&self) -> Iter<'_> {
        Iter(&self.0)
    }

    /// The value of one label; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.iter()
            .find(|(other, _)| *other == name)
            .map_or("", |(_, value)| value)
    }

    /// The metric's name.
    pub fn metric(&self) -> &str {
        self.get(METRIC_NAME)
    }

    /// The `labels` fields of a time series.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Appends to `out` the labels of a series, and those of `more` whose names it has not; both are sorted.
pub fn push_joined(out: &mut Vec<u8>, series: &LabelSet, more: &LabelSet) {
    let mut left = Iter(&series.0);
    let mut more = Iter(&more.0);
    // What of the series is not copied yet, up to where `left` is.
    let mut pending: &[u8] = &series.0;
    let mut label = left.field();
    while let Some((added_name, added)) = more.field() {
        let before = loop {
            match label {
                Some((name, _)) if name < added_name => label = left.field(),
                _ => break label,
            }
        };
        if before.is_some_and(|(name, _)| name == added_name) {
            continue;
        }
        let unread = before.map_or(left.0.len(), |(_, field)| field.len() + left.0.len());
        let (copied, rest) = pending.split_at(pending.len().saturating_sub(unread));
        out.extend_from_slice(copied);
        out.extend_from_slice(added);
        pending = rest;
    }
    out.extend_from_slice(pending);
}

/// Names and values of a [`LabelSet`].
#[derive(Clone, Debug)]
pub struct Iter<'a>(&'a [u8]);

impl<'a> Iter<'a> {
    /// The labels that are encoded in these bytes.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The bytes of all that are left.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    /// The bytes of each label.
    pub fn fields(mut self) -> impl Iterator<Item = &'a [u8]> {
        std::iter::from_fn(move || self.field().map(|(_, field)| field))
    }

    /// The name of the next label, and its bytes.
    fn field(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        let before = self.0;
        let (label, rest) = field(before, FIRST)?;
        let (name, _) = field(label, FIRST)?;
        self.0 = rest;
        before.get(..before.len() - rest.len()).map(|field| (name, field))
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (label, rest) = field(self.0, FIRST)?;
        self.0 = rest;
        let (name, label) = field(label, FIRST)?;
        let (value, _) = field(label, SECOND)?;
        Some((std::str::from_utf8(name).ok()?, std::str::from_utf8(value).ok()?))
    }
}

/// Appends one label.
pub fn push(bytes: &mut Vec<u8>, name: &str, value: &str) {
    let inner = 1 + varint_bytes(name.len()) + name.len() + 1 + varint_bytes(value.len()) + value.len();
    bytes.push(FIRST);
    push_varint(bytes, inner as u64);
    bytes.push(FIRST);
    push_varint(bytes, name.len() as u64);
    bytes.extend_from_slice(name.as_bytes());
    bytes.push(SECOND);
    push_varint(bytes, value.len() as u64);
    bytes.extend_from_slice(value.as_bytes());
}

/// Appends a number in groups of seven bits, lowest first.
pub fn push_varint(bytes: &mut Vec<u8>, mut number: u64) {
    while 0x80 <= number {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// How many bytes [`push_varint`] appends.
fn varint_bytes(number: usize) -> usize {
    let bits = usize::BITS - (number | 1).leading_zeros();
    bits.div_ceil(7) as usize
}

/// The bytes of a field with this tag, and what follows.
fn field(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, mut rest) = bytes.split_first()?;
    if first != tag {
        return None;
    }
    let mut length = 0_usize;
    let mut shift = 0;
    loop {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        length |= usize::from(byte & 0x7f).checked_shl(shift)?;
        if byte < 0x80 {
            return rest.split_at_checked(length);
        }
        shift += 7;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_remote_write_sends_it() {
        let set = LabelSet::of_metric("up", [("job", "node")].into_iter());
        assert_eq!(
            set.as_bytes(),
            b"\x0a\x0e\x0a\x08__name__\x12\x02up\x0a\x0b\x0a\x03job\x12\x04node"
        );
        assert_eq!(
            set.iter().collect::<Vec<_>>(),
            [("__name__", "up"), ("job", "node")]
        );
        assert_eq!((set.metric(), set.get("job"), set.get("x")), ("up", "node", ""));
    }

    #[test]
    fn the_name_stands_where_it_sorts() {
        let set = LabelSet::of_metric("up", [("Zone", "a"), ("zone", "b")].into_iter());
        let names: Vec<_> = set.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["Zone", "__name__", "zone"]);
        let set = LabelSet::of_metric("up", [("Zone", "a")].into_iter());
        assert_eq!(set.iter().count(), 2);
    }

    #[test]
    fn bytes_that_are_cut_are_no_labels() {
        let set = LabelSet::of_metric("up", [("job", "node")].into_iter());
        let bytes = set.as_bytes();
        assert_eq!(LabelSet::from_bytes(bytes), Some(set.clone()));
        let whole = |length: &usize| LabelSet::from_bytes(&bytes[..*length]).is_some();
        assert_eq!((0..bytes.len()).filter(whole).collect::<Vec<_>>(), [0, 16]);
    }

    #[test]
    fn labels_that_are_added() {
        let joined = |series: &[(&str, &str)], more: &[(&str, &str)]| {
            let encode = |pairs: &[(&str, &str)]| LabelSet::encode(pairs.iter().copied());
            let mut bytes = Vec::new();
            push_joined(&mut bytes, &encode(series), &encode(more));
            let pairs = Iter::of(&bytes).map(|(name, value)| format!("{name}={value}"));
            pairs.collect::<Vec<_>>().join(" ")
        };
        let series = [("__name__", "up"), ("job", "node"), ("site", "attic")];
        assert_eq!(joined(&series, &[]), "__name__=up job=node site=attic");
        assert_eq!(joined(&[], &series), "__name__=up job=node site=attic");
        let more = [
            ("Z", "1"),
            ("host", "a"),
            ("site", "home"),
            ("tier", "b"),
            ("zone", "c"),
        ];
        assert_eq!(
            joined(&series, &more),
            "Z=1 __name__=up host=a job=node site=attic tier=b zone=c"
        );
    }

    #[test]
    fn long_values() {
        for length in [0, 1, 127, 128, 16_383, 16_384, 70_000] {
            let value = "x".repeat(length);
            let set = LabelSet::encode([("a", value.as_str()), ("b", "c")].into_iter());
            assert_eq!(set.get("a"), value);
            assert_eq!(set.get("b"), "c");
        }
    }
}
