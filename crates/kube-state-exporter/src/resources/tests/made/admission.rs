//! Who has a say in what is let in.

use expect_test::expect;

use super::check;

#[test]
fn mutating_webhooks() {
    check(
        "mutatingwebhookconfigurations",
        r#"{"metadata":{"name":"m","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"webhooks":[{"name":"w","clientConfig":{"service":{"namespace":"n","name":"s"}}},{"name":"v","clientConfig":{"url":"https://x"}}]}"#,
        expect![[r#"
            kube_mutatingwebhookconfiguration_info{namespace="",mutatingwebhookconfiguration="m"} 1
            kube_mutatingwebhookconfiguration_created{namespace="",mutatingwebhookconfiguration="m"} 1.5e+09
            kube_mutatingwebhookconfiguration_metadata_resource_version{namespace="",mutatingwebhookconfiguration="m"} 42
            kube_mutatingwebhookconfiguration_webhook_clientconfig_service{namespace="",mutatingwebhookconfiguration="m",webhook_name="w",service_name="s",service_namespace="n"} 1
            kube_mutatingwebhookconfiguration_webhook_clientconfig_service{namespace="",mutatingwebhookconfiguration="m",webhook_name="v",service_name="",service_namespace=""} 1
        "#]],
    );
}

#[test]
fn validating_webhooks() {
    check(
        "validatingwebhookconfigurations",
        r#"{"metadata":{"name":"v","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"webhooks":[{"name":"w","clientConfig":{"service":{"namespace":"n","name":"s"}}}]}"#,
        expect![[r#"
            kube_validatingwebhookconfiguration_info{namespace="",validatingwebhookconfiguration="v"} 1
            kube_validatingwebhookconfiguration_created{namespace="",validatingwebhookconfiguration="v"} 1.5e+09
            kube_validatingwebhookconfiguration_metadata_resource_version{namespace="",validatingwebhookconfiguration="v"} 42
            kube_validatingwebhookconfiguration_webhook_clientconfig_service{namespace="",validatingwebhookconfiguration="v",webhook_name="w",service_name="s",service_namespace="n"} 1
        "#]],
    );
}

#[test]
fn validating_policy() {
    check(
        "validatingadmissionpolicies",
        r#"{"metadata":{"name":"p","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"paramKind":{"apiVersion":"v1","kind":"ConfigMap"},"failurePolicy":"Fail"}}"#,
        expect![[r#"
            kube_validatingadmissionpolicy_info{namespace="",validatingadmissionpolicy="p",param_api_version="v1",param_kind="ConfigMap",failure_policy="Fail"} 1
            kube_validatingadmissionpolicy_created{namespace="",validatingadmissionpolicy="p"} 1.5e+09
        "#]],
    );
}

#[test]
fn mutating_policy() {
    check(
        "mutatingadmissionpolicies",
        r#"{"metadata":{"name":"p","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"paramKind":{"apiVersion":"v1","kind":"ConfigMap"},"failurePolicy":"Fail","reinvocationPolicy":"Never"}}"#,
        expect![[r#"
            kube_mutatingadmissionpolicy_info{namespace="",mutatingadmissionpolicy="p",param_api_version="v1",param_kind="ConfigMap",failure_policy="Fail",reinvocation_policy="Never"} 1
            kube_mutatingadmissionpolicy_created{namespace="",mutatingadmissionpolicy="p"} 1.5e+09
        "#]],
    );
}

#[test]
fn validating_binding() {
    check(
        "validatingadmissionpolicybindings",
        r#"{"metadata":{"name":"b","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"policyName":"p","paramRef":{"name":"n","namespace":"ns","parameterNotFoundAction":"Deny"},"validationActions":["Deny","Audit"]}}"#,
        expect![[r#"
            kube_validatingadmissionpolicybinding_info{namespace="",validatingadmissionpolicybinding="b",policy_name="p",param_name="n",param_namespace="ns",param_not_found_action="Deny"} 1
            kube_validatingadmissionpolicybinding_created{namespace="",validatingadmissionpolicybinding="b"} 1.5e+09
            kube_validatingadmissionpolicybinding_validation_action{namespace="",validatingadmissionpolicybinding="b",action="Deny"} 1
            kube_validatingadmissionpolicybinding_validation_action{namespace="",validatingadmissionpolicybinding="b",action="Audit"} 1
        "#]],
    );
}

#[test]
fn mutating_binding() {
    check(
        "mutatingadmissionpolicybindings",
        r#"{"metadata":{"name":"b","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"policyName":"p","paramRef":{"name":"n","namespace":"ns","parameterNotFoundAction":"Allow"}}}"#,
        expect![[r#"
            kube_mutatingadmissionpolicybinding_info{namespace="",mutatingadmissionpolicybinding="b",policy_name="p",param_name="n",param_namespace="ns",param_not_found_action="Allow"} 1
            kube_mutatingadmissionpolicybinding_created{namespace="",mutatingadmissionpolicybinding="b"} 1.5e+09
        "#]],
    );
}
