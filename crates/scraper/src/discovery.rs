//! Where targets come from: the configuration itself and files of target lists.

pub mod file_sd;

use crate::config::targets::StaticGroup;
use crate::labels::Labels;

/// What the targets of a group are found with: their address and the labels of the group.
pub fn found(group: &StaticGroup) -> impl Iterator<Item = Labels> {
    group.targets.iter().map(|address| {
        let mut labels = group.labels.clone();
        labels.insert("__address__".to_owned(), address.clone());
        labels
    })
}
