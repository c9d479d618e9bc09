//! What one reader reads: where the server has it, and how its objects become text.
//!
//! Made of a [`Resource`] here; anything else that is watched, a custom resource, fills the same fields.

use std::fmt;
use std::rc::Rc;

use metrics_registry::exposition::header;
use metrics_registry::{Format, Kind};

use crate::resource::{DecodeError, Object, Rendered, Resource, Settings, Wire};

/// Decodes one object and writes its samples, family after family.
pub type Render = Box<dyn Fn(Object<'_>, &mut Rendered) -> Result<(), DecodeError>>;

/// A kind of object that is watched.
pub struct Subject {
    /// Plural name, as in `--resources` and `?resources=`.
    pub name: String,
    /// The value of the label `resource` of the counters of this process: `*v1.Pod`.
    pub go_type: String,
    /// API group; empty for the core group.
    pub group: String,
    /// Version within the group.
    pub version: String,
    /// Name in paths.
    pub plural: String,
    /// Whether objects live in namespaces.
    pub namespaced: bool,
    /// What is asked of the server.
    pub wire: Wire,
    /// Families in the order in which `render` writes them.
    pub headers: Vec<Header>,
    /// Makes the text of an object.
    pub render: Render,
}

/// The two lines before the samples of a family.
#[derive(Debug, Default)]
pub struct Header {
    /// Full name; empty for a family that is off.
    pub name: Box<str>,
    text: Box<[u8]>,
    openmetrics: Box<[u8]>,
}

impl Header {
    /// Lines of both formats.
    pub fn new(name: &str, help: &str, kind: Kind) -> Self {
        let lines = |format| {
            let mut lines = Vec::new();
            header::write(&mut lines, format, name, help, kind).expect("writing to memory");
            lines.into_boxed_slice()
        };
        Self {
            name: name.into(),
            text: lines(Format::Text004),
            openmetrics: lines(Format::OpenMetrics1),
        }
    }

    /// The lines; empty for a family that is off.
    pub fn lines(&self, format: Format) -> &[u8] {
        match format {
            Format::Text004 => &self.text,
            Format::OpenMetrics1 => &self.openmetrics,
        }
    }
}

impl Subject {
    /// A resource, of which `settings` says what is wanted.
    pub fn new(resource: &'static Resource, settings: Settings) -> Rc<Self> {
        let header = |(family, on): (&crate::resource::FamilyHeader, &bool)| match (on, family.stable) {
            (false, _) => Header::default(),
            (true, false) => Header::new(family.name, family.help, family.kind),
            (true, true) => Header::new(family.name, &format!("[STABLE] {}", family.help), family.kind),
        };
        Rc::new(Self {
            name: resource.name.to_owned(),
            go_type: resource.go_type.to_owned(),
            group: resource.group.to_owned(),
            version: resource.version.to_owned(),
            plural: resource.name.to_owned(),
            namespaced: resource.namespaced,
            wire: resource.wire,
            headers: std::iter::zip(resource.families, &settings.on)
                .map(header)
                .collect(),
            render: Box::new(move |object, out| (resource.render)(object, &settings, out)),
        })
    }

    /// Path of the collection, of one namespace or of all.
    pub fn path(&self, namespace: Option<&str>) -> String {
        let root = match self.group.as_str() {
            "" => format!("/api/{}", self.version),
            group => format!("/apis/{group}/{}", self.version),
        };
        match namespace {
            Some(namespace) => format!("{root}/namespaces/{namespace}/{}", self.plural),
            None => format!("{root}/{}", self.plural),
        }
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Subject").field(&self.name).finish()
    }
}
