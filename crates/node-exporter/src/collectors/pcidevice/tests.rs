use std::os::unix::fs::symlink;
use std::path::Path;

use expect_test::{Expect, expect};

use super::*;
use crate::tree::{collected_below, samples};

const BRIDGE: &str = "pci0000:00/0000:00:02.1";
const DISK: &str = "pci0000:00/0000:00:02.1/0000:01:00.0";

/// Makes a device with its attributes and the link to it.
fn device(root: &Path, place: &str, attributes: &[(&str, &str)]) {
    let directory = root.join("sys/devices").join(place);
    std::fs::create_dir_all(&directory).unwrap();
    for (name, content) in attributes {
        std::fs::write(directory.join(name), content).unwrap();
    }
    let links = root.join("sys/bus/pci/devices");
    std::fs::create_dir_all(&links).unwrap();
    let name = place.rsplit('/').next().unwrap();
    symlink(format!("../../../devices/{place}"), links.join(name)).unwrap();
}

const IDENTITY: [(&str, &str); 6] = [
    ("class", "0x010802\n"),
    ("vendor", "0xc0a9\n"),
    ("device", "0x540a\n"),
    ("subsystem_vendor", "0xc0a9\n"),
    ("subsystem_device", "0x5021\n"),
    ("revision", "0x01\n"),
];

#[track_caller]
fn check(flags: &[&str], make: fn(&Path), expect: Expect) {
    let root = tempfile::tempdir().unwrap();
    make(root.path());
    expect.assert_eq(&collected_below(root.path(), collect, flags));
}

fn disk(root: &Path) {
    device(root, DISK, &IDENTITY);
    let more = [
        ("max_link_speed", "16.0 GT/s PCIe\n"),
        ("current_link_speed", "8 GT/s\n"),
        ("max_link_width", "4\n"),
        ("current_link_width", "2\n"),
        ("numa_node", "1\n"),
        ("power_state", "D3hot\n"),
        ("sriov_numvfs", "4\n"),
        ("d3cold_allowed", "1\n"),
    ];
    for (name, content) in more {
        std::fs::write(root.join("sys/devices").join(DISK).join(name), content).unwrap();
    }
}

fn bridge(root: &Path) {
    device(root, BRIDGE, &IDENTITY);
    let directory = root.join("sys/devices").join(BRIDGE);
    std::fs::write(directory.join("numa_node"), "-1\n").unwrap();
    std::fs::write(directory.join("max_link_speed"), "Unknown\n").unwrap();
    std::fs::write(directory.join("max_link_width"), "wide\n").unwrap();
}

