//! PostgreSQL with a monitoring user, and a standby of it.

use std::process::{Command, Stdio};
use std::sync::Mutex;

use super::postgres_programs::{Programs, debian};
use super::scratch::{Process, Scratch, free_port, output};
use crate::daemon;

/// The user that exporters log in as.
pub const USER: &str = "monitor";
/// Its password, which must never be seen anywhere; percent signs and blanks would need quoting in a URI.
pub const PASSWORD: &str = "pw-Yk3vT9qLx";
/// The user that whoever runs the test may log in as over the socket, without a password.
pub const PEER_USER: &str = "peered";

/// What every server here is started with; data is thrown away, so nothing waits for a disk.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 16MB
password_encryption = 'scram-sha-256'
max_connections = 20
max_wal_senders = 5
max_replication_slots = 5
wal_level = logical
max_slot_wal_keep_size = 256MB
archive_mode = on
archive_command = 'true'
hot_standby = on
log_connections = on
track_io_timing = on
shared_preload_libraries = 'pg_stat_statements'
";

/// Who may log in: the owner over the socket, the monitoring user with its password over TCP.
const LOGINS: &str = "
local all postgres trust
local all peered peer map=anyone
local all all scram-sha-256
local replication postgres trust
host all postgres 127.0.0.1/32 trust
host replication postgres 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
";

/// One server.
pub struct Postgres {
    /// Major version.
    pub version: u32,
    pub port: u16,
    programs: Programs,
    process: Mutex<Option<Process>>,
    scratch: Scratch,
}

impl Postgres {
    /// A new server of this major version with the monitoring user and a table, ready for queries.
    #[track_caller]
    pub fn start(version: u32) -> Self {
        Self::start_with(version, "")
    }

    /// As [`Postgres::start`], with more lines for `postgresql.conf`.
    #[track_caller]
    pub fn start_with(version: u32, settings: &str) -> Self {
        let server = Self::prepare(version);
        let data = server.scratch.join("data");
        let mut initdb = server.programs.command("initdb");
        initdb.args([
            "--no-sync",
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C",
        ]);
        output(initdb.arg("-D").arg(&data));
        server.configure(settings);
        server.run();
        server.sql("CREATE EXTENSION pg_stat_statements");
        server.sql(&format!("CREATE USER {USER} PASSWORD '{PASSWORD}'"));
        server.sql(&format!("GRANT pg_monitor TO {USER}"));
        server.sql(&format!(
            "CREATE USER {PEER_USER}; GRANT pg_monitor TO {PEER_USER}"
        ));
        server.sql("CREATE TABLE readings (id serial PRIMARY KEY, celsius real)");
        server.sql("INSERT INTO readings (celsius) SELECT random() FROM generate_series(1, 100)");
        server.sql("ANALYZE");
        server
    }

    /// A standby of `primary` that streams through a slot of its own.
    #[track_caller]
    pub fn standby(primary: &Self, slot: &str) -> Self {
        let server = Self::prepare(primary.version);
        let data = server.scratch.join("data");
        let mut copy = server.programs.command("pg_basebackup");
        copy.args([
            "--checkpoint=fast",
            "--no-sync",
            "--write-recovery-conf",
            "--create-slot",
        ]);
        copy.args([
            "-S",
            slot,
            "-h",
            "127.0.0.1",
            "-U",
            "postgres",
            "-p",
            &primary.port.to_string(),
        ]);
        output(copy.arg("-D").arg(&data));
        server.configure("");
        server.run();
        daemon::until("the standby to stream", || {
            let state = "SELECT state FROM pg_stat_replication WHERE application_name = 'walreceiver'";
            (primary.sql(state).trim() == "streaming").then_some(())
        });
        // Until something was written, the reference passes over the receiver.
        primary.sql("INSERT INTO readings (celsius) VALUES (20)");
        daemon::until("the standby to receive", || {
            let received = "SELECT latest_end_lsn IS NOT NULL FROM pg_stat_wal_receiver";
            (server.sql(received).trim() == "t").then_some(())
        });
        server
    }

