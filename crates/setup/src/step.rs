//! One change, as data: it is shown in the plan, written into the journal, done, and taken back.

use serde::{Deserialize, Serialize};

use crate::daemon::Daemon;

/// A change. None of them holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Install packages; those of Debian whose place they take go.
    Install {
        /// Ours.
        packages: Vec<String>,
        /// Debian's that go.
        replaced: Vec<String>,
    },
    /// Make the account in MariaDB or MySQL.
    MysqlAccount {
        /// Where the server is, if not here.
        host: Option<String>,
        /// How the exporter logs in.
        login: Login,
        /// What is granted; empty is asked for when it is done.
        rights: Vec<String>,
    },
    /// Make the role in PostgreSQL.
    PostgresAccount {
        /// Where the server is, if not here.
        host: Option<String>,
        /// Its port.
        port: u16,
        /// How the exporter logs in.
        login: Login,
        /// What is granted; empty is asked for when it is done.
        rights: Vec<String>,
    },
    /// Have nginx tell its state.
    NginxStatus {
        /// The file.
        path: String,
        /// What it says.
        text: String,
        /// `127.0.0.1:8081`, which answers afterwards.
        address: String,
    },
    /// Tell a unit, start it now and at every boot.
    Unit {
        /// Whose.
        daemon: Daemon,
        /// The drop-in; nothing where there is to be none.
        told: Option<String>,
    },
    /// Write a file that others read.
    File {
        /// The file.
        path: String,
        /// What it says.
        text: String,
    },
}

/// How an exporter logs in to a database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Login {
    /// The server asks the kernel who is at the other end of the socket; there is no password.
    Process {
        /// Name of the plugin or method: `unix_socket`, `peer`.
        plugin: String,
    },
    /// By a random password.
    Password {
        /// The credential that holds it, readable by root.
        file: String,
    },
}

/// The state before a step, to get back to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// Text of the file that the step writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Whether the unit started at boot.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub enabled: bool,
    /// Whether it ran.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub active: bool,
}

impl Step {
    /// One line for the plan.
    #[must_use]
    pub fn title(&self) -> String {
        let rights = |rights: &[String]| match rights {
            [] => "what the exporter asks for".to_owned(),
            rights => rights.join(", "),
        };
        let how = |login: &Login| match login {
            Login::Process { plugin } => format!("no password: {plugin}"),
            Login::Password { file } => format!("random password in {file}"),
        };
        let at = |host: &Option<String>| host.as_ref().map_or("this machine".to_owned(), Clone::clone);
        match self {
            Self::Install { packages, replaced } if replaced.is_empty() => {
                format!("install {}", packages.join(" "))
            }
            Self::Install { packages, replaced } => {
                format!(
                    "install {} in the place of {}",
                    packages.join(" "),
                    replaced.join(" ")
                )
            }
            Self::MysqlAccount {
                host,
                login,
                rights: granted,
            } => format!(
                "create the MySQL user prometheus on {} ({}), granted {}",
                at(host),
                how(login),
                rights(granted)
            ),
            Self::PostgresAccount {
                host,
                port,
                login,
                rights: granted,
            } => format!(
                "create the PostgreSQL role prometheus on {} port {port} ({}), granted {}",
                at(host),
                how(login),
                rights(granted)
            ),
            Self::NginxStatus { path, address, .. } => {
                format!("have nginx tell its state at {address}: write {path}, reload nginx")
            }
            Self::Unit { daemon, told: None } => format!("start {} now and at every boot", daemon.name()),
            Self::Unit {
                daemon,
                told: Some(_),
            } => format!(
                "write {}, start {} now and at every boot",
                crate::unit_settings::path(*daemon),
                daemon.name()
            ),
            Self::File { path, .. } => format!("write {path}"),
        }
    }
}
