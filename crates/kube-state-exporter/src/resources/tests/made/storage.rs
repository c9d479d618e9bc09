//! Storage.

use expect_test::expect;

use super::check;

#[test]
fn claim() {
    check(
        "persistentvolumeclaims",
        r#"{"metadata":{"name":"data","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"deletionTimestamp":"2027-01-15T08:00:00Z"},"spec":{"accessModes":["ReadWriteOnce","ReadOnlyMany"],"resources":{"requests":{"storage":"1Gi"}},"volumeName":"pv","storageClassName":"local-path","volumeMode":"Filesystem"},"status":{"phase":"Bound","conditions":[{"type":"Resizing","status":"True"}]}}"#,
        expect![[r#"
            kube_persistentvolumeclaim_labels{namespace="shop",persistentvolumeclaim="data",label_app="web"} 1
            kube_persistentvolumeclaim_annotations{namespace="shop",persistentvolumeclaim="data",annotation_team="a"} 1
            kube_persistentvolumeclaim_info{namespace="shop",persistentvolumeclaim="data",storageclass="local-path",volumename="pv",volumemode="Filesystem"} 1
            kube_persistentvolumeclaim_status_phase{namespace="shop",persistentvolumeclaim="data",phase="Lost"} 0
            kube_persistentvolumeclaim_status_phase{namespace="shop",persistentvolumeclaim="data",phase="Bound"} 1
            kube_persistentvolumeclaim_status_phase{namespace="shop",persistentvolumeclaim="data",phase="Pending"} 0
            kube_persistentvolumeclaim_resource_requests_storage_bytes{namespace="shop",persistentvolumeclaim="data"} 1.073741824e+09
            kube_persistentvolumeclaim_access_mode{namespace="shop",persistentvolumeclaim="data",access_mode="ReadWriteOnce"} 1
            kube_persistentvolumeclaim_access_mode{namespace="shop",persistentvolumeclaim="data",access_mode="ReadOnlyMany"} 1
            kube_persistentvolumeclaim_status_condition{namespace="shop",persistentvolumeclaim="data",condition="Resizing",status="true"} 1
            kube_persistentvolumeclaim_status_condition{namespace="shop",persistentvolumeclaim="data",condition="Resizing",status="false"} 0
            kube_persistentvolumeclaim_status_condition{namespace="shop",persistentvolumeclaim="data",condition="Resizing",status="unknown"} 0
            kube_persistentvolumeclaim_created{namespace="shop",persistentvolumeclaim="data"} 1.5e+09
            kube_persistentvolumeclaim_deletion_timestamp{namespace="shop",persistentvolumeclaim="data"} 1.8e+09
        "#]],
    );
}

#[test]
fn a_claim_with_its_class_in_an_annotation() {
    check(
        "persistentvolumeclaims",
        r#"{"metadata":{"name":"c","annotations":{"volume.beta.kubernetes.io/storage-class":"old"}},"spec":{}}"#,
        expect![[r#"
            kube_persistentvolumeclaim_labels{namespace="",persistentvolumeclaim="c"} 1
            kube_persistentvolumeclaim_annotations{namespace="",persistentvolumeclaim="c"} 1
            kube_persistentvolumeclaim_info{namespace="",persistentvolumeclaim="c",storageclass="old",volumename="",volumemode=""} 1
        "#]],
    );
}

#[test]
fn volume() {
    check(
        "persistentvolumes",
        r#"{"metadata":{"name":"pv","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"deletionTimestamp":"2027-01-15T08:00:00Z"},"spec":{"capacity":{"storage":"5Gi"},"accessModes":["ReadWriteOnce"],"claimRef":{"namespace":"shop","name":"data"},"persistentVolumeReclaimPolicy":"Delete","storageClassName":"local-path","volumeMode":"Block","csi":{"driver":"d","volumeHandle":"h","volumeAttributes":{"mounter":"rbd","mapOptions":"o"}}},"status":{"phase":"Bound"}}"#,
        expect![[r#"
            kube_persistentvolume_claim_ref{persistentvolume="pv",name="data",claim_namespace="shop"} 1
            kube_persistentvolume_annotations{persistentvolume="pv",annotation_team="a"} 1
            kube_persistentvolume_labels{persistentvolume="pv",label_app="web"} 1
            kube_persistentvolume_status_phase{persistentvolume="pv",phase="Pending"} 0
            kube_persistentvolume_status_phase{persistentvolume="pv",phase="Available"} 0
            kube_persistentvolume_status_phase{persistentvolume="pv",phase="Bound"} 1
            kube_persistentvolume_status_phase{persistentvolume="pv",phase="Released"} 0
            kube_persistentvolume_status_phase{persistentvolume="pv",phase="Failed"} 0
            kube_persistentvolume_info{persistentvolume="pv",storageclass="local-path",gce_persistent_disk_name="",ebs_volume_id="",azure_disk_name="",fc_wwids="",fc_lun="",fc_target_wwns="",iscsi_target_portal="",iscsi_iqn="",iscsi_lun="",iscsi_initiator_name="",nfs_server="",nfs_path="",csi_driver="d",csi_volume_handle="h",local_path="",local_fs="",host_path="",host_path_type="",reclaim_policy="Delete"} 1
            kube_persistentvolume_capacity_bytes{persistentvolume="pv"} 5.36870912e+09
            kube_persistentvolume_created{persistentvolume="pv"} 1.5e+09
            kube_persistentvolume_deletion_timestamp{persistentvolume="pv"} 1.8e+09
            kube_persistentvolume_csi_attributes{persistentvolume="pv",csi_mounter="rbd",csi_map_options="o"} 1
            kube_persistentvolume_volume_mode{persistentvolume="pv",volumemode="Block"} 1
            kube_persistentvolume_access_mode{persistentvolume="pv",access_mode="ReadWriteOnce"} 1
        "#]],
    );
}

#[test]
fn volumes_elsewhere() {
    check(
        "persistentvolumes",
        r#"{"metadata":{"name":"pv"},"spec":{"gcePersistentDisk":{"pdName":"gce"},"awsElasticBlockStore":{"volumeID":"aws"},"azureDisk":{"diskName":"azure"},"fc":{"targetWWNs":["a","b"],"lun":1,"wwids":["c","d"]},"iscsi":{"targetPortal":"p","iqn":"i","lun":2,"initiatorName":"n"},"nfs":{"server":"s","path":"/n"},"local":{"path":"/l","fsType":"ext4"},"hostPath":{"path":"/h","type":"Directory"}}}"#,
        expect![[r#"
            kube_persistentvolume_annotations{persistentvolume="pv"} 1
            kube_persistentvolume_labels{persistentvolume="pv"} 1
            kube_persistentvolume_info{persistentvolume="pv",storageclass="",gce_persistent_disk_name="gce",ebs_volume_id="aws",azure_disk_name="azure",fc_wwids="c,d",fc_lun="1",fc_target_wwns="a,b",iscsi_target_portal="p",iscsi_iqn="i",iscsi_lun="2",iscsi_initiator_name="n",nfs_server="s",nfs_path="/n",csi_driver="",csi_volume_handle="",local_path="/l",local_fs="ext4",host_path="/h",host_path_type="Directory",reclaim_policy=""} 1
            kube_persistentvolume_capacity_bytes{persistentvolume="pv"} 0
            kube_persistentvolume_volume_mode{persistentvolume="pv",volumemode="Filesystem"} 1
        "#]],
    );
}

#[test]
fn class() {
    check(
        "storageclasses",
        r#"{"metadata":{"name":"local-path","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"provisioner":"rancher.io/local-path","reclaimPolicy":"Retain","volumeBindingMode":"WaitForFirstConsumer"}"#,
        expect![[r#"
            kube_storageclass_info{storageclass="local-path",provisioner="rancher.io/local-path",reclaim_policy="Retain",volume_binding_mode="WaitForFirstConsumer"} 1
            kube_storageclass_created{storageclass="local-path"} 1.5e+09
            kube_storageclass_annotations{storageclass="local-path",annotation_team="a"} 1
            kube_storageclass_labels{storageclass="local-path",label_app="web"} 1
        "#]],
    );
}

#[test]
fn attachment() {
    check(
        "volumeattachments",
        r#"{"metadata":{"name":"csi-1","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"attacher":"d","source":{"persistentVolumeName":"pv"},"nodeName":"pi"},"status":{"attached":true,"attachmentMetadata":{"devicePath":"/dev/sda","device-path":"x"}}}"#,
        expect![[r#"
            kube_volumeattachment_labels{volumeattachment="csi-1",label_app="web",label_x="y"} 1
            kube_volumeattachment_info{volumeattachment="csi-1",attacher="d",node="pi"} 1
            kube_volumeattachment_created{volumeattachment="csi-1"} 1.5e+09
            kube_volumeattachment_spec_source_persistentvolume{volumeattachment="csi-1",volumename="pv"} 1
            kube_volumeattachment_status_attached{volumeattachment="csi-1"} 1
            kube_volumeattachment_status_attachment_metadata{volumeattachment="csi-1",metadata_device_path_conflict1="x",metadata_device_path_conflict2="/dev/sda"} 1
        "#]],
    );
}
