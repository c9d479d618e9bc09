//! How one kind of object is read, and which families are told of it.

use std::fmt;

use jiff::tz::TimeZone;
use metrics_registry::Kind;
use serde::de::DeserializeOwned;

use crate::allow_list::AllowList;
use crate::wire::meta::ObjectMeta;

/// Text rendered of one object at most, so that offsets fit and one object cannot fill the memory.
pub const TEXT_BYTES_MAX: usize = 64 << 20;

/// One kind of object: where the server has it, and what is told of it.
pub struct Resource {
    /// Plural name, as in `--resources`.
    pub name: &'static str,
    /// Whether it is watched when `--resources` is not given.
    pub on: bool,
    /// The type's name in the reference, which is the value of the label `resource` of its own counters: `*v1.Pod`.
    pub go_type: &'static str,
    /// API group; empty for the core group.
    pub group: &'static str,
    /// Version within the group.
    pub version: &'static str,
    /// Kind, in the singular: `Pod`.
    pub kind: &'static str,
    /// Whether objects live in namespaces.
    pub namespaced: bool,
    /// What is asked of the server.
    pub wire: Wire,
    /// Families in the order in which [`render`](Self::render) writes them.
    pub families: &'static [FamilyHeader],
    /// Decodes one object and writes its samples. On an error, `Rendered` holds nothing of use.
    pub render: fn(Object<'_>, &Settings, &mut Rendered) -> Result<(), DecodeError>,
}

impl fmt::Debug for Resource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Resource").field(&self.name).finish()
    }
}

/// What is asked of the server for each object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// The whole object, in protobuf or JSON.
    Object,
    /// A row of a table in JSON: the printed columns, and the metadata.
    Table,
    /// The metadata alone, in protobuf or JSON.
    Metadata,
    /// The whole object in JSON, whatever it holds.
    Json,
}

/// One object as the server sent it.
#[derive(Clone, Copy, Debug)]
pub enum Object<'a> {
    /// The message inside `runtime.Unknown.raw`.
    Protobuf(&'a [u8]),
    /// One object, or of a table one row with `cells` and `object`.
    Json(&'a [u8]),
}

impl Object<'_> {
    /// Reads what is needed of it.
    pub fn decode<T: prost::Message + Default + DeserializeOwned>(self) -> Result<T, DecodeError> {
        Ok(match self {
            Object::Protobuf(bytes) => T::decode(bytes)?,
            Object::Json(bytes) => serde_json::from_slice(bytes)?,
        })
    }
}

/// What is known of a family before any object is read.
#[derive(Clone, Copy, Debug)]
pub struct FamilyHeader {
    /// Full name.
    pub name: &'static str,
    /// What `# TYPE` says.
    pub kind: Kind,
    /// One sentence for people, without the mark of stability.
    pub help: &'static str,
    /// Labels beyond those that every family of the resource has; `label_*` stands for any number of them.
    pub labels: &'static [&'static str],
    /// Whether the reference promises to keep it, which its help tells: `[STABLE] `.
    pub stable: bool,
    /// Whether it is written only when asked for by name.
    pub opt_in: bool,
    /// The version of the reference that announced its end.
    pub deprecated: Option<&'static str>,
}

/// One object, rendered. Reused between objects, for its buffers.
#[derive(Debug, Default)]
pub struct Rendered {
    /// `metadata.uid`
    pub uid: String,
    /// `metadata.namespace`; empty where objects have none.
    pub namespace: String,
    /// `metadata.name`
    pub name: String,
    /// `metadata.resourceVersion`
    pub resource_version: String,
    /// Sample lines, family after family; UTF-8.
    pub text: Vec<u8>,
    /// Where in `text` the lines of each family of [`Resource::families`] end.
    pub ends: Vec<u32>,
    /// `namespace="…",pod="…"`, which begins every sample of the object.
    pub(crate) identity: String,
}

impl Rendered {
    /// Takes over who the object is.
    pub(crate) fn name_after(&mut self, metadata: &ObjectMeta) {
        let fields = [
            (&mut self.uid, &metadata.uid),
            (&mut self.namespace, &metadata.namespace),
            (&mut self.name, &metadata.name),
            (&mut self.resource_version, &metadata.resource_version),
        ];
        for (to, from) in fields {
            to.clear();
            to.push_str(from);
        }
    }
}

/// What of a resource is wanted.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Kubernetes labels that become labels.
    pub labels: AllowList,
    /// Annotations that become labels.
    pub annotations: AllowList,
    /// For each of [`Resource::families`], whether it is written.
    pub on: Vec<bool>,
    /// The zone of schedules that name none.
    pub zone: TimeZone,
}

impl Settings {
    /// In UTC; writes the families for which `is_on` says so; ask it about [`FamilyHeader::opt_in`] too.
    pub fn new(
        resource: &Resource,
        labels: AllowList,
        annotations: AllowList,
        is_on: impl FnMut(&FamilyHeader) -> bool,
    ) -> Self {
        Self {
            labels,
            annotations,
            on: resource.families.iter().map(is_on).collect(),
            zone: TimeZone::UTC,
        }
    }
}

/// Why an object is not told of.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not the message that it should be.
    #[error("decode protobuf")]
    Protobuf(#[from] prost::DecodeError),
    /// Not the JSON that it should be.
    #[error("decode JSON")]
    Json(#[from] serde_json::Error),
    /// An object that is read as JSON alone came in protobuf.
    #[error("protobuf where JSON was asked for")]
    NotJson,
    /// More is to be told of it than [`TEXT_BYTES_MAX`].
    #[error("samples longer than {TEXT_BYTES_MAX} bytes")]
    TooLong,
}
