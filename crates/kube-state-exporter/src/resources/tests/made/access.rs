//! Who may do what, and the secrets for it.

use expect_test::expect;

use super::check;

#[test]
fn secret_in_a_table() {
    check(
        "secrets",
        r#"{"cells":["s","Opaque",3,"5d"],"object":{"metadata":{"name":"s","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"ownerReferences":[{"kind":"Boss","name":"boss","controller":true}]}}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn whole_secret() {
    check(
        "secrets",
        r#"{"metadata":{"name":"s","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"type":"kubernetes.io/tls","data":{"tls.key":"c2VjcmV0"}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn service_account() {
    check(
        "serviceaccounts",
        r#"{"metadata":{"name":"web","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"deletionTimestamp":"2027-01-15T08:00:00Z"},"secrets":[{"name":"s"}],"imagePullSecrets":[{"name":"i"}],"automountServiceAccountToken":false}"#,
        expect![[r#""#]],
    );
}

#[test]
fn a_service_account_that_says_nothing() {
    check(
        "serviceaccounts",
        r#"{"metadata":{"name":"a","namespace":"n","uid":"u"}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn role() {
    check(
        "roles",
        r#"{"metadata":{"name":"r","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"rules":null}"#,
        expect![[r#""#]],
    );
}

#[test]
fn cluster_role() {
    check(
        "clusterroles",
        r#"{"metadata":{"name":"r","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn role_binding() {
    check(
        "rolebindings",
        r#"{"metadata":{"name":"b","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"roleRef":{"apiGroup":"g","kind":"Role","name":"r"}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn cluster_role_binding() {
    check(
        "clusterrolebindings",
        r#"{"metadata":{"name":"b","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"roleRef":{"apiGroup":"g","kind":"ClusterRole","name":"r"}}"#,
        expect![[r#""#]],
    );
}
