//! Targets of a Kubernetes cluster: they come and go with its objects, and stay while its API server does not answer.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::api_server::ApiServer;
use crate::rig::local;
use crate::running::{Installed, config};

const PODS: &str = "/api/v1/pods";

fn pod(name: &str, address: &str) -> String {
    format!(
        r#"{{"metadata": {{"name": "{name}", "namespace": "home", "resourceVersion": "8"}},
          "spec": {{"containers": [{{"name": "c", "ports": [{{"containerPort": 80}}]}}]}}, "status": {{"podIP": "{address}"}}}}"#
    )
    .replace('\n', " ")
}

fn jobs(server: &ApiServer, more: &str) -> String {
    config(&format!(
        "- {{job_name: k, kubernetes_sd_configs: [{{role: pod, api_server: 'http://{}'{more}}}]}}\n",
        server.address
    ))
}

/// Waits until the scrapers' targets are at these addresses.
async fn until_found(installed: &Installed, addresses: &[&str]) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let targets = installed.targets().await;
        let active = targets["data"]["activeTargets"].as_array().unwrap();
        let mut found: Vec<&str> = active
            .iter()
            .map(|target| target["discoveredLabels"]["__address__"].as_str().unwrap())
            .collect();
        found.sort_unstable();
        if found == addresses {
            return;
        }
        assert!(Instant::now() < deadline, "{found:?} are still not {addresses:?}");
        sleep(Duration::from_millis(20)).await;
    }
}

async fn until(wanted: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !wanted() {
        assert!(Instant::now() < deadline, "it does not come true");
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn pods_come_and_go() {
    local(async {
        let server = ApiServer::start().await;
        let (a, b, c) = (pod("a", "10.0.0.1"), pod("b", "10.0.0.2"), pod("c", "10.0.0.3"));
        server.add(PODS, &a);
        server.add(PODS, &b);
        let installed = Installed::start(&jobs(&server, ", bearer_token: hunter2"), &[]);
        // Two pages of one pod each.
        until_found(&installed, &["10.0.0.1:80", "10.0.0.2:80"]).await;
        let requests = server.requests();
        assert!(
            requests[0].starts_with("GET /api/v1/pods?limit=500 "),
            "{requests:?}"
        );
        assert!(
            requests[0].contains("authorization: Bearer hunter2\r\n"),
            "{requests:?}"
        );
        until(|| server.watchers(PODS) == 1).await;
        let bookmark = r#"{"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "9"}}}"#;
        server.tell(PODS, bookmark);
        server.add(PODS, &c);
        server.remove(PODS, &a);
        until_found(&installed, &["10.0.0.2:80", "10.0.0.3:80"]).await;
        let moved = pod("b", "10.0.0.9");
        server.tell(PODS, &format!(r#"{{"type": "MODIFIED", "object": {moved}}}"#));
        until_found(&installed, &["10.0.0.3:80", "10.0.0.9:80"]).await;
    })
    .await;
}

#[tokio::test]
async fn what_the_server_has_forgotten_is_listed_anew() {
    local(async {
        let server = ApiServer::start().await;
        server.add(PODS, &pod("a", "10.0.0.1"));
        let installed = Installed::start(&jobs(&server, ""), &[]);
        until_found(&installed, &["10.0.0.1:80"]).await;
        until(|| server.watchers(PODS) == 1).await;
        server.replace(PODS, &pod("b", "10.0.0.2"));
        let gone = r#"{"type": "ERROR", "object": {"kind": "Status", "code": 410, "message": "too old resource version"}}"#;
        server.tell(PODS, gone);
        until_found(&installed, &["10.0.0.2:80"]).await;
        // That is the way of API servers, and no failure.
        let metrics = installed.metrics().await;
        assert!(!metrics.contains("mechanism=\"kubernetes\""), "{metrics}");
    })
    .await;
}

#[tokio::test]
async fn targets_stay_while_the_server_restarts_or_refuses() {
    local(async {
        let server = ApiServer::start().await;
        server.add(PODS, &pod("a", "10.0.0.1"));
        let installed = Installed::start(&jobs(&server, ""), &[]);
        until_found(&installed, &["10.0.0.1:80"]).await;
        until(|| server.watchers(PODS) == 1).await;
        server.replace(PODS, &pod("b", "10.0.0.2"));
        server.restart(Some(403));
        let asked = server.requests().len();
        until(|| asked + 2 < server.requests().len()).await;
        until_found(&installed, &["10.0.0.1:80"]).await;
        let metrics = installed.metrics().await;
        let failures = "prometheus_sd_refresh_failures_total{config=\"k\",mechanism=\"kubernetes\"}";
        assert!(
            metrics
                .lines()
                .any(|line| line.starts_with(failures) && !line.ends_with(" 0")),
            "{metrics}"
        );
        server.restart(None);
        until_found(&installed, &["10.0.0.2:80"]).await;
    })
    .await;
}

#[tokio::test]
async fn namespaces_and_selectors_are_asked_for() {
    local(async {
        let server = ApiServer::start().await;
        server.add("/api/v1/namespaces/home/pods", &pod("a", "10.0.0.1"));
        server.add("/api/v1/namespaces/work/pods", &pod("b", "10.0.0.2").replace("\"home\"", "\"work\""));
        let more = ", namespaces: {names: [home, work]}, selectors: [{role: pod, label: 'app=web,x!=y', field: 'spec.nodeName=pi4'}], \
                    attach_metadata: {node: true}";
        let installed = Installed::start(&jobs(&server, more), &[]);
        until_found(&installed, &["10.0.0.1:80", "10.0.0.2:80"]).await;
        let requests = server.requests();
        let of_home = requests.iter().find(|request| request.contains("/home/"));
        assert!(
            of_home.is_some_and(|request| request.contains(
                "&labelSelector=app%3Dweb%2Cx%21%3Dy&fieldSelector=spec%2EnodeName%3Dpi4 HTTP/1.1"
            )),
            "{requests:?}"
        );
        assert!(requests.iter().any(|request| request.starts_with("GET /api/v1/nodes?limit=500 ")));
    })
    .await;
}