    /// Starts the server again, or for the first time, and waits until it answers.
    #[track_caller]
    pub fn run(&self) {
        let mut command = self.programs.command("postgres");
        command.arg("-D").arg(self.scratch.join("data"));
        *self.process.lock().unwrap() = Some(self.scratch.spawn("postgres", &mut command));
        daemon::until("PostgreSQL to answer", || {
            let quiet = self
                .psql("postgres", "SELECT 1")
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
            process.end("INT");
        }
    }

    /// Stops every process of the server where it stands, or lets all go on: `STOP`, `CONT`.
    pub fn signal(&self, name: &str) {
        let process = self.process.lock().unwrap();
        let server = process.as_ref().unwrap();
        let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", server.pid())).unwrap();
        server.signal(name);
        for child in children.split_whitespace() {
            // One may have ended meanwhile.
            let _ = Command::new("kill")
                .args(["-s", name, child])
                .stderr(Stdio::null())
                .status();
        }
    }

    /// Runs a statement as the owner and returns its rows, fields separated by `|`.
    #[track_caller]
    pub fn sql(&self, statement: &str) -> String {
        self.sql_in("postgres", statement)
    }

    /// As [`Postgres::sql`], in this database.
    #[track_caller]
    pub fn sql_in(&self, database: &str, statement: &str) -> String {
        output(&mut self.psql(database, statement))
    }

    /// A session as the owner that runs these statements and then stays open until it is dropped.
    #[track_caller]
    pub fn session(&self, statements: &str) -> Session {
        use std::io::Write as _;
        let mut command = self.client("psql");
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres"]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.as_mut().unwrap();
        writeln!(stdin, "{statements}\n\\echo ready").unwrap();
        let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while line.trim() != "ready" {
            line.clear();
            let count = std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
            assert!(count > 0, "psql ended before it was ready");
        }
        Session { child }
    }

    /// A program of Debian's client package that connects here as the owner over the socket.
    pub fn client(&self, program: &str) -> Command {
        let mut command = Command::new(debian().join(program));
        command.args([
            "-h",
            self.socket_directory(),
            "-p",
            &self.port.to_string(),
            "-U",
            "postgres",
        ]);
        command
    }

    /// Starts a program of Debian's client package, as the owner, under this name and with these arguments.
    #[track_caller]
    pub fn follow(&self, program: &str, name: &str, arguments: &[&str]) -> Follower {
        let mut command = self.client(program);
        command.env("PGAPPNAME", name).args(arguments);
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Follower {
            child: child.unwrap(),
        }
    }

    /// `postgresql://…` with the monitoring user.
    pub fn uri(&self) -> String {
        self.uri_with(USER, PASSWORD)
    }

    /// `postgresql://…` with this user.
    pub fn uri_with(&self, user: &str, password: &str) -> String {
        format!(
            "postgresql://{user}:{password}@127.0.0.1:{}/postgres?sslmode=disable",
            self.port
        )
    }

    /// Connections that the monitoring user holds now.
    #[track_caller]
    pub fn connections(&self) -> usize {
        let count = self.sql(&format!(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = '{USER}'"
        ));
        count.trim().parse().unwrap()
    }

    /// Logins of the monitoring user since the server's data was made, as its log tells.
    pub fn logins(&self) -> usize {
        let authorized = format!("connection authorized: user={USER} ");
        self.scratch.log("postgres").matches(&authorized).count()
    }

    /// Directory of the unix socket.
    pub fn socket_directory(&self) -> &str {
        self.scratch.path().to_str().unwrap()
    }

    /// The server's directory, in which its log is.
    pub fn scratch(&self) -> &Scratch {
        &self.scratch
    }

    fn psql(&self, database: &str, statement: &str) -> Command {
        let mut command = self.client("psql");
        command.args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            database,
            "-c",
            statement,
        ]);
        command
    }

    fn prepare(version: u32) -> Self {
        Self {
            version,
            port: free_port(),
            programs: Programs::of(version),
            process: Mutex::new(None),
            scratch: Scratch::new(&format!("pg{version}")),
        }
    }

    fn configure(&self, more: &str) {
        let port = format!(
            "port = {}\nunix_socket_directories = '{}'",
            self.port,
            self.socket_directory()
        );
        self.scratch
            .write("data/postgresql.conf", &format!("{port}\n{SETTINGS}\n{more}\n"));
        self.scratch.write("data/pg_hba.conf", LOGINS);
        self.scratch
            .write("data/pg_ident.conf", &format!("anyone /^.*$ {PEER_USER}\n"));
    }
}

/// A client program that runs until it is dropped.
pub struct Follower {
    child: std::process::Child,
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An open session; ends when dropped, and what it held is free again.
pub struct Session {
    child: std::process::Child,
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
