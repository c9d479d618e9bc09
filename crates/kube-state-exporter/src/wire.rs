//! Kubernetes' objects, cut to the fields that the metrics need, each readable from protobuf and from JSON.
//!
//! Field numbers are those of `generated.proto` in Kubernetes' `staging/src/k8s.io/api`, which never change within a version.
//! Everything else of an object (environment, probes, managed fields) is skipped by its length and never allocated.

/// A message, its fields written as `name: type = number`.
///
/// | type         | in Rust                    | in protobuf             |
/// |--------------|----------------------------|-------------------------|
/// | `string`     | `String`, empty if absent  | optional string         |
/// | `string?`    | `Option<String>`           | optional string         |
/// | `T`          | `T`, the default if absent | optional message        |
/// | `T?`         | `Option<T>`                | optional message        |
/// | `[string]`   | `Vec<String>`              | repeated string         |
/// | `[T]`        | `Vec<T>`                   | repeated message        |
/// | `{string}`   | `BTreeMap<String, String>` | map of string to string |
/// | `{T}`        | `BTreeMap<String, T>`      | map of string to message|
///
/// `bool`, `int32` and `int64` are as `string`. JSON names are the fields' in camel case; `null` is as absent.
macro_rules! message {
    ($(#[$meta:meta])* $name:ident { $($fields:tt)* }) => {
        message!(@fields [$(#[$meta])*] $name [] $($fields)*);
    };
    (@fields [$($meta:tt)*] $name:ident [$($done:tt)*]) => {
        $($meta)*
        #[derive(prost::Message, serde::Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        pub struct $name { $($done)* }
    };
    (@fields $m:tt $n:ident [$($d:tt)*] $(#[$a:meta])* $f:ident: string = $t:tt, $($rest:tt)*) => {
        message!(@fields $m $n [$($d)* $(#[$a])* #[prost(string, tag = $t)]
            #[serde(deserialize_with = "crate::wire::or_default")] pub $f: String,] $($rest)*);
    };
    (@fields $m:tt $n:ident [$($d:tt)*] $(#[$a:meta])* $f:ident: string? = $t:tt, $($rest:tt)*) => {
        message!(@fields $m $n [$($d)* $(#[$a])* #[prost(string, optional, tag = $t)] pub $f: Option<String>,] $($rest)*);
    };
    (@fields $m:tt $n:ident [$($d:tt)*] $(#[$a:meta])* $f:ident: bool = $t:tt, $($rest:tt)*) => {
        message!(@fields $m $n [$($d)* $(#[$a])* #[prost(bool, tag = $t)]
            #[serde(deserialize_with = "crate::wire::or_default")] pub $f: bool,] $($rest)*);
    };
    (@fields $m:tt $n:ident [$($d:tt)*] $(#[$a:meta])* $f:ident: bool? = $t:tt, $($rest:tt)*) => {
        message!(@fields $m $n [$($d)* $(#[$a])* #[prost(bool, optional, tag = $t)] pub $f: Option<bool>,] $($rest)*);
    };
    (@fields $m:tt $n:ident [$($d:tt)*] $(#[$a:meta])* $f:ident: int32 = $t:tt, $($rest:tt)*) => {
        message!(@fields $m $n [$($d)* $(#[$a])* #[prost(int32, tag = $t)]
            #[serde(deserialize_with = "crate::wire::or_default")] pub $f: i32,] $($rest)*);
    };
    (@fields $m:tt $n:ident [$($d:tt)*] $(#[$a:meta])* $f:ident: int32? = $t:tt, $($rest:tt)*) => {
        message!(@fields $m $n [$($d)* $(#[$a])* #[prost(int32, optional, tag = $t)] pub $f: Option<i32>,] $($rest)*);
    };
    (@fields $m:tt $n:ident [$($d:tt)*] $(#[$a:meta])* $f:ident: int64 = $t:tt, $($rest:tt)*) => {
        message!(@fields $m $n [$($d)* $(#[$a])* #[prost(int64, tag = $t)]
            #[serde(deserialize_with = "crate::wire::or_default")] pub $f: i64,] $($rest)*);
    };
    (@fields $m:tt $n:ident [$($d:tt)*] $(#[$a:meta])* $f:ident: int64? = $t:tt, $($rest:tt)*) => {
        message!(@fields $m $n [$($d)* $(#[$a])* #[prost(int64, optional, tag = $t)] pub $f: Option<i64>,] $($rest)*);
    };
    (@fields $m:tt $n:ident [$($d:tt)*] $(#[$a:meta])* $f:ident: [string] = $t:tt, $($rest:tt)*) => {
        message!(@fields $m $n [$($d)* $(#[$a])* #[prost(string, repeated, tag = $t)]
            #[serde(deserialize_with = "crate::wire::or_default")] pub $f: Vec<String>,] $($rest)*);
    };
    (@fields $m:tt $n:ident [$($d:tt)*] $(#[$a:meta])* $f:ident: [$ty:ident] = $t:tt, $($rest:tt)*) => {
        message!(@fields $m $n [$($d)* $(#[$a])* #[prost(message, repeated, tag = $t)]
            #[serde(deserialize_with = "crate::wire::or_default")] pub $f: Vec<$ty>,] $($rest)*);
    };
    (@fields $m:tt $n:ident [$($d:tt)*] $(#[$a:meta])* $f:ident: {string} = $t:tt, $($rest:tt)*) => {
        message!(@fields $m $n [$($d)* $(#[$a])* #[prost(btree_map = "string, string", tag = $t)]
            #[serde(deserialize_with = "crate::wire::or_default")]
            pub $f: std::collections::BTreeMap<String, String>,] $($rest)*);
    };
    (@fields $m:tt $n:ident [$($d:tt)*] $(#[$a:meta])* $f:ident: {$ty:ident} = $t:tt, $($rest:tt)*) => {
        message!(@fields $m $n [$($d)* $(#[$a])* #[prost(btree_map = "string, message", tag = $t)]
            #[serde(deserialize_with = "crate::wire::or_default")]
            pub $f: std::collections::BTreeMap<String, $ty>,] $($rest)*);
    };
    (@fields $m:tt $n:ident [$($d:tt)*] $(#[$a:meta])* $f:ident: $ty:ident? = $t:tt, $($rest:tt)*) => {
        message!(@fields $m $n [$($d)* $(#[$a])* #[prost(message, optional, tag = $t)] pub $f: Option<$ty>,] $($rest)*);
    };
    (@fields $m:tt $n:ident [$($d:tt)*] $(#[$a:meta])* $f:ident: $ty:ident = $t:tt, $($rest:tt)*) => {
        message!(@fields $m $n [$($d)* $(#[$a])* #[prost(message, required, tag = $t)]
            #[serde(deserialize_with = "crate::wire::or_default")] pub $f: $ty,] $($rest)*);
    };
}

/// Objects whose metadata is the field of that name.
macro_rules! named {
    ($($name:ident),*) => {
        $(impl crate::generator::Named for $name {
            fn metadata(&self) -> &crate::wire::meta::ObjectMeta {
                &self.metadata
            }
        })*
    };
}

pub mod admissionregistration;
pub mod apiextensions;
pub mod apps;
pub mod autoscaling;
pub mod batch;
pub mod certificates;
pub mod coordination;
pub mod core;
pub mod discovery;
pub mod int_or_string;
pub mod meta;
pub mod networking;
pub mod node;
pub mod pod;
pub mod policy;
pub mod quantity;
pub mod rbac;
pub mod secret;
pub mod storage;
pub mod time;
pub mod volume;

use serde::{Deserialize, Deserializer};

/// Reads `null` as the default, which is what the API server writes for an empty list.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}
