//! nginx with `stub_status` on loopback.

use std::path::Path;
use std::process::Command;

use crate::daemon;
use crate::servers::scratch::{Process, Scratch, free_port};

/// One server.
pub struct Nginx {
    port: u16,
    scratch: Scratch,
    _process: Process,
}

impl Nginx {
    /// A server that answers `/stub_status` and counts its connections in a log.
    #[track_caller]
    pub fn start() -> Self {
        let scratch = Scratch::new("nginx");
        let port = free_port();
        let directory = scratch.path().display();
        let bodies = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {directory}/{name};"));
        let settings = scratch.write(
            "nginx.conf",
            &format!(
                "daemon off; master_process off; pid {directory}/nginx.pid; error_log stderr;\nevents {{}}\nhttp {{\n\
                 {}\nkeepalive_requests 1000000;\nlog_format connections $connection;\naccess_log {directory}/access.log connections;\n\
                 server {{ listen 127.0.0.1:{port}; location = /stub_status {{ stub_status; }} }}\n}}\n",
                bodies.join(" ")
            ),
        );
        let program = Path::new("/usr/sbin/nginx");
        assert!(
            program.exists(),
            "no {}: `make bench` installs it",
            program.display()
        );
        let mut command = Command::new(program);
        command.args(["-p", scratch.path().to_str().unwrap(), "-c", &settings]);
        let process = scratch.spawn("nginx", &mut command);
        daemon::until("nginx to listen", || {
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        });
        Self {
            port,
            scratch,
            _process: process,
        }
    }

    /// URI of the status page.
    pub fn uri(&self) -> String {
        format!("http://127.0.0.1:{}/stub_status", self.port)
    }

    /// Different connections that asked so far.
    pub fn connections(&self) -> usize {
        let log = self.scratch.log("access");
        log.lines().collect::<std::collections::BTreeSet<_>>().len()
    }
}
