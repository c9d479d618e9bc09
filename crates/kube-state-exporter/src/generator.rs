//! What is told of an object: a table of families, each with the function that writes its samples.

use metrics_registry::Kind;
use prost::Message;
use serde::de::DeserializeOwned;

use crate::lines::Lines;
use crate::resource::{DecodeError, FamilyHeader, Object, Rendered, Settings};
use crate::wire::meta::ObjectMeta;

/// One family and the function that writes its samples of one object.
pub struct Generator<T> {
    header: FamilyHeader,
    write: fn(&T, &mut Lines<'_>),
}

impl<T> Generator<T> {
    /// A value that rises and falls. `labels` are those beyond the object's own.
    pub const fn gauge(
        name: &'static str,
        help: &'static str,
        labels: &'static [&'static str],
        write: fn(&T, &mut Lines<'_>),
    ) -> Self {
        Self::new(Kind::Gauge, name, help, labels, write)
    }

    /// A value that only rises. `labels` are those beyond the object's own.
    pub const fn counter(
        name: &'static str,
        help: &'static str,
        labels: &'static [&'static str],
        write: fn(&T, &mut Lines<'_>),
    ) -> Self {
        Self::new(Kind::Counter, name, help, labels, write)
    }

    const fn new(
        kind: Kind,
        name: &'static str,
        help: &'static str,
        labels: &'static [&'static str],
        write: fn(&T, &mut Lines<'_>),
    ) -> Self {
        let header = FamilyHeader {
            name,
            kind,
            help,
            labels,
            stable: false,
            opt_in: false,
            deprecated: None,
        };
        Self { header, write }
    }

    /// The reference promises to keep it.
    pub const fn stable(mut self) -> Self {
        self.header.stable = true;
        self
    }

    /// Written only when asked for by name.
    pub const fn opt_in(mut self) -> Self {
        self.header.opt_in = true;
        self
    }

    /// The reference announced its end in this version.
    pub const fn deprecated(mut self, since: &'static str) -> Self {
        self.header.deprecated = Some(since);
        self
    }
}

/// The headers of a table of generators, as one constant.
pub const fn headers<T, const N: usize>(generators: &[Generator<T>]) -> [FamilyHeader; N] {
    let mut headers = [generators[0].header; N];
    let mut at = 0;
    while at < N {
        headers[at] = generators[at].header;
        at += 1;
    }
    headers
}

/// An object with metadata, readable from both formats.
pub trait Named: Message + Default + DeserializeOwned {
    /// Its name, labels and times.
    fn metadata(&self) -> &ObjectMeta;

    /// The value of a label that begins every sample of the object; what is not named here is the object's name.
    fn identity(&self, label: &str) -> &str {
        let metadata = self.metadata();
        match label {
            "namespace" => &metadata.namespace,
            "uid" => &metadata.uid,
            _ => &metadata.name,
        }
    }
}

/// Decodes an object and writes what is told of it; `labels` begin every sample.
pub fn render<T: Named>(
    labels: &[&str],
    generators: &[Generator<T>],
    object: Object<'_>,
    settings: &Settings,
    out: &mut Rendered,
) -> Result<(), DecodeError> {
    let object: T = object.decode()?;
    out.name_after(object.metadata());
    let mut lines = Lines::new(settings, out);
    lines.identify(labels.iter().map(|label| (*label, object.identity(label))));
    for (generator, on) in std::iter::zip(generators, &settings.on) {
        if *on {
            lines.begin(&generator.header);
            (generator.write)(&object, &mut lines);
        }
        lines.end_family();
    }
    lines.finish()
}
