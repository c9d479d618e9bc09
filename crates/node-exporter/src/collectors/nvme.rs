//! NVMe controllers and their namespaces, from `/sys/class/nvme`.
//!
//! Absent without an NVMe driver. A namespace is the directory `nvmeCnN` of its controller, or `nvmeCcKnN` where
//! several paths lead to it; `nuse` is there since Linux 6.8, and `ana_state` with several paths only.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const INFO: Family<6> = Family::gauge(
    "node_nvme_info",
    "Always 1; model, serial number, firmware and state of an NVMe controller.",
    [
        "cntlid",
        "device",
        "firmware_revision",
        "model",
        "serial",
        "state",
    ],
);
const NAMESPACE_CAPACITY: Family<2> = Family::gauge(
    "node_nvme_namespace_capacity_bytes",
    "Bytes that an NVMe namespace can hold.",
    ["device", "nsid"],
);
const NAMESPACE_INFO: Family<3> = Family::gauge(
    "node_nvme_namespace_info",
    "Always 1; how an NVMe namespace can be accessed over this path.",
    ["ana_state", "device", "nsid"],
);
const NAMESPACE_BLOCK_SIZE: Family<2> = Family::gauge(
    "node_nvme_namespace_logical_block_size_bytes",
    "Bytes in a logical block of an NVMe namespace.",
    ["device", "nsid"],
);
const NAMESPACE_SIZE: Family<2> = Family::gauge(
    "node_nvme_namespace_size_bytes",
    "Bytes in all logical blocks of an NVMe namespace.",
    ["device", "nsid"],
);
const NAMESPACE_USED: Family<2> = Family::gauge(
    "node_nvme_namespace_used_bytes",
    "Bytes that an NVMe namespace has allocated.",
    ["device", "nsid"],
);

/// What the reference writes for a namespace without `ana_state`.
const ANA_STATE_UNKNOWN: &str = "unknown";

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    for device in node.paths.list_sys("class/nvme")? {
        let directory = format!("class/nvme/{device}");
        let read = |file: &str| node.paths.read_sys(&format!("{directory}/{file}"));
        let (cntlid, firmware) = (read("cntlid")?, read("firmware_rev")?);
        let (model, serial, state) = (read("model")?, read("serial")?, read("state")?);
        out.sample(&INFO, [&cntlid, &device, &firmware, &model, &serial, &state], 1.0);
        for name in node.paths.list_sys(&directory)? {
            if let Some(nsid) = namespace_id(&name) {
                namespace(node, &device, nsid, &format!("{directory}/{name}"), out)?;
            }
        }
    }
    Ok(())
}

/// Writes one namespace of `device`.
fn namespace(
    node: &Node,
    device: &str,
    nsid: &str,
    directory: &str,
    out: &mut Exposition,
) -> Result<(), Error> {
    // What is not a number counts as 0, as in the reference.
    let number = |file: &str| match node.paths.read_sys(&format!("{directory}/{file}")) {
        Ok(text) => Ok(Some(text.parse().unwrap_or_default())),
        Err(Error::NoData) => Ok(None),
        Err(error) => Err(error),
    };
    let block_size: u64 = number("queue/logical_block_size")?.unwrap_or_default();
    let size = number("size")?.unwrap_or_default().saturating_mul(block_size);
    let used = number("nuse")?.map(|blocks: u64| blocks.saturating_mul(block_size));
    let state = node.paths.read_sys(&format!("{directory}/ana_state")).ok();
    let state = state.as_deref().unwrap_or(ANA_STATE_UNKNOWN);
    out.sample(&NAMESPACE_INFO, [state, device, nsid], 1.0);
    out.sample(&NAMESPACE_CAPACITY, [device, nsid], size as f64);
    out.sample(&NAMESPACE_SIZE, [device, nsid], size as f64);
    out.sample(&NAMESPACE_BLOCK_SIZE, [device, nsid], block_size as f64);
    if let Some(used) = used {
        out.sample(&NAMESPACE_USED, [device, nsid], used as f64);
    }
    Ok(())
}

