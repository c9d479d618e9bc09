//! MySQL of Debian unstable, 9.x: Debian's releases have MariaDB only.
//!
//! It brings its own libraries. The client is MariaDB's, which is installed for the other server.

use std::process::Stdio;

use super::mariadb::{PASSWORD, USER, client, options};
use super::scratch::{Process, Scratch, free_port, output};
use crate::{daemon, sid};

/// What the server is started with; data is thrown away, so nothing waits for a disk.
const SETTINGS: [&str; 11] = [
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--mysqlx=OFF",
    "--secure-file-priv=",
    "--log-bin=binlog",
    "--gtid-mode=ON",
    "--enforce-gtid-consistency=ON",
    "--server-id=7",
    "--innodb-buffer-pool-size=32M",
    "--innodb-flush-log-at-trx-commit=0",
    "--skip-innodb-doublewrite",
];

/// What the monitoring user needs for every collector.
const GRANTS: &str = "PROCESS, SELECT, EXECUTE, REPLICATION CLIENT, REPLICATION SLAVE";

/// One server.
pub struct Mysql {
    pub port: u16,
    scratch: Scratch,
    _process: Process,
}

impl Mysql {
    /// A new server with the monitoring user, a table and a source that it follows, or would if that were there.
    #[track_caller]
    pub fn start() -> Self {
        let root = sid::with_libraries("mysql-server-core");
        let scratch = Scratch::new("mysql");
        let port = free_port();
        let program = || {
            let mut command = sid::run_in(&root, "usr/sbin/mysqld");
            command.arg("--no-defaults");
            for (option, path) in [
                ("lc-messages-dir", "usr/share/mysql"),
                ("character-sets-dir", "usr/share/mysql/charsets"),
                ("plugin-dir", "usr/lib/mysql/plugin"),
            ] {
                command.arg(format!("--{option}={}", root.join(path).display()));
            }
            command.arg(format!("--datadir={}", scratch.join("data")));
            command
        };
        output(program().arg("--initialize-insecure"));
        let mut command = program();
        command.args(SETTINGS).arg(format!("--port={port}"));
        command.arg(format!("--socket={}", scratch.join("s")));
        command.arg(format!("--pid-file={}", scratch.join("server.pid")));
        let process = scratch.spawn("mysqld", &mut command);
        let server = Self {
            port,
            scratch,
            _process: process,
        };
        daemon::until("MySQL to answer", || {
            let mut question = client(&server.socket(), "SELECT 1");
            let quiet = question
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            quiet.status().unwrap().success().then_some(())
        });
        server.furnish();
        server
    }

    fn furnish(&self) {
        self.sql(&format!(
            "CREATE USER {USER} IDENTIFIED WITH caching_sha2_password BY '{PASSWORD}'; GRANT {GRANTS} ON *.* TO {USER}"
        ));
        self.sql(
            "CREATE DATABASE house; CREATE TABLE house.readings (id INT AUTO_INCREMENT PRIMARY KEY, celsius DOUBLE);
             INSERT INTO house.readings (celsius) VALUES (19.5), (20.25);
             CREATE DATABASE heartbeat; CREATE TABLE heartbeat.heartbeat (ts VARCHAR(26) NOT NULL, server_id INT UNSIGNED PRIMARY KEY);
             INSERT INTO heartbeat.heartbeat VALUES ('2026-11-21T10:20:30.000000', 1)",
        );
        // The thread that applies runs without a source that answers.
        self.sql(&format!(
            "CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT={}, SOURCE_USER='nobody', SOURCE_AUTO_POSITION=1;
             START REPLICA SQL_THREAD",
            free_port()
        ));
    }

    /// Runs statements as root and returns the rows, fields separated by tabs.
    #[track_caller]
    pub fn sql(&self, statements: &str) -> String {
        output(&mut client(&self.socket(), statements))
    }

    /// Path of the unix socket.
    pub fn socket(&self) -> String {
        self.scratch.join("s")
    }

    /// A `.my.cnf` with the monitoring user; its path.
    pub fn options_file(&self) -> String {
        self.scratch.write("my.cnf", &options(self.port, PASSWORD))
    }

    /// Connections that the monitoring user holds now.
    #[track_caller]
    pub fn connections(&self) -> usize {
        let count = self.sql(&format!(
            "SELECT count(*) FROM performance_schema.processlist WHERE user = '{USER}'"
        ));
        count.trim().parse().unwrap()
    }

    /// Logins of the monitoring user since the server started.
    #[track_caller]
    pub fn logins(&self) -> usize {
        let count = self.sql(&format!(
            "SELECT COALESCE(SUM(total_connections), 0) FROM performance_schema.accounts WHERE user = '{USER}'"
        ));
        count.trim().parse().unwrap()
    }
}
