//! The daemons of this project.

use serde::{Deserialize, Serialize};

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Daemon {
    /// The machine itself.
    Node,
    /// MariaDB and MySQL.
    Mysql,
    /// PostgreSQL.
    Postgres,
    /// nginx.
    Nginx,
    /// Kubernetes.
    Kube,
    /// Collects from all of them.
    Scraper,
}

impl Daemon {
    /// All of them, in the order in which they are set up.
    pub const ALL: [Self; 6] = [
        Self::Node,
        Self::Mysql,
        Self::Postgres,
        Self::Nginx,
        Self::Kube,
        Self::Scraper,
    ];

    /// Name of the package, of the binary, and of the unit without `.service`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Node => "pi-node-exporter",
            Self::Mysql => "pi-mysql-exporter",
            Self::Postgres => "pi-postgres-exporter",
            Self::Nginx => "pi-nginx-exporter",
            Self::Kube => "pi-kube-state-exporter",
            Self::Scraper => "pi-scraper",
        }
    }

    /// Debian's package whose place it takes.
    #[must_use]
    pub fn replaces(self) -> Option<&'static str> {
        match self {
            Self::Node => Some("prometheus-node-exporter"),
            Self::Mysql => Some("prometheus-mysqld-exporter"),
            Self::Postgres => Some("prometheus-postgres-exporter"),
            Self::Nginx => Some("prometheus-nginx-exporter"),
            Self::Kube | Self::Scraper => None,
        }
    }

    /// The port that it listens on by default.
    #[must_use]
    pub fn port(self) -> u16 {
        match self {
            Self::Node => 9100,
            Self::Mysql => 9104,
            Self::Postgres => 9187,
            Self::Nginx => 9113,
            Self::Kube => 8080,
            Self::Scraper => 9090,
        }
    }

    /// The `job` of its series.
    #[must_use]
    pub fn job(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Mysql => "mysql",
            Self::Postgres => "postgres",
            Self::Nginx => "nginx",
            Self::Kube => "kube-state",
            Self::Scraper => "scraper",
        }
    }

    /// The metric that is 1 while its service answers.
    #[must_use]
    pub fn up(self) -> Option<&'static str> {
        match self {
            Self::Mysql => Some("mysql_up"),
            Self::Postgres => Some("pg_up"),
            Self::Nginx => Some("nginx_up"),
            Self::Node | Self::Kube | Self::Scraper => None,
        }
    }

    /// The path whose answer tells that it works.
    #[must_use]
    pub fn checked_path(self) -> &'static str {
        match self {
            Self::Scraper => "/-/ready",
            _ => "/metrics",
        }
    }
}
