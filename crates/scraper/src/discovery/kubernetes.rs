//! Objects of a Kubernetes cluster: listed once and watched from then on, so that targets come and go within seconds.
//!
//! ```text
//! API server → reader of one kind in one namespace → Objects → labels of the role
//! ```
//!
//! The process needs `list` and `watch` on every kind that its role reads: for `endpoints` and `endpointslice` also
//! services and pods, with `attach_metadata` also nodes or namespaces. Labels are Prometheus' `__meta_kubernetes_…`.
//!
//! | module            | holds                                                             |
//! |-------------------|-------------------------------------------------------------------|
//! | `connect`         | the client for an API server                                      |
//! | `reader`          | a list and the watch after it, of one kind                        |
//! | `objects`         | what is known of the cluster                                      |
//! | `object`          | what all objects have, and how their fields are read              |
//! | `lines`           | a watch's lines                                                   |
//! | `node`, `pod`, …  | one kind: its fields, and the targets of its role                 |

mod connect;
mod endpoints;
mod endpointslice;
mod ingress;
mod lines;
mod namespace;
mod node;
mod object;
mod objects;
mod pod;
mod reader;
mod service;

use std::rc::Rc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use self::object::Object;
use self::objects::Objects;
use self::reader::{Reader, Shared};
use crate::config::kubernetes::{KubernetesSource, Role};
use crate::labels::Labels;

/// How long changes are gathered: a rollout makes many at once.
const TOGETHER: Duration = Duration::from_secs(1);

/// Tells `take` of the targets whenever they change, and why they are not known. Returns where the settings do not lead
/// to an API server.
pub async fn follow(source: &KubernetesSource, take: impl Fn(Result<Vec<Labels>, String>)) {
    let (client, namespaces) = match connect::client(source).await {
        Ok(connected) => connected,
        Err(reason) => return take(Err(reason)),
    };
    let shared = Rc::<Shared>::default();
    let begin = Begin {
        source,
        client,
        namespaces,
        shared: Rc::clone(&shared),
    };
    // They end with this.
    let _readers = begin.all();
    loop {
        shared.changed.notified().await;
        sleep(TOGETHER).await;
        match shared.state() {
            reader::State::Waits => {}
            reader::State::Fails(reason) => take(Err(reason)),
            reader::State::Knows => take(Ok(targets(source, &shared.objects.borrow()))),
        }
    }
}

/// What is found with these objects.
pub(super) fn targets(source: &KubernetesSource, objects: &Objects) -> Vec<Labels> {
    let mut found = Vec::new();
    match source.role {
        Role::Node => node::targets(objects, &mut found),
        Role::Pod => pod::targets(objects, source, &mut found),
        Role::Service => service::targets(objects, source, &mut found),
        Role::Endpoints => endpoints::targets(objects, source, &mut found),
        Role::EndpointSlice => endpointslice::targets(objects, source, &mut found),
        Role::Ingress => ingress::targets(objects, source, &mut found),
    }
    found
}

/// What readers are begun with.
struct Begin<'s> {
    source: &'s KubernetesSource,
    client: kube::Client,
    /// `None` is all of them.
    namespaces: Vec<Option<String>>,
    shared: Rc<Shared>,
}

impl Begin<'_> {
    /// A reader for each kind that the role needs.
    fn all(&self) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        match self.source.role {
            Role::Node => self.everywhere::<node::Node>(&mut tasks),
            Role::Pod => self.in_namespaces::<pod::Pod>(&mut tasks),
            Role::Service => self.in_namespaces::<service::Service>(&mut tasks),
            Role::Ingress => self.in_namespaces::<ingress::Ingress>(&mut tasks),
            Role::Endpoints | Role::EndpointSlice => {
                match self.source.role {
                    Role::Endpoints => self.in_namespaces::<endpoints::Endpoints>(&mut tasks),
                    _ => self.in_namespaces::<endpointslice::EndpointSlice>(&mut tasks),
                }
                self.in_namespaces::<service::Service>(&mut tasks);
                self.in_namespaces::<pod::Pod>(&mut tasks);
            }
        }
        let takes_node = matches!(
            self.source.role,
            Role::Pod | Role::Endpoints | Role::EndpointSlice
        );
        if self.source.attach_node && takes_node {
            self.everywhere::<node::Node>(&mut tasks);
        }
        if self.source.attach_namespace && self.source.role != Role::Node {
            self.everywhere::<namespace::Namespace>(&mut tasks);
        }
        tasks
    }

    fn in_namespaces<K: Object>(&self, tasks: &mut JoinSet<()>) {
        for namespace in &self.namespaces {
            self.begin::<K>(namespace.clone(), tasks);
        }
    }

    fn everywhere<K: Object>(&self, tasks: &mut JoinSet<()>) {
        self.begin::<K>(None, tasks);
    }

    fn begin<K: Object>(&self, namespace: Option<String>, tasks: &mut JoinSet<()>) {
        let selector = K::ROLE.and_then(|role| self.source.selector(role));
        let reader = Reader::new(
            self.client.clone(),
            namespace,
            selector.cloned(),
            Rc::clone(&self.shared),
        );
        tasks.spawn_local(reader.run::<K>());
    }
}

#[cfg(test)]
mod tests;
