//! MariaDB of Debian's package, and a replica of it.

use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use super::scratch::{Process, Scratch, free_port, output, unprivileged};
use crate::daemon;

/// The user that exporters log in as.
pub const USER: &str = "monitor";
/// Its password, which must never be seen anywhere.
pub const PASSWORD: &str = "pw-Wm5hR2sKd";

/// What every server here is started with; data is thrown away, so nothing waits for a disk.
const SETTINGS: [&str; 14] = [
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--skip-ssl",
    "--log-bin=binlog",
    "--log-slave-updates",
    "--gtid-strict-mode",
    "--performance-schema=ON",
    "--userstat=ON",
    "--plugin-load-add=query_response_time",
    "--query-response-time-stats=ON",
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=4M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-flush-method=nosync",
];

/// What the monitoring user needs on MariaDB 10.5 and later for every collector.
const GRANTS: &str = "PROCESS, SELECT, REPLICATION CLIENT, SLAVE MONITOR, REPLICATION MASTER ADMIN";

/// One server.
pub struct Mariadb {
    pub port: u16,
    id: u32,
    /// What it reports as its host.
    host: String,
    process: Mutex<Option<Process>>,
    scratch: Scratch,
}

impl Mariadb {
    /// A new server with the monitoring user and a table, ready for queries.
    #[track_caller]
    pub fn start() -> Self {
        let server = Self::install(1, "pi-1");
        server.sql(&format!(
            "CREATE USER {USER} IDENTIFIED BY '{PASSWORD}'; GRANT {GRANTS} ON *.* TO {USER}"
        ));
        server.sql(
            "CREATE DATABASE house; CREATE TABLE house.readings (id INT AUTO_INCREMENT PRIMARY KEY, celsius DOUBLE);
             INSERT INTO house.readings (celsius) VALUES (19.5), (20.25);
             CREATE DATABASE heartbeat; CREATE TABLE heartbeat.heartbeat (ts VARCHAR(26) NOT NULL, server_id INT UNSIGNED PRIMARY KEY);
             INSERT INTO heartbeat.heartbeat VALUES ('2026-11-21T10:20:30.000000', 1)",
        );
        server
    }

    /// A replica of `primary` by GTID, caught up.
    #[track_caller]
    pub fn replica(primary: &Self) -> Self {
        Self::replica_named(primary, 2, "pi-2")
    }

    /// As [`Mariadb::replica`], with this server id and the host that it reports.
    #[track_caller]
    pub fn replica_named(primary: &Self, id: u32, host: &str) -> Self {
        primary.sql("CREATE USER IF NOT EXISTS follower IDENTIFIED BY 'follows'; GRANT REPLICATION SLAVE ON *.* TO follower");
        let server = Self::install(id, host);
        server.sql(&format!(
            "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={}, MASTER_USER='follower', MASTER_PASSWORD='follows', MASTER_USE_GTID=slave_pos; START SLAVE",
            primary.port
        ));
        daemon::until("the replica to catch up", || {
            let position = primary.sql("SELECT @@gtid_binlog_pos");
            let running = "SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'SLAVE_RUNNING'";
            let runs = server.sql(running).trim() == "ON";
            (runs && server.sql("SELECT @@gtid_slave_pos") == position).then_some(())
        });
        server
    }

    #[track_caller]
    fn install(id: u32, host: &str) -> Self {
        let scratch = Scratch::new("mariadb");
        let mut install = unprivileged("mariadb-install-db");
        install.args([
            "--no-defaults",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
        ]);
        install.args(["--innodb-log-file-size=4M", "--innodb-flush-method=nosync"]);
        output(install.arg(format!("--datadir={}", scratch.join("data"))));
        let server = Self {
            port: free_port(),
            id,
            host: host.to_owned(),
            process: Mutex::new(None),
            scratch,
        };
        server.run();
        server
    }

