//! Many changes leave what a fresh start gives. `make bench ONLY=kube` does the same for minutes, and looks at memory.

use std::time::Duration;

use super::{Exporter, SMALL, count};
use crate::api_server::ApiServer;
use crate::api_server::churn::churn;
use crate::api_server::made::Cluster;
use crate::daemon::until;

const PODS: usize = 300;
const CHANGES_PER_SECOND: usize = 200;
const LASTS: Duration = Duration::from_secs(8);

#[test]
fn many_changes_leave_what_a_fresh_start_gives() {
    let server = ApiServer::start(Cluster { pods: PODS, ..SMALL }.world());
    let exporter = Exporter::ready(&server, &["--watch-timeout=2s"]);
    let first = exporter.text();
    churn(&server, PODS, 3, CHANGES_PER_SECOND, LASTS);
    let fresh = Exporter::ready(&server, &[]).text();
    assert_eq!(count(&fresh, "kube_pod_info{"), PODS);
    assert_ne!(first, fresh);
    until("the last change", || (exporter.text() == fresh).then_some(()));
    assert_eq!(exporter.lines(&["level=WARN"]), [""; 0]);
}
