//! A Docker daemon of the test's own, without a network, with all of its data in a folder that goes with it.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::daemon::{Daemon, until};
use crate::servers::scratch::{is_root, output};

/// Debian's client, beside which another may stand that lacks parts.
const CLIENT: &str = "/usr/bin/docker";
const SERVER: &str = "/usr/sbin/dockerd";

/// A running daemon; its containers end with it.
pub struct Engine {
    socket: String,
    daemon: Daemon,
    folder: tempfile::TempDir,
}

impl Engine {
    /// Starts it; `None`, and a line that says so, where containers cannot be run.
    pub fn start() -> Option<Self> {
        if !is_root() || !Path::new(SERVER).exists() || !Path::new(CLIENT).exists() {
            eprintln!("left out: images are not run, which needs root and docker.io");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let socket = format!("unix://{}", at("s"));
        let daemon = Daemon::spawn(
            Command::new("setpriv")
                .args(["--pdeathsig", "TERM", SERVER, "--iptables=false", "--bridge=none"])
                .args(["--host", &socket])
                .args([
                    "--data-root",
                    &at("data"),
                    "--exec-root",
                    &at("exec"),
                    "--pidfile",
                    &at("pid"),
                ]),
        );
        let engine = Self {
            socket,
            daemon,
            folder,
        };
        let answers = || {
            engine
                .docker()
                .arg("info")
                .output()
                .is_ok_and(|output| output.status.success())
        };
        until("the Docker daemon to answer", || answers().then_some(()));
        Some(engine)
    }

    /// The client.
    pub fn docker(&self) -> Command {
        let mut command = Command::new(CLIENT);
        command
            .env("DOCKER_CONFIG", self.folder.path())
            .args(["--host", &self.socket]);
        command
    }

    /// What the daemon tells of an image or a container.
    #[track_caller]
    pub fn inspect(&self, name: &str) -> Value {
        let text = output(self.docker().args(["inspect", name]));
        let value: Value = serde_json::from_str(&text).unwrap();
        value[0].clone()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // A killed daemon would leave its containers, and what it has mounted.
        let running = self.docker().args(["ps", "--all", "--quiet"]).output();
        let names = running.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        for name in names.unwrap_or_default().split_whitespace() {
            let _ = self.docker().args(["rm", "--force", name]).output();
        }
        self.daemon.signal("TERM");
        self.daemon.wait();
    }
}
