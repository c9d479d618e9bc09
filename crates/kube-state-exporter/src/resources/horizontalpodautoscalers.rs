//! Autoscalers: what they scale, by which numbers, and between which bounds.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::autoscaling::{
    HorizontalPodAutoscaler, NamedSource, NamedStatus, ObjectSource, ResourceSource, ResourceStatus,
    ScalingRules,
};
use crate::wire::quantity::Quantity;

pub const RESOURCE: Resource = Resource {
    name: "horizontalpodautoscalers",
    on: true,
    go_type: "*v2.HorizontalPodAutoscaler",
    group: "autoscaling",
    version: "v2",
    kind: "HorizontalPodAutoscaler",
    namespaced: true,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "horizontalpodautoscaler"];

const GENERATORS: &[Generator<HorizontalPodAutoscaler>] = &[
    Generator::gauge(
        "kube_horizontalpodautoscaler_info",
        "What is scaled.",
        &[
            "scaletargetref_api_version",
            "scaletargetref_kind",
            "scaletargetref_name",
        ],
        info,
    ),
    Generator::gauge(
        "kube_horizontalpodautoscaler_metadata_generation",
        "Number that rises with each change of what the autoscaler is asked to be.",
        &[],
        metadata::generation,
    )
    .stable(),
    Generator::gauge(
        "kube_horizontalpodautoscaler_spec_max_replicas",
        "Most pods that there may be.",
        &[],
        |object: &HorizontalPodAutoscaler, out| out.count(object.spec.max_replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_horizontalpodautoscaler_spec_min_replicas",
        "Fewest pods that there may be.",
        &[],
        |object: &HorizontalPodAutoscaler, out| out.count(object.spec.min_replicas.unwrap_or(1)),
    )
    .stable(),
    Generator::gauge(
        "kube_horizontalpodautoscaler_spec_target_metric",
        "What a number should be.",
        &["metric_name", "metric_target_type", "container"],
        target_metrics,
    ),
    Generator::gauge(
        "kube_horizontalpodautoscaler_spec_behavior_scale_down_tolerance",
        "Part by which a number may miss its target before pods are taken away.",
        &[],
        |object: &HorizontalPodAutoscaler, out| tolerance(&object.spec.behavior.scale_down, out),
    ),
    Generator::gauge(
        "kube_horizontalpodautoscaler_spec_behavior_scale_up_tolerance",
        "Part by which a number may miss its target before pods are added.",
        &[],
        |object: &HorizontalPodAutoscaler, out| tolerance(&object.spec.behavior.scale_up, out),
    ),
    Generator::gauge(
        "kube_horizontalpodautoscaler_status_target_metric",
        "What a number is.",
        &["metric_name", "metric_target_type", "container"],
        current_metrics,
    )
    .stable(),
    Generator::gauge(
        "kube_horizontalpodautoscaler_status_current_replicas",
        "Pods that there were when last looked.",
        &[],
        |object: &HorizontalPodAutoscaler, out| out.count(object.status.current_replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_horizontalpodautoscaler_status_desired_replicas",
        "Pods that there should be.",
        &[],
        |object: &HorizontalPodAutoscaler, out| out.count(object.status.desired_replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_horizontalpodautoscaler_annotations",
        "Annotations of the autoscaler, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_horizontalpodautoscaler_labels",
        "Kubernetes labels of the autoscaler, those that are allowed.",
        &["label_*"],
        metadata::labels,
    )
    .stable(),
    Generator::gauge(
        "kube_horizontalpodautoscaler_status_condition",
        "Whether a condition of the autoscaler is true, false or unknown.",
        &["condition", "status"],
        conditions,
    )
    .stable(),
    Generator::gauge(
        "kube_horizontalpodautoscaler_created",
        "When the autoscaler was made, in seconds since 1970.",
        &[],
        metadata::created,
    ),
    Generator::gauge(
        "kube_horizontalpodautoscaler_deletion_timestamp",
        "When the deletion of the autoscaler was asked for, in seconds since 1970.",
        &[],
        metadata::deletion_timestamp,
    ),
];

fn info(scaler: &HorizontalPodAutoscaler, out: &mut Lines<'_>) {
    let target = &scaler.spec.scale_target_ref;
    let labels = [
        ("scaletargetref_api_version", target.api_version.as_str()),
        ("scaletargetref_kind", &target.kind),
        ("scaletargetref_name", &target.name),
    ];
    // The first is left out where it is not known.
    out.labeled(
        labels
            .into_iter()
            .skip(usize::from(target.api_version.is_empty())),
        1.0,
    );
}

fn tolerance(rules: &ScalingRules, out: &mut Lines<'_>) {
    if let Some(tolerance) = &rules.tolerance {
        out.value(tolerance.amount().fine());
    }
}

fn target_metrics(scaler: &HorizontalPodAutoscaler, out: &mut Lines<'_>) {
    for it in &scaler.spec.metrics {
        let named = [&it.pods, &it.external];
        let resources = [&it.resource, &it.container_resource];
        metric(&it.kind, &it.object, named, resources, out);
    }
}

fn current_metrics(scaler: &HorizontalPodAutoscaler, out: &mut Lines<'_>) {
    for it in &scaler.status.current_metrics {
        let named = [&it.pods, &it.external];
        let resources = [&it.resource, &it.container_resource];
        metric(&it.kind, &it.object, named, resources, out);
    }
}

/// A number, as it should be or as it is.
struct Number<'a> {
    name: &'a str,
    container: &'a str,
    value: &'a Option<Quantity>,
    average_value: &'a Option<Quantity>,
    average_utilization: Option<i32>,
}

/// Where a number comes from.
trait Source {
    fn number(&self) -> Number<'_>;
}

/// Each source with the fields of its name and its number, and that of its container where it has one.
macro_rules! sources {
    ($($source:ident { $($name:ident).+, $number:ident $(, $container:ident)? })*) => {
        $(impl Source for $source {
            fn number(&self) -> Number<'_> {
                Number {
                    name: &self.$($name).+,
                    container: first!($(&self.$container,)? ""),
                    value: &self.$number.value,
                    average_value: &self.$number.average_value,
                    average_utilization: self.$number.average_utilization,
                }
            }
        })*
    };
}

/// The first of its arguments.
macro_rules! first {
    ($first:expr $(, $rest:expr)?) => {
        $first
    };
}

sources! {
    ObjectSource { metric.name, target }
    NamedSource { metric.name, target }
    NamedStatus { metric.name, current }
    ResourceSource { name, target, container }
    ResourceStatus { name, current, container }
}

/// One number, where it is of the kind that the metric says it is.
fn metric<O: Source, N: Source, R: Source>(
    kind: &str,
    object: &Option<O>,
    [pods, external]: [&Option<N>; 2],
    [resource, container_resource]: [&Option<R>; 2],
    out: &mut Lines<'_>,
) {
    let number = match kind {
        "Object" => object.as_ref().map(O::number),
        "Pods" => pods.as_ref().map(N::number),
        "External" => external.as_ref().map(N::number),
        "Resource" => resource.as_ref().map(R::number),
        "ContainerResource" => container_resource.as_ref().map(R::number),
        _ => None,
    };
    if let Some(number) = number {
        write(&number, out);
    }
}

/// A sample for each way in which a number is given: as it is, by pod, in percent of what was asked for.
fn write(number: &Number<'_>, out: &mut Lines<'_>) {
    let Number { name, container, .. } = *number;
    for (kind, value) in [("value", number.value), ("average", number.average_value)] {
        if let Some(value) = value {
            out.sample([name, kind, container], value.amount().fine());
        }
    }
    if let Some(percent) = number.average_utilization {
        out.sample([name, "utilization", container], percent.into());
    }
}

fn conditions(scaler: &HorizontalPodAutoscaler, out: &mut Lines<'_>) {
    for condition in &scaler.status.conditions {
        out.condition([&condition.kind], &condition.status);
    }
}
