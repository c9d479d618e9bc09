//! The kube state exporter and an API server that goes wrong in every way that is known.
//!
//! | module          | holds                                                                        |
//! |-----------------|------------------------------------------------------------------------------|
//! | [`wire`]        | formats, streaming lists, pages, bookmarks: each kind of object finds its own way |
//! | [`faults`]      | refusals, breaks, stalls, trickles, restarts                                  |
//! | [`credentials`] | certificates, tokens, and where they are found                                |
//! | [`custom_resources`] | kinds that somebody defined, told of as a configuration says           |
//! | [`secrets`]     | no secret value is asked for, or ever in the process                          |
//! | [`shards`]      | pods of a StatefulSet divide the objects among them                           |
//! | [`soak`]        | many changes leave what a fresh start gives                                   |

mod credentials;
mod custom_resources;
mod faults;
mod secrets;
mod shards;
mod soak;
mod wire;

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::api_server::ApiServer;
use crate::api_server::made::Cluster;
use crate::daemon::{Daemon, binary, pause, until};
use crate::http;

/// A few objects of each kind that has a table in protobuf, and of two that are asked for in part.
pub const SMALL: Cluster = Cluster {
    nodes: 3,
    pods: 12,
    deployments: 3,
    replicasets: 3,
    secrets: 4,
    secret_bytes: 64,
    configmaps: 4,
    configmap_bytes: 64,
};

/// The exporter, and where its two ports are.
pub struct Exporter {
    pub daemon: Daemon,
    pub telemetry: String,
}

impl Exporter {
    /// Reads this server, named by `--apiserver`.
    #[track_caller]
    fn of(server: &ApiServer, flags: &[&str]) -> Self {
        let mut command = Command::new(binary("pi-kube-state-exporter"));
        command.arg(format!("--apiserver={}", server.url()));
        Self::start(command.args(flags))
    }

    /// The command, with ports of its own and nothing of this machine's user.
    #[track_caller]
    pub fn start(command: &mut Command) -> Self {
        command
            .args([
                "--web.listen-address=127.0.0.1:0",
                "--telemetry-host=127.0.0.1",
                "--telemetry-port=0",
            ])
            .env_remove("KUBECONFIG")
            .env("HOME", "/nonexistent");
        let daemon = Daemon::start_told(command, "msg=\"listening\" ");
        let line = daemon.wait_for_log("listening for telemetry");
        let address = line
            .split("address=")
            .nth(1)
            .and_then(|rest| rest.split(' ').next());
        let telemetry = address.unwrap().trim_matches('"').to_owned();
        Self { daemon, telemetry }
    }

    /// As [`of`](Self::of), once every kind was read or refused.
    #[track_caller]
    pub fn ready(server: &ApiServer, flags: &[&str]) -> Self {
        let exporter = Self::of(server, flags);
        exporter.wait_until_ready();
        exporter
    }

    /// Waits until every kind was read or refused.
    #[track_caller]
    pub fn wait_until_ready(&self) {
        until(&format!("readiness; the log:\n{}", self.daemon.log()), || {
            (self.page("/readyz").status == 200).then_some(())
        });
    }

    fn page(&self, path: &str) -> http::Answer {
        http::get(&self.daemon.address, path)
    }

    /// What is served of the cluster.
    #[track_caller]
    fn text(&self) -> String {
        let answer = self.page("/metrics");
        assert_eq!(answer.status, 200);
        answer.text()
    }

    /// What the process says of itself.
    fn told(&self) -> String {
        http::get(&self.telemetry, "/metrics").text()
    }

    /// The value of one of its own samples; `None` where it is not there.
    fn value(&self, sample: &str) -> Option<f64> {
        let told = self.told();
        let line = told
            .lines()
            .find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
        line.map(|value| value.parse().unwrap())
    }

    /// Waits until what is served has these words.
    #[track_caller]
    fn wait_for(&self, words: &str) {
        until(&format!("{words:?} to be served"), || {
            self.text().contains(words).then_some(())
        });
    }

    /// Scrapes all the while that `what` happens, and returns the different answers.
    fn meanwhile(&self, what: impl FnOnce()) -> BTreeSet<String> {
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let scrapes = scope.spawn(|| {
                let mut seen = BTreeSet::new();
                while !is_over.load(Ordering::Relaxed) {
                    seen.insert(self.text());
                    pause();
                }
                seen.insert(self.text());
                seen
            });
            // A failure in `what` must end the scrapes too.
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(what));
            is_over.store(true, Ordering::Relaxed);
            let seen = scrapes.join().unwrap();
            result.unwrap_or_else(|failure| std::panic::resume_unwind(failure));
            seen
        })
    }

    /// Lines of the log that have all of these words.
    fn lines(&self, words: &[&str]) -> Vec<String> {
        let log = self.daemon.log();
        let lines = log
            .lines()
            .filter(|line| words.iter().all(|word| line.contains(word)));
        lines.map(str::to_owned).collect()
    }
}

/// How many lines begin so.
fn count(text: &str, beginning: &str) -> usize {
    text.lines().filter(|line| line.starts_with(beginning)).count()
}
