//! Watchdog timers, from `/sys/class/watchdog`.
//!
//! A Raspberry Pi has `watchdog0`. Each driver gives some of the attributes (`Documentation/ABI/testing/sysfs-class-watchdog`);
//! those that it does not give, or does not want to give now, are left out.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const INFO: Family<6> = Family::gauge(
    "node_watchdog_info",
    "Always 1; what a watchdog is, can do and is set to.",
    [
        "identity",
        "name",
        "options",
        "pretimeout_governor",
        "state",
        "status",
    ],
);

const NUMBERS: [(&str, Family<1>); 7] = [
    (
        "access_cs0",
        Family::gauge(
            "node_watchdog_access_cs0",
            "1 where the machine was started by the watchdog from its second flash chip.",
            ["name"],
        ),
    ),
    (
        "bootstatus",
        Family::gauge(
            "node_watchdog_bootstatus",
            "Flags of the watchdog when the machine was started.",
            ["name"],
        ),
    ),
    (
        "fw_version",
        Family::gauge(
            "node_watchdog_fw_version",
            "Version of the watchdog's firmware.",
            ["name"],
        ),
    ),
    (
        "nowayout",
        Family::gauge(
            "node_watchdog_nowayout",
            "1 where the watchdog cannot be stopped once it runs.",
            ["name"],
        ),
    ),
    (
        "pretimeout",
        Family::gauge(
            "node_watchdog_pretimeout_seconds",
            "Seconds before its timeout at which the watchdog warns.",
            ["name"],
        ),
    ),
    (
        "timeleft",
        Family::gauge(
            "node_watchdog_timeleft_seconds",
            "Seconds until the watchdog resets the machine.",
            ["name"],
        ),
    ),
    (
        "timeout",
        Family::gauge(
            "node_watchdog_timeout_seconds",
            "Seconds without a sign of life after which the watchdog resets the machine.",
            ["name"],
        ),
    ),
];

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    for name in node.paths.list_sys("class/watchdog")? {
        let read = |file: &str| node.paths.read_sys(&format!("class/watchdog/{name}/{file}")).ok();
        for (file, family) in &NUMBERS {
            if let Some(text) = read(file) {
                let number: i64 = text
                    .parse()
                    .map_err(|_| Error::parse("class/watchdog", 1, &text))?;
                out.sample(family, [&name], number as f64);
            }
        }
        let [identity, options, governor, state, status] =
            ["identity", "options", "pretimeout_governor", "state", "status"].map(read);
        let text = |value| Option::as_deref(value).unwrap_or_default();
        let values = [
            text(&identity),
            &name,
            text(&options),
            text(&governor),
            text(&state),
            text(&status),
        ];
        out.sample(&INFO, values, 1.0);
    }
    Ok(())
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
    fn full_and_bare_timer() {
        check(
            &[
                ("sys/class/watchdog/watchdog0/access_cs0", "0\n"),
                ("sys/class/watchdog/watchdog0/bootstatus", "1\n"),
                ("sys/class/watchdog/watchdog0/fw_version", "2\n"),
                (
                    "sys/class/watchdog/watchdog0/identity",
                    "Broadcom BCM2835 Watchdog timer\n",
                ),
                ("sys/class/watchdog/watchdog0/nowayout", "0\n"),
                ("sys/class/watchdog/watchdog0/options", "0x8180\n"),
                ("sys/class/watchdog/watchdog0/pretimeout", "120\n"),
                ("sys/class/watchdog/watchdog0/pretimeout_governor", "noop\n"),
                ("sys/class/watchdog/watchdog0/state", "active\n"),
                ("sys/class/watchdog/watchdog0/status", "0x8000\n"),
                ("sys/class/watchdog/watchdog0/timeleft", "14\n"),
                ("sys/class/watchdog/watchdog0/timeout", "15\n"),
                ("sys/class/watchdog/watchdog1/dev", "10:130\n"),
            ],
            expect![[r#"
                node_watchdog_access_cs0{name="watchdog0"} 0
                node_watchdog_bootstatus{name="watchdog0"} 1
                node_watchdog_fw_version{name="watchdog0"} 2
                node_watchdog_info{identity="Broadcom BCM2835 Watchdog timer",name="watchdog0",options="0x8180",pretimeout_governor="noop",state="active",status="0x8000"} 1
                node_watchdog_info{identity="",name="watchdog1",options="",pretimeout_governor="",state="",status=""} 1
                node_watchdog_nowayout{name="watchdog0"} 0
                node_watchdog_pretimeout_seconds{name="watchdog0"} 120
                node_watchdog_timeleft_seconds{name="watchdog0"} 14
                node_watchdog_timeout_seconds{name="watchdog0"} 15
            "#]],
        );
    }

    #[test]
    fn strange_and_none() {
        check(
            &[("sys/class/watchdog/watchdog0/timeout", "soon\n")],
            expect![[r#"
                parse class/watchdog line 1: "soon"
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
