//! The only way to the outside: files below a root, and the programs that an owner would call.
//!
//! Everything that changes the machine is counted, so that a test can stop the process after each single change.

use std::cell::Cell;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Error;

/// Bytes of a file that is read: configurations and `/proc`, all far smaller.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Characters of a program's complaint that are shown.
const SAID_MAX: usize = 600;

/// The machine that is set up.
#[derive(Debug)]
pub struct Machine {
    /// `/`, or a folder that stands for it.
    root: PathBuf,
    changes: Cell<u32>,
    /// The change after which the process ends as if it were killed.
    stop_after: Option<u32>,
}

/// What a program said.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Whether it ended with 0.
    pub ok: bool,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

impl Machine {
    /// The machine below `root`; `stop_after` is for tests.
    #[must_use]
    pub fn new(root: PathBuf, stop_after: Option<u32>) -> Self {
        Self {
            root,
            changes: Cell::new(0),
            stop_after,
        }
    }

    /// Where a path of the machine is.
    #[must_use]
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// The text of a file; nothing where there is none. Bytes that are not UTF-8 are replaced.
    pub fn read(&self, path: &str) -> Result<Option<String>, Error> {
        let full = self.path(path);
        let refuse = |source| Error::Read {
            path: path.into(),
            source,
        };
        let file = match std::fs::File::open(full) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(refuse(error)),
        };
        let mut bytes = Vec::new();
        file.take(FILE_BYTES_MAX)
            .read_to_end(&mut bytes)
            .map_err(refuse)?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// As [`Machine::read`], where a file that cannot be read is as good as none.
    #[must_use]
    pub fn look(&self, path: &str) -> Option<String> {
        self.read(path).ok().flatten()
    }

    /// Whether there is something at a path.
    #[must_use]
    pub fn exists(&self, path: &str) -> bool {
        std::fs::symlink_metadata(self.path(path)).is_ok()
    }

    /// The permission bits of a file.
    #[must_use]
    pub fn mode(&self, path: &str) -> Option<u32> {
        let metadata = std::fs::metadata(self.path(path)).ok()?;
        Some(metadata.permissions().mode() & 0o7777)
    }

    /// Names in a folder, sorted; none where there is no such folder.
    #[must_use]
    pub fn names(&self, path: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.path(path)) else {
            return Vec::new();
        };
        let mut names: Vec<_> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    }

    /// Runs a program that only looks. Fails where it cannot be started.
    pub fn ask(&self, program: &str, arguments: &[&str]) -> Result<Said, Error> {
        self.run(program, arguments, &[], "")
    }

    /// Runs a program that only looks, with variables and a text on its standard input.
    pub fn run(
        &self,
        program: &str,
        arguments: &[&str],
        variables: &[(&str, &str)],
        input: &str,
    ) -> Result<Said, Error> {
        let refuse = |source| Error::Start {
            program: program.to_owned(),
            source,
        };
        let mut child = Command::new(program)
            .args(arguments)
            .envs(variables.iter().copied())
            .env("LC_ALL", "C.UTF-8")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(refuse)?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that does not read its input is no fault.
            let _ = stdin.write_all(input.as_bytes());
        }
        let output = child.wait_with_output().map_err(refuse)?;
        Ok(Said {
            ok: output.status.success(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Runs a program that changes the machine. Fails where it cannot be started or does not succeed.
    pub fn change(&self, program: &str, arguments: &[&str], input: &str) -> Result<(), Error> {
        let quiet = [("DEBIAN_FRONTEND", "noninteractive")];
        let said = self.run(program, arguments, &quiet, input)?;
        self.changed();
        said.or_fail(&format!("{program} {}", arguments.join(" ")))
            .map(|_| ())
    }

    /// Writes a file in one go: who reads it sees the old text or the new one. Folders above it are made.
    pub fn write(&self, path: &str, text: &str, mode: u32) -> Result<(), Error> {
        let full = self.path(path);
        let refuse = |source| Error::Write {
            path: path.into(),
            source,
        };
        if let Some(folder) = full.parent() {
            std::fs::create_dir_all(folder).map_err(refuse)?;
        }
        let new = new_file(&full);
        // What a stopped run left may have another mode.
        let _ = std::fs::remove_file(&new);
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&new)
            .map_err(refuse)?;
        file.set_permissions(std::fs::Permissions::from_mode(mode))
            .map_err(refuse)?;
        file.write_all(text.as_bytes()).map_err(refuse)?;
        file.sync_all().map_err(refuse)?;
        std::fs::rename(&new, &full).map_err(refuse)?;
        self.changed();
        Ok(())
    }

    /// Removes a file if it is there, and the folder `within` above it if that is empty then.
    pub fn remove(&self, path: &str, within: Option<&str>) -> Result<(), Error> {
        // A process that was killed while it wrote leaves this one.
        let _ = std::fs::remove_file(new_file(&self.path(path)));
        match std::fs::remove_file(self.path(path)) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => {
                return Err(Error::Write {
                    path: path.into(),
                    source,
                });
            }
        }
        if let Some(folder) = within {
            // A folder with something else in it stays.
            let _ = std::fs::remove_dir(self.path(folder));
        }
        self.changed();
        Ok(())
    }

    /// Counts a change that was made by [`Machine::run`].
    pub fn count(&self) {
        self.changed();
    }

    fn changed(&self) {
        self.changes.set(self.changes.get() + 1);
        if self.stop_after == Some(self.changes.get()) {
            std::process::abort();
        }
    }
}

impl Said {
    /// Fails where the program did not succeed, with the end of what it complained about.
    pub fn or_fail(self, program: &str) -> Result<Self, Error> {
        if self.ok {
            return Ok(self);
        }
        let text = if self.err.trim().is_empty() {
            &self.out
        } else {
            &self.err
        };
        let text = text.trim();
        let skip = text.chars().count().saturating_sub(SAID_MAX);
        Err(Error::Failed {
            program: program.to_owned(),
            said: text.chars().skip(skip).collect(),
        })
    }

    /// The output without white space around it, where the program succeeded.
    #[must_use]
    pub fn text(self) -> Option<String> {
        self.ok.then(|| self.out.trim().to_owned())
    }
}

/// Where the new text of a file stands until all of it is written.
fn new_file(path: &Path) -> PathBuf {
    path.with_extension("pi-setup-new")
}

/// The folder above a path.
#[must_use]
pub fn folder_of(path: &str) -> Option<&str> {
    Path::new(path).parent()?.to_str()
}
