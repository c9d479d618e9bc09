//! `k8s.io/api/rbac/v1`.

use super::meta::ObjectMeta;

message! {
    /// Who has a role, in a namespace or everywhere.
    Binding {
        metadata: ObjectMeta = 1,
        role_ref: RoleReference = 3,
    }
}

message! {
    /// Which role.
    RoleReference {
        kind: string = 2,
        name: string = 3,
    }
}

named!(Binding);
