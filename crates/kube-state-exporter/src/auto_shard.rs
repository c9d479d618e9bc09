//! Which shard this pod is, as the StatefulSet that runs it says.
//!
//! Needs `get` on the pod and on the StatefulSet. The number of replicas is asked for again from time to time: it changes
//! a few times a year, and a watch would cost a connection for ever.

use std::rc::Rc;
use std::time::Duration;

use serde::Deserialize;

use crate::api::Api;
use crate::context::Context;
use crate::error::Error;
use crate::shard::Shard;

/// How often the number of replicas is asked for, unless watches are shorter than that.
const POLL: Duration = Duration::from_secs(30);

/// The shard at the start. Fails with one line where it cannot be told, because every other shard would be wrong.
pub async fn first(api: &Api, namespace: &str, pod: &str) -> Result<Shard, String> {
    let shard = shard(api, namespace, pod).await;
    shard.map_err(|error| format!("--pod={pod} --pod-namespace={namespace}: {error}"))
}

/// Divides the objects anew whenever the number of replicas changes.
pub async fn follow(context: Rc<Context>) {
    let Some((namespace, pod)) = context.options().pod.clone() else {
        return;
    };
    loop {
        tokio::time::sleep(POLL.min(context.options().watch_timeout)).await;
        match shard(&context.api, &namespace, &pod).await {
            Ok(shard) if shard != context.shard() => context.set_shard(shard),
            Ok(_) => {}
            Err(error) => log::warn!(error:%; "number of shards not read, the old one stays"),
        }
    }
}

async fn shard(api: &Api, namespace: &str, pod: &str) -> Result<Shard, Error> {
    let owners: Object = api
        .read_json(format!("/api/v1/namespaces/{namespace}/pods/{pod}"))
        .await?;
    let owners = owners.metadata.owner_references.unwrap_or_default();
    let owner = owners.iter().find(|owner| owner.kind == "StatefulSet");
    let owner = owner.ok_or_else(|| Error::Config("the pod belongs to no StatefulSet".to_owned()))?;
    let ordinal = pod
        .rsplit_once('-')
        .and_then(|(_, ordinal)| ordinal.parse().ok())
        .ok_or_else(|| Error::Config("the pod's name does not end with its number".to_owned()))?;
    let path = format!("/apis/apps/v1/namespaces/{namespace}/statefulsets/{}", owner.name);
    let set: Object = api.read_json(path).await?;
    let total = set.spec.and_then(|spec| spec.replicas).unwrap_or(1);
    // A pod that is about to end while the set shrinks has nothing left to tell of.
    Ok(Shard { ordinal, total })
}

#[derive(Deserialize)]
struct Object {
    metadata: Metadata,
    spec: Option<Spec>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    owner_references: Option<Vec<Owner>>,
}

#[derive(Deserialize)]
struct Owner {
    kind: String,
    name: String,
}

#[derive(Deserialize)]
struct Spec {
    replicas: Option<u32>,
}
