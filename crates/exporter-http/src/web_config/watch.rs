//! The web configuration in force. The file and those that it names are looked at before each connection and each
//! request, and read again when one of them has changed: no restart, no watcher thread, three `stat` calls.
//!
//! A new state that cannot be used leaves the old one serving; it is logged once, and a gauge says so.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use rustls::ServerConfig;

use super::document::LIMITS;
use super::tls_plan::{Pem, TlsPlan};
use super::{Error, WebConfig};
use crate::StartError;

/// The configuration in force.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub config: WebConfig,
    /// What the next connection is served with; `None` is plain HTTP.
    pub tls: Option<Arc<ServerConfig>>,
}

/// A file's identity; another one means that it must be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified_seconds: i64,
    modified_nanoseconds: i64,
}

/// Hands out the configuration in force.
#[derive(Debug)]
pub(crate) struct Watch {
    /// `None` without `--web.config.file`.
    path: Option<PathBuf>,
    loaded: RefCell<Rc<Loaded>>,
    /// The files of the newest attempt, usable or not.
    stamps: RefCell<Vec<(PathBuf, Option<Stamp>)>>,
    last_reload_successful: Cell<bool>,
}

impl Watch {
    /// Reads the file for the first time. Fails with one line that names it.
    pub(crate) fn start(path: Option<PathBuf>) -> Result<Self, StartError> {
        let Some(path) = path else {
            return Ok(Self {
                path: None,
                loaded: RefCell::default(),
                stamps: RefCell::default(),
                last_reload_successful: Cell::new(true),
            });
        };
        let mut stamps = Vec::new();
        let loaded = read(&path, &mut stamps)
            .map_err(|error| StartError(format!("web config {}: {error}", path.display())))?;
        if loaded.tls.is_some() && loaded.config.http2 {
            log::debug!("the web config allows HTTP/2; HTTP/1.1 is what is served");
        }
        Ok(Self {
            path: Some(path),
            loaded: RefCell::new(Rc::new(loaded)),
            stamps: RefCell::new(stamps),
            last_reload_successful: Cell::new(true),
        })
    }

    /// The configuration in force, after a look at the files.
    pub(crate) fn current(&self) -> Rc<Loaded> {
        let changed = self
            .stamps
            .borrow()
            .iter()
            .any(|(path, seen)| stamp(path) != *seen);
        if changed {
            self.reload();
        }
        Rc::clone(&self.loaded.borrow())
    }

    /// Reads everything again, changed or not.
    pub(crate) fn reload(&self) {
        let Some(path) = &self.path else {
            return;
        };
        let mut stamps = Vec::new();
        match read(path, &mut stamps) {
            Ok(loaded) => {
                *self.loaded.borrow_mut() = Rc::new(loaded);
                self.last_reload_successful.set(true);
                log::info!(path:% = path.display(); "web config reloaded");
            }
            Err(error) => {
                self.last_reload_successful.set(false);
                log::error!(path:% = path.display(), error:%; "web config not reloaded, the one before stays in force");
            }
        }
        *self.stamps.borrow_mut() = stamps;
    }

    /// Whether the newest state of the files is in force; `None` without a file.
    pub(crate) fn last_reload_successful(&self) -> Option<bool> {
        self.path.as_ref().map(|_| self.last_reload_successful.get())
    }
}

/// Reads the file and those that it names. `stamps` gets each of them, so far as reading came.
///
/// A stamp is taken before its file is read: a change in between is seen the next time.
fn read(path: &Path, stamps: &mut Vec<(PathBuf, Option<Stamp>)>) -> Result<Loaded, Error> {
    stamps.push((path.to_owned(), stamp(path)));
    let text = read_text(path).map_err(|error| Error::section("", error.to_string()))?;
    let directory = path.parent().unwrap_or(Path::new(""));
    let config = super::parse(&text, directory)?;
    let tls = match &config.tls {
        Some(plan) => {
            stamps.extend(files(plan).map(|file| (file.clone(), stamp(file))));
            Some(crate::tls::load(plan)?)
        }
        None => None,
    };
    Ok(Loaded { config, tls })
}

fn read_text(path: &Path) -> std::io::Result<String> {
    let file = File::open(path)?;
    // A pipe or a device could keep the only thread waiting.
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::other("not a regular file"));
    }
    let mut text = String::new();
    file.take(LIMITS.bytes + 1).read_to_string(&mut text)?;
    Ok(text)
}

fn files(plan: &TlsPlan) -> impl Iterator<Item = &PathBuf> {
    [Some(&plan.certificate), Some(&plan.key), plan.client_ca.as_ref()]
        .into_iter()
        .flatten()
        .filter_map(|pem| match pem {
            Pem::File(path) => Some(path),
            Pem::Inline(_) => None,
        })
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(path).ok()?;
    Some(Stamp {
        device: metadata.dev(),
        inode: metadata.ino(),
        size: metadata.size(),
        modified_seconds: metadata.mtime(),
        modified_nanoseconds: metadata.mtime_nsec(),
    })
}
