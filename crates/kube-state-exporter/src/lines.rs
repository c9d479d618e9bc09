//! Writes the samples of one object, each beginning with the labels that name the object.

use metrics_registry::exposition::{line, number};

use crate::resource::{DecodeError, FamilyHeader, Rendered, Settings, TEXT_BYTES_MAX};
use crate::wire::time::Time;

/// The samples of one object.
#[derive(Debug)]
pub struct Lines<'a> {
    pub settings: &'a Settings,
    text: String,
    /// The family being written.
    name: &'static str,
    labels: &'static [&'static str],
    too_long: bool,
    rendered: &'a mut Rendered,
}

impl<'a> Lines<'a> {
    /// Writes into `rendered`, whose text is emptied.
    pub fn new(settings: &'a Settings, rendered: &'a mut Rendered) -> Self {
        rendered.text.clear();
        rendered.ends.clear();
        let text = String::from_utf8(std::mem::take(&mut rendered.text)).unwrap_or_default();
        Self {
            settings,
            text,
            name: "",
            labels: &[],
            too_long: false,
            rendered,
        }
    }

    /// Renders the labels that begin every sample.
    pub fn identify<'b>(&mut self, labels: impl Iterator<Item = (&'b str, &'b str)>) {
        let identity = &mut self.rendered.identity;
        identity.clear();
        for (name, value) in labels {
            if !identity.is_empty() {
                identity.push(',');
            }
            push_label(identity, name, value);
        }
    }

    /// Begins a family.
    pub fn begin(&mut self, header: &FamilyHeader) {
        self.name = header.name;
        self.labels = header.labels;
    }

    /// Notes where the family's lines end.
    pub fn end_family(&mut self) {
        // `TEXT_BYTES_MAX` keeps the length far below 4 GiB.
        self.rendered.ends.push(self.text.len() as u32);
    }

    /// Hands the text over. Fails with `TooLong`.
    pub fn finish(self) -> Result<(), DecodeError> {
        self.rendered.text = self.text.into_bytes();
        if self.too_long {
            return Err(DecodeError::TooLong);
        }
        Ok(())
    }

    /// A sample with the object's labels alone.
    pub fn value(&mut self, value: f64) {
        self.open();
        self.close(value);
    }

    /// A sample with the object's labels alone, of a whole number.
    pub fn count(&mut self, value: impl Into<i64>) {
        self.value(value.into() as f64);
    }

    /// As [`count`](Self::count), unless there is no number.
    pub fn count_if(&mut self, value: Option<impl Into<i64>>) {
        if let Some(value) = value {
            self.count(value);
        }
    }

    /// A sample with the family's labels, in their order.
    pub fn sample<const N: usize>(&mut self, values: [&str; N], value: f64) {
        debug_assert_eq!(N, self.labels.len(), "labels of {}", self.name);
        self.open();
        for (label, text) in std::iter::zip(self.labels, values) {
            self.text.push(',');
            push_label(&mut self.text, label, text);
        }
        self.close(value);
    }

    /// A sample with labels whose names differ from object to object.
    pub fn labeled<'b>(&mut self, labels: impl IntoIterator<Item = (&'b str, &'b str)>, value: f64) {
        self.open();
        for (label, text) in labels {
            self.text.push(',');
            push_label(&mut self.text, label, text);
        }
        self.close(value);
    }

    /// A sample for each state that there is: 1 for the one that holds, 0 for the others.
    pub fn state(&mut self, states: &[&str], holds: &str) {
        for state in states {
            self.sample([*state], f64::from(*state == holds));
        }
    }

    /// Three samples that tell a condition's status, behind labels that tell the condition.
    pub fn condition<const N: usize>(&mut self, labels: [&str; N], status: &str) {
        for (label, state) in [("true", "True"), ("false", "False"), ("unknown", "Unknown")] {
            debug_assert_eq!(N + 1, self.labels.len(), "labels of {}", self.name);
            let values = labels.into_iter().chain([label]);
            self.labeled(
                std::iter::zip(self.labels.iter().copied(), values),
                f64::from(status == state),
            );
        }
    }

    /// A sample in seconds since 1970, unless the time is not set.
    pub fn time(&mut self, time: &Option<Time>) {
        if let Some(seconds) = Time::set(time) {
            self.value(seconds as f64);
        }
    }

    fn open(&mut self) {
        // Once too long, the object is refused; what follows is not worth its memory.
        self.too_long |= self.text.len() > TEXT_BYTES_MAX;
        if self.too_long {
            self.text.clear();
        }
        self.text.push_str(self.name);
        self.text.push('{');
        self.text.push_str(&self.rendered.identity);
    }

    fn close(&mut self, value: f64) {
        self.text.push_str("} ");
        number::write(&mut self.text, value);
        self.text.push('\n');
    }
}

/// Appends `name="value"`.
pub(crate) fn push_label(out: &mut String, name: &str, value: &str) {
    out.push_str(name);
    out.push_str("=\"");
    line::write_escaped(out, value);
    out.push('"');
}
