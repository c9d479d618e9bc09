//! Images of the daemons, and the compose file: `docker/`.
//!
//! Where nobody may start containers, what can be read is checked all the same, and a line says what was left out.

mod compose;
mod engine;

use std::path::Path;
use std::process::Command;

use self::engine::Engine;
use crate::daemon::{binary, until};
use crate::peer;
use crate::servers::scratch::output;

/// Every daemon that has an image.
const DAEMONS: [&str; 6] = [
    "pi-kube-state-exporter",
    "pi-mysql-exporter",
    "pi-nginx-exporter",
    "pi-node-exporter",
    "pi-postgres-exporter",
    "pi-scraper",
];

/// A context as `docker/images.sh` makes it, but of the programs that are tested, which want this machine's libc.
fn context() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path.trim_start_matches('/'));
    for made in ["root/data", "root/etc/ssl/certs", "amd64"] {
        std::fs::create_dir_all(at(made)).unwrap();
    }
    std::fs::write(at("root/etc/ssl/certs/ca-certificates.crt"), "").unwrap();
    for daemon in DAEMONS {
        output(
            Command::new("strip")
                .arg("-o")
                .arg(at(&format!("amd64/{daemon}")))
                .arg(binary(daemon)),
        );
        // "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)", and the loader by its path alone.
        let needed = output(Command::new("ldd").arg(binary(daemon)));
        for library in needed.split_whitespace().filter(|word| word.starts_with('/')) {
            let copy = at(&format!("root{library}"));
            std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
            std::fs::copy(library, copy).unwrap();
        }
    }
    folder
}

fn build(engine: &Engine, context: &Path, daemon: &str) {
    let dockerfile = peer::checkout().join("docker/Dockerfile");
    let arguments = [
        format!("BIN={daemon}"),
        "ARCH=amd64".into(),
        "VERSION=1.2.3".into(),
    ];
    let mut command = engine.docker();
    command
        .args(["build", "--quiet", "--tag", daemon, "--file"])
        .arg(dockerfile);
    for argument in &arguments {
        command.args(["--build-arg", argument]);
    }
    output(command.arg(context));
}

#[test]
fn images_run_as_nobody_and_know_how_they_are() {
    let Some(engine) = Engine::start() else {
        return;
    };
    let context = context();
    for daemon in DAEMONS {
        build(&engine, context.path(), daemon);
        let facts = engine.inspect(daemon);
        let config = &facts["Config"];
        assert_eq!(config["User"], "65534:65534", "{daemon}");
        assert_eq!(config["Entrypoint"][0], "/pi", "{daemon}");
        assert_eq!(config["Healthcheck"]["Test"][2], "healthcheck", "{daemon}");
        let labels = &config["Labels"];
        assert_eq!(labels["org.opencontainers.image.title"], daemon);
        assert_eq!(labels["org.opencontainers.image.version"], "1.2.3");
        assert_eq!(labels["org.opencontainers.image.licenses"], "Apache-2.0");
        assert_eq!(facts["RootFS"]["Layers"].as_array().unwrap().len(), 1, "{daemon}");
    }
    node_is_healthy(&engine);
}

/// The node exporter as compose.yml runs it, but without the machine's network.
fn node_is_healthy(engine: &Engine) {
    let name = "node";
    let hardened = [
        "--read-only",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges:true",
        "--pids-limit=64",
    ];
    let mut run = engine.docker();
    run.args([
        "run",
        "--detach",
        "--network=none",
        "--pid=host",
        "--volume=/:/host:ro",
        "--name",
        name,
    ])
    .args(hardened)
    .args(["--health-interval=1s", "pi-node-exporter", "--path.rootfs=/host"]);
    output(&mut run);
    until("the container to be healthy", || {
        (engine.inspect(name)["State"]["Health"]["Status"] == "healthy").then_some(())
    });
    output(engine.docker().args(["exec", name, "/pi", "healthcheck"]));
    let shell = engine
        .docker()
        .args(["exec", name, "/bin/sh", "-c", "true"])
        .output()
        .unwrap();
    assert!(!shell.status.success(), "the image has a shell");
    let wrong = engine
        .docker()
        .args(["exec", name, "/pi", "healthcheck", "--address=:1"])
        .output()
        .unwrap();
    assert!(!wrong.status.success(), "nobody listens there");
    output(engine.docker().args(["stop", name]));
    assert_eq!(engine.inspect(name)["State"]["ExitCode"], 0, "ended by a signal");
}
