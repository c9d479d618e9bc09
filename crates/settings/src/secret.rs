//! A secret, which is never shown: not in logs, not on a page, not by `{:?}`.
//!
//! It comes from a file of its own, or from a credential of systemd (`LoadCredential=`), which is a file too.

use std::fmt;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Bytes of a file that holds one secret. The longest sensible one, a signed token, has a few thousand.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// The bits of a file's mode that let others than its owner and its group read it.
const OTHERS_READ: u32 = 0o004;

/// Text that only [`Secret::expose`] gives out.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Secret(String);

/// Why a secret could not be read from its file; never says what the file holds.
#[derive(Debug, thiserror::Error)]
#[error("read the secret in {}: {reason}", path.display())]
pub struct Unreadable {
    /// The file.
    pub path: PathBuf,
    /// What went wrong.
    pub reason: String,
}

impl Secret {
    /// Wraps what must not be shown.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text of a file without the line end after it. Warns in the log where others may read the file.
    ///
    /// Fails where the file cannot be read, is larger than 64 KiB, or is not UTF-8.
    pub fn from_file(path: &Path) -> Result<Self, Unreadable> {
        let refuse = |reason: String| Unreadable {
            path: path.to_owned(),
            reason,
        };
        let file = std::fs::File::open(path).map_err(|error| refuse(error.to_string()))?;
        let mut bytes = Vec::new();
        let read = file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes);
        read.map_err(|error| refuse(error.to_string()))?;
        if FILE_BYTES_MAX < bytes.len() as u64 {
            return Err(refuse(format!("more than {FILE_BYTES_MAX} bytes")));
        }
        let text = String::from_utf8(bytes).map_err(|_| refuse("not UTF-8".into()))?;
        warn_if_others_read(path);
        Ok(Self(text.trim_end_matches(['\n', '\r']).to_owned()))
    }

    /// The text itself, to be sent and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}

/// Where systemd put the credential `name` for this process, if it did.
pub fn credential(name: &str) -> Option<PathBuf> {
    let path = Path::new(&std::env::var_os("CREDENTIALS_DIRECTORY")?).join(name);
    path.exists().then_some(path)
}

/// Whether users beside the owner and the group may read the file; false where it is not there.
pub fn is_readable_by_others(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.mode() & OTHERS_READ != 0)
}

/// Says in the log that a file with secrets is open to all, and what to do.
pub fn warn_if_others_read(path: &Path) {
    if is_readable_by_others(path) {
        log::warn!(path:% = path.display(); "every user of this machine can read this file with secrets: chmod o-r it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn is_not_shown() {
        let secret = Secret::new("hunter2".into());
        assert_eq!(
            format!("{secret:?} {:#?}", Some(&secret)),
            "<secret> Some(\n    <secret>,\n)"
        );
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn from_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, "hunter2 \r\n").unwrap();
        assert_eq!(Secret::from_file(&path).unwrap().expose(), "hunter2 ");
        std::fs::write(&path, [0xff, 0xfe]).unwrap();
        let error = Secret::from_file(&path).unwrap_err();
        assert!(error.to_string().ends_with("password: not UTF-8"), "{error}");
        std::fs::write(&path, vec![b'x'; 70_000]).unwrap();
        let error = Secret::from_file(&path).unwrap_err();
        assert!(error.to_string().ends_with("more than 65536 bytes"), "{error}");
        assert!(Secret::from_file(folder.path()).is_err());
    }

    #[test]
    fn who_may_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, "x").unwrap();
        for (mode, expect) in [(0o600, false), (0o640, false), (0o644, true)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(is_readable_by_others(&path), expect, "{mode:o}");
        }
        assert!(!is_readable_by_others(&folder.path().join("absent")));
    }
}
