//! Trees of files like those of real machines.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use expect_test::{Expect, expect};
use tempfile::TempDir;

use super::*;
use crate::flags;

/// A sysfs of `(path, content)`; a content `-> target` is a link.
fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    add(root.path(), files);
    root
}

fn add(root: &Path, files: &[(&str, &str)]) {
    for (path, content) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match content.strip_prefix("-> ") {
            Some(target) => symlink(target, path).unwrap(),
            None => fs::write(path, content).unwrap(),
        }
    }
}

fn node(root: &Path, more: &[&str]) -> Node {
    let sysfs = format!("--path.sysfs={}", root.display());
    let matches = flags::command().get_matches_from([&["x", sysfs.as_str()], more].concat());
    Node::new(&matches).unwrap()
}

/// The samples without headers.
fn samples(node: &Node) -> String {
    let mut out = Exposition::default();
    collect(node, &mut out).unwrap();
    let text = out.to_text();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| format!("{line}\n")).collect()
}

#[track_caller]
fn check(files: &[(&str, &str)], flags: &[&str], expect: Expect) {
    let root = tree(files);
    expect.assert_eq(&samples(&node(root.path(), flags)));
}

/// Of a Pi 5 with its fan.
const PI: &[(&str, &str)] = &[
    (
        "class/hwmon/hwmon0",
        "-> ../../devices/virtual/thermal/thermal_zone0/hwmon0",
    ),
    ("devices/virtual/thermal/thermal_zone0/temp", "48686\n"),
    (
        "devices/virtual/thermal/thermal_zone0/trip_point_0_temp",
        "110000\n",
    ),
    (
        "devices/virtual/thermal/thermal_zone0/hwmon0/device",
        "-> ../../thermal_zone0",
    ),
    (
        "devices/virtual/thermal/thermal_zone0/hwmon0/name",
        "cpu_thermal\n",
    ),
    (
        "devices/virtual/thermal/thermal_zone0/hwmon0/temp1_input",
        "48686\n",
    ),
    (
        "devices/virtual/thermal/thermal_zone0/hwmon0/power/control",
        "auto\n",
    ),
    (
        "class/hwmon/hwmon1",
        "-> ../../devices/platform/soc/soc:firmware/raspberrypi-hwmon/hwmon/hwmon1",
    ),
    (
        "devices/platform/soc/soc:firmware/raspberrypi-hwmon/hwmon/hwmon1/device",
        "-> ../../../raspberrypi-hwmon",
    ),
    (
        "devices/platform/soc/soc:firmware/raspberrypi-hwmon/hwmon/hwmon1/name",
        "rpi_volt\n",
    ),
    (
        "devices/platform/soc/soc:firmware/raspberrypi-hwmon/hwmon/hwmon1/in0_lcrit_alarm",
        "0\n",
    ),
    (
        "class/hwmon/hwmon2",
        "-> ../../devices/platform/cooling_fan/hwmon/hwmon2",
    ),
    (
        "devices/platform/cooling_fan/hwmon/hwmon2/device",
        "-> ../../../cooling_fan",
    ),
    ("devices/platform/cooling_fan/hwmon/hwmon2/name", "pwmfan\n"),
    ("devices/platform/cooling_fan/hwmon/hwmon2/fan1_input", "2956\n"),
    ("devices/platform/cooling_fan/hwmon/hwmon2/pwm1", "75\n"),
];

