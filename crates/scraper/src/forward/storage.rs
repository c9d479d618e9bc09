//! Where samples wait on disk, by the flags.

use std::path::PathBuf;
use std::time::Duration;

use super::queue::Queue;
use super::receiver::QUEUE_SAMPLES_MAX;
use super::spill::Spill;
use crate::fnv::Fnv;
use crate::telemetry::forward::Cells;

/// Where, how much, and how often.
#[derive(Clone, Debug)]
pub struct Storage {
    /// The folder; each receiver has one of its own in `forward` in it.
    pub path: PathBuf,
    /// Bytes for each receiver.
    pub bytes_max: u64,
    /// How long samples may be in memory only while their receiver does not take them.
    pub sync_interval: Duration,
}

impl Storage {
    /// The queue of a receiver, with what waits for it since before the start.
    pub fn queue(&self, name: &str, cells: Cells) -> Queue {
        let folder = self.path.join("forward").join(folder_name(name));
        match Spill::open(&folder, self.bytes_max) {
            Ok(disk) => {
                let queue = Queue::with_disk(QUEUE_SAMPLES_MAX, cells, disk);
                queue.sync_interval.set(self.sync_interval);
                queue
            }
            Err(error) => {
                log::error!(
                    remote_name = name, path:% = folder.display(), error:%;
                    "folder for samples cannot be used, they wait in memory only"
                );
                Queue::new(QUEUE_SAMPLES_MAX, cells)
            }
        }
    }

    /// Tells of folders with samples for receivers that are not configured.
    pub fn tell_of_others<'a>(&self, names: impl Iterator<Item = &'a str>) {
        let known: Vec<String> = names.map(folder_name).collect();
        let Ok(folders) = std::fs::read_dir(self.path.join("forward")) else {
            return;
        };
        for folder in folders.flatten() {
            let is_known = known.iter().any(|known| folder.file_name() == known.as_str());
            let is_empty = std::fs::read_dir(folder.path()).map_or(true, |mut files| files.next().is_none());
            if !is_known && !is_empty {
                log::warn!(
                    path:% = folder.path().display();
                    "samples are stored for a receiver that is not configured: configure it under this name, or remove the folder"
                );
            }
        }
    }
}

/// The name as it is, where it can be that of a folder; else what can, and a hash of the whole.
fn folder_name(name: &str) -> String {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    if name.chars().all(is_plain) && !name.starts_with('.') && !name.is_empty() && name.len() <= 100 {
        return name.to_owned();
    }
    let mut hash = Fnv::new();
    hash.write(name.as_bytes());
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(50)
        .collect();
    format!("{plain}~{:016x}", hash.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leaves_the_folder() {
        assert_eq!(folder_name("home-1.example"), "home-1.example");
        for name in ["..", ".", "", "a/b", "../x", "ä", &"x".repeat(101)] {
            let folder = folder_name(name);
            assert!(folder.contains('~') && !folder.contains(['/', '.']), "{folder}");
        }
        assert_ne!(folder_name("a/b"), folder_name("ab/"));
    }
}
