//! Graphics cards of AMD, from `/sys/class/drm/cardN/device`; other drivers give no numbers there.
//!
//! What a card does not tell is 0 or empty, as in the reference.

use std::path::Path;

use metrics_registry::{Exposition, Family, Kind};

use crate::{Error, Node, number};

const INFO: &str = "node_drm_card_info";
const INFO_HELP: &str = "Always 1; what a graphics card is.";

/// The attribute and its family.
const NUMBERS: [(&str, Family<1>); 7] = [
    (
        "gpu_busy_percent",
        Family::gauge(
            "node_drm_gpu_busy_percent",
            "How busy the card is, in percent.",
            ["card"],
        ),
    ),
    (
        "mem_info_gtt_total",
        Family::gauge(
            "node_drm_memory_gtt_size_bytes",
            "Bytes of the machine's memory that the card can address.",
            ["card"],
        ),
    ),
    (
        "mem_info_gtt_used",
        Family::gauge(
            "node_drm_memory_gtt_used_bytes",
            "Bytes of the machine's memory that the card uses.",
            ["card"],
        ),
    ),
    (
        "mem_info_vis_vram_total",
        Family::gauge(
            "node_drm_memory_vis_vram_size_bytes",
            "Bytes of the card's memory that the processor can see.",
            ["card"],
        ),
    ),
    (
        "mem_info_vis_vram_used",
        Family::gauge(
            "node_drm_memory_vis_vram_used_bytes",
            "Bytes in use of the card's memory that the processor can see.",
            ["card"],
        ),
    ),
    (
        "mem_info_vram_total",
        Family::gauge(
            "node_drm_memory_vram_size_bytes",
            "Bytes of the card's memory.",
            ["card"],
        ),
    ),
    (
        "mem_info_vram_used",
        Family::gauge(
            "node_drm_memory_vram_used_bytes",
            "Bytes in use of the card's memory.",
            ["card"],
        ),
    ),
];

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let cards = match node.paths.list_sys("class/drm") {
        Ok(cards) => cards,
        // A machine without graphics is healthy, as in the reference.
        Err(Error::NoData) => return Ok(()),
        Err(error) => return Err(error),
    };
    for card in cards {
        if !is_card(&card) {
            continue;
        }
        let event = node.paths.read_sys(&format!("class/drm/{card}/device/uevent"))?;
        if event.contains("DRIVER=amdgpu") {
            write(node, &card, out);
        }
    }
    Ok(())
}

/// `card0` to `card9`, and not the connectors `card0-HDMI-A-1`.
fn is_card(name: &str) -> bool {
    matches!(name.strip_prefix("card").map(str::as_bytes), Some([b'0'..=b'9']))
}

fn write(node: &Node, card: &str, out: &mut Exposition) {
    let path = |file: &str| format!("class/drm/{card}/device/{file}");
    let text = |file: &str| {
        let text = node.paths.read_sys(&path(file));
        text.map(|text| text.to_owned()).unwrap_or_default()
    };
    let (vendor, level, id) = (
        text("mem_info_vram_vendor"),
        text("power_dpm_force_performance_level"),
        text("unique_id"),
    );
    let chip = chip(&node.paths.sysfs.join(format!("class/drm/{card}/device")));
    let labels = [
        ("card", card),
        ("chip", &chip),
        ("memory_vendor", &vendor),
        ("power_performance_level", &level),
        ("unique_id", &id),
        ("vendor", "amd"),
    ];
    let given = labels
        .into_iter()
        .filter(|(name, value)| *name != "chip" || !value.is_empty());
    out.dynamic(INFO, format_args!("{INFO_HELP}"), Kind::Gauge, given, 1.0);
    for (file, family) in &NUMBERS {
        let value = number::sys(&node.paths, &path(file)).unwrap_or_default();
        out.sample(family, [card], value as f64);
    }
}

/// The last two directories of the real device, `0000:00_08_1_0000:2d_00_0`; empty where it cannot be found.
fn chip(device: &Path) -> String {
    let Ok(device) = device.canonicalize() else {
        return String::new();
    };
    let names = [device.parent().and_then(Path::file_name), device.file_name()];
    let names = names
        .into_iter()
        .flatten()
        .map(|name| clean(&name.to_string_lossy()));
    names
        .filter(|name| !name.is_empty())
        .collect::<Vec<_>>()
        .join("_")
}

/// Lower case; what is no letter, digit, colon or underscore becomes an underscore, and none stands at the ends.
fn clean(name: &str) -> String {
    let lower = name.to_lowercase();
    let kept = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == ':' || c == '_';
    let clean: String = lower.chars().map(|c| if kept(c) { c } else { '_' }).collect();
    clean.trim_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    #[track_caller]
    fn check(files: &[(&str, &str)], expect: Expect) {
        expect.assert_eq(&samples(collect, &[], files));
    }

    #[test]
    fn one_card_of_amd() {
        check(
            &[
                (
                    "sys/class/drm/card0/device/uevent",
                    "DRIVER=amdgpu\nPCI_CLASS=30000\n",
                ),
                ("sys/class/drm/card0/device/gpu_busy_percent", "4\n"),
                ("sys/class/drm/card0/device/mem_info_vram_total", "8573157376\n"),
                ("sys/class/drm/card0/device/mem_info_vram_vendor", "samsung\n"),
                (
                    "sys/class/drm/card0/device/power_dpm_force_performance_level",
                    "manual\n",
                ),
                ("sys/class/drm/card0/device/unique_id", "0123456789abcdef\n"),
                ("sys/class/drm/card0-HDMI-A-1/status", "connected\n"),
                ("sys/class/drm/card1/device/uevent", "DRIVER=vc4-drm\n"),
            ],
            expect![[r#"
                node_drm_card_info{card="card0",chip="card0_device",memory_vendor="samsung",power_performance_level="manual",unique_id="0123456789abcdef",vendor="amd"} 1
                node_drm_gpu_busy_percent{card="card0"} 4
                node_drm_memory_gtt_size_bytes{card="card0"} 0
                node_drm_memory_gtt_used_bytes{card="card0"} 0
                node_drm_memory_vis_vram_size_bytes{card="card0"} 0
                node_drm_memory_vis_vram_used_bytes{card="card0"} 0
                node_drm_memory_vram_size_bytes{card="card0"} 8.573157376e+09
                node_drm_memory_vram_used_bytes{card="card0"} 0
            "#]],
        );
    }

    #[test]
    fn no_card() {
        check(&[], expect![[r#""#]]);
    }

    #[test]
    fn names_of_chips() {
        assert_eq!(clean("0000:2D:00.0"), "0000:2d:00_0");
        assert_eq!(clean("-é-"), "");
    }
}