/// The `1` of `nvme0n1` and `nvme0c3n1`; none for other names.
fn namespace_id(name: &str) -> Option<&str> {
    let (device, nsid) = name.strip_prefix("nvme")?.rsplit_once('n')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_device = match device.split_once('c') {
        Some((subsystem, controller)) => is_number(subsystem) && is_number(controller),
        None => is_number(device),
    };
    (is_device && is_number(nsid)).then_some(nsid)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    const CONTROLLER: [(&str, &str); 5] = [
        ("sys/class/nvme/nvme0/cntlid", "1997\n"),
        ("sys/class/nvme/nvme0/firmware_rev", "1B2QEXP7\n"),
        (
            "sys/class/nvme/nvme0/model",
            "Samsung SSD 970 PRO 512GB               \n",
        ),
        ("sys/class/nvme/nvme0/serial", "S680HF8N190894I     \n"),
        ("sys/class/nvme/nvme0/state", "live\n"),
    ];

    #[track_caller]
    fn check(files: &[(&str, &str)], expect: Expect) {
        expect.assert_eq(&samples(collect, &[], files));
    }

    #[test]
    fn disk_with_a_namespace() {
        let namespace = [
            ("sys/class/nvme/nvme0/nvme0c0n1/ana_state", "optimized\n"),
            ("sys/class/nvme/nvme0/nvme0c0n1/nuse", "488281250\n"),
            (
                "sys/class/nvme/nvme0/nvme0c0n1/queue/logical_block_size",
                "4096\n",
            ),
            ("sys/class/nvme/nvme0/nvme0c0n1/size", "3906250000\n"),
            ("sys/class/nvme/nvme0/hwmon1/name", "nvme\n"),
        ];
        check(
            &[&CONTROLLER[..], &namespace].concat(),
            expect![[r#"
            node_nvme_info{cntlid="1997",device="nvme0",firmware_revision="1B2QEXP7",model="Samsung SSD 970 PRO 512GB",serial="S680HF8N190894I",state="live"} 1
            node_nvme_namespace_capacity_bytes{device="nvme0",nsid="1"} 1.6e+13
            node_nvme_namespace_info{ana_state="optimized",device="nvme0",nsid="1"} 1
            node_nvme_namespace_logical_block_size_bytes{device="nvme0",nsid="1"} 4096
            node_nvme_namespace_size_bytes{device="nvme0",nsid="1"} 1.6e+13
            node_nvme_namespace_used_bytes{device="nvme0",nsid="1"} 2e+12
        "#]],
        );
    }

    #[test]
    fn namespace_of_an_older_kernel_with_strange_numbers() {
        let namespace = [
            ("sys/class/nvme/nvme0/nvme0n1/queue/logical_block_size", "512\n"),
            ("sys/class/nvme/nvme0/nvme0n1/size", "99999999999999999999\n"),
        ];
        check(
            &[&CONTROLLER[..], &namespace].concat(),
            expect![[r#"
            node_nvme_info{cntlid="1997",device="nvme0",firmware_revision="1B2QEXP7",model="Samsung SSD 970 PRO 512GB",serial="S680HF8N190894I",state="live"} 1
            node_nvme_namespace_capacity_bytes{device="nvme0",nsid="1"} 0
            node_nvme_namespace_info{ana_state="unknown",device="nvme0",nsid="1"} 1
            node_nvme_namespace_logical_block_size_bytes{device="nvme0",nsid="1"} 512
            node_nvme_namespace_size_bytes{device="nvme0",nsid="1"} 0
        "#]],
        );
    }

    #[test]
    fn controller_that_is_going_away() {
        check(
            &CONTROLLER[..3],
            expect![[r#"
            no data
        "#]],
        );
        check(
            &[],
            expect![[r#"
            no data
        "#]],
        );
    }

    #[test]
    fn names_of_namespaces() {
        assert_eq!(namespace_id("nvme0n1"), Some("1"));
        assert_eq!(namespace_id("nvme10c2n13"), Some("13"));
        for name in [
            "nvme0",
            "nvme0n",
            "nvmen1",
            "nvme0cn1",
            "nvme0n1p1",
            "hwmon1",
            "ng0n1",
            "",
        ] {
            assert_eq!(namespace_id(name), None, "{name}");
        }
    }
}
