//! NVMe subsystems and the paths to them, from `/sys/class/nvme-subsystem`.
//!
//! There with an NVMe driver. A controller is a directory `nvmeN`, a namespace one `nvmeNnM`.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const INFO: Family<5> = Family::gauge(
    "node_nvmesubsystem_info",
    "Always 1; model, serial number, name and path policy of an NVMe subsystem.",
    ["iopolicy", "model", "nqn", "serial", "subsystem"],
);
const NAMESPACE: Family<2> = Family::gauge(
    "node_nvmesubsystem_namespace_info",
    "Always 1; to which subsystem a namespace belongs.",
    ["device", "subsystem"],
);
const PATH_STATE: Family<4> = Family::gauge(
    "node_nvmesubsystem_path_state",
    "1 for the state that the path over a controller is in.",
    ["controller", "state", "subsystem", "transport"],
);
const PATHS: Family<1> = Family::gauge(
    "node_nvmesubsystem_paths",
    "Controllers over which a subsystem can be reached.",
    ["subsystem"],
);
const PATHS_LIVE: Family<1> = Family::gauge(
    "node_nvmesubsystem_paths_live",
    "Controllers over which a subsystem can be reached now.",
    ["subsystem"],
);

const LIVE: &str = "live";
const UNKNOWN: &str = "unknown";
/// The states that are written for each path, sorted.
const STATES: [&str; 5] = ["connecting", "dead", LIVE, "resetting", UNKNOWN];
/// States of the kernel that are not `unknown`, though the reference writes no sample of their own.
const PASSING_STATES: [&str; 3] = ["deleting", "deleting (no IO)", "new"];

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    for name in node.paths.list_sys("class/nvme-subsystem")? {
        if name.starts_with("nvme-subsys") {
            subsystem(node, &name, out)?;
        }
    }
    Ok(())
}

fn subsystem(node: &Node, name: &str, out: &mut Exposition) -> Result<(), Error> {
    let directory = format!("class/nvme-subsystem/{name}");
    let read = |file: &str| node.paths.read_sys(&format!("{directory}/{file}"));
    let (nqn, model, serial, policy) = (
        read("subsysnqn")?,
        read("model")?,
        read("serial")?,
        read("iopolicy")?,
    );
    out.sample(&INFO, [&policy, &model, &nqn, &serial, name], 1.0);
    let (mut paths, mut live) = (0_u32, 0_u32);
    for entry in node.paths.list_sys(&directory)? {
        match kind(&entry) {
            Some(Kind::Namespace) => out.sample(&NAMESPACE, [&entry, name], 1.0),
            Some(Kind::Controller) => {
                let state = read(&format!("{entry}/state"))?;
                let transport = read(&format!("{entry}/transport"))?;
                let state = known(&state);
                paths += 1;
                live += u32::from(state == LIVE);
                for other in STATES {
                    let value = f64::from(u8::from(other == state));
                    out.sample(&PATH_STATE, [&entry, other, name, &transport], value);
                }
            }
            None => {}
        }
    }
    out.sample(&PATHS, [name], f64::from(paths));
    out.sample(&PATHS_LIVE, [name], f64::from(live));
    Ok(())
}

fn known(state: &str) -> &str {
    let is_known = STATES.contains(&state) || PASSING_STATES.contains(&state);
    if is_known { state } else { UNKNOWN }
}

enum Kind {
    Controller,
    Namespace,
}

