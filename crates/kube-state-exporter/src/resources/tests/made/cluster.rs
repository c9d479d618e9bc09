//! Nodes, namespaces and what they may use.

use expect_test::expect;

use super::check;

#[test]
fn node() {
    check(
        "nodes",
        r#"{"metadata":{"name":"pi","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","node-role.kubernetes.io/control-plane":"","x":"y"},"annotations":{"team":"a","z":"z"},"deletionTimestamp":"2027-01-15T08:00:00Z"},"spec":{"podCIDR":"10.42.0.0/24","podCIDRs":["10.42.0.0/24","fd42::/64"],"providerID":"k3s://pi","unschedulable":true,"taints":[{"key":"k","value":"v","effect":"NoSchedule"}]},"status":{"capacity":{"cpu":"4","memory":"8035648Ki","ephemeral-storage":"60G","pods":"110","hugepages-64Ki":"0","strange":"1"},"allocatable":{"cpu":"3900m"},"conditions":[{"type":"Ready","status":"True"},{"type":"DiskPressure","status":"False"}],"addresses":[{"type":"Hostname","address":"pi"},{"type":"InternalIP","address":"192.168.1.4"}],"nodeInfo":{"systemUUID":"s","kernelVersion":"6.6","osImage":"Debian","containerRuntimeVersion":"containerd://2","kubeletVersion":"v1.36.2"}}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn namespace() {
    check(
        "namespaces",
        r#"{"metadata":{"name":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"status":{"phase":"Terminating","conditions":[{"type":"NamespaceContentRemaining","status":"True"}]}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn quota() {
    check(
        "resourcequotas",
        r#"{"metadata":{"name":"q","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"hard":{"pods":"9"}},"status":{"hard":{"pods":"10","requests.cpu":"4500m"},"used":{"requests.cpu":"0.1"}}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn limit_range() {
    check(
        "limitranges",
        r#"{"metadata":{"name":"l","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"limits":[{"type":"Container","max":{"memory":"1Gi"},"min":{"cpu":"10m"},"default":{"cpu":"1"},"defaultRequest":{"cpu":"100m"},"maxLimitRequestRatio":{"cpu":"10"}}]}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn lease() {
    check(
        "leases",
        r#"{"metadata":{"name":"pi","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"ownerReferences":[{"kind":"Boss","name":"boss","controller":true}]},"spec":{"holderIdentity":"pi","renewTime":"2017-07-14T02:40:00.123456Z"}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn a_lease_without_owner() {
    check(
        "leases",
        r#"{"metadata":{"name":"pi","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn config_map() {
    check(
        "configmaps",
        r#"{"metadata":{"name":"conf","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"data":{"secret":"x"}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn certificate_request() {
    check(
        "certificatesigningrequests",
        r#"{"metadata":{"name":"csr","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"signerName":"kubernetes.io/kubelet-serving","request":"AAAA"},"status":{"conditions":[{"type":"Approved"},{"type":"Approved"}],"certificate":"anVzdCBmb3IgdGVzdA=="}}"#,
        expect![[r#""#]],
    );
}
