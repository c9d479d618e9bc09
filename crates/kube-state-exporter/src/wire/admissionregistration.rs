//! `k8s.io/api/admissionregistration/v1`.

use super::meta::ObjectMeta;

message! {
    /// Web hooks that change objects, or that refuse them: both kinds have the same numbers for what is read here.
    WebhookConfiguration {
        metadata: ObjectMeta = 1,
        webhooks: [Webhook] = 2,
    }
}

message! {
    /// One web hook.
    Webhook {
        name: string = 1,
        client_config: ClientConfig = 2,
    }
}

message! {
    /// Where it is: a service, or an address outside.
    ClientConfig {
        service: ServiceReference = 1,
    }
}

message! {
    /// A service.
    ServiceReference {
        namespace: string = 1,
        name: string = 2,
    }
}

message! {
    /// Rules that refuse objects.
    ValidatingAdmissionPolicy {
        metadata: ObjectMeta = 1,
        spec: ValidatingAdmissionPolicySpec = 2,
    }
}

message! {
    /// What was asked for.
    ValidatingAdmissionPolicySpec {
        param_kind: ParamKind = 1,
        failure_policy: string = 4,
    }
}

message! {
    /// Rules that change objects.
    MutatingAdmissionPolicy {
        metadata: ObjectMeta = 1,
        spec: MutatingAdmissionPolicySpec = 2,
    }
}

message! {
    /// What was asked for.
    MutatingAdmissionPolicySpec {
        param_kind: ParamKind = 1,
        failure_policy: string = 5,
        reinvocation_policy: string = 7,
    }
}

message! {
    /// The kind of object that holds parameters.
    ParamKind {
        api_version: string = 1,
        kind: string = 2,
    }
}

message! {
    /// Where rules hold, whether they refuse objects or change them.
    PolicyBinding {
        metadata: ObjectMeta = 1,
        spec: PolicyBindingSpec = 2,
    }
}

message! {
    /// What was asked for. Number 4 is nothing to bindings of rules that change objects.
    PolicyBindingSpec {
        policy_name: string = 1,
        param_ref: ParamReference = 2,
        validation_actions: [string] = 4,
    }
}

message! {
    /// The object that holds parameters.
    ParamReference {
        name: string = 1,
        namespace: string = 2,
        parameter_not_found_action: string = 4,
    }
}

named!(
    WebhookConfiguration,
    ValidatingAdmissionPolicy,
    MutatingAdmissionPolicy,
    PolicyBinding
);
