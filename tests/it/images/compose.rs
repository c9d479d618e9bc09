//! `docker/compose.yml`, as Docker Compose itself understands it, and what it mounts.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::daemon::binary;
use crate::servers::scratch::output;
use crate::{peer, sid};

/// Profiles with their services.
const PROFILES: [(&str, &[&str]); 3] = [
    ("cloud", &["scraper"]),
    ("exporters", &["mysql", "nginx", "node", "postgres"]),
    (
        "monitoring",
        &["alertmanager", "grafana", "grafana-password", "prometheus"],
    ),
];

/// Bytes of memory that a room on a Pi of 2 GB may take.
const ROOM_BYTES_MAX: u64 = 1 << 30;

fn docker() -> PathBuf {
    peer::checkout().join("docker")
}

/// What a profile comes to, with the settings of the example.
#[track_caller]
fn configuration(profile: &str) -> Value {
    let compose = sid::package("docker-compose").join("usr/libexec/docker/cli-plugins/docker-compose");
    let text = output(
        Command::new(compose)
            .current_dir(docker())
            .args(["--env-file", ".env.example", "--profile", profile])
            .args(["config", "--format", "json"]),
    );
    serde_json::from_str(&text).unwrap()
}

#[test]
fn services_are_bounded_and_have_no_rights() {
    for (profile, names) in PROFILES {
        let configuration = configuration(profile);
        let services = configuration["services"].as_object().unwrap();
        let found: Vec<&str> = services.keys().map(String::as_str).collect();
        assert_eq!(found, names, "{profile}");
        let mut memory = 0;
        for (name, service) in services {
            let image = service["image"].as_str().unwrap();
            let tag = image.rsplit_once(':').map_or("", |(_, tag)| tag);
            assert!(
                tag.contains('.') && tag != "latest",
                "{name}: {image} is not pinned"
            );
            assert_eq!(service["read_only"], true, "{name}");
            assert_eq!(service["cap_drop"][0], "ALL", "{name}");
            assert_eq!(service["security_opt"][0], "no-new-privileges:true", "{name}");
            assert!(service["privileged"].is_null(), "{name}");
            // Compose writes bytes as text.
            let limit = service["mem_limit"]
                .as_str()
                .and_then(|bytes| bytes.parse::<u64>().ok());
            memory += limit.unwrap_or_else(|| panic!("{name}: no limit of memory"));
            let runs_once = name == "grafana-password";
            assert!(runs_once || service["restart"] == "unless-stopped", "{name}");
            // Images of ours know how they are; the others are told.
            let is_ours = image.starts_with("pi-");
            assert!(
                runs_once || is_ours || service["healthcheck"]["test"].is_array(),
                "{name}"
            );
            for port in service["ports"].as_array().into_iter().flatten() {
                assert_eq!(port["host_ip"], "127.0.0.1", "{name}: {port}");
            }
            for mount in service["volumes"].as_array().into_iter().flatten() {
                let source = mount["source"].as_str().unwrap_or_default();
                let is_ours = mount["type"] == "bind" && source.starts_with(docker().to_str().unwrap());
                assert!(
                    !is_ours || PathBuf::from(source).exists(),
                    "{name}: {source} is missing"
                );
                assert!(
                    !is_ours || mount["read_only"] == true,
                    "{name}: {source} can be written"
                );
            }
        }
        assert!(memory <= ROOM_BYTES_MAX, "{profile}: {memory} bytes");
    }
}

#[test]
fn nothing_secret_is_in_the_settings() {
    let text = std::fs::read_to_string(docker().join(".env.example")).unwrap();
    let settings = text.lines().filter_map(|line| line.split_once('='));
    for (name, _) in settings.filter(|(name, _)| !name.starts_with('#')) {
        let secret = ["PASSWORD", "TOKEN", "KEY", "WEBHOOK"]
            .iter()
            .find(|word| name.contains(**word));
        assert!(secret.is_none(), "{name} belongs into a file of secrets/");
    }
}

#[test]
fn every_setting_of_the_example_is_used_and_told() {
    let compose = std::fs::read_to_string(docker().join("compose.yml")).unwrap();
    let mut used: Vec<&str> = compose
        .split("${")
        .skip(1)
        .map(|rest| rest.split(['-', ':', '}']).next().unwrap_or_default())
        .collect();
    used.sort_unstable();
    used.dedup();
    let example = std::fs::read_to_string(docker().join(".env.example")).unwrap();
    let settings = example.lines().filter(|line| !line.starts_with('#'));
    let mut told: Vec<&str> = settings
        .filter_map(|line| Some(line.split_once('=')?.0))
        .collect();
    told.sort_unstable();
    assert_eq!(used, told);
}

#[test]
fn the_scraper_takes_the_configuration_of_each_cloud() {
    let configuration = configuration("cloud");
    let configs = configuration["configs"].as_object().unwrap();
    assert_eq!(configs.len(), 3);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("cloud-token"), "secret").unwrap();
    for (name, config) in configs {
        let text = config["content"].as_str().unwrap();
        // The container's folders are elsewhere here.
        let text = text
            .replace("/etc/prometheus", docker().join("prometheus").to_str().unwrap())
            .replace("/run/secrets", folder.path().to_str().unwrap());
        let file = folder.path().join(format!("{name}.yml"));
        std::fs::write(&file, text).unwrap();
        output(
            Command::new(binary("pi-scraper"))
                .arg("--check-config")
                .arg(&file),
        );
    }
}

#[test]
fn prometheus_takes_its_configuration() {
    // More files of scrapes came with a version that is newer than Debian 12's.
    let promtool = sid::package("promtool").join("usr/bin/promtool");
    let config = docker().join("prometheus/compose.yml");
    let told = output(Command::new(promtool).args(["check", "config"]).arg(config));
    assert!(told.contains("rules found"), "{told}");
}
