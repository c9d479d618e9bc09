//! pgbouncer in front of a PostgreSQL, pooling by transaction.

use std::process::Command;

use super::postgres::{PASSWORD, Postgres, USER};
use super::scratch::{Process, Scratch, free_port, output, unprivileged};
use crate::daemon;

/// One pooler.
pub struct Pgbouncer {
    pub port: u16,
    _process: Process,
    _scratch: Scratch,
}

impl Pgbouncer {
    /// A pooler with at most two connections to `server`.
    #[track_caller]
    pub fn start(server: &Postgres) -> Self {
        let scratch = Scratch::new("pgbouncer");
        let port = free_port();
        let users = scratch.write("users.txt", &format!("\"{USER}\" \"{PASSWORD}\"\n"));
        let settings = scratch.write(
            "pgbouncer.ini",
            &format!(
                "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
                 unix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {users}\npool_mode = transaction\n\
                 default_pool_size = 2\nserver_login_retry = 1\n",
                server.port
            ),
        );
        let process = scratch.spawn("pgbouncer", unprivileged("/usr/sbin/pgbouncer").arg(settings));
        daemon::until("pgbouncer to listen", || {
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        });
        Self {
            port,
            _process: process,
            _scratch: scratch,
        }
    }

    /// `postgresql://…` through the pooler.
    pub fn uri(&self) -> String {
        format!(
            "postgresql://{USER}:{PASSWORD}@127.0.0.1:{}/postgres?sslmode=disable",
            self.port
        )
    }

    /// Runs a statement as another client of the same pool.
    #[track_caller]
    pub fn sql(&self, statement: &str) -> String {
        let mut command = Command::new("psql");
        command.args(["-X", "-q", "-A", "-t", "-c", statement, &self.uri()]);
        output(&mut command)
    }
}
