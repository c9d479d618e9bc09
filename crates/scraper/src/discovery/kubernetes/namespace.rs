//! Namespaces, whose labels targets may be found with.

use serde::Deserialize;

use super::object::{Meta, Object};
use super::objects::{Objects, Table};
use crate::config::kubernetes::Role;

/// One namespace.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Namespace {
    metadata: Meta,
}

impl Object for Namespace {
    const GROUP: &'static str = "/api/v1";
    const PLURAL: &'static str = "namespaces";
    const ROLE: Option<Role> = None;

    fn meta(&self) -> &Meta {
        &self.metadata
    }

    fn table(objects: &mut Objects) -> &mut Table<Self> {
        &mut objects.namespaces
    }
}
