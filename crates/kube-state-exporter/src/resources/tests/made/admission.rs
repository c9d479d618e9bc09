//! Who has a say in what is let in.

use expect_test::expect;

use super::check;

#[test]
fn mutating_webhooks() {
    check(
        "mutatingwebhookconfigurations",
        r#"{"metadata":{"name":"m","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"webhooks":[{"name":"w","clientConfig":{"service":{"namespace":"n","name":"s"}}},{"name":"v","clientConfig":{"url":"https://x"}}]}"#,
        expect![[r#""#]],
    );
}

#[test]
fn validating_webhooks() {
    check(
        "validatingwebhookconfigurations",
        r#"{"metadata":{"name":"v","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"webhooks":[{"name":"w","clientConfig":{"service":{"namespace":"n","name":"s"}}}]}"#,
        expect![[r#""#]],
    );
}

#[test]
fn validating_policy() {
    check(
        "validatingadmissionpolicies",
        r#"{"metadata":{"name":"p","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"paramKind":{"apiVersion":"v1","kind":"ConfigMap"},"failurePolicy":"Fail"}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn mutating_policy() {
    check(
        "mutatingadmissionpolicies",
        r#"{"metadata":{"name":"p","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"paramKind":{"apiVersion":"v1","kind":"ConfigMap"},"failurePolicy":"Fail","reinvocationPolicy":"Never"}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn validating_binding() {
    check(
        "validatingadmissionpolicybindings",
        r#"{"metadata":{"name":"b","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"policyName":"p","paramRef":{"name":"n","namespace":"ns","parameterNotFoundAction":"Deny"},"validationActions":["Deny","Audit"]}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn mutating_binding() {
    check(
        "mutatingadmissionpolicybindings",
        r#"{"metadata":{"name":"b","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"policyName":"p","paramRef":{"name":"n","namespace":"ns","parameterNotFoundAction":"Allow"}}}"#,
        expect![[r#""#]],
    );
}
