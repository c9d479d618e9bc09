//! Nodes, namespaces and what they may use.

use expect_test::expect;

use super::check;

#[test]
fn node() {
    check(
        "nodes",
        r#"{"metadata":{"name":"pi","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","node-role.kubernetes.io/control-plane":"","x":"y"},"annotations":{"team":"a","z":"z"},"deletionTimestamp":"2027-01-15T08:00:00Z"},"spec":{"podCIDR":"10.42.0.0/24","podCIDRs":["10.42.0.0/24","fd42::/64"],"providerID":"k3s://pi","unschedulable":true,"taints":[{"key":"k","value":"v","effect":"NoSchedule"}]},"status":{"capacity":{"cpu":"4","memory":"8035648Ki","ephemeral-storage":"60G","pods":"110","hugepages-64Ki":"0","strange":"1"},"allocatable":{"cpu":"3900m"},"conditions":[{"type":"Ready","status":"True"},{"type":"DiskPressure","status":"False"}],"addresses":[{"type":"Hostname","address":"pi"},{"type":"InternalIP","address":"192.168.1.4"}],"nodeInfo":{"systemUUID":"s","kernelVersion":"6.6","osImage":"Debian","containerRuntimeVersion":"containerd://2","kubeletVersion":"v1.36.2"}}}"#,
        expect![[r#"
            kube_node_annotations{node="pi",annotation_team="a"} 1
            kube_node_created{node="pi"} 1.5e+09
            kube_node_deletion_timestamp{node="pi"} 1.8e+09
            kube_node_info{node="pi",kernel_version="6.6",os_image="Debian",container_runtime_version="containerd://2",kubelet_version="v1.36.2",kubeproxy_version="deprecated",provider_id="k3s://pi",pod_cidr="10.42.0.0/24",system_uuid="s",internal_ip="192.168.1.4"} 1
            kube_node_labels{node="pi",label_app="web"} 1
            kube_node_role{node="pi",role="control-plane"} 1
            kube_node_spec_pod_cidrs{node="pi",pod_cidr="10.42.0.0/24"} 1
            kube_node_spec_pod_cidrs{node="pi",pod_cidr="fd42::/64"} 1
            kube_node_spec_taint{node="pi",key="k",value="v",effect="NoSchedule"} 1
            kube_node_spec_unschedulable{node="pi"} 1
            kube_node_status_allocatable{node="pi",resource="cpu",unit="core"} 3.9
            kube_node_status_capacity{node="pi",resource="cpu",unit="core"} 4
            kube_node_status_capacity{node="pi",resource="ephemeral_storage",unit="byte"} 6e+10
            kube_node_status_capacity{node="pi",resource="hugepages_64Ki",unit="byte"} 0
            kube_node_status_capacity{node="pi",resource="memory",unit="byte"} 8.228503552e+09
            kube_node_status_capacity{node="pi",resource="pods",unit="integer"} 110
            kube_node_status_condition{node="pi",condition="Ready",status="true"} 1
            kube_node_status_condition{node="pi",condition="Ready",status="false"} 0
            kube_node_status_condition{node="pi",condition="Ready",status="unknown"} 0
            kube_node_status_condition{node="pi",condition="DiskPressure",status="true"} 0
            kube_node_status_condition{node="pi",condition="DiskPressure",status="false"} 1
            kube_node_status_condition{node="pi",condition="DiskPressure",status="unknown"} 0
            kube_node_status_addresses{node="pi",type="Hostname",address="pi"} 1
            kube_node_status_addresses{node="pi",type="InternalIP",address="192.168.1.4"} 1
        "#]],
    );
}

#[test]
fn namespace() {
    check(
        "namespaces",
        r#"{"metadata":{"name":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"status":{"phase":"Terminating","conditions":[{"type":"NamespaceContentRemaining","status":"True"}]}}"#,
        expect![[r#"
            kube_namespace_created{namespace="shop"} 1.5e+09
            kube_namespace_annotations{namespace="shop",annotation_team="a"} 1
            kube_namespace_labels{namespace="shop",label_app="web"} 1
            kube_namespace_status_phase{namespace="shop",phase="Active"} 0
            kube_namespace_status_phase{namespace="shop",phase="Terminating"} 1
            kube_namespace_status_condition{namespace="shop",condition="NamespaceContentRemaining",status="true"} 1
            kube_namespace_status_condition{namespace="shop",condition="NamespaceContentRemaining",status="false"} 0
            kube_namespace_status_condition{namespace="shop",condition="NamespaceContentRemaining",status="unknown"} 0
        "#]],
    );
}

#[test]
fn quota() {
    check(
        "resourcequotas",
        r#"{"metadata":{"name":"q","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"hard":{"pods":"9"}},"status":{"hard":{"pods":"10","requests.cpu":"4500m"},"used":{"requests.cpu":"0.1"}}}"#,
        expect![[r#"
            kube_resourcequota_created{namespace="shop",resourcequota="q"} 1.5e+09
            kube_resourcequota{namespace="shop",resourcequota="q",resource="pods",type="hard"} 10
            kube_resourcequota{namespace="shop",resourcequota="q",resource="requests.cpu",type="hard"} 4.5
            kube_resourcequota{namespace="shop",resourcequota="q",resource="requests.cpu",type="used"} 0.1
            kube_resourcequota_annotations{namespace="shop",resourcequota="q",annotation_team="a"} 1
            kube_resourcequota_labels{namespace="shop",resourcequota="q",label_app="web"} 1
        "#]],
    );
}

#[test]
fn limit_range() {
    check(
        "limitranges",
        r#"{"metadata":{"name":"l","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"limits":[{"type":"Container","max":{"memory":"1Gi"},"min":{"cpu":"10m"},"default":{"cpu":"1"},"defaultRequest":{"cpu":"100m"},"maxLimitRequestRatio":{"cpu":"10"}}]}}"#,
        expect![[r#"
            kube_limitrange{namespace="shop",limitrange="l",resource="cpu",type="Container",constraint="min"} 0.01
            kube_limitrange{namespace="shop",limitrange="l",resource="memory",type="Container",constraint="max"} 1.073741824e+09
            kube_limitrange{namespace="shop",limitrange="l",resource="cpu",type="Container",constraint="default"} 1
            kube_limitrange{namespace="shop",limitrange="l",resource="cpu",type="Container",constraint="defaultRequest"} 0.1
            kube_limitrange{namespace="shop",limitrange="l",resource="cpu",type="Container",constraint="maxLimitRequestRatio"} 10
            kube_limitrange_created{namespace="shop",limitrange="l"} 1.5e+09
        "#]],
    );
}

#[test]
fn lease() {
    check(
        "leases",
        r#"{"metadata":{"name":"pi","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"ownerReferences":[{"kind":"Boss","name":"boss","controller":true}]},"spec":{"holderIdentity":"pi","renewTime":"2017-07-14T02:40:00.123456Z"}}"#,
        expect![[r#"
            kube_lease_owner{lease="pi",owner_kind="Boss",owner_name="boss",namespace="shop",lease_holder="pi"} 1
            kube_lease_renew_time{lease="pi",namespace="shop"} 1.5e+09
        "#]],
    );
}

#[test]
fn a_lease_without_owner() {
    check(
        "leases",
        r#"{"metadata":{"name":"pi","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{}}"#,
        expect![[r#"
            kube_lease_owner{lease="pi",owner_kind="",owner_name="",namespace="shop",lease_holder=""} 1
        "#]],
    );
}

#[test]
fn config_map() {
    check(
        "configmaps",
        r#"{"metadata":{"name":"conf","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"data":{"secret":"x"}}"#,
        expect![[r#"
            kube_configmap_annotations{namespace="shop",configmap="conf",annotation_team="a"} 1
            kube_configmap_labels{namespace="shop",configmap="conf",label_app="web"} 1
            kube_configmap_info{namespace="shop",configmap="conf"} 1
            kube_configmap_created{namespace="shop",configmap="conf"} 1.5e+09
            kube_configmap_metadata_resource_version{namespace="shop",configmap="conf"} 42
        "#]],
    );
}

#[test]
fn certificate_request() {
    check(
        "certificatesigningrequests",
        r#"{"metadata":{"name":"csr","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"signerName":"kubernetes.io/kubelet-serving","request":"AAAA"},"status":{"conditions":[{"type":"Approved"},{"type":"Approved"}],"certificate":"anVzdCBmb3IgdGVzdA=="}}"#,
        expect![[r#"
            kube_certificatesigningrequest_annotations{certificatesigningrequest="csr",signer_name="kubernetes.io/kubelet-serving",annotation_team="a"} 1
            kube_certificatesigningrequest_labels{certificatesigningrequest="csr",signer_name="kubernetes.io/kubelet-serving",label_app="web"} 1
            kube_certificatesigningrequest_created{certificatesigningrequest="csr",signer_name="kubernetes.io/kubelet-serving"} 1.5e+09
            kube_certificatesigningrequest_condition{certificatesigningrequest="csr",signer_name="kubernetes.io/kubelet-serving",condition="approved"} 2
            kube_certificatesigningrequest_condition{certificatesigningrequest="csr",signer_name="kubernetes.io/kubelet-serving",condition="denied"} 0
            kube_certificatesigningrequest_condition{certificatesigningrequest="csr",signer_name="kubernetes.io/kubelet-serving",condition="failed"} 0
            kube_certificatesigningrequest_cert_length{certificatesigningrequest="csr",signer_name="kubernetes.io/kubelet-serving"} 13
        "#]],
    );
}