/// What the entry of a subsystem's directory is, by its name.
fn kind(entry: &str) -> Option<Kind> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let numbers = entry.strip_prefix("nvme")?;
    match numbers.split_once('n') {
        None => is_number(numbers).then_some(Kind::Controller),
        Some((controller, namespace)) => {
            (is_number(controller) && is_number(namespace)).then_some(Kind::Namespace)
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    const SUBSYSTEM: [(&str, &str); 4] = [
        (
            "sys/class/nvme-subsystem/nvme-subsys0/subsysnqn",
            "nqn.2014-08.org.nvmexpress:uuid:a34c4f3a\n",
        ),
        (
            "sys/class/nvme-subsystem/nvme-subsys0/model",
            "Dell PowerStore     \n",
        ),
        ("sys/class/nvme-subsystem/nvme-subsys0/serial", "SN12345\n"),
        ("sys/class/nvme-subsystem/nvme-subsys0/iopolicy", "round-robin\n"),
    ];

    #[track_caller]
    fn check(files: &[(&str, &str)], expect: Expect) {
        expect.assert_eq(&samples(collect, &[], files));
    }

    #[test]
    fn two_paths() {
        let paths = [
            ("sys/class/nvme-subsystem/nvme-subsys0/nvme0n1/size", "1\n"),
            ("sys/class/nvme-subsystem/nvme-subsys0/nvme0/state", "live\n"),
            ("sys/class/nvme-subsystem/nvme-subsys0/nvme0/transport", "fc\n"),
            ("sys/class/nvme-subsystem/nvme-subsys0/nvme1/state", "new\n"),
            ("sys/class/nvme-subsystem/nvme-subsys0/nvme1/transport", "tcp\n"),
            ("sys/class/nvme-subsystem/nvme-subsys0/nvme2/state", "odd\n"),
            ("sys/class/nvme-subsystem/nvme-subsys0/nvme2/transport", "tcp\n"),
            ("sys/class/nvme-subsystem/nvme-subsys0/nvme0c0n1/size", "1\n"),
        ];
        check(
            &[&SUBSYSTEM[..], &paths].concat(),
            expect![[r#"
            node_nvmesubsystem_info{iopolicy="round-robin",model="Dell PowerStore",nqn="nqn.2014-08.org.nvmexpress:uuid:a34c4f3a",serial="SN12345",subsystem="nvme-subsys0"} 1
            node_nvmesubsystem_namespace_info{device="nvme0n1",subsystem="nvme-subsys0"} 1
            node_nvmesubsystem_path_state{controller="nvme0",state="connecting",subsystem="nvme-subsys0",transport="fc"} 0
            node_nvmesubsystem_path_state{controller="nvme0",state="dead",subsystem="nvme-subsys0",transport="fc"} 0
            node_nvmesubsystem_path_state{controller="nvme0",state="live",subsystem="nvme-subsys0",transport="fc"} 1
            node_nvmesubsystem_path_state{controller="nvme0",state="resetting",subsystem="nvme-subsys0",transport="fc"} 0
            node_nvmesubsystem_path_state{controller="nvme0",state="unknown",subsystem="nvme-subsys0",transport="fc"} 0
            node_nvmesubsystem_path_state{controller="nvme1",state="connecting",subsystem="nvme-subsys0",transport="tcp"} 0
            node_nvmesubsystem_path_state{controller="nvme1",state="dead",subsystem="nvme-subsys0",transport="tcp"} 0
            node_nvmesubsystem_path_state{controller="nvme1",state="live",subsystem="nvme-subsys0",transport="tcp"} 0
            node_nvmesubsystem_path_state{controller="nvme1",state="resetting",subsystem="nvme-subsys0",transport="tcp"} 0
            node_nvmesubsystem_path_state{controller="nvme1",state="unknown",subsystem="nvme-subsys0",transport="tcp"} 0
            node_nvmesubsystem_path_state{controller="nvme2",state="connecting",subsystem="nvme-subsys0",transport="tcp"} 0
            node_nvmesubsystem_path_state{controller="nvme2",state="dead",subsystem="nvme-subsys0",transport="tcp"} 0
            node_nvmesubsystem_path_state{controller="nvme2",state="live",subsystem="nvme-subsys0",transport="tcp"} 0
            node_nvmesubsystem_path_state{controller="nvme2",state="resetting",subsystem="nvme-subsys0",transport="tcp"} 0
            node_nvmesubsystem_path_state{controller="nvme2",state="unknown",subsystem="nvme-subsys0",transport="tcp"} 1
            node_nvmesubsystem_paths{subsystem="nvme-subsys0"} 3
            node_nvmesubsystem_paths_live{subsystem="nvme-subsys0"} 1
        "#]],
        );
    }

    #[test]
    fn half_a_subsystem_and_none() {
        check(
            &SUBSYSTEM[..2],
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
}