#[test]
fn pi() {
    check(
        PI,
        &[],
        expect![[r#"
        node_hwmon_chip_names{chip="platform_cooling_fan",chip_name="pwmfan"} 1
        node_hwmon_chip_names{chip="soc:firmware_raspberrypi_hwmon",chip_name="rpi_volt"} 1
        node_hwmon_chip_names{chip="thermal_thermal_zone0",chip_name="cpu_thermal"} 1
        node_hwmon_fan_rpm{chip="platform_cooling_fan",sensor="fan1"} 2956
        node_hwmon_in_lcrit_alarm_volts{chip="soc:firmware_raspberrypi_hwmon",sensor="in0"} 0
        node_hwmon_pwm{chip="platform_cooling_fan",sensor="pwm1"} 75
        node_hwmon_temp_celsius{chip="thermal_thermal_zone0",sensor="temp0"} 48.686
        node_hwmon_temp_celsius{chip="thermal_thermal_zone0",sensor="temp1"} 48.686
    "#]],
    );
}

#[test]
fn chips_and_sensors_that_are_left_out() {
    let flags = [
        "--collector.hwmon.chip-exclude=firmware",
        "--collector.hwmon.sensor-exclude=^thermal_thermal_zone0;temp0$|fan;pwm",
    ];
    check(
        PI,
        &flags,
        expect![[r#"
        node_hwmon_chip_names{chip="platform_cooling_fan",chip_name="pwmfan"} 1
        node_hwmon_chip_names{chip="thermal_thermal_zone0",chip_name="cpu_thermal"} 1
        node_hwmon_fan_rpm{chip="platform_cooling_fan",sensor="fan1"} 2956
        node_hwmon_temp_celsius{chip="thermal_thermal_zone0",sensor="temp1"} 48.686
    "#]],
    );
}

#[test]
fn chips_of_the_same_device_get_the_drivers_name_and_then_their_own() {
    check(
        &[
            ("devices/platform/wmi/hwmon/hwmon1/device", "-> ../../../wmi"),
            ("devices/platform/wmi/hwmon/hwmon1/name", "asus\n"),
            ("devices/platform/wmi/hwmon/hwmon2/device", "-> ../../../wmi"),
            ("devices/platform/wmi/hwmon/hwmon2/name", "asus\n"),
            ("devices/platform/wmi/hwmon/hwmon3/device", "-> ../../../wmi"),
            ("devices/platform/wmi/hwmon/hwmon3/name", "sensors\n"),
            ("class/hwmon/hwmon1", "-> ../../devices/platform/wmi/hwmon/hwmon1"),
            ("class/hwmon/hwmon2", "-> ../../devices/platform/wmi/hwmon/hwmon2"),
            ("class/hwmon/hwmon3", "-> ../../devices/platform/wmi/hwmon/hwmon3"),
        ],
        &[],
        expect![[r#"
            node_hwmon_chip_names{chip="platform_wmi_asus_hwmon1",chip_name="asus"} 1
            node_hwmon_chip_names{chip="platform_wmi_asus_hwmon2",chip_name="asus"} 1
            node_hwmon_chip_names{chip="platform_wmi_sensors",chip_name="sensors"} 1
        "#]],
    );
}

#[test]
fn without_a_device_the_driver_and_then_the_directory_name_the_chip() {
    check(
        &[
            ("class/hwmon/hwmon3/name", "NCT 6779\n"),
            ("class/hwmon/hwmon3/intrusion0_alarm", "1\n"),
            ("class/hwmon/hwmon4/freq1_input", "300000000\n"),
            ("class/hwmon/hwmon4/freq1_label", "mclk\n"),
            ("class/hwmon/hwmon4/temp1_label", "a \"quoted\" one\n"),
        ],
        &[],
        expect![[r#"
            node_hwmon_chip_names{chip="nct_6779",chip_name="nct_6779"} 1
            node_hwmon_freq_freq_mhz{chip="hwmon4",sensor="mclk"} 300
            node_hwmon_intrusion_alarm{chip="nct_6779",sensor="intrusion0"} 1
            node_hwmon_sensor_label{chip="hwmon4",label="mclk",sensor="freq1"} 1
            node_hwmon_sensor_label{chip="hwmon4",label="a \"quoted\" one",sensor="temp1"} 1
        "#]],
    );
}

#[test]
fn what_is_not_a_number_is_left_out() {
    let long = "9".repeat(5000);
    check(
        &[
            ("class/hwmon/hwmon0/temp1_input", "hot\n"),
            ("class/hwmon/hwmon0/temp2_input", ""),
            ("class/hwmon/hwmon0/temp3_input/file", "3"),
            ("class/hwmon/hwmon0/temp4_input", "-> missing"),
            ("class/hwmon/hwmon0/temp5_label", &long),
            ("class/hwmon/hwmon0/temp6_input", "-40000"),
            ("class/hwmon/not-a-directory", ""),
        ],
        &["--collector.hwmon.sensor-exclude=temp5"],
        expect![[r#"
            node_hwmon_temp_celsius{chip="hwmon0",sensor="temp6"} -40
        "#]],
    );
}

#[test]
fn labels_that_are_not_utf8_or_very_long() {
    let root = tree(&[("class/hwmon/hwmon0/temp1_label", &"x".repeat(5000))]);
    fs::write(root.path().join("class/hwmon/hwmon0/temp2_label"), b"a\xffb\n").unwrap();
    let text = samples(&node(root.path(), &[]));
    let long = "x".repeat(128);
    assert!(
        text.contains(&format!("label=\"{long}\",sensor=\"temp1\"")),
        "{text}"
    );
    assert!(text.contains("label=\"a\u{fffd}b\",sensor=\"temp2\""), "{text}");
}

#[test]
fn a_chip_that_comes_and_one_that_replaces_another_are_found() {
    let root = tree(&[("class/hwmon/hwmon0/temp1_input", "1000\n")]);
    let node = node(root.path(), &[]);
    assert_eq!(samples(&node).lines().count(), 1);
    add(root.path(), &[("class/hwmon/hwmon1/temp1_input", "2000\n")]);
    assert_eq!(samples(&node).lines().count(), 2);
    // Another inode: the old directory is still there under another name.
    let directory = root.path().join("class/hwmon/hwmon0");
    fs::rename(&directory, root.path().join("old")).unwrap();
    add(root.path(), &[("class/hwmon/hwmon0/fan1_input", "3000\n")]);
    let text = samples(&node);
    assert!(
        text.contains("node_hwmon_fan_rpm{chip=\"hwmon0\",sensor=\"fan1\"} 3000"),
        "{text}"
    );
    assert!(
        !text.contains("node_hwmon_temp_celsius{chip=\"hwmon0\""),
        "{text}"
    );
}

#[test]
fn without_the_directory_there_is_no_data() {
    let root = tree(&[]);
    let node = node(root.path(), &[]);
    let result = collect(&node, &mut Exposition::default());
    assert!(matches!(result, Err(Error::NoData)));
}
