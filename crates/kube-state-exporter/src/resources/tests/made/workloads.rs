//! Pods, and what makes them.

use expect_test::expect;

use super::check;

#[test]
fn a_pod_that_runs() {
    check(
        "pods",
        r#"{"metadata":{"name":"web-1","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"ownerReferences":[{"kind":"Boss","name":"boss","controller":true}]},"spec":{"nodeName":"pi","restartPolicy":"Always","serviceAccountName":"web","schedulerName":"default-scheduler",
"priorityClassName":"high","runtimeClassName":"gvisor","overhead":{"cpu":"250m","memory":"120Mi"},"nodeSelector":{"disk":"ssd"},
"tolerations":[{"key":"a","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],
"resourceClaims":[{"name":"gpu","resourceClaimName":"shared"}],
"volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"data-claim","readOnly":true}},{"name":"tmp","ephemeral":{}},{"name":"conf","configMap":{"name":"x"}}],
"initContainers":[{"name":"init","image":"init:1","restartPolicy":"Always","resources":{"limits":{"cpu":1},"requests":{"cpu":"10m"}}}],
"containers":[{"name":"web","image":"web:1","resources":{"limits":{"memory":"64Mi","example.com/fpga":"2","unknown":"1"},"requests":{"cpu":"100m","memory":"32Mi","ephemeral-storage":"1G"}}}]},
"status":{"phase":"Running","qosClass":"Burstable","hostIP":"10.0.0.1","podIP":"10.1.0.7","podIPs":[{"ip":"10.1.0.7"},{"ip":"fd00::7"},{"ip":"none"}],"startTime":"2017-07-14T02:41:00Z",
"conditions":[{"type":"PodScheduled","status":"True","lastTransitionTime":"2017-07-14T02:40:01Z"},{"type":"Initialized","status":"True","lastTransitionTime":"2017-07-14T02:40:02Z"},{"type":"ContainersReady","status":"True","lastTransitionTime":"2017-07-14T02:40:03Z"},{"type":"Ready","status":"True","lastTransitionTime":"2017-07-14T02:40:04Z"}],
"initContainerStatuses":[{"name":"init","image":"init:1","imageID":"i","containerID":"c","ready":true,"restartCount":1,"state":{"terminated":{"exitCode":0,"reason":"Completed","startedAt":"2017-07-14T02:40:01Z","finishedAt":"2017-07-14T02:40:02Z"}},"lastState":{"terminated":{"exitCode":1,"reason":"Error","finishedAt":"2017-07-14T02:40:01Z"}}}],
"containerStatuses":[{"name":"web","image":"docker.io/web:1","imageID":"sha256:1","containerID":"containerd://1","ready":true,"restartCount":2000000,"state":{"running":{"startedAt":"2017-07-14T02:41:00Z"}},"lastState":{}}]}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn a_pod_that_waits() {
    check(
        "pods",
        r#"{"metadata":{"name":"web-2","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"deletionTimestamp":"2027-01-15T08:00:00Z"},"spec":{"hostNetwork":true,"volumes":null,"containers":[{"name":"web"}],"resourceClaims":[{"name":"gpu","resourceClaimTemplateName":"t"},{"name":"none"}]},
"status":{"phase":"Pending","reason":"Strange","conditions":[{"type":"PodScheduled","status":"False","reason":"SchedulingGated"},{"type":"DisruptionTarget","status":"True","reason":"Odd"},{"type":"Ready","status":"Unknown"}],
"resourceClaimStatuses":[{"name":"gpu","resourceClaimName":"web-2-gpu"}],
"containerStatuses":[{"name":"web","state":{"waiting":{"reason":"ErrImagePull"}},"lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}}]}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn deployment() {
    check(
        "deployments",
        r#"{"metadata":{"name":"web","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"ownerReferences":[{"kind":"Boss","name":"boss","controller":true}],"deletionTimestamp":"2027-01-15T08:00:00Z"},"spec":{"replicas":5,"paused":true,"strategy":{"rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}}},"status":{"observedGeneration":2,"replicas":6,"updatedReplicas":3,"readyReplicas":4,"availableReplicas":4,"unavailableReplicas":1,"terminatingReplicas":1,"conditions":[{"type":"Available","status":"True","reason":"MinimumReplicasAvailable"},{"type":"Progressing","status":"False","reason":"Strange"}]}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn replica_set() {
    check(
        "replicasets",
        r#"{"metadata":{"name":"web-1","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"ownerReferences":[{"kind":"Boss","name":"boss","controller":true}]},"spec":{"replicas":2},"status":{"replicas":2,"fullyLabeledReplicas":2,"readyReplicas":1,"terminatingReplicas":1,"observedGeneration":3}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn replication_controller() {
    check(
        "replicationcontrollers",
        r#"{"metadata":{"name":"old","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"ownerReferences":[{"kind":"Boss","name":"boss","controller":true}]},"spec":{"replicas":2},"status":{"replicas":2,"fullyLabeledReplicas":2,"readyReplicas":1,"availableReplicas":1,"observedGeneration":3}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn daemon_set() {
    check(
        "daemonsets",
        r#"{"metadata":{"name":"agent","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"deletionTimestamp":"2027-01-15T08:00:00Z"},"status":{"currentNumberScheduled":1,"numberMisscheduled":2,"desiredNumberScheduled":3,"numberReady":4,"observedGeneration":5,"updatedNumberScheduled":6,"numberAvailable":7,"numberUnavailable":8}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn stateful_set() {
    check(
        "statefulsets",
        r#"{"metadata":{"name":"db","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"deletionTimestamp":"2027-01-15T08:00:00Z"},"spec":{"replicas":3,"ordinals":{"start":1},"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"Retain","whenScaled":"Delete"}},"status":{"observedGeneration":1,"replicas":2,"readyReplicas":3,"currentReplicas":4,"updatedReplicas":5,"currentRevision":"r1","updateRevision":"r2","availableReplicas":6}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn a_job_that_failed() {
    check(
        "jobs",
        r#"{"metadata":{"name":"backup","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"ownerReferences":[{"kind":"Boss","name":"boss","controller":true}]},"spec":{"parallelism":1,"completions":2,"activeDeadlineSeconds":900},"status":{"active":1,"succeeded":2,"failed":3,"ready":1,"startTime":"2017-07-14T02:40:00Z","completionTime":"2017-07-14T02:41:00Z","conditions":[{"type":"Failed","status":"True","reason":"PodFailurePolicy"},{"type":"Complete","status":"False"},{"type":"Suspended","status":"False"}]}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn cron_job() {
    check(
        "cronjobs",
        r#"{"metadata":{"name":"backup","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"schedule":"30 2 * * *","timeZone":"Europe/Berlin","concurrencyPolicy":"Forbid","suspend":false,"startingDeadlineSeconds":60,"successfulJobsHistoryLimit":3,"failedJobsHistoryLimit":1},"status":{"active":[{"name":"a"},{"name":"b"}],"lastScheduleTime":"2017-07-14T00:30:00Z","lastSuccessfulTime":"2017-07-14T00:31:00Z"}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn a_cron_job_that_never_runs() {
    check(
        "cronjobs",
        r#"{"metadata":{"name":"never","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"schedule":"0 0 30 2 *"}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn a_cron_job_that_is_not_understood() {
    check(
        "cronjobs",
        r#"{"metadata":{"name":"odd","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"schedule":"every day"}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn autoscaler() {
    check(
        "horizontalpodautoscalers",
        r#"{"metadata":{"name":"web","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"deletionTimestamp":"2027-01-15T08:00:00Z"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web","apiVersion":"apps/v1"},"maxReplicas":4,"behavior":{"scaleUp":{"tolerance":"50m"},"scaleDown":{"tolerance":"0.25"}},"metrics":[{"type":"Object","object":{"describedObject":{"kind":"K","name":"n"},"metric":{"name":"hits"},"target":{"type":"Value","value":"10k"}}},{"type":"Pods","pods":{"metric":{"name":"queue"},"target":{"averageValue":"30"}}},{"type":"Resource","resource":{"name":"cpu","target":{"averageUtilization":80}}},{"type":"ContainerResource","containerResource":{"name":"cpu","container":"web","target":{"averageUtilization":70}}},{"type":"External","external":{"metric":{"name":"mails"},"target":{"value":"1","averageValue":"500m"}}},{"type":"Strange"}]},"status":{"currentReplicas":1,"desiredReplicas":2,"currentMetrics":[{"type":"Object","object":{"metric":{"name":"hits"},"current":{"value":"7"}}},{"type":"Resource","resource":{"name":"cpu","current":{"averageUtilization":90,"averageValue":"450m"}}},{"type":""}],"conditions":[{"type":"AbleToScale","status":"True"}]}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn disruption_budget() {
    check(
        "poddisruptionbudgets",
        r#"{"metadata":{"name":"web","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"deletionTimestamp":"2027-01-15T08:00:00Z"},"status":{"observedGeneration":1,"disruptionsAllowed":2,"currentHealthy":3,"desiredHealthy":4,"expectedPods":5}}"#,
        expect![[r#""#]],
    );
}
