//! Certificates and tokens, and where they are found.

use std::path::Path;
use std::process::Command;

use super::{Exporter, SMALL, count};
use crate::api_server::ApiServer;
use crate::api_server::authority::{Authority, Identity};
use crate::daemon::{binary, until};

/// Puts a folder in the place of another one in a mount namespace of its own, then becomes the command.
const MOUNTED: &str = "set -e; mount --bind \"$1\" \"$2\"; shift 2; exec \"$@\"";

/// Has the server's certificate checked by this authority.
fn kubeconfig(server: &ApiServer, authority: &Path, user: &str) -> String {
    format!(
        "apiVersion: v1
kind: Config
clusters:
- name: default
  cluster: {{server: '{}', certificate-authority: '{}'}}
users:
- name: default
  user: {user}
contexts:
- name: default
  context: {{cluster: default, user: default}}
current-context: default
",
        server.url(),
        authority.display()
    )
}

fn write(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path
}

/// The exporter where `folder` stands in the place of `place`.
fn mounted(folder: &Path, place: &str) -> Command {
    let mut command = Command::new("unshare");
    command
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", MOUNTED, "sh"])
        .arg(folder)
        .arg(place)
        .arg(binary("pi-kube-state-exporter"))
        .arg("--resources=pods")
        .env_remove("KUBERNETES_SERVICE_HOST");
    command
}

#[test]
fn a_kubeconfig_with_certificates() {
    let authority = Authority::new();
    let server = ApiServer::start_with(SMALL.world(), Some(authority.server()));
    let folder = tempfile::tempdir().unwrap();
    let ca = write(folder.path(), "ca.pem", &authority.pem);
    let Identity { certificate, key } = authority.client("pi");
    let certificate = write(folder.path(), "client.pem", &certificate);
    let key = write(folder.path(), "client.key", &key);
    let user = format!(
        "{{client-certificate: '{}', client-key: '{}'}}",
        certificate.display(),
        key.display()
    );
    let file = write(folder.path(), "config", &kubeconfig(&server, &ca, &user));
    let start = |file: &Path| {
        let mut command = Command::new(binary("pi-kube-state-exporter"));
        command
            .arg(format!("--kubeconfig={}", file.display()))
            .arg("--resources=pods");
        Exporter::start(&mut command)
    };
    let exporter = start(&file);
    exporter.wait_until_ready();
    assert_eq!(count(&exporter.text(), "kube_pod_info{"), 12);
    assert!(
        server
            .asked(|_| true)
            .iter()
            .all(|request| request.has_certificate)
    );

    // A server that another authority vouches for is not believed, and the process goes on trying.
    let other = write(folder.path(), "other.pem", &Authority::new().pem);
    let file = write(folder.path(), "wrong", &kubeconfig(&server, &other, &user));
    let asked = server.asked(|_| true).len();
    let distrustful = start(&file);
    let line = distrustful.daemon.wait_for_log("API server not read");
    assert!(
        line.contains("connect: ") && line.contains("certificate"),
        "{line}"
    );
    assert_eq!(distrustful.page("/readyz").status, 503);
    assert_eq!(server.asked(|_| true).len(), asked);
}

#[test]
fn an_expired_token_is_read_again() {
    let server = ApiServer::start(SMALL.world());
    server.change(|state| state.tokens = vec!["first".to_owned()]);
    let folder = tempfile::tempdir().unwrap();
    let ca = write(folder.path(), "ca.pem", &Authority::new().pem);
    let file = write(
        folder.path(),
        "config",
        &kubeconfig(&server, &ca, "{token: first}"),
    );
    let mut command = Command::new(binary("pi-kube-state-exporter"));
    command
        .arg(format!("--kubeconfig={}", file.display()))
        .arg("--resources=pods,nodes");
    let exporter = Exporter::start(&mut command);
    exporter.wait_until_ready();
    let old = exporter.text();

    server.change(|state| state.tokens = vec!["second".to_owned()]);
    let seen = exporter.meanwhile(|| {
        write(
            folder.path(),
            "config",
            &kubeconfig(&server, &ca, "{token: second}"),
        );
        server.cut();
        exporter.daemon.wait_for_log("credentials read again");
        until("a list with the new token", || {
            let asked = server.asked(|request| request.header("authorization") == "Bearer second");
            (2 <= asked.len()).then_some(())
        });
    });
    assert_eq!(Vec::from_iter(seen), [old]);
    assert_eq!(
        exporter
            .lines(&["status 401", "the credentials are not accepted"])
            .len(),
        1
    );
    assert!(!exporter.daemon.log().contains("second"), "a token in the log");
}

#[test]
fn the_service_account_of_a_pod_and_its_token_when_it_is_changed() {
    let authority = Authority::new();
    let server = ApiServer::start_with(SMALL.world(), Some(authority.server()));
    server.change(|state| state.tokens = vec!["first".to_owned()]);
    let folder = tempfile::tempdir().unwrap();
    let account = folder.path().join("secrets/kubernetes.io/serviceaccount");
    write(&account, "ca.crt", &authority.pem);
    write(&account, "token", "first");
    write(&account, "namespace", "monitoring");
    // /var/run is a link to /run.
    let mut command = mounted(folder.path(), "/run");
    command
        .env("KUBERNETES_SERVICE_HOST", "127.0.0.1")
        .env("KUBERNETES_SERVICE_PORT", server.port().to_string());
    let exporter = Exporter::start(&mut command);
    exporter.wait_until_ready();
    assert_eq!(exporter.lines(&["the pod's service account"]).len(), 1);
    assert_eq!(count(&exporter.text(), "kube_pod_info{"), 12);

    write(&account, "token", "second");
    server.change(|state| state.tokens = vec!["second".to_owned()]);
    server.cut();
    until("a list with the new token", || {
        let asked = server.asked(|request| request.header("authorization") == "Bearer second");
        (!asked.is_empty()).then_some(())
    });
    assert_eq!(count(&exporter.text(), "kube_pod_info{"), 12);
}

#[test]
fn the_kubeconfig_of_k3s_is_found() {
    let authority = Authority::new();
    let server = ApiServer::start_with(SMALL.world(), Some(authority.server()));
    server.change(|state| state.tokens = vec!["k3s".to_owned()]);
    let folder = tempfile::tempdir().unwrap();
    let ca = write(folder.path(), "ca.pem", &authority.pem);
    write(
        folder.path(),
        "rancher/k3s/k3s.yaml",
        &kubeconfig(&server, &ca, "{token: k3s}"),
    );
    let exporter = Exporter::start(&mut mounted(folder.path(), "/etc"));
    exporter.wait_until_ready();
    assert_eq!(
        exporter.lines(&["credentials=/etc/rancher/k3s/k3s.yaml"]).len(),
        1
    );
    assert_eq!(count(&exporter.text(), "kube_pod_info{"), 12);
}

#[test]
fn the_address_of_the_flag_goes_before_that_of_the_kubeconfig() {
    let server = ApiServer::start(SMALL.world());
    let other = ApiServer::start(SMALL.world());
    server.change(|state| state.tokens = vec!["known".to_owned()]);
    let folder = tempfile::tempdir().unwrap();
    let ca = write(folder.path(), "ca.pem", &Authority::new().pem);
    let file = write(
        folder.path(),
        "config",
        &kubeconfig(&other, &ca, "{token: known}"),
    );
    let exporter = Exporter::ready(
        &server,
        &[&format!("--kubeconfig={}", file.display()), "--resources=pods"],
    );
    assert_eq!(count(&exporter.text(), "kube_pod_info{"), 12);
    assert!(other.asked(|_| true).is_empty());
}
