//! Storage.

use expect_test::expect;

use super::check;

#[test]
fn claim() {
    check(
        "persistentvolumeclaims",
        r#"{"metadata":{"name":"data","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"deletionTimestamp":"2027-01-15T08:00:00Z"},"spec":{"accessModes":["ReadWriteOnce","ReadOnlyMany"],"resources":{"requests":{"storage":"1Gi"}},"volumeName":"pv","storageClassName":"local-path","volumeMode":"Filesystem"},"status":{"phase":"Bound","conditions":[{"type":"Resizing","status":"True"}]}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn a_claim_with_its_class_in_an_annotation() {
    check(
        "persistentvolumeclaims",
        r#"{"metadata":{"name":"c","annotations":{"volume.beta.kubernetes.io/storage-class":"old"}},"spec":{}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn volume() {
    check(
        "persistentvolumes",
        r#"{"metadata":{"name":"pv","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"deletionTimestamp":"2027-01-15T08:00:00Z"},"spec":{"capacity":{"storage":"5Gi"},"accessModes":["ReadWriteOnce"],"claimRef":{"namespace":"shop","name":"data"},"persistentVolumeReclaimPolicy":"Delete","storageClassName":"local-path","volumeMode":"Block","csi":{"driver":"d","volumeHandle":"h","volumeAttributes":{"mounter":"rbd","mapOptions":"o"}}},"status":{"phase":"Bound"}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn volumes_elsewhere() {
    check(
        "persistentvolumes",
        r#"{"metadata":{"name":"pv"},"spec":{"gcePersistentDisk":{"pdName":"gce"},"awsElasticBlockStore":{"volumeID":"aws"},"azureDisk":{"diskName":"azure"},"fc":{"targetWWNs":["a","b"],"lun":1,"wwids":["c","d"]},"iscsi":{"targetPortal":"p","iqn":"i","lun":2,"initiatorName":"n"},"nfs":{"server":"s","path":"/n"},"local":{"path":"/l","fsType":"ext4"},"hostPath":{"path":"/h","type":"Directory"}}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn class() {
    check(
        "storageclasses",
        r#"{"metadata":{"name":"local-path","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"provisioner":"rancher.io/local-path","reclaimPolicy":"Retain","volumeBindingMode":"WaitForFirstConsumer"}"#,
        expect![[r#""#]],
    );
}

#[test]
fn attachment() {
    check(
        "volumeattachments",
        r#"{"metadata":{"name":"csi-1","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"attacher":"d","source":{"persistentVolumeName":"pv"},"nodeName":"pi"},"status":{"attached":true,"attachmentMetadata":{"devicePath":"/dev/sda","device-path":"x"}}}"#,
        expect![[r#""#]],
    );
}
