//! What is known of the machine before anything is changed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::daemon::Daemon;

/// All of it. Every list is sorted, so that the same machine gives the same facts.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Facts {
    /// Architecture of the installed programs, as dpkg calls it: `arm64`.
    pub architecture: String,
    /// Architecture of the kernel: `aarch64`. A 64-bit kernel below 32-bit programs is usual on a Pi.
    pub kernel_architecture: String,
    /// `Raspberry Pi 4 Model B Rev 1.4`; nothing on a PC.
    pub board: Option<String>,
    /// Name of the machine.
    pub hostname: String,
    /// Whether systemd runs the machine.
    pub systemd: bool,
    /// Whether the kernel limits memory; older Raspberry Pi OS does not, and `MemoryMax` is ignored there.
    pub memory_limits: bool,
    /// The address in the tailnet.
    pub tailscale: Option<String>,
    /// TCP ports on which something listens.
    pub listening: Vec<u16>,
    /// The daemons of this project.
    pub daemons: BTreeMap<Daemon, Installed>,
    /// Debian's exporters that are installed.
    pub debian_exporters: Vec<String>,
    /// The server on the usual socket.
    pub mysql: Option<Mysql>,
    /// The server on each socket.
    pub postgres: Vec<Postgres>,
    /// nginx, where it runs.
    pub nginx: Option<Nginx>,
    /// Whether there is a k3s server.
    pub k3s: bool,
    /// Whether Docker runs.
    pub docker: bool,
}

/// The state of one daemon.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Installed {
    /// Whether its package is installed.
    pub installed: bool,
    /// Whether its unit starts at boot.
    pub enabled: bool,
    /// Whether it runs.
    pub active: bool,
    /// The names that its settings file sets; the values may be secret.
    pub settings: Vec<String>,
    /// `ARGS` in its settings file.
    pub arguments: Vec<String>,
    /// What an earlier run told its unit.
    pub told: Option<String>,
    /// Names of its credentials.
    pub credentials: Vec<String>,
}

/// A MariaDB or MySQL server.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Mysql {
    /// What it says of itself: `10.11.6-MariaDB-0+deb12u1`.
    pub version: String,
    /// Where it is, if not on this machine: `db.lan:3306`.
    pub host: Option<String>,
    /// The plugin that knows users by their process; nothing where the server has none.
    pub socket_plugin: Option<String>,
    /// The account `prometheus`.
    pub account: Account,
    /// What the account must be granted, as the exporter says.
    pub rights: Vec<String>,
    /// Why nothing more is known: an administrator could not log in.
    pub problem: Option<String>,
}

/// A PostgreSQL server.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Postgres {
    /// The version: `15.18`.
    pub version: String,
    /// Where it is, if not on this machine.
    pub host: Option<String>,
    /// The port, which also names the socket.
    pub port: u16,
    /// Whether the server knows users by their process (`peer`).
    pub peer: bool,
    /// The role `prometheus`.
    pub account: Account,
    /// What the role must be granted, as the exporter says.
    pub rights: Vec<String>,
    /// Why nothing more is known.
    pub problem: Option<String>,
}

/// The account `prometheus` of a database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Account {
    /// There is none.
    #[default]
    Absent,
    /// There is one, which does not let the exporter in by itself.
    Other,
    /// The exporter can log in as it, without a password.
    Usable,
}

/// nginx.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Nginx {
    /// Where it tells its state, if it does.
    pub status_uri: Option<String>,
    /// Whether it reads `/etc/nginx/conf.d/*.conf`.
    pub reads_conf_d: bool,
}

impl Facts {
    /// The state of a daemon; that of one that is not installed where nothing is known.
    #[must_use]
    pub fn daemon(&self, daemon: Daemon) -> Installed {
        self.daemons.get(&daemon).cloned().unwrap_or_default()
    }
}

impl Installed {
    /// Whether the owner has said where the service is and who logs in.
    #[must_use]
    pub fn has_own_source(&self, names: &[&str], flags: &[&str]) -> bool {
        let named = self.settings.iter().any(|name| names.contains(&name.as_str()));
        named || flags.iter().any(|flag| self.flag(flag).is_some())
    }

    /// The value of the last of a flag in `ARGS`, as `--flag=value` or `--flag value`.
    #[must_use]
    pub fn flag(&self, flag: &str) -> Option<&str> {
        let mut value = None;
        let mut words = self.arguments.iter().map(String::as_str).peekable();
        while let Some(word) = words.next() {
            let word = word.trim_start_matches('-');
            if word == flag {
                value = Some(words.peek().copied().unwrap_or_default());
            } else if let Some(rest) = word.strip_prefix(flag).and_then(|rest| rest.strip_prefix('=')) {
                value = Some(rest);
            }
        }
        value
    }
}