    /// Starts the server again, or for the first time, and waits until it answers.
    #[track_caller]
    pub fn run(&self) {
        let mut command = unprivileged("/usr/sbin/mariadbd");
        command.arg("--no-defaults").args(SETTINGS);
        command.arg(format!("--server-id={}", self.id));
        command.arg(format!("--report-host={}", self.host));
        command.arg(format!("--port={}", self.port));
        command.arg(format!("--datadir={}", self.scratch.join("data")));
        command.arg(format!("--socket={}", self.socket()));
        command.arg(format!("--pid-file={}", self.scratch.join("server.pid")));
        *self.process.lock().unwrap() = Some(self.scratch.spawn("mariadb", &mut command));
        daemon::until("MariaDB to answer", || {
            let quiet = client(&self.socket(), "SELECT 1")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            quiet.unwrap().success().then_some(())
        });
    }

    /// Ends the server at once, connections and all.
    #[track_caller]
    pub fn stop(&self) {
        if let Some(process) = self.process.lock().unwrap().take() {
            process.end("KILL");
        }
    }

    /// Sends the server a signal: `STOP`, `CONT`.
    pub fn signal(&self, name: &str) {
        self.process.lock().unwrap().as_ref().unwrap().signal(name);
    }

    /// Runs statements as root and returns the rows, fields separated by tabs.
    #[track_caller]
    pub fn sql(&self, statements: &str) -> String {
        output(&mut client(&self.socket(), statements))
    }

    /// A session as root that runs these statements and then stays open until it is dropped.
    #[track_caller]
    pub fn session(&self, statements: &str) -> Session {
        self.open(&["-u", "root"], statements)
    }

    /// An idle session of this user, open until it is dropped.
    #[track_caller]
    pub fn session_as(&self, user: &str, password: &str) -> Session {
        self.open(&["-u", user, &format!("-p{password}")], "SELECT 1")
    }

    fn open(&self, user: &[&str], statements: &str) -> Session {
        use std::io::Write as _;
        let mut command = Command::new("mariadb");
        command
            .args(["--no-defaults", "-N", "-B", "--unbuffered", "-S", &self.socket()])
            .args(user);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        writeln!(child.stdin.as_mut().unwrap(), "{statements};\nSELECT 'ready';").unwrap();
        let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while line.trim() != "ready" {
            line.clear();
            let count = std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
            assert!(count > 0, "the client ended before it was ready");
        }
        Session { child }
    }

    /// Path of the unix socket.
    pub fn socket(&self) -> String {
        self.scratch.join("s")
    }

    /// A `.my.cnf` with the monitoring user; its path.
    pub fn options_file(&self) -> String {
        self.options_file_with("my.cnf", PASSWORD)
    }

    /// As [`Mariadb::options_file`], under this name and with this password.
    pub fn options_file_with(&self, name: &str, password: &str) -> String {
        self.scratch.write(name, &options(self.port, password))
    }

    /// Connections that the monitoring user holds now.
    #[track_caller]
    pub fn connections(&self) -> usize {
        let count = self.sql(&format!(
            "SELECT count(*) FROM information_schema.processlist WHERE user = '{USER}'"
        ));
        count.trim().parse().unwrap()
    }

    /// Logins of the monitoring user since the server started.
    #[track_caller]
    pub fn logins(&self) -> usize {
        let count = self.sql(&format!(
            "SELECT COALESCE(SUM(total_connections), 0) FROM information_schema.user_statistics WHERE user = '{USER}'"
        ));
        count.trim().parse().unwrap()
    }
}

/// The client as root, over this socket: runs statements and prints the rows, fields separated by tabs.
pub fn client(socket: &str, statements: &str) -> Command {
    let mut command = Command::new("mariadb");
    command.args([
        "--no-defaults",
        "-N",
        "-B",
        "-u",
        "root",
        "-S",
        socket,
        "-e",
        statements,
    ]);
    command
}

/// The text of a `.my.cnf` with the monitoring user.
pub fn options(port: u16, password: &str) -> String {
    format!("[client]\nuser = {USER}\npassword = {password}\nhost = 127.0.0.1\nport = {port}\n")
}

/// An open session; ends when dropped, and what it held is free again.
pub struct Session {
    child: Child,
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
