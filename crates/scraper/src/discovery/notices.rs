//! The kernel's notices that files in a folder have changed (inotify).
//!
//! They do not come over NFS and other networks, so that whoever waits for them looks from time to time all the same.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use tokio::net::unix::pipe::Receiver;

/// What may change a list of targets: a file that was written to its end, and names that come and go.
const CHANGES: WatchFlags = WatchFlags::CLOSE_WRITE
    .union(WatchFlags::MOVED_TO)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::CREATE);

/// Room for what is read at once; one notice takes 16 bytes and the file's name.
const BUFFER_BYTES: usize = 4096;

/// Folders that are watched. What the kernel says is read as from a pipe; what exactly it says does not matter.
#[derive(Debug)]
pub struct Notices(Receiver);

impl Notices {
    /// Watches the folders of these files. `None` where the kernel has no more watches to give, or no folder is there.
    pub fn of_folders<'a>(files: impl Iterator<Item = &'a Path>) -> Option<Self> {
        let folders: BTreeSet<PathBuf> = files.map(folder).collect();
        let watched = || -> std::io::Result<Self> {
            let fd = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
            let mut last = Ok(0);
            let mut any = false;
            for folder in &folders {
                last = inotify::add_watch(&fd, folder, CHANGES);
                any |= last.is_ok();
            }
            if !any {
                last?;
            }
            Ok(Self(Receiver::from_file_unchecked(File::from(fd))?))
        };
        watched()
            .inspect_err(
                |error| log::debug!(error:%; "folders not watched, their files are asked for changes"),
            )
            .ok()
    }

    /// Ends when something has changed since the last call. Never ends where notices can no longer be read.
    pub async fn changed(&self) {
        let mut buffer = [0; BUFFER_BYTES];
        loop {
            if self.0.readable().await.is_err() {
                return std::future::pending().await;
            }
            let mut any = false;
            let end = loop {
                match self.0.try_read(&mut buffer) {
                    Ok(0) => break None,
                    Ok(_) => any = true,
                    Err(error) => break Some(error.kind()),
                }
            };
            match end {
                _ if any => return,
                Some(std::io::ErrorKind::WouldBlock) => {}
                _ => return std::future::pending().await,
            }
        }
    }
}

fn folder(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_written_a_moved_and_a_deleted_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        let notices = Notices::of_folders([path.as_path()].into_iter()).unwrap();
        let noticed = || tokio::time::timeout(Duration::from_secs(10), notices.changed());
        std::fs::write(&path, "[]").unwrap();
        noticed().await.unwrap();
        std::fs::rename(&path, folder.path().join("b.json")).unwrap();
        noticed().await.unwrap();
        std::fs::remove_file(folder.path().join("b.json")).unwrap();
        noticed().await.unwrap();
    }

    #[tokio::test]
    async fn no_folder_no_notices() {
        assert!(Notices::of_folders([Path::new("/nowhere/a.json")].into_iter()).is_none());
    }
}
