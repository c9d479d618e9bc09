//! Control groups by controller, from `/proc/cgroups`.
//!
//! Each line is name, hierarchy, groups, and whether the controller is on.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const FILE: &str = "cgroups";

const CGROUPS: Family<1> = Family::gauge(
    "node_cgroups_cgroups",
    "Control groups that use a controller.",
    ["subsys_name"],
);
const ENABLED: Family<1> = Family::gauge(
    "node_cgroups_enabled",
    "1 where a controller is on, 0 where it was turned off at boot.",
    ["subsys_name"],
);

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let text = node.paths.read_proc(FILE)?;
    for (index, line) in text.lines().enumerate() {
        if !line.starts_with('#') {
            write(line, out).ok_or_else(|| Error::parse(FILE, index + 1, line))?;
        }
    }
    Ok(())
}

/// Writes one controller; none on a line that is not understood.
fn write(line: &str, out: &mut Exposition) -> Option<()> {
    let mut fields = line.split_ascii_whitespace();
    let name = fields.next()?;
    let groups: u32 = fields.nth(1)?.parse().ok()?;
    let enabled: u32 = fields.next()?.parse().ok()?;
    out.sample(&CGROUPS, [name], groups.into());
    out.sample(&ENABLED, [name], f64::from(u8::from(enabled != 0)));
    Some(())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        expect.assert_eq(&samples(collect, &[], &[("proc/cgroups", text)]));
    }

    #[test]
    fn memory_is_off_on_a_raspberry_pi() {
        check(
            "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpuset\t0\t94\t1\nmemory\t0\t94\t0\n",
            expect![[r#"
                node_cgroups_cgroups{subsys_name="cpuset"} 94
                node_cgroups_cgroups{subsys_name="memory"} 94
                node_cgroups_enabled{subsys_name="cpuset"} 1
                node_cgroups_enabled{subsys_name="memory"} 0
            "#]],
        );
    }

    #[test]
    fn truncated_and_strange() {
        check("", expect![[r#""#]]);
        check(
            "cpuset\t5\t47",
            expect![[r#"
            parse cgroups line 1: "cpuset\t5\t47"
        "#]],
        );
        check(
            "cpuset\t5\t4294967296\t1\n",
            expect![[r#"
            parse cgroups line 1: "cpuset\t5\t4294967296\t1"
        "#]],
        );
    }
}
