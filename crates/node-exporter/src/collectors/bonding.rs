//! Interfaces joined into bonds, from `/sys/class/net/bonding_masters` and the attributes of each bond.
//!
//! The file exists while the module `bonding` is loaded.

use metrics_registry::{Exposition, Family};

use crate::source::{Paths, Text};
use crate::{Error, Node};

const SLAVES: Family<1> = Family::gauge(
    "node_bonding_slaves",
    "Interfaces that belong to the bond.",
    ["master"],
);
const ACTIVE: Family<1> = Family::gauge(
    "node_bonding_active",
    "Interfaces of the bond that have a link.",
    ["master"],
);

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let masters = node.paths.read_sys("class/net/bonding_masters")?;
    for master in masters.split_ascii_whitespace() {
        let slaves = node
            .paths
            .read_sys(&format!("class/net/{master}/bonding/slaves"))?;
        let (mut all, mut active) = (0_u32, 0_u32);
        for slave in slaves.split_ascii_whitespace() {
            all += 1;
            if *link_state(&node.paths, master, slave)? == *"up" {
                active += 1;
            }
        }
        out.sample(&SLAVES, [master], f64::from(all));
        out.sample(&ACTIVE, [master], f64::from(active));
    }
    Ok(())
}

/// `up`, `going down`, `down` or `going back`.
fn link_state<'a>(paths: &'a Paths, master: &str, slave: &str) -> Result<Text<'a>, Error> {
    let read = |kind| {
        paths.read_sys(&format!(
            "class/net/{master}/{kind}_{slave}/bonding_slave/mii_status"
        ))
    };
    match read("lower") {
        // As kernels before 3.9 call it.
        Err(Error::NoData) => read("slave"),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::collected;

    #[track_caller]
    fn check(files: &[(&str, &str)], expect: Expect) {
        expect.assert_eq(&collected(collect, &[], files));
    }

    #[test]
    fn two_bonds_and_an_empty_one() {
        let files = [
            ("sys/class/net/bonding_masters", "bond0 dmz int\n"),
            ("sys/class/net/bond0/bonding/slaves", "\n"),
            ("sys/class/net/dmz/bonding/slaves", "eth0 eth4\n"),
            ("sys/class/net/dmz/slave_eth0/bonding_slave/mii_status", "up\n"),
            ("sys/class/net/dmz/slave_eth4/bonding_slave/mii_status", "up\n"),
            ("sys/class/net/int/bonding/slaves", "eth5 eth1\n"),
            ("sys/class/net/int/lower_eth5/bonding_slave/mii_status", "up\n"),
            ("sys/class/net/int/lower_eth1/bonding_slave/mii_status", "down\n"),
        ];
        check(
            &files,
            expect![[r##"
            # HELP node_bonding_active Interfaces of the bond that have a link.
            # TYPE node_bonding_active gauge
            node_bonding_active{master="bond0"} 0
            node_bonding_active{master="dmz"} 2
            node_bonding_active{master="int"} 1
            # HELP node_bonding_slaves Interfaces that belong to the bond.
            # TYPE node_bonding_slaves gauge
            node_bonding_slaves{master="bond0"} 0
            node_bonding_slaves{master="dmz"} 2
            node_bonding_slaves{master="int"} 2
        "##]],
        );
    }

    #[test]
    fn no_module() {
        check(
            &[],
            expect![[r#"
            no data
        "#]],
        );
    }

    #[test]
    fn bond_that_went_away() {
        check(
            &[("sys/class/net/bonding_masters", "bond0\n")],
            expect![[r#"
            no data
        "#]],
        );
    }
}
