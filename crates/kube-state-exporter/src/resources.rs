//! Every kind of object of which something is told.

mod pods;

use crate::resource::Resource;

/// Every resource, in the order of their names.
pub const ALL: &[&Resource] = &[&pods::RESOURCE];
