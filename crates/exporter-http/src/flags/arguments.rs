//! `@file` on the command line: each line of the file is one argument.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::StartError;

/// Bytes of an argument file; the longest command line of a known unit file has 2 kB.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Replaces every argument `@file` by the lines of the file. Empty lines and lines that start with `#` are left out.
///
/// Fails with the file's name where it cannot be read, is too large or is not UTF-8. An `@` in a file is not expanded.
pub(super) fn expand(arguments: impl IntoIterator<Item = OsString>) -> Result<Vec<OsString>, StartError> {
    let mut expanded = Vec::new();
    for argument in arguments {
        match argument.as_bytes() {
            [b'@', path @ ..] if !path.is_empty() && !expanded.is_empty() => {
                let path = Path::new(std::ffi::OsStr::from_bytes(path));
                let lines = read(path)
                    .map_err(|error| StartError(format!("arguments file {}: {error}", path.display())))?;
                expanded.extend(
                    lines
                        .lines()
                        .filter(|line| !line.is_empty() && !line.starts_with('#'))
                        .map(OsString::from),
                );
            }
            _ => expanded.push(argument),
        }
    }
    Ok(expanded)
}

fn read(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    File::open(path)?
        .take(FILE_BYTES_MAX + 1)
        .read_to_string(&mut text)?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(std::io::Error::other("larger than 64 KiB"));
    }
    Ok(text)
}
