//! nginx of Debian's package with a page of `stub_status` and access logs, as one process without a master.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Mutex;

use super::scratch::{Process, Scratch, free_port};
use crate::daemon;

/// One server.
pub struct Nginx {
    port: u16,
    process: Mutex<Option<Process>>,
    scratch: Scratch,
}

impl Nginx {
    /// A server that answers.
    #[track_caller]
    pub fn start() -> Self {
        let server = Self {
            port: free_port(),
            process: Mutex::new(None),
            scratch: Scratch::new("nginx"),
        };
        server.scratch.write("nginx.conf", &server.settings());
        server.run();
        server
    }

    fn settings(&self) -> String {
        let (at, port) = (self.scratch.path().display(), self.port);
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary = temporary.map(|name| format!("{name}_temp_path {at}/{name};\n"));
        format!(
            "daemon off; master_process off; pid {at}/nginx.pid; error_log stderr;\n\
             events {{ worker_connections 64; }}\n\
             http {{ {} keepalive_requests 1000000; access_log {at}/access.log;\n\
             log_format connections $connection;\n\
             log_format time '$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"-\" \"-\" rt=$request_time';\n\
             log_format lines escape=json '{{\"status\":\"$status\",\"request_method\":\"$request_method\",\"agent\":\"$http_user_agent\",\
             \"body_bytes_sent\":\"$body_bytes_sent\",\"request_time\":\"$request_time\"}}';\n\
             server {{ listen 127.0.0.1:{port}; listen unix:{at}/nginx.sock; listen unix:{at}/proxied.sock proxy_protocol;\n\
             location = /stub_status {{ stub_status; access_log {at}/connections.log connections; }}\n\
             location /small {{ return 200 small; access_log {at}/access.log; access_log {at}/time.log time; access_log {at}/json.log lines; }}\n\
             location / {{ return 404; }} }} }}\n",
            temporary.concat()
        )
    }

    /// Starts the server again, or for the first time, and waits until it answers.
    #[track_caller]
    pub fn run(&self) {
        let mut command = Command::new("/usr/sbin/nginx");
        command.arg("-p").arg(self.scratch.path());
        command.args(["-e", "stderr", "-c", &self.path("nginx.conf")]);
        *self.process.lock().unwrap() = Some(self.scratch.spawn("nginx", &mut command));
        daemon::until("nginx to listen", || {
            std::net::TcpStream::connect(self.address()).ok()
        });
    }

    /// Ends the server at once, connections and all.
    #[track_caller]
    pub fn stop(&self) {
        if let Some(process) = self.process.lock().unwrap().take() {
            process.end("KILL");
        }
        // Killed, it leaves its sockets and would not bind again.
        for socket in ["nginx.sock", "proxied.sock"] {
            let _ = std::fs::remove_file(self.path(socket));
        }
    }

    /// Sends the server a signal: `STOP`, `CONT`.
    pub fn signal(&self, name: &str) {
        self.process.lock().unwrap().as_ref().unwrap().signal(name);
    }

    /// `host:port` of its TCP listener.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Path of a file in its folder: `nginx.sock`, `proxied.sock`, `access.log`, `time.log`, `json.log`.
    pub fn path(&self, name: &str) -> String {
        self.scratch.join(name)
    }

    /// URI of the status page over the Unix socket.
    pub fn uri(&self) -> String {
        format!("unix:{}:/stub_status", self.path("nginx.sock"))
    }

    /// The same over TCP.
    pub fn tcp_uri(&self) -> String {
        format!("http://{}/stub_status", self.address())
    }

    /// Sends so many requests, each on a connection of its own.
    #[track_caller]
    pub fn request(&self, path: &str, count: usize) {
        for _ in 0..count {
            let output = Command::new("curl")
                .args(["-s", "-o", "/dev/null", "--unix-socket"])
                .arg(self.path("nginx.sock"))
                .arg(format!("http://nginx{path}"))
                .status();
            assert!(output.expect("curl; `make test` installs it").success());
        }
    }

    /// Lets it open its logs again, as logrotate does.
    pub fn reopen(&self) {
        self.signal("USR1");
    }

    /// Different connections that asked for the status page so far.
    pub fn connections(&self) -> usize {
        let log = std::fs::read_to_string(self.path("connections.log")).unwrap_or_default();
        log.lines().collect::<BTreeSet<_>>().len()
    }
}