#[test]
fn a_disk_behind_a_bridge() {
    check(
        &[],
        disk,
        expect![[r##"
        # HELP node_pcidevice_current_link_transfers_per_second Transfers per second that the device makes, -1 where it does not say.
        # TYPE node_pcidevice_current_link_transfers_per_second gauge
        node_pcidevice_current_link_transfers_per_second{bus="01",device="00",function="0",segment="0000"} 8e+09
        # HELP node_pcidevice_current_link_width Lanes that the device uses, -1 where it does not say.
        # TYPE node_pcidevice_current_link_width gauge
        node_pcidevice_current_link_width{bus="01",device="00",function="0",segment="0000"} 2
        # HELP node_pcidevice_d3cold_allowed 1 where the device may be switched off as far as D3cold.
        # TYPE node_pcidevice_d3cold_allowed gauge
        node_pcidevice_d3cold_allowed{bus="01",device="00",function="0",segment="0000"} 1
        # HELP node_pcidevice_info What a PCI device is and where it stands; always 1.
        # TYPE node_pcidevice_info gauge
        node_pcidevice_info{bus="01",class_id="0x010802",device="00",device_id="0x540a",function="0",parent_bus="00",parent_device="02",parent_function="1",parent_segment="0000",revision="0x01",segment="0000",subsystem_device_id="0x5021",subsystem_vendor_id="0xc0a9",vendor_id="0xc0a9"} 1
        # HELP node_pcidevice_max_link_transfers_per_second Transfers per second that the device can make, -1 where it does not say.
        # TYPE node_pcidevice_max_link_transfers_per_second gauge
        node_pcidevice_max_link_transfers_per_second{bus="01",device="00",function="0",segment="0000"} 1.6e+10
        # HELP node_pcidevice_max_link_width Lanes that the device can use, -1 where it does not say.
        # TYPE node_pcidevice_max_link_width gauge
        node_pcidevice_max_link_width{bus="01",device="00",function="0",segment="0000"} 4
        # HELP node_pcidevice_numa_node Memory node that the device is near to.
        # TYPE node_pcidevice_numa_node gauge
        node_pcidevice_numa_node{bus="01",device="00",function="0",segment="0000"} 1
        # HELP node_pcidevice_power_state 1 for the power state that the device is in, 0 for the others.
        # TYPE node_pcidevice_power_state gauge
        node_pcidevice_power_state{bus="01",device="00",function="0",segment="0000",state="D0"} 0
        node_pcidevice_power_state{bus="01",device="00",function="0",segment="0000",state="D1"} 0
        node_pcidevice_power_state{bus="01",device="00",function="0",segment="0000",state="D2"} 0
        node_pcidevice_power_state{bus="01",device="00",function="0",segment="0000",state="D3cold"} 0
        node_pcidevice_power_state{bus="01",device="00",function="0",segment="0000",state="D3hot"} 1
        node_pcidevice_power_state{bus="01",device="00",function="0",segment="0000",state="error"} 0
        node_pcidevice_power_state{bus="01",device="00",function="0",segment="0000",state="unknown"} 0
        # HELP node_pcidevice_sriov_drivers_autoprobe 1 where new virtual functions of the device get a driver.
        # TYPE node_pcidevice_sriov_drivers_autoprobe gauge
        node_pcidevice_sriov_drivers_autoprobe{bus="01",device="00",function="0",segment="0000"} 0
        # HELP node_pcidevice_sriov_numvfs Virtual functions of the device that are on.
        # TYPE node_pcidevice_sriov_numvfs gauge
        node_pcidevice_sriov_numvfs{bus="01",device="00",function="0",segment="0000"} 4
        # HELP node_pcidevice_sriov_totalvfs Virtual functions that the device can have.
        # TYPE node_pcidevice_sriov_totalvfs gauge
        node_pcidevice_sriov_totalvfs{bus="01",device="00",function="0",segment="0000"} 0
        # HELP node_pcidevice_sriov_vf_total_msix Interrupt vectors for virtual functions of the device.
        # TYPE node_pcidevice_sriov_vf_total_msix gauge
        node_pcidevice_sriov_vf_total_msix{bus="01",device="00",function="0",segment="0000"} 0
    "##]],
    );
}

#[test]
fn a_device_that_says_little() {
    check(
        &[],
        bridge,
        expect![[r##"
        # HELP node_pcidevice_current_link_transfers_per_second Transfers per second that the device makes, -1 where it does not say.
        # TYPE node_pcidevice_current_link_transfers_per_second gauge
        node_pcidevice_current_link_transfers_per_second{bus="00",device="02",function="1",segment="0000"} -1
        # HELP node_pcidevice_current_link_width Lanes that the device uses, -1 where it does not say.
        # TYPE node_pcidevice_current_link_width gauge
        node_pcidevice_current_link_width{bus="00",device="02",function="1",segment="0000"} -1
        # HELP node_pcidevice_d3cold_allowed 1 where the device may be switched off as far as D3cold.
        # TYPE node_pcidevice_d3cold_allowed gauge
        node_pcidevice_d3cold_allowed{bus="00",device="02",function="1",segment="0000"} 0
        # HELP node_pcidevice_info What a PCI device is and where it stands; always 1.
        # TYPE node_pcidevice_info gauge
        node_pcidevice_info{bus="00",class_id="0x010802",device="02",device_id="0x540a",function="1",parent_bus="*",parent_device="*",parent_function="*",parent_segment="*",revision="0x01",segment="0000",subsystem_device_id="0x5021",subsystem_vendor_id="0xc0a9",vendor_id="0xc0a9"} 1
        # HELP node_pcidevice_max_link_transfers_per_second Transfers per second that the device can make, -1 where it does not say.
        # TYPE node_pcidevice_max_link_transfers_per_second gauge
        node_pcidevice_max_link_transfers_per_second{bus="00",device="02",function="1",segment="0000"} -1
        # HELP node_pcidevice_max_link_width Lanes that the device can use, -1 where it does not say.
        # TYPE node_pcidevice_max_link_width gauge
        node_pcidevice_max_link_width{bus="00",device="02",function="1",segment="0000"} -1
        # HELP node_pcidevice_sriov_drivers_autoprobe 1 where new virtual functions of the device get a driver.
        # TYPE node_pcidevice_sriov_drivers_autoprobe gauge
        node_pcidevice_sriov_drivers_autoprobe{bus="00",device="02",function="1",segment="0000"} 0
        # HELP node_pcidevice_sriov_numvfs Virtual functions of the device that are on.
        # TYPE node_pcidevice_sriov_numvfs gauge
        node_pcidevice_sriov_numvfs{bus="00",device="02",function="1",segment="0000"} 0
        # HELP node_pcidevice_sriov_totalvfs Virtual functions that the device can have.
        # TYPE node_pcidevice_sriov_totalvfs gauge
        node_pcidevice_sriov_totalvfs{bus="00",device="02",function="1",segment="0000"} 0
        # HELP node_pcidevice_sriov_vf_total_msix Interrupt vectors for virtual functions of the device.
        # TYPE node_pcidevice_sriov_vf_total_msix gauge
        node_pcidevice_sriov_vf_total_msix{bus="00",device="02",function="1",segment="0000"} 0
    "##]],
    );
}

#[test]
fn names_that_nobody_knows() {
    let flags = [
        "--collector.pcidevice.names",
        "--collector.pcidevice.idsfile=/proc/nope",
    ];
    check(
        &flags,
        |root| device(root, BRIDGE, &IDENTITY),
        expect![[r##"
        # HELP node_pcidevice_current_link_transfers_per_second Transfers per second that the device makes, -1 where it does not say.
        # TYPE node_pcidevice_current_link_transfers_per_second gauge
        node_pcidevice_current_link_transfers_per_second{bus="00",device="02",function="1",segment="0000"} -1
        # HELP node_pcidevice_current_link_width Lanes that the device uses, -1 where it does not say.
        # TYPE node_pcidevice_current_link_width gauge
        node_pcidevice_current_link_width{bus="00",device="02",function="1",segment="0000"} -1
        # HELP node_pcidevice_d3cold_allowed 1 where the device may be switched off as far as D3cold.
        # TYPE node_pcidevice_d3cold_allowed gauge
        node_pcidevice_d3cold_allowed{bus="00",device="02",function="1",segment="0000"} 0
        # HELP node_pcidevice_info What a PCI device is and where it stands; always 1.
        # TYPE node_pcidevice_info gauge
        node_pcidevice_info{bus="00",class_id="0x010802",class_name="Unknown class (010802)",device="02",device_id="0x540a",device_name="540a",function="1",parent_bus="*",parent_device="*",parent_function="*",parent_segment="*",revision="0x01",segment="0000",subsystem_device_id="0x5021",subsystem_device_name="5021",subsystem_vendor_id="0xc0a9",subsystem_vendor_name="c0a9",vendor_id="0xc0a9",vendor_name="c0a9"} 1
        # HELP node_pcidevice_max_link_transfers_per_second Transfers per second that the device can make, -1 where it does not say.
        # TYPE node_pcidevice_max_link_transfers_per_second gauge
        node_pcidevice_max_link_transfers_per_second{bus="00",device="02",function="1",segment="0000"} -1
        # HELP node_pcidevice_max_link_width Lanes that the device can use, -1 where it does not say.
        # TYPE node_pcidevice_max_link_width gauge
        node_pcidevice_max_link_width{bus="00",device="02",function="1",segment="0000"} -1
        # HELP node_pcidevice_sriov_drivers_autoprobe 1 where new virtual functions of the device get a driver.
        # TYPE node_pcidevice_sriov_drivers_autoprobe gauge
        node_pcidevice_sriov_drivers_autoprobe{bus="00",device="02",function="1",segment="0000"} 0
        # HELP node_pcidevice_sriov_numvfs Virtual functions of the device that are on.
        # TYPE node_pcidevice_sriov_numvfs gauge
        node_pcidevice_sriov_numvfs{bus="00",device="02",function="1",segment="0000"} 0
        # HELP node_pcidevice_sriov_totalvfs Virtual functions that the device can have.
        # TYPE node_pcidevice_sriov_totalvfs gauge
        node_pcidevice_sriov_totalvfs{bus="00",device="02",function="1",segment="0000"} 0
        # HELP node_pcidevice_sriov_vf_total_msix Interrupt vectors for virtual functions of the device.
        # TYPE node_pcidevice_sriov_vf_total_msix gauge
        node_pcidevice_sriov_vf_total_msix{bus="00",device="02",function="1",segment="0000"} 0
    "##]],
    );
}

#[test]
fn strange_and_none() {
    check(
        &[],
        |root| device(root, BRIDGE, &[("class", "PCI\n")]),
        expect![[r#"
            parse bus/pci/devices line 1: "PCI"
        "#]],
    );
    check(
        &[],
        |root| device(root, "virtual/x", &[]),
        expect![[r#"
        parse bus/pci/devices line 1: "../../../devices/virtual/x"
    "#]],
    );
    expect![[r#"
        no data
    "#]]
    .assert_eq(&samples(collect, &[], &[]));
}

#[test]
fn locations() {
    let location = Location::parse("10000:e1:1f.7").unwrap();
    assert_eq!(location.labels(), ["e1", "1f", "7", "10000"]);
    for text in [
        "",
        "0000:00",
        "0000:00:00",
        "x:00:00.0",
        "pci0000:00",
        "0000:00:00.ffffffff0",
    ] {
        assert_eq!(Location::parse(text), None, "{text:?}");
    }
}
