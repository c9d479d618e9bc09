//! Small files that must be there whole or not at all, also where the power goes.

use std::io;
use std::path::Path;

/// Writes a file, and the folder above it. Its content is on the disk before it has its name.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    std::fs::write(&beside, text)?;
    std::fs::File::open(&beside)?.sync_all()?;
    std::fs::rename(&beside, path)
}

/// The text of a file; `None` where it is not there. Fails with a reason where it cannot be read or is larger.
pub fn read(path: &Path, bytes_max: u64) -> Result<Option<String>, String> {
    let size = match std::fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    if bytes_max < size {
        return Err(format!("more than {bytes_max} bytes"));
    }
    std::fs::read_to_string(path)
        .map(Some)
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_and_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/state.json");
        assert_eq!(read(&path, 10), Ok(None));
        for text in ["{}", "other"] {
            write(&path, text).unwrap();
            assert_eq!(read(&path, 10), Ok(Some(text.to_owned())));
        }
        assert_eq!(read(&path, 4), Err("more than 4 bytes".into()));
        assert!(read(folder.path(), 1 << 20).is_err());
        assert_eq!(std::fs::read_dir(folder.path().join("new")).unwrap().count(), 1);
    }
}
