//! Facts and wishes → the steps that are missing. Nothing here touches the machine.

use serde::Serialize;

use crate::command_line::{Listen, Wishes};
use crate::daemon::Daemon;
use crate::facts::{Account, Facts, Installed, Mysql, Postgres};
use crate::journal;
use crate::step::{Login, Step};
use crate::targets::{self, Target};
use crate::unit_settings::{self, UnitSettings};
use crate::{check, nginx_config};

/// Where our server of nginx is configured.
pub const NGINX_FILE: &str = "/etc/nginx/conf.d/pi-exporters-status.conf";
/// Ports for it, the first free one counts. 8080 and 8081 are those of the exporter of Kubernetes.
const NGINX_PORTS: [u16; 4] = [8099, 18099, 28099, 38099];
/// Names under which an owner says where MySQL is.
const MYSQL_SOURCES: [&str; 2] = ["DATA_SOURCE_NAME", "MYSQLD_EXPORTER_PASSWORD"];
/// Names under which an owner says where PostgreSQL is.
const POSTGRES_SOURCES: [&str; 3] = ["DATA_SOURCE_NAME", "DATA_SOURCE_URI", "PGHOST"];
/// The credential of a data source with its password.
const SOURCE: &str = "data_source_name";

/// What is missing.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Plan {
    /// In the order in which they are done.
    pub steps: Vec<Step>,
    /// What the owner should know.
    pub notes: Vec<String>,
    /// What is monitored afterwards.
    pub monitored: Vec<Monitored>,
}

/// One daemon that runs afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Monitored {
    /// Which.
    pub daemon: Daemon,
    /// Where this machine asks it.
    pub address: String,
    /// Whether it may want TLS or a password, so that only its port is looked at.
    pub guarded: bool,
}

impl Plan {
    /// The steps from these facts to these wishes.
    #[must_use]
    pub fn new(facts: &Facts, wishes: &Wishes) -> Self {
        let mut plan = Self::default();
        let mut units = Vec::new();
        plan.about_machine(facts, wishes);
        for daemon in Daemon::ALL {
            let mut settings = UnitSettings::default();
            let wanted = match daemon {
                Daemon::Node => true,
                Daemon::Mysql => plan.mysql(facts, &mut settings),
                Daemon::Postgres => plan.postgres(facts, &mut settings),
                Daemon::Nginx => plan.nginx(facts, &mut settings),
                Daemon::Kube => plan.kube(facts),
                Daemon::Scraper => wishes.scraper,
            };
            if !wanted {
                continue;
            }
            let installed = facts.daemon(daemon);
            if plan.port_is_taken(facts, daemon, &installed) {
                continue;
            }
            listen(&mut settings, daemon, facts, wishes, &installed);
            let told = settings.text();
            if !(installed.enabled && installed.active && installed.told == told) {
                units.push(Step::Unit { daemon, told });
            }
            plan.monitored.push(Monitored {
                daemon,
                address: check::address(daemon, &installed),
                guarded: installed.flag("web.config.file").is_some(),
            });
        }
        plan.install(facts);
        plan.steps.extend(units);
        plan
    }

    /// Adds the file that tells a Prometheus where everything is, if it does not say so already.
    pub fn add_targets(&mut self, facts: &Facts, wishes: &Wishes, present: impl Fn(&str) -> Option<String>) {
        let path = if wishes.scraper {
            format!("/etc/pi-scraper/targets/{}.json", facts.hostname)
        } else {
            format!("{}/file_sd.json", journal::FOLDER)
        };
        let text = targets::file_sd(&self.targets(facts, wishes));
        if present(&path).as_ref() != Some(&text) {
            self.steps.push(Step::File { path, text });
        }
    }

    /// What a Prometheus finds on this machine; the machine's own scraper goes over loopback.
    #[must_use]
    pub fn targets(&self, facts: &Facts, wishes: &Wishes) -> Vec<Target> {
        let host = match (wishes.scraper, wishes.listen, &facts.tailscale) {
            (true, ..) | (_, Listen::Local, _) => "127.0.0.1",
            (_, Listen::Tailscale, Some(address)) => address,
            _ => &facts.hostname,
        };
        let all = self
            .monitored
            .iter()
            .filter(|monitored| monitored.daemon != Daemon::Scraper);
        all.map(|monitored| Target {
            job: monitored.daemon.job(),
            address: match monitored.address.rsplit_once(':') {
                Some(("127.0.0.1", port)) => format!("{host}:{port}"),
                _ => monitored.address.clone(),
            },
            instance: facts.hostname.clone(),
        })
        .collect()
    }

    fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    fn about_machine(&mut self, facts: &Facts, wishes: &Wishes) {
        if facts.kernel_architecture == "aarch64" && facts.architecture == "armhf" {
            self.note("the kernel has 64 bits and the system 32: the packages for armhf are the right ones");
        }
        if !facts.memory_limits {
            self.note(
                "the kernel limits no memory, so MemoryMax of the units is ignored; on a Pi, \
                cgroup_enable=memory in cmdline.txt turns it on",
            );
        }
        if wishes.allow_from.is_empty() && wishes.listen == Listen::Lan {
            self.note(
                "everybody who reaches this machine can read its metrics; --allow-from lets only some in",
            );
        }
        if wishes.listen == Listen::Tailscale && facts.tailscale.is_none() {
            self.note("this machine has no address in a tailnet; the exporters listen on loopback until the next run");
        }
    }

    /// A server of which the owner has said how to log in, or that an earlier run prepared, is left as it is.
    fn mysql(&mut self, facts: &Facts, settings: &mut UnitSettings) -> bool {
        let Some(server) = &facts.mysql else {
            return false;
        };
        let installed = facts.daemon(Daemon::Mysql);
        if installed.has_own_source(&MYSQL_SOURCES, &["config.my-cnf", "mysqld.username"]) {
            return true;
        }
        if installed.credentials.iter().any(|name| name == SOURCE) {
            settings.unset.push("DATA_SOURCE_NAME");
            return true;
        }
        match (server.account, &server.problem) {
            (Account::Usable, _) => true,
            (_, Some(problem)) => {
                self.note(format!(
                    "MySQL is left out, its administrator cannot log in: {problem}"
                ));
                false
            }
            (Account::Other, None) => {
                self.note(
                    "MySQL is left out: it has a user prometheus that does not let the exporter in by its socket. \
                    Drop that user, or tell its password in /etc/credstore/pi-mysql-exporter.data_source_name",
                );
                false
            }
            (Account::Absent, None) => {
                let login = mysql_login(server);
                if matches!(login, Login::Password { .. }) {
                    settings.unset.push("DATA_SOURCE_NAME");
                }
                self.steps.push(Step::MysqlAccount {
                    host: server.host.clone(),
                    login,
                    rights: server.rights.clone(),
                });
                true
            }
        }
    }

    fn postgres(&mut self, facts: &Facts, settings: &mut UnitSettings) -> bool {
        let installed = facts.daemon(Daemon::Postgres);
        if facts.postgres.is_empty() {
            return false;
        }
        if installed.has_own_source(&POSTGRES_SOURCES, &[]) {
            return true;
        }
        if installed.credentials.iter().any(|name| name == SOURCE) {
            settings.unset.push("DATA_SOURCE_NAME");
            return true;
        }
        let mut sources = Vec::new();
        for server in &facts.postgres {
            match (server.account, &server.problem) {
                (Account::Usable, _) => {}
                (_, Some(problem)) => {
                    self.note(format!(
                        "PostgreSQL on port {} is left out, its administrator cannot log in: {problem}",
                        server.port
                    ));
                    continue;
                }
                (Account::Other, None) => {
                    self.note(format!(
                        "PostgreSQL on port {} is left out: it has a role prometheus that does not let the exporter in \
                        by its socket. Drop that role, or tell its password in \
                        /etc/credstore/pi-postgres-exporter.data_source_name",
                        server.port
                    ));
                    continue;
                }
                (Account::Absent, None) => {
                    let login = postgres_login(server);
                    // One credential holds one data source: a server with a password is alone.
                    if matches!(login, Login::Password { .. }) && 1 < facts.postgres.len() {
                        self.note(format!("PostgreSQL on port {} is left out: it wants a password, and is not the only server", server.port));
                        continue;
                    }
                    if matches!(login, Login::Password { .. }) {
                        settings.unset.push("DATA_SOURCE_NAME");
                    }
                    self.steps.push(Step::PostgresAccount {
                        host: server.host.clone(),
                        port: server.port,
                        login,
                        rights: server.rights.clone(),
                    });
                }
            }
            sources.push(format!(
                "user=prometheus host=/run/postgresql port={} dbname=postgres",
                server.port
            ));
        }
        let is_default = matches!(facts.postgres.as_slice(), [only] if only.port == 5432);
        if !is_default && settings.unset.is_empty() && !sources.is_empty() {
            settings.variables.push(("DATA_SOURCE_NAME", sources.join(",")));
        }
        !sources.is_empty()
    }

    fn nginx(&mut self, facts: &Facts, settings: &mut UnitSettings) -> bool {
        let Some(nginx) = &facts.nginx else {
            return false;
        };
        let installed = facts.daemon(Daemon::Nginx);
        if installed.has_own_source(&["SCRAPE_URI"], &["nginx.scrape-uri"]) {
            return true;
        }
        if let Some(uri) = &nginx.status_uri {
            settings.variables.push(("SCRAPE_URI", uri.clone()));
            return true;
        }
        if !nginx.reads_conf_d {
            self.note(
                "nginx is left out: it reads no /etc/nginx/conf.d/*.conf. Give one of its servers a location with \
                stub_status, and run this again",
            );
            return false;
        }
        let Some(port) = NGINX_PORTS.iter().find(|port| !facts.listening.contains(port)) else {
            self.note("nginx is left out: no port is free for its state");
            return false;
        };
        let address = format!("127.0.0.1:{port}");
        settings
            .variables
            .push(("SCRAPE_URI", format!("http://{address}/stub_status")));
        self.steps.push(Step::NginxStatus {
            path: NGINX_FILE.to_owned(),
            text: nginx_config::own_server(*port),
            address,
        });
        true
    }

