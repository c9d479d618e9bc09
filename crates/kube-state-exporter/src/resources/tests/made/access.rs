//! Who may do what, and the secrets for it.

use expect_test::expect;

use super::check;

#[test]
fn secret_in_a_table() {
    check(
        "secrets",
        r#"{"cells":["s","Opaque",3,"5d"],"object":{"metadata":{"name":"s","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"ownerReferences":[{"kind":"Boss","name":"boss","controller":true}]}}}"#,
        expect![[r#"
            kube_secret_info{namespace="shop",secret="s"} 1
            kube_secret_type{namespace="shop",secret="s",type="Opaque"} 1
            kube_secret_annotations{namespace="shop",secret="s",annotation_team="a"} 1
            kube_secret_labels{namespace="shop",secret="s",label_app="web"} 1
            kube_secret_created{namespace="shop",secret="s"} 1.5e+09
            kube_secret_metadata_resource_version{namespace="shop",secret="s"} 42
            kube_secret_owner{namespace="shop",secret="s",owner_kind="Boss",owner_name="boss",owner_is_controller="true"} 1
        "#]],
    );
}

#[test]
fn whole_secret() {
    check(
        "secrets",
        r#"{"metadata":{"name":"s","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"type":"kubernetes.io/tls","data":{"tls.key":"c2VjcmV0"}}"#,
        expect![[r#"
            kube_secret_info{namespace="shop",secret="s"} 1
            kube_secret_type{namespace="shop",secret="s",type="kubernetes.io/tls"} 1
            kube_secret_annotations{namespace="shop",secret="s",annotation_team="a"} 1
            kube_secret_labels{namespace="shop",secret="s",label_app="web"} 1
            kube_secret_created{namespace="shop",secret="s"} 1.5e+09
            kube_secret_metadata_resource_version{namespace="shop",secret="s"} 42
            kube_secret_owner{namespace="shop",secret="s",owner_kind="",owner_name="",owner_is_controller=""} 1
        "#]],
    );
}

#[test]
fn service_account() {
    check(
        "serviceaccounts",
        r#"{"metadata":{"name":"web","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"deletionTimestamp":"2027-01-15T08:00:00Z"},"secrets":[{"name":"s"}],"imagePullSecrets":[{"name":"i"}],"automountServiceAccountToken":false}"#,
        expect![[r#"
            kube_serviceaccount_info{namespace="shop",serviceaccount="web",uid="u-1",automount_token="false"} 1
            kube_serviceaccount_created{namespace="shop",serviceaccount="web",uid="u-1"} 1.5e+09
            kube_serviceaccount_deleted{namespace="shop",serviceaccount="web",uid="u-1"} 1.8e+09
            kube_serviceaccount_secret{namespace="shop",serviceaccount="web",uid="u-1",name="s"} 1
            kube_serviceaccount_image_pull_secret{namespace="shop",serviceaccount="web",uid="u-1",name="i"} 1
            kube_serviceaccount_annotations{namespace="shop",serviceaccount="web",uid="u-1",annotation_team="a"} 1
            kube_serviceaccount_labels{namespace="shop",serviceaccount="web",uid="u-1",label_app="web"} 1
        "#]],
    );
}

#[test]
fn a_service_account_that_says_nothing() {
    check(
        "serviceaccounts",
        r#"{"metadata":{"name":"a","namespace":"n","uid":"u"}}"#,
        expect![[r#"
            kube_serviceaccount_info{namespace="n",serviceaccount="a",uid="u"} 1
            kube_serviceaccount_annotations{namespace="n",serviceaccount="a",uid="u"} 1
            kube_serviceaccount_labels{namespace="n",serviceaccount="a",uid="u"} 1
        "#]],
    );
}

#[test]
fn role() {
    check(
        "roles",
        r#"{"metadata":{"name":"r","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"rules":null}"#,
        expect![[r#"
            kube_role_annotations{namespace="shop",role="r",annotation_team="a"} 1
            kube_role_labels{namespace="shop",role="r",label_app="web"} 1
            kube_role_info{namespace="shop",role="r"} 1
            kube_role_created{namespace="shop",role="r"} 1.5e+09
            kube_role_metadata_resource_version{namespace="shop",role="r"} 42
        "#]],
    );
}

#[test]
fn cluster_role() {
    check(
        "clusterroles",
        r#"{"metadata":{"name":"r","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}}}"#,
        expect![[r#"
            kube_clusterrole_annotations{clusterrole="r",annotation_team="a"} 1
            kube_clusterrole_labels{clusterrole="r",label_app="web"} 1
            kube_clusterrole_info{clusterrole="r"} 1
            kube_clusterrole_created{clusterrole="r"} 1.5e+09
            kube_clusterrole_metadata_resource_version{clusterrole="r"} 42
        "#]],
    );
}

#[test]
fn role_binding() {
    check(
        "rolebindings",
        r#"{"metadata":{"name":"b","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"roleRef":{"apiGroup":"g","kind":"Role","name":"r"}}"#,
        expect![[r#"
            kube_rolebinding_annotations{namespace="shop",rolebinding="b",annotation_team="a"} 1
            kube_rolebinding_labels{namespace="shop",rolebinding="b",label_app="web"} 1
            kube_rolebinding_info{namespace="shop",rolebinding="b",roleref_kind="Role",roleref_name="r"} 1
            kube_rolebinding_created{namespace="shop",rolebinding="b"} 1.5e+09
            kube_rolebinding_metadata_resource_version{namespace="shop",rolebinding="b"} 42
        "#]],
    );
}

#[test]
fn cluster_role_binding() {
    check(
        "clusterrolebindings",
        r#"{"metadata":{"name":"b","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"roleRef":{"apiGroup":"g","kind":"ClusterRole","name":"r"}}"#,
        expect![[r#"
            kube_clusterrolebinding_annotations{clusterrolebinding="b",annotation_team="a"} 1
            kube_clusterrolebinding_labels{clusterrolebinding="b",label_app="web"} 1
            kube_clusterrolebinding_info{clusterrolebinding="b",roleref_kind="ClusterRole",roleref_name="r"} 1
            kube_clusterrolebinding_created{clusterrolebinding="b"} 1.5e+09
            kube_clusterrolebinding_metadata_resource_version{clusterrolebinding="b"} 42
        "#]],
    );
}
