//! The cluster of a house, on which what Kubernetes costs there is measured.

use crate::api_server::made::Cluster;

/// A cluster of four boards.
pub const HOME: Cluster = Cluster {
    nodes: 4,
    pods: 29,
    deployments: 12,
    replicasets: 12,
    secrets: 15,
    secret_bytes: 4_000,
    configmaps: 20,
    configmap_bytes: 2_000,
};