    fn kube(&mut self, facts: &Facts) -> bool {
        if !facts.k3s {
            return false;
        }
        let installed = facts.daemon(Daemon::Kube);
        let has_login = installed.credentials.iter().any(|name| name == "kubeconfig")
            || installed.has_own_source(&["KUBECONFIG"], &["kubeconfig", "apiserver"]);
        if !has_login {
            self.note(format!(
                "k3s is left out: put a kubeconfig that may list and watch into {} (0600), and run this again",
                unit_settings::credential(Daemon::Kube, "kubeconfig")
            ));
        }
        has_login
    }

    /// Whether something else listens where the daemon would.
    fn port_is_taken(&mut self, facts: &Facts, daemon: Daemon, installed: &Installed) -> bool {
        let swapped = daemon
            .replaces()
            .is_some_and(|theirs| facts.debian_exporters.iter().any(|name| name == theirs));
        let taken = !installed.active
            && !swapped
            && installed.flag("web.listen-address").is_none()
            && facts.listening.contains(&daemon.port());
        if taken {
            self.note(format!(
                "{} is left out: something else listens on port {}. Say in /etc/default/{} where to listen, as \
                ARGS=\"--web.listen-address=:PORT\", and run this again",
                daemon.name(),
                daemon.port(),
                daemon.name()
            ));
            // Nothing is prepared for a daemon that does not run.
            self.steps.retain(|step| !is_for(step, daemon));
        }
        taken
    }

    /// Packages come first.
    fn install(&mut self, facts: &Facts) {
        let wanted = self.monitored.iter().map(|monitored| monitored.daemon);
        let missing: Vec<_> = wanted.filter(|daemon| !facts.daemon(*daemon).installed).collect();
        if missing.is_empty() {
            return;
        }
        let replaced = missing.iter().filter_map(|daemon| daemon.replaces());
        let install = Step::Install {
            packages: missing.iter().map(|daemon| daemon.name().to_owned()).collect(),
            replaced: replaced
                .filter(|theirs| facts.debian_exporters.iter().any(|name| name == theirs))
                .map(str::to_owned)
                .collect(),
        };
        self.steps.insert(0, install);
    }
}

fn is_for(step: &Step, daemon: Daemon) -> bool {
    matches!(
        (step, daemon),
        (Step::MysqlAccount { .. }, Daemon::Mysql)
            | (Step::PostgresAccount { .. }, Daemon::Postgres)
            | (Step::NginxStatus { .. }, Daemon::Nginx)
    )
}

fn mysql_login(server: &Mysql) -> Login {
    match (&server.host, &server.socket_plugin) {
        (None, Some(plugin)) => Login::Process {
            plugin: plugin.clone(),
        },
        _ => Login::Password {
            file: unit_settings::credential(Daemon::Mysql, SOURCE),
        },
    }
}

fn postgres_login(server: &Postgres) -> Login {
    if server.peer {
        Login::Process {
            plugin: "peer".to_owned(),
        }
    } else {
        Login::Password {
            file: unit_settings::credential(Daemon::Postgres, SOURCE),
        }
    }
}

/// Addresses and networks; those that an owner has chosen stay.
fn listen(
    settings: &mut UnitSettings,
    daemon: Daemon,
    facts: &Facts,
    wishes: &Wishes,
    installed: &Installed,
) {
    if daemon == Daemon::Scraper {
        return;
    }
    let port = daemon.port();
    if installed.flag("web.listen-address").is_none() && wishes.listen != Listen::Lan {
        settings.listen.push(format!("127.0.0.1:{port}"));
        if let (Listen::Tailscale, Some(address)) = (wishes.listen, &facts.tailscale) {
            settings.listen.push(format!("{address}:{port}"));
        }
    }
    settings.allow_from.clone_from(&wishes.allow_from);
    // The limit holds in both directions: a server elsewhere must be let in to be asked.
    let elsewhere = match daemon {
        Daemon::Mysql => facts.mysql.as_ref().and_then(|server| server.host.as_deref()),
        Daemon::Postgres => facts.postgres.first().and_then(|server| server.host.as_deref()),
        _ => None,
    };
    if let (false, Some(host)) = (settings.allow_from.is_empty(), elsewhere) {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        if name.parse::<std::net::IpAddr>().is_ok() {
            settings.allow_from.push(name.to_owned());
        }
    }
}

#[cfg(test)]
mod tests;
