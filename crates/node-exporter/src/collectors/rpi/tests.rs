//! Boards with captured answers of their firmware.

use expect_test::{Expect, expect};

use super::asker::Round;
use super::mailbox::Transport;
use super::*;
use crate::tree::{self, samples};

/// [`collect`] as a function that does not wait.
fn collect_now(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let deadline = Instant::now() + std::time::Duration::from_secs(60);
    runtime.block_on(collect(node, deadline, out))
}

/// Answers what it knows, and the error of an unknown command else.
struct Firmware(&'static [(&'static str, &'static str)]);

impl Transport for Firmware {
    fn exchange(&self, message: &mut [u32]) -> Result<(), Error> {
        assert_eq!((message[2], message.len()), (0x0003_0080, 1031));
        let bytes = message[6..].iter().flat_map(|word| word.to_le_bytes());
        let command: Vec<u8> = bytes.take_while(|byte| *byte != 0).collect();
        let command = String::from_utf8(command).unwrap();
        let Some((_, answer)) = self.0.iter().find(|(known, _)| *known == command) else {
            message[5] = u32::MAX;
            return Ok(());
        };
        message[6..].fill(0);
        for (word, bytes) in message[6..].iter_mut().zip(answer.as_bytes().chunks(4)) {
            let mut four = [0; 4];
            four[..bytes.len()].copy_from_slice(bytes);
            *word = u32::from_le_bytes(four);
        }
        Ok(())
    }
}

const VERSION: &str =
    "2026/05/11 12:20:02\nCopyright (c) 2012 Broadcom\nversion 66f33f7e (release) (embedded)";

const PI5: Firmware = Firmware(&[
    ("version", VERSION),
    ("get_throttled", "throttled=0x50000"),
    ("measure_temp", "temp=46.6'C"),
    ("measure_temp pmic", "temp=43.7'C"),
    ("measure_volts core", "volt=0.8749V"),
    ("measure_volts sdram_c", "volt=0.6000V"),
    ("measure_volts sdram_i", "bad argument"),
    ("measure_clock arm", "frequency(0)=1600020224"),
    ("measure_clock h264", "frequency(0)=0"),
    (
        "pmic_read_adc",
        " VDD_CORE_A current(7)=0.56259000A\n  VDD_CORE_V volt(15)=0.76798460V\n     EXT5V_V volt(24)=5.14158000V",
    ),
]);
/// A firmware that gives the processor's temperature whatever is asked for.
const PI3: Firmware = Firmware(&[
    (
        "version",
        "May  6 2016 13:53:23\nversion 0cc642d5 (clean) (release)",
    ),
    ("get_throttled", "throttled=0x5"),
    ("measure_temp", "temp=55.3'C"),
    ("measure_temp pmic", "temp=55.3'C"),
    ("measure_volts core", "volt=1.2000V"),
    ("pmic_read_adc", "error=1 error_msg=\"Command not registered\""),
]);

#[track_caller]
fn check(firmware: &Firmware, soc: &str, compat: &[Compat], expect: Expect) {
    let board = Board {
        model: "Raspberry Pi".to_owned(),
        revision: "c04170".to_owned(),
        serial: "10000000abcdef01".to_owned(),
        soc: soc.to_owned(),
    };
    let round = Round::take(firmware, None, soc);
    round.result.unwrap();
    let known = Known {
        board: &board,
        firmware: &round.firmware.unwrap(),
        reading: &round.reading,
        battery: &ClockBattery::default(),
    };
    let mut out = Exposition::default();
    let paths = crate::source::Paths::new("/nowhere".into(), "/nowhere".into(), "/".into(), "/".into());
    if compat.is_empty() {
        write(known, &mut out);
    }
    for compat in compat {
        compat.write(known, &paths, &mut out).unwrap();
    }
    let text = out.to_text();
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    expect.assert_eq(&samples.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_raspberry_pi_5() {
    check(
        &PI5,
        "bcm2712",
        &[],
        expect![[r#"
            node_rpi_clock_hertz{domain="arm"} 1.600020224e+09
            node_rpi_clock_hertz{domain="h264"} 0
            node_rpi_info{firmware="66f33f7e",model="Raspberry Pi",revision="c04170",serial="10000000abcdef01",soc="bcm2712"} 1
            node_rpi_pmic_power_watts 0.432060456114
            node_rpi_pmic_rail_amperes{rail="VDD_CORE"} 0.56259
            node_rpi_pmic_rail_volts{rail="VDD_CORE"} 0.7679846
            node_rpi_pmic_rail_volts{rail="EXT5V"} 5.14158
            node_rpi_temperature_celsius{sensor="soc"} 46.6
            node_rpi_temperature_celsius{sensor="pmic"} 43.7
            node_rpi_throttled{flag="arm_frequency_capped"} 0
            node_rpi_throttled{flag="soft_temp_limit"} 0
            node_rpi_throttled{flag="throttled"} 0
            node_rpi_throttled{flag="under_voltage"} 0
            node_rpi_throttled_since_boot{flag="arm_frequency_capped"} 0
            node_rpi_throttled_since_boot{flag="soft_temp_limit"} 0
            node_rpi_throttled_since_boot{flag="throttled"} 1
            node_rpi_throttled_since_boot{flag="under_voltage"} 1
            node_rpi_voltage_volts{domain="core"} 0.8749
            node_rpi_voltage_volts{domain="sdram_c"} 0.6"#]],
    );
}

#[test]
fn a_board_without_a_power_chip() {
    check(
        &PI3,
        "bcm2837",
        &[],
        expect![[r#"
            node_rpi_info{firmware="0cc642d5",model="Raspberry Pi",revision="c04170",serial="10000000abcdef01",soc="bcm2837"} 1
            node_rpi_temperature_celsius{sensor="soc"} 55.3
            node_rpi_throttled{flag="arm_frequency_capped"} 0
            node_rpi_throttled{flag="soft_temp_limit"} 0
            node_rpi_throttled{flag="throttled"} 1
            node_rpi_throttled{flag="under_voltage"} 1
            node_rpi_throttled_since_boot{flag="arm_frequency_capped"} 0
            node_rpi_throttled_since_boot{flag="soft_temp_limit"} 0
            node_rpi_throttled_since_boot{flag="throttled"} 0
            node_rpi_throttled_since_boot{flag="under_voltage"} 0
            node_rpi_voltage_volts{domain="core"} 1.2"#]],
    );
}

#[test]
fn a_firmware_that_knows_nothing() {
    check(
        &Firmware(&[]),
        "",
        &[],
        expect![[
            r#"node_rpi_info{firmware="",model="Raspberry Pi",revision="c04170",serial="10000000abcdef01",soc=""} 1"#
        ]],
    );
}

#[test]
fn the_names_of_other_exporters() {
    check(
        &PI5,
        "bcm2712",
        &[Compat::Arm, Compat::Pi5],
        expect![[r#"
            pi5_board_info{firmware_hash="66f33f7e",firmware_variant="release",model="Raspberry Pi",serial="10000000abcdef01",soc="bcm2712"} 1
            pi5_clock_hertz{domain="arm"} 1.600020224e+09
            pi5_clock_hertz{domain="h264"} 0
            pi5_pmic_measured_power_watts 0.432060456114
            pi5_pmic_rail_amperes{rail="VDD_CORE"} 0.56259
            pi5_pmic_rail_volts{rail="VDD_CORE"} 0.7679846
            pi5_pmic_rail_volts{rail="EXT5V"} 5.14158
            pi5_pmic_rail_watts{rail="VDD_CORE"} 0.432060456114
            pi5_pmic_temperature_celsius 43.7
            pi5_soc_temperature_celsius 46.6
            pi5_throttle_flags 327680
            pi5_throttle_state{flag="arm_frequency_capped"} 0
            pi5_throttle_state{flag="soft_temp_limit"} 0
            pi5_throttle_state{flag="throttled"} 0
            pi5_throttle_state{flag="under_voltage"} 0
            pi5_throttle_state_since_boot{flag="arm_frequency_capped"} 0
            pi5_throttle_state_since_boot{flag="soft_temp_limit"} 0
            pi5_throttle_state_since_boot{flag="throttled"} 1
            pi5_throttle_state_since_boot{flag="under_voltage"} 1
            pi5_voltage_volts{domain="core"} 0.8749
            pi5_voltage_volts{domain="sdram_c"} 0.6
            rpi_gpu_frequency_hertz{component="arm"} 1.600020224e+09
            rpi_gpu_frequency_hertz{component="h264"} 0
            rpi_gpu_temperature_celsius 46.6"#]],
    );
}

#[test]
fn no_raspberry_pi() {
    expect![[r#"
        no data
    "#]]
    .assert_eq(&tree::collected(collect_now, &[], &[]));
    let other = [("proc/device-tree/model", "ACME Board\0")];
    expect![[r#"
        no data
    "#]]
    .assert_eq(&tree::collected(collect_now, &[], &other));
}

#[test]
fn a_raspberry_pi_whose_firmware_cannot_be_asked() {
    let root = "sys/firmware/devicetree/base";
    let files = [
        (format!("{root}/model"), "Raspberry Pi 5 Model B Rev 1.0\0"),
        (format!("{root}/serial-number"), "10000000abcdef01\0"),
        (
            format!("{root}/compatible"),
            "raspberrypi,5-model-b\0brcm,bcm2712\0",
        ),
        (format!("{root}/system/linux,revision"), "\0\x04\x41\x70"),
        ("sys/class/rtc/rtc0/battery_voltage".to_owned(), "3282048\n"),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let flags = ["--collector.rpi.compat=pi5_exporter,arm_exporter"];
    expect![[r#"
        node_rpi_info{firmware="",model="Raspberry Pi 5 Model B Rev 1.0",revision="44170",serial="10000000abcdef01",soc="bcm2712"} 1
        node_rpi_rtc_battery_volts 3.282048
        pi5_board_info{firmware_hash="",firmware_variant="",model="Raspberry Pi 5 Model B Rev 1.0",serial="10000000abcdef01",soc="bcm2712"} 1
        pi5_rtc_battery_volts 3.282048
        no data
    "#]].assert_eq(&samples(collect_now, &flags, &files));
}
