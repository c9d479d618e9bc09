//! Pods: where they run, what their containers ask for and what becomes of them.

use crate::generator::{self, Generator, Source, headers};
use crate::metadata;
use crate::resource::{FamilyHeader, Resource, Wire};
use crate::wire::core::Pod;
use crate::wire::meta::ObjectMeta;

pub const RESOURCE: Resource = Resource {
    name: "pods",
    on: true,
    go_type: "*v1.Pod",
    group: "",
    version: "v1",
    kind: "Pod",
    namespaced: true,
    wire: Wire::Object,
    families: &FAMILIES,
    render: generator::render::<Pod>,
};

static FAMILIES: [FamilyHeader; Pod::GENERATORS.len()] = headers(Pod::GENERATORS);

impl Source for Pod {
    const LABELS: &'static [&'static str] = &["namespace", "pod", "uid"];

    const GENERATORS: &'static [Generator<Self>] = &[
        Generator::gauge(
            "kube_pod_created",
            "When the pod was made, in seconds since 1970.",
            &[],
            metadata::created,
        )
        .stable(),
        Generator::gauge(
            "kube_pod_labels",
            "The pod's Kubernetes labels that are allowed.",
            &["label_*"],
            metadata::labels,
        )
        .stable(),
    ];

    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }
}
