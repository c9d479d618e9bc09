//! Limit ranges: how much one object of a namespace may use.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::core::LimitRange;

pub const RESOURCE: Resource = Resource {
    name: "limitranges",
    on: true,
    go_type: "*v1.LimitRange",
    group: "",
    version: "v1",
    kind: "LimitRange",
    namespaced: true,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "limitrange"];

const GENERATORS: &[Generator<LimitRange>] = &[
    Generator::gauge(
        "kube_limitrange",
        "A bound of what one object may use of a resource.",
        &["resource", "type", "constraint"],
        limits,
    )
    .stable(),
    Generator::gauge(
        "kube_limitrange_created",
        "When the limit range was made, in seconds since 1970.",
        &[],
        metadata::created,
    )
    .stable(),
];

fn limits(range: &LimitRange, out: &mut Lines<'_>) {
    for item in &range.spec.limits {
        let constraints = [
            ("min", &item.min),
            ("max", &item.max),
            ("default", &item.default),
            ("defaultRequest", &item.default_request),
            ("maxLimitRequestRatio", &item.max_limit_request_ratio),
        ];
        for (constraint, resources) in constraints {
            for (name, quantity) in resources {
                out.sample([name, &item.kind, constraint], quantity.amount().fine());
            }
        }
    }
}
