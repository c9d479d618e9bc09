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
        expect![[r#"
            kube_pod_container_info{namespace="shop",pod="web-1",uid="u-1",container="web",image_spec="web:1",image="docker.io/web:1",image_id="sha256:1",container_id="containerd://1"} 1
            kube_pod_container_resource_limits{namespace="shop",pod="web-1",uid="u-1",container="web",node="pi",resource="example_com_fpga",unit="integer"} 2
            kube_pod_container_resource_limits{namespace="shop",pod="web-1",uid="u-1",container="web",node="pi",resource="memory",unit="byte"} 6.7108864e+07
            kube_pod_container_resource_requests{namespace="shop",pod="web-1",uid="u-1",container="web",node="pi",resource="cpu",unit="core"} 0.1
            kube_pod_container_resource_requests{namespace="shop",pod="web-1",uid="u-1",container="web",node="pi",resource="ephemeral_storage",unit="byte"} 1e+09
            kube_pod_container_resource_requests{namespace="shop",pod="web-1",uid="u-1",container="web",node="pi",resource="memory",unit="byte"} 3.3554432e+07
            kube_pod_container_state_started{namespace="shop",pod="web-1",uid="u-1",container="web"} 1.50000006e+09
            kube_pod_container_status_ready{namespace="shop",pod="web-1",uid="u-1",container="web"} 1
            kube_pod_container_status_restarts_total{namespace="shop",pod="web-1",uid="u-1",container="web"} 2e+06
            kube_pod_container_status_running{namespace="shop",pod="web-1",uid="u-1",container="web"} 1
            kube_pod_container_status_terminated{namespace="shop",pod="web-1",uid="u-1",container="web"} 0
            kube_pod_container_status_waiting{namespace="shop",pod="web-1",uid="u-1",container="web"} 0
            kube_pod_created{namespace="shop",pod="web-1",uid="u-1"} 1.5e+09
            kube_pod_info{namespace="shop",pod="web-1",uid="u-1",host_ip="10.0.0.1",pod_ip="10.1.0.7",node="pi",created_by_kind="Boss",created_by_name="boss",priority_class="high",host_network="false"} 1
            kube_pod_ips{namespace="shop",pod="web-1",uid="u-1",ip="10.1.0.7",ip_family="4"} 1
            kube_pod_ips{namespace="shop",pod="web-1",uid="u-1",ip="fd00::7",ip_family="6"} 1
            kube_pod_init_container_info{namespace="shop",pod="web-1",uid="u-1",container="init",image_spec="init:1",image="init:1",image_id="i",container_id="c",restart_policy="Always"} 1
            kube_pod_init_container_resource_limits{namespace="shop",pod="web-1",uid="u-1",container="init",node="pi",resource="cpu",unit="core"} 1
            kube_pod_init_container_resource_requests{namespace="shop",pod="web-1",uid="u-1",container="init",node="pi",resource="cpu",unit="core"} 0.01
            kube_pod_init_container_state_started{namespace="shop",pod="web-1",uid="u-1",container="init"} 1.500000001e+09
            kube_pod_init_container_status_last_terminated_reason{namespace="shop",pod="web-1",uid="u-1",container="init",reason="Error"} 1
            kube_pod_init_container_status_last_terminated_exitcode{namespace="shop",pod="web-1",uid="u-1",container="init"} 1
            kube_pod_init_container_status_last_terminated_timestamp{namespace="shop",pod="web-1",uid="u-1",container="init"} 1.500000001e+09
            kube_pod_init_container_status_ready{namespace="shop",pod="web-1",uid="u-1",container="init"} 1
            kube_pod_init_container_status_restarts_total{namespace="shop",pod="web-1",uid="u-1",container="init"} 1
            kube_pod_init_container_status_running{namespace="shop",pod="web-1",uid="u-1",container="init"} 0
            kube_pod_init_container_status_terminated{namespace="shop",pod="web-1",uid="u-1",container="init"} 1
            kube_pod_init_container_status_terminated_reason{namespace="shop",pod="web-1",uid="u-1",container="init",reason="Completed"} 1
            kube_pod_init_container_status_waiting{namespace="shop",pod="web-1",uid="u-1",container="init"} 0
            kube_pod_annotations{namespace="shop",pod="web-1",uid="u-1",annotation_team="a"} 1
            kube_pod_labels{namespace="shop",pod="web-1",uid="u-1",label_app="web"} 1
            kube_pod_overhead_cpu_cores{namespace="shop",pod="web-1",uid="u-1"} 0.25
            kube_pod_overhead_memory_bytes{namespace="shop",pod="web-1",uid="u-1"} 1.2582912e+08
            kube_pod_owner{namespace="shop",pod="web-1",uid="u-1",owner_kind="Boss",owner_name="boss",owner_is_controller="true"} 1
            kube_pod_resourceclaim_info{namespace="shop",pod="web-1",uid="u-1",claim_name="gpu",resourceclaim_name="shared",resourceclaim_template_name=""} 1
            kube_pod_restart_policy{namespace="shop",pod="web-1",uid="u-1",type="Always"} 1
            kube_pod_runtimeclass_name_info{namespace="shop",pod="web-1",uid="u-1",runtimeclass_name="gvisor"} 1
            kube_pod_spec_volumes_persistentvolumeclaims_info{namespace="shop",pod="web-1",uid="u-1",volume="data",persistentvolumeclaim="data-claim",ephemeral="false"} 1
            kube_pod_spec_volumes_persistentvolumeclaims_info{namespace="shop",pod="web-1",uid="u-1",volume="tmp",persistentvolumeclaim="web-1-tmp",ephemeral="true"} 1
            kube_pod_spec_volumes_persistentvolumeclaims_readonly{namespace="shop",pod="web-1",uid="u-1",volume="data",persistentvolumeclaim="data-claim",ephemeral="false"} 1
            kube_pod_spec_volumes_persistentvolumeclaims_readonly{namespace="shop",pod="web-1",uid="u-1",volume="tmp",persistentvolumeclaim="web-1-tmp",ephemeral="true"} 0
            kube_pod_start_time{namespace="shop",pod="web-1",uid="u-1"} 1.50000006e+09
            kube_pod_status_phase{namespace="shop",pod="web-1",uid="u-1",phase="Pending"} 0
            kube_pod_status_phase{namespace="shop",pod="web-1",uid="u-1",phase="Succeeded"} 0
            kube_pod_status_phase{namespace="shop",pod="web-1",uid="u-1",phase="Failed"} 0
            kube_pod_status_phase{namespace="shop",pod="web-1",uid="u-1",phase="Unknown"} 0
            kube_pod_status_phase{namespace="shop",pod="web-1",uid="u-1",phase="Running"} 1
            kube_pod_status_qos_class{namespace="shop",pod="web-1",uid="u-1",qos_class="BestEffort"} 0
            kube_pod_status_qos_class{namespace="shop",pod="web-1",uid="u-1",qos_class="Burstable"} 1
            kube_pod_status_qos_class{namespace="shop",pod="web-1",uid="u-1",qos_class="Guaranteed"} 0
            kube_pod_status_ready{namespace="shop",pod="web-1",uid="u-1",condition="true"} 1
            kube_pod_status_ready{namespace="shop",pod="web-1",uid="u-1",condition="false"} 0
            kube_pod_status_ready{namespace="shop",pod="web-1",uid="u-1",condition="unknown"} 0
            kube_pod_status_ready_time{namespace="shop",pod="web-1",uid="u-1"} 1.500000004e+09
            kube_pod_status_initialized_time{namespace="shop",pod="web-1",uid="u-1"} 1.500000002e+09
            kube_pod_status_container_ready_time{namespace="shop",pod="web-1",uid="u-1"} 1.500000003e+09
            kube_pod_status_scheduled{namespace="shop",pod="web-1",uid="u-1",condition="true"} 1
            kube_pod_status_scheduled{namespace="shop",pod="web-1",uid="u-1",condition="false"} 0
            kube_pod_status_scheduled{namespace="shop",pod="web-1",uid="u-1",condition="unknown"} 0
            kube_pod_status_scheduled_time{namespace="shop",pod="web-1",uid="u-1"} 1.500000001e+09
            kube_pod_tolerations{namespace="shop",pod="web-1",uid="u-1",key="a",operator="Exists",value="",effect="NoExecute",toleration_seconds="300"} 1
            kube_pod_nodeselectors{namespace="shop",pod="web-1",uid="u-1",nodeselector_disk="ssd"} 1
            kube_pod_service_account{namespace="shop",pod="web-1",uid="u-1",service_account="web"} 1
            kube_pod_scheduler{namespace="shop",pod="web-1",uid="u-1",name="default-scheduler"} 1
        "#]],
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
        expect![[r#"
            kube_pod_container_info{namespace="shop",pod="web-2",uid="u-1",container="web",image_spec="",image="",image_id="",container_id=""} 1
            kube_pod_container_status_last_terminated_reason{namespace="shop",pod="web-2",uid="u-1",container="web",reason="OOMKilled"} 1
            kube_pod_container_status_last_terminated_exitcode{namespace="shop",pod="web-2",uid="u-1",container="web"} 137
            kube_pod_container_status_last_terminated_timestamp{namespace="shop",pod="web-2",uid="u-1",container="web"} -6.21355968e+10
            kube_pod_container_status_ready{namespace="shop",pod="web-2",uid="u-1",container="web"} 0
            kube_pod_container_status_restarts_total{namespace="shop",pod="web-2",uid="u-1",container="web"} 0
            kube_pod_container_status_running{namespace="shop",pod="web-2",uid="u-1",container="web"} 0
            kube_pod_container_status_terminated{namespace="shop",pod="web-2",uid="u-1",container="web"} 0
            kube_pod_container_status_waiting{namespace="shop",pod="web-2",uid="u-1",container="web"} 1
            kube_pod_container_status_waiting_reason{namespace="shop",pod="web-2",uid="u-1",container="web",reason="ErrImagePull"} 1
            kube_pod_created{namespace="shop",pod="web-2",uid="u-1"} 1.5e+09
            kube_pod_deletion_timestamp{namespace="shop",pod="web-2",uid="u-1"} 1.8e+09
            kube_pod_info{namespace="shop",pod="web-2",uid="u-1",host_ip="",pod_ip="",node="",created_by_kind="",created_by_name="",priority_class="",host_network="true"} 1
            kube_pod_annotations{namespace="shop",pod="web-2",uid="u-1",annotation_team="a"} 1
            kube_pod_labels{namespace="shop",pod="web-2",uid="u-1",label_app="web"} 1
            kube_pod_owner{namespace="shop",pod="web-2",uid="u-1",owner_kind="",owner_name="",owner_is_controller=""} 1
            kube_pod_resourceclaim_info{namespace="shop",pod="web-2",uid="u-1",claim_name="gpu",resourceclaim_name="web-2-gpu",resourceclaim_template_name="t"} 1
            kube_pod_restart_policy{namespace="shop",pod="web-2",uid="u-1",type=""} 1
            kube_pod_status_phase{namespace="shop",pod="web-2",uid="u-1",phase="Pending"} 1
            kube_pod_status_phase{namespace="shop",pod="web-2",uid="u-1",phase="Succeeded"} 0
            kube_pod_status_phase{namespace="shop",pod="web-2",uid="u-1",phase="Failed"} 0
            kube_pod_status_phase{namespace="shop",pod="web-2",uid="u-1",phase="Unknown"} 0
            kube_pod_status_phase{namespace="shop",pod="web-2",uid="u-1",phase="Running"} 0
            kube_pod_status_ready{namespace="shop",pod="web-2",uid="u-1",condition="true"} 0
            kube_pod_status_ready{namespace="shop",pod="web-2",uid="u-1",condition="false"} 0
            kube_pod_status_ready{namespace="shop",pod="web-2",uid="u-1",condition="unknown"} 1
            kube_pod_status_reason{namespace="shop",pod="web-2",uid="u-1",reason="SchedulingGated"} 1
            kube_pod_status_reason{namespace="shop",pod="web-2",uid="u-1",reason="Other"} 1
            kube_pod_status_disruption_reason{namespace="shop",pod="web-2",uid="u-1",reason="Other"} 1
            kube_pod_status_scheduled{namespace="shop",pod="web-2",uid="u-1",condition="true"} 0
            kube_pod_status_scheduled{namespace="shop",pod="web-2",uid="u-1",condition="false"} 1
            kube_pod_status_scheduled{namespace="shop",pod="web-2",uid="u-1",condition="unknown"} 0
            kube_pod_status_unschedulable{namespace="shop",pod="web-2",uid="u-1"} 1
            kube_pod_status_unscheduled_time{namespace="shop",pod="web-2",uid="u-1"} -6.21355968e+10
            kube_pod_nodeselectors{namespace="shop",pod="web-2",uid="u-1"} 1
            kube_pod_service_account{namespace="shop",pod="web-2",uid="u-1",service_account=""} 1
            kube_pod_scheduler{namespace="shop",pod="web-2",uid="u-1",name=""} 1
        "#]],
    );
}

#[test]
fn deployment() {
    check(
        "deployments",
        r#"{"metadata":{"name":"web","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"ownerReferences":[{"kind":"Boss","name":"boss","controller":true}],"deletionTimestamp":"2027-01-15T08:00:00Z"},"spec":{"replicas":5,"paused":true,"strategy":{"rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}}},"status":{"observedGeneration":2,"replicas":6,"updatedReplicas":3,"readyReplicas":4,"availableReplicas":4,"unavailableReplicas":1,"terminatingReplicas":1,"conditions":[{"type":"Available","status":"True","reason":"MinimumReplicasAvailable"},{"type":"Progressing","status":"False","reason":"Strange"}]}}"#,
        expect![[r#"
            kube_deployment_owner{namespace="shop",deployment="web",owner_kind="Boss",owner_name="boss"} 1
            kube_deployment_created{namespace="shop",deployment="web"} 1.5e+09
            kube_deployment_status_replicas{namespace="shop",deployment="web"} 6
            kube_deployment_status_replicas_ready{namespace="shop",deployment="web"} 4
            kube_deployment_status_replicas_available{namespace="shop",deployment="web"} 4
            kube_deployment_status_replicas_unavailable{namespace="shop",deployment="web"} 1
            kube_deployment_status_replicas_updated{namespace="shop",deployment="web"} 3
            kube_deployment_status_terminating_replicas{namespace="shop",deployment="web"} 1
            kube_deployment_status_observed_generation{namespace="shop",deployment="web"} 2
            kube_deployment_status_condition{namespace="shop",deployment="web",reason="MinimumReplicasAvailable",condition="Available",status="true"} 1
            kube_deployment_status_condition{namespace="shop",deployment="web",reason="MinimumReplicasAvailable",condition="Available",status="false"} 0
            kube_deployment_status_condition{namespace="shop",deployment="web",reason="MinimumReplicasAvailable",condition="Available",status="unknown"} 0
            kube_deployment_status_condition{namespace="shop",deployment="web",reason="unknown",condition="Progressing",status="true"} 0
            kube_deployment_status_condition{namespace="shop",deployment="web",reason="unknown",condition="Progressing",status="false"} 1
            kube_deployment_status_condition{namespace="shop",deployment="web",reason="unknown",condition="Progressing",status="unknown"} 0
            kube_deployment_spec_replicas{namespace="shop",deployment="web"} 5
            kube_deployment_spec_paused{namespace="shop",deployment="web"} 1
            kube_deployment_spec_strategy_rollingupdate_max_unavailable{namespace="shop",deployment="web"} 1
            kube_deployment_spec_strategy_rollingupdate_max_surge{namespace="shop",deployment="web"} 2
            kube_deployment_metadata_generation{namespace="shop",deployment="web"} 3
            kube_deployment_deletion_timestamp{namespace="shop",deployment="web"} 1.8e+09
            kube_deployment_annotations{namespace="shop",deployment="web",annotation_team="a"} 1
            kube_deployment_labels{namespace="shop",deployment="web",label_app="web"} 1
        "#]],
    );
}

#[test]
fn replica_set() {
    check(
        "replicasets",
        r#"{"metadata":{"name":"web-1","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"ownerReferences":[{"kind":"Boss","name":"boss","controller":true}]},"spec":{"replicas":2},"status":{"replicas":2,"fullyLabeledReplicas":2,"readyReplicas":1,"terminatingReplicas":1,"observedGeneration":3}}"#,
        expect![[r#"
            kube_replicaset_created{namespace="shop",replicaset="web-1"} 1.5e+09
            kube_replicaset_status_replicas{namespace="shop",replicaset="web-1"} 2
            kube_replicaset_status_fully_labeled_replicas{namespace="shop",replicaset="web-1"} 2
            kube_replicaset_status_ready_replicas{namespace="shop",replicaset="web-1"} 1
            kube_replicaset_status_terminating_replicas{namespace="shop",replicaset="web-1"} 1
            kube_replicaset_status_observed_generation{namespace="shop",replicaset="web-1"} 3
            kube_replicaset_spec_replicas{namespace="shop",replicaset="web-1"} 2
            kube_replicaset_metadata_generation{namespace="shop",replicaset="web-1"} 3
            kube_replicaset_owner{namespace="shop",replicaset="web-1",owner_kind="Boss",owner_name="boss",owner_is_controller="true"} 1
            kube_replicaset_annotations{namespace="shop",replicaset="web-1",annotation_team="a"} 1
            kube_replicaset_labels{namespace="shop",replicaset="web-1",label_app="web"} 1
        "#]],
    );
}

#[test]
fn replication_controller() {
    check(
        "replicationcontrollers",
        r#"{"metadata":{"name":"old","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"ownerReferences":[{"kind":"Boss","name":"boss","controller":true}]},"spec":{"replicas":2},"status":{"replicas":2,"fullyLabeledReplicas":2,"readyReplicas":1,"availableReplicas":1,"observedGeneration":3}}"#,
        expect![[r#"
            kube_replicationcontroller_created{namespace="shop",replicationcontroller="old"} 1.5e+09
            kube_replicationcontroller_status_replicas{namespace="shop",replicationcontroller="old"} 2
            kube_replicationcontroller_status_fully_labeled_replicas{namespace="shop",replicationcontroller="old"} 2
            kube_replicationcontroller_status_ready_replicas{namespace="shop",replicationcontroller="old"} 1
            kube_replicationcontroller_status_available_replicas{namespace="shop",replicationcontroller="old"} 1
            kube_replicationcontroller_status_observed_generation{namespace="shop",replicationcontroller="old"} 3
            kube_replicationcontroller_spec_replicas{namespace="shop",replicationcontroller="old"} 2
            kube_replicationcontroller_metadata_generation{namespace="shop",replicationcontroller="old"} 3
            kube_replicationcontroller_owner{namespace="shop",replicationcontroller="old",owner_kind="Boss",owner_name="boss",owner_is_controller="true"} 1
        "#]],
    );
}

#[test]
fn daemon_set() {
    check(
        "daemonsets",
        r#"{"metadata":{"name":"agent","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"deletionTimestamp":"2027-01-15T08:00:00Z"},"status":{"currentNumberScheduled":1,"numberMisscheduled":2,"desiredNumberScheduled":3,"numberReady":4,"observedGeneration":5,"updatedNumberScheduled":6,"numberAvailable":7,"numberUnavailable":8}}"#,
        expect![[r#"
            kube_daemonset_created{namespace="shop",daemonset="agent"} 1.5e+09
            kube_daemonset_status_current_number_scheduled{namespace="shop",daemonset="agent"} 1
            kube_daemonset_status_desired_number_scheduled{namespace="shop",daemonset="agent"} 3
            kube_daemonset_status_number_available{namespace="shop",daemonset="agent"} 7
            kube_daemonset_status_number_misscheduled{namespace="shop",daemonset="agent"} 2
            kube_daemonset_status_number_ready{namespace="shop",daemonset="agent"} 4
            kube_daemonset_status_number_unavailable{namespace="shop",daemonset="agent"} 8
            kube_daemonset_status_observed_generation{namespace="shop",daemonset="agent"} 5
            kube_daemonset_status_updated_number_scheduled{namespace="shop",daemonset="agent"} 6
            kube_daemonset_metadata_generation{namespace="shop",daemonset="agent"} 3
            kube_daemonset_deletion_timestamp{namespace="shop",daemonset="agent"} 1.8e+09
            kube_daemonset_annotations{namespace="shop",daemonset="agent",annotation_team="a"} 1
            kube_daemonset_labels{namespace="shop",daemonset="agent",label_app="web"} 1
        "#]],
    );
}

#[test]
fn stateful_set() {
    check(
        "statefulsets",
        r#"{"metadata":{"name":"db","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"deletionTimestamp":"2027-01-15T08:00:00Z"},"spec":{"replicas":3,"ordinals":{"start":1},"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"Retain","whenScaled":"Delete"}},"status":{"observedGeneration":1,"replicas":2,"readyReplicas":3,"currentReplicas":4,"updatedReplicas":5,"currentRevision":"r1","updateRevision":"r2","availableReplicas":6}}"#,
        expect![[r#"
            kube_statefulset_created{namespace="shop",statefulset="db"} 1.5e+09
            kube_statefulset_status_replicas{namespace="shop",statefulset="db"} 2
            kube_statefulset_status_replicas_available{namespace="shop",statefulset="db"} 6
            kube_statefulset_status_replicas_current{namespace="shop",statefulset="db"} 4
            kube_statefulset_status_replicas_ready{namespace="shop",statefulset="db"} 3
            kube_statefulset_status_replicas_updated{namespace="shop",statefulset="db"} 5
            kube_statefulset_status_observed_generation{namespace="shop",statefulset="db"} 1
            kube_statefulset_replicas{namespace="shop",statefulset="db"} 3
            kube_statefulset_ordinals_start{namespace="shop",statefulset="db"} 1
            kube_statefulset_metadata_generation{namespace="shop",statefulset="db"} 3
            kube_statefulset_persistentvolumeclaim_retention_policy{namespace="shop",statefulset="db",when_deleted="Retain",when_scaled="Delete"} 1
            kube_statefulset_annotations{namespace="shop",statefulset="db",annotation_team="a"} 1
            kube_statefulset_labels{namespace="shop",statefulset="db",label_app="web"} 1
            kube_statefulset_status_current_revision{namespace="shop",statefulset="db",revision="r1"} 1
            kube_statefulset_status_update_revision{namespace="shop",statefulset="db",revision="r2"} 1
            kube_statefulset_deletion_timestamp{namespace="shop",statefulset="db"} 1.8e+09
        "#]],
    );
}

#[test]
fn a_job_that_failed() {
    check(
        "jobs",
        r#"{"metadata":{"name":"backup","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"ownerReferences":[{"kind":"Boss","name":"boss","controller":true}]},"spec":{"parallelism":1,"completions":2,"activeDeadlineSeconds":900},"status":{"active":1,"succeeded":2,"failed":3,"ready":1,"startTime":"2017-07-14T02:40:00Z","completionTime":"2017-07-14T02:41:00Z","conditions":[{"type":"Failed","status":"True","reason":"PodFailurePolicy"},{"type":"Complete","status":"False"},{"type":"Suspended","status":"False"}]}}"#,
        expect![[r#"
            kube_job_annotations{namespace="shop",job_name="backup",annotation_team="a"} 1
            kube_job_labels{namespace="shop",job_name="backup",label_app="web"} 1
            kube_job_info{namespace="shop",job_name="backup"} 1
            kube_job_created{namespace="shop",job_name="backup"} 1.5e+09
            kube_job_spec_parallelism{namespace="shop",job_name="backup"} 1
            kube_job_spec_completions{namespace="shop",job_name="backup"} 2
            kube_job_spec_active_deadline_seconds{namespace="shop",job_name="backup"} 900
            kube_job_status_succeeded{namespace="shop",job_name="backup"} 2
            kube_job_status_failed{namespace="shop",job_name="backup",reason="BackoffLimitExceeded"} 0
            kube_job_status_failed{namespace="shop",job_name="backup",reason="DeadlineExceeded"} 0
            kube_job_status_failed{namespace="shop",job_name="backup",reason="Evicted"} 0
            kube_job_status_failed{namespace="shop",job_name="backup",reason=""} 3
            kube_job_status_active{namespace="shop",job_name="backup"} 1
            kube_job_status_ready{namespace="shop",job_name="backup"} 1
            kube_job_complete{namespace="shop",job_name="backup",condition="true"} 0
            kube_job_complete{namespace="shop",job_name="backup",condition="false"} 1
            kube_job_complete{namespace="shop",job_name="backup",condition="unknown"} 0
            kube_job_failed{namespace="shop",job_name="backup",condition="true"} 1
            kube_job_failed{namespace="shop",job_name="backup",condition="false"} 0
            kube_job_failed{namespace="shop",job_name="backup",condition="unknown"} 0
            kube_job_status_start_time{namespace="shop",job_name="backup"} 1.5e+09
            kube_job_status_completion_time{namespace="shop",job_name="backup"} 1.50000006e+09
            kube_job_status_suspended{namespace="shop",job_name="backup"} 0
            kube_job_owner{namespace="shop",job_name="backup",owner_kind="Boss",owner_name="boss",owner_is_controller="true"} 1
        "#]],
    );
}

#[test]
fn cron_job() {
    check(
        "cronjobs",
        r#"{"metadata":{"name":"backup","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"schedule":"30 2 * * *","timeZone":"Europe/Berlin","concurrencyPolicy":"Forbid","suspend":false,"startingDeadlineSeconds":60,"successfulJobsHistoryLimit":3,"failedJobsHistoryLimit":1},"status":{"active":[{"name":"a"},{"name":"b"}],"lastScheduleTime":"2017-07-14T00:30:00Z","lastSuccessfulTime":"2017-07-14T00:31:00Z"}}"#,
        expect![[r#"
            kube_cronjob_annotations{namespace="shop",cronjob="backup",annotation_team="a"} 1
            kube_cronjob_labels{namespace="shop",cronjob="backup",label_app="web"} 1
            kube_cronjob_info{namespace="shop",cronjob="backup",schedule="30 2 * * *",concurrency_policy="Forbid",timezone="Europe/Berlin"} 1
            kube_cronjob_created{namespace="shop",cronjob="backup"} 1.5e+09
            kube_cronjob_status_active{namespace="shop",cronjob="backup"} 2
            kube_cronjob_status_last_schedule_time{namespace="shop",cronjob="backup"} 1.4999922e+09
            kube_cronjob_status_last_successful_time{namespace="shop",cronjob="backup"} 1.49999226e+09
            kube_cronjob_spec_suspend{namespace="shop",cronjob="backup"} 0
            kube_cronjob_spec_starting_deadline_seconds{namespace="shop",cronjob="backup"} 60
            kube_cronjob_next_schedule_time{namespace="shop",cronjob="backup"} 1.5000786e+09
            kube_cronjob_metadata_resource_version{namespace="shop",cronjob="backup"} 42
            kube_cronjob_spec_successful_job_history_limit{namespace="shop",cronjob="backup"} 3
            kube_cronjob_spec_failed_job_history_limit{namespace="shop",cronjob="backup"} 1
        "#]],
    );
}

#[test]
fn a_cron_job_that_never_runs() {
    check(
        "cronjobs",
        r#"{"metadata":{"name":"never","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"schedule":"0 0 30 2 *"}}"#,
        expect![[r#"
            kube_cronjob_annotations{namespace="shop",cronjob="never",annotation_team="a"} 1
            kube_cronjob_labels{namespace="shop",cronjob="never",label_app="web"} 1
            kube_cronjob_info{namespace="shop",cronjob="never",schedule="0 0 30 2 *",concurrency_policy="",timezone="local"} 1
            kube_cronjob_created{namespace="shop",cronjob="never"} 1.5e+09
            kube_cronjob_status_active{namespace="shop",cronjob="never"} 0
            kube_cronjob_spec_suspend{namespace="shop",cronjob="never"} 0
            kube_cronjob_next_schedule_time{namespace="shop",cronjob="never"} -6.21355968e+10
            kube_cronjob_metadata_resource_version{namespace="shop",cronjob="never"} 42
        "#]],
    );
}

#[test]
fn a_cron_job_that_is_not_understood() {
    check(
        "cronjobs",
        r#"{"metadata":{"name":"odd","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"schedule":"every day"}}"#,
        expect![[r#"
            kube_cronjob_annotations{namespace="shop",cronjob="odd",annotation_team="a"} 1
            kube_cronjob_labels{namespace="shop",cronjob="odd",label_app="web"} 1
            kube_cronjob_info{namespace="shop",cronjob="odd",schedule="every day",concurrency_policy="",timezone="local"} 1
            kube_cronjob_created{namespace="shop",cronjob="odd"} 1.5e+09
            kube_cronjob_status_active{namespace="shop",cronjob="odd"} 0
            kube_cronjob_spec_suspend{namespace="shop",cronjob="odd"} 0
            kube_cronjob_schedule_invalid{namespace="shop",cronjob="odd"} 1
            kube_cronjob_metadata_resource_version{namespace="shop",cronjob="odd"} 42
        "#]],
    );
}

#[test]
fn autoscaler() {
    check(
        "horizontalpodautoscalers",
        r#"{"metadata":{"name":"web","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"deletionTimestamp":"2027-01-15T08:00:00Z"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web","apiVersion":"apps/v1"},"maxReplicas":4,"behavior":{"scaleUp":{"tolerance":"50m"},"scaleDown":{"tolerance":"0.25"}},"metrics":[{"type":"Object","object":{"describedObject":{"kind":"K","name":"n"},"metric":{"name":"hits"},"target":{"type":"Value","value":"10k"}}},{"type":"Pods","pods":{"metric":{"name":"queue"},"target":{"averageValue":"30"}}},{"type":"Resource","resource":{"name":"cpu","target":{"averageUtilization":80}}},{"type":"ContainerResource","containerResource":{"name":"cpu","container":"web","target":{"averageUtilization":70}}},{"type":"External","external":{"metric":{"name":"mails"},"target":{"value":"1","averageValue":"500m"}}},{"type":"Strange"}]},"status":{"currentReplicas":1,"desiredReplicas":2,"currentMetrics":[{"type":"Object","object":{"metric":{"name":"hits"},"current":{"value":"7"}}},{"type":"Resource","resource":{"name":"cpu","current":{"averageUtilization":90,"averageValue":"450m"}}},{"type":""}],"conditions":[{"type":"AbleToScale","status":"True"}]}}"#,
        expect![[r#"
            kube_horizontalpodautoscaler_info{namespace="shop",horizontalpodautoscaler="web",scaletargetref_api_version="apps/v1",scaletargetref_kind="Deployment",scaletargetref_name="web"} 1
            kube_horizontalpodautoscaler_metadata_generation{namespace="shop",horizontalpodautoscaler="web"} 3
            kube_horizontalpodautoscaler_spec_max_replicas{namespace="shop",horizontalpodautoscaler="web"} 4
            kube_horizontalpodautoscaler_spec_min_replicas{namespace="shop",horizontalpodautoscaler="web"} 1
            kube_horizontalpodautoscaler_spec_target_metric{namespace="shop",horizontalpodautoscaler="web",metric_name="hits",metric_target_type="value",container=""} 10000
            kube_horizontalpodautoscaler_spec_target_metric{namespace="shop",horizontalpodautoscaler="web",metric_name="queue",metric_target_type="average",container=""} 30
            kube_horizontalpodautoscaler_spec_target_metric{namespace="shop",horizontalpodautoscaler="web",metric_name="cpu",metric_target_type="utilization",container=""} 80
            kube_horizontalpodautoscaler_spec_target_metric{namespace="shop",horizontalpodautoscaler="web",metric_name="cpu",metric_target_type="utilization",container="web"} 70
            kube_horizontalpodautoscaler_spec_target_metric{namespace="shop",horizontalpodautoscaler="web",metric_name="mails",metric_target_type="value",container=""} 1
            kube_horizontalpodautoscaler_spec_target_metric{namespace="shop",horizontalpodautoscaler="web",metric_name="mails",metric_target_type="average",container=""} 0.5
            kube_horizontalpodautoscaler_spec_behavior_scale_down_tolerance{namespace="shop",horizontalpodautoscaler="web"} 0.25
            kube_horizontalpodautoscaler_spec_behavior_scale_up_tolerance{namespace="shop",horizontalpodautoscaler="web"} 0.05
            kube_horizontalpodautoscaler_status_target_metric{namespace="shop",horizontalpodautoscaler="web",metric_name="hits",metric_target_type="value",container=""} 7
            kube_horizontalpodautoscaler_status_target_metric{namespace="shop",horizontalpodautoscaler="web",metric_name="cpu",metric_target_type="average",container=""} 0.45
            kube_horizontalpodautoscaler_status_target_metric{namespace="shop",horizontalpodautoscaler="web",metric_name="cpu",metric_target_type="utilization",container=""} 90
            kube_horizontalpodautoscaler_status_current_replicas{namespace="shop",horizontalpodautoscaler="web"} 1
            kube_horizontalpodautoscaler_status_desired_replicas{namespace="shop",horizontalpodautoscaler="web"} 2
            kube_horizontalpodautoscaler_annotations{namespace="shop",horizontalpodautoscaler="web",annotation_team="a"} 1
            kube_horizontalpodautoscaler_labels{namespace="shop",horizontalpodautoscaler="web",label_app="web"} 1
            kube_horizontalpodautoscaler_status_condition{namespace="shop",horizontalpodautoscaler="web",condition="AbleToScale",status="true"} 1
            kube_horizontalpodautoscaler_status_condition{namespace="shop",horizontalpodautoscaler="web",condition="AbleToScale",status="false"} 0
            kube_horizontalpodautoscaler_status_condition{namespace="shop",horizontalpodautoscaler="web",condition="AbleToScale",status="unknown"} 0
            kube_horizontalpodautoscaler_created{namespace="shop",horizontalpodautoscaler="web"} 1.5e+09
            kube_horizontalpodautoscaler_deletion_timestamp{namespace="shop",horizontalpodautoscaler="web"} 1.8e+09
        "#]],
    );
}

#[test]
fn disruption_budget() {
    check(
        "poddisruptionbudgets",
        r#"{"metadata":{"name":"web","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"deletionTimestamp":"2027-01-15T08:00:00Z"},"status":{"observedGeneration":1,"disruptionsAllowed":2,"currentHealthy":3,"desiredHealthy":4,"expectedPods":5}}"#,
        expect![[r#"
            kube_poddisruptionbudget_annotations{namespace="shop",poddisruptionbudget="web",annotation_team="a"} 1
            kube_poddisruptionbudget_labels{namespace="shop",poddisruptionbudget="web",label_app="web"} 1
            kube_poddisruptionbudget_created{namespace="shop",poddisruptionbudget="web"} 1.5e+09
            kube_poddisruptionbudget_status_current_healthy{namespace="shop",poddisruptionbudget="web"} 3
            kube_poddisruptionbudget_status_desired_healthy{namespace="shop",poddisruptionbudget="web"} 4
            kube_poddisruptionbudget_status_pod_disruptions_allowed{namespace="shop",poddisruptionbudget="web"} 2
            kube_poddisruptionbudget_status_expected_pods{namespace="shop",poddisruptionbudget="web"} 5
            kube_poddisruptionbudget_status_observed_generation{namespace="shop",poddisruptionbudget="web"} 1
            kube_poddisruptionbudget_deletion_timestamp{namespace="shop",poddisruptionbudget="web"} 1.8e+09
        "#]],
    );
}
