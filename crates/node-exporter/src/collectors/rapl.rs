//! Energy that the processor used, from `/sys/class/powercap`.
//!
//! Absent where there is no RAPL, as on a Raspberry Pi. `energy_uj` is for root only since Linux 5.10; for others the
//! collector has no data. Flag: `--collector.rapl.enable-zone-label`.
//!
//! Names: `node_rapl_<zone>_joules_total` counter by `index`, `path`: joules that a zone of the processor used;
//! starts again when its counter is full.

use std::collections::HashMap;

use clap::{Arg, ArgMatches};
use exporter_http::flags::switch_value;
use metrics_registry::{Exposition, Family, Kind};

use crate::flags::switch;
use crate::{Error, Node};

const DIRECTORY: &str = "class/powercap";
const ENABLE_ZONE_LABEL: &str = "collector.rapl.enable-zone-label";

const JOULES: Family<3> = Family::counter(
    "node_rapl_joules_total",
    "Joules that a zone of the processor used; starts again when its counter is full.",
    ["index", "path", "rapl_zone"],
);

/// Whether the zone is a label, or a part of the name.
#[derive(Debug)]
pub(crate) struct State {
    zone_is_label: bool,
}

impl State {
    pub(crate) fn new(matches: &ArgMatches) -> Self {
        Self {
            zone_is_label: switch_value(matches, ENABLE_ZONE_LABEL).unwrap_or(false),
        }
    }
}

pub(super) fn flags() -> Vec<Arg> {
    switch(
        ENABLE_ZONE_LABEL,
        "Name the zone in the label rapl_zone instead of the metric's name",
    )
    .into()
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    // How many zones had a name so far: those without a number of their own are counted.
    let mut counts: HashMap<String, u32> = HashMap::new();
    for entry in node.paths.list_sys(DIRECTORY)? {
        let directory = format!("{DIRECTORY}/{entry}");
        // The parent of all zones has no name.
        let Ok(name) = node.paths.read_sys(&format!("{directory}/name")) else {
            continue;
        };
        let (name, number) = split_number(&name);
        let index = number.unwrap_or_else(|| counts.get(name).copied().unwrap_or_default());
        counts.insert(name.to_owned(), index.saturating_add(1));
        let path = node.paths.sysfs.join(&directory);
        let zone = Zone {
            name,
            index: &index.to_string(),
            path: &path.to_string_lossy(),
            microjoules: microjoules(node, &format!("{directory}/energy_uj"))?,
        };
        write(&zone, node.rapl.zone_is_label, out);
    }
    Ok(())
}

/// One part of a processor whose energy is counted.
struct Zone<'a> {
    name: &'a str,
    index: &'a str,
    path: &'a str,
    microjoules: u64,
}

/// Reads a counter. Fails with `NoData` where this user may not.
fn microjoules(node: &Node, file: &str) -> Result<u64, Error> {
    let text = match node.paths.read_sys(file) {
        Err(Error::Read { source, .. }) if source.kind() == std::io::ErrorKind::PermissionDenied => {
            return Err(Error::NoData);
        }
        result => result?,
    };
    text.parse()
        .map_err(|_| Error::parse("class/powercap/*/energy_uj", 1, &text))
}

/// `package-0` is the zone `package` with number 0; `core` and `psys-io-1` have no number.
fn split_number(name: &str) -> (&str, Option<u32>) {
    match name.split_once('-') {
        Some((zone, number)) => match number.parse() {
            Ok(number) => (zone, Some(number)),
            Err(_) => (name, None),
        },
        None => (name, None),
    }
}

fn write(zone: &Zone<'_>, zone_is_label: bool, out: &mut Exposition) {
    let joules = zone.microjoules as f64 / 1e6;
    if zone_is_label {
        out.sample(&JOULES, [zone.index, zone.path, zone.name], joules);
        return;
    }
    out.dynamic(
        &format!("node_rapl_{}_joules_total", metric_name(zone.name)),
        format_args!(
            "Joules that the zone {} of the processor used; starts again when its counter is full.",
            zone.name
        ),
        Kind::Counter,
        [("index", zone.index), ("path", zone.path)],
        joules,
    );
}

/// Puts one underscore for each run of characters that a metric's name cannot have.
fn metric_name(zone: &str) -> String {
    let mut name = String::with_capacity(zone.len());
    for character in zone.chars() {
        if character.is_ascii_alphanumeric() {
            name.push(character);
        } else if !name.ends_with('_') {
            name.push('_');
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    const SERVER: [(&str, &str); 9] = [
        ("sys/class/powercap/intel-rapl/enabled", "1\n"),
        ("sys/class/powercap/intel-rapl:0/name", "package-0\n"),
        ("sys/class/powercap/intel-rapl:0/energy_uj", "240422366267\n"),
        ("sys/class/powercap/intel-rapl:0:0/name", "dram\n"),
        ("sys/class/powercap/intel-rapl:0:0/energy_uj", "118821284256\n"),
        ("sys/class/powercap/intel-rapl:1/name", "package-1\n"),
        ("sys/class/powercap/intel-rapl:1/energy_uj", "7\n"),
        ("sys/class/powercap/intel-rapl:1:0/name", "dram\n"),
        (
            "sys/class/powercap/intel-rapl:1:0/energy_uj",
            "18446744073709551615\n",
        ),
    ];

    #[track_caller]
    fn check(arguments: &[&str], files: &[(&str, &str)], expect: Expect) {
        expect.assert_eq(&samples(collect, arguments, files));
    }

    #[test]
    fn two_sockets() {
        check(
            &[],
            &SERVER,
            expect![[r#"
            node_rapl_dram_joules_total{index="0",path="/sys/class/powercap/intel-rapl:0:0"} 118821.284256
            node_rapl_dram_joules_total{index="1",path="/sys/class/powercap/intel-rapl:1:0"} 1.844674407370955e+13
            node_rapl_package_joules_total{index="0",path="/sys/class/powercap/intel-rapl:0"} 240422.366267
            node_rapl_package_joules_total{index="1",path="/sys/class/powercap/intel-rapl:1"} 7e-06
        "#]],
        );
    }

    #[test]
    fn zone_in_a_label() {
        check(
            &["--collector.rapl.enable-zone-label"],
            &SERVER,
            expect![[r#"
            node_rapl_joules_total{index="0",path="/sys/class/powercap/intel-rapl:0",rapl_zone="package"} 240422.366267
            node_rapl_joules_total{index="0",path="/sys/class/powercap/intel-rapl:0:0",rapl_zone="dram"} 118821.284256
            node_rapl_joules_total{index="1",path="/sys/class/powercap/intel-rapl:1",rapl_zone="package"} 7e-06
            node_rapl_joules_total{index="1",path="/sys/class/powercap/intel-rapl:1:0",rapl_zone="dram"} 1.844674407370955e+13
        "#]],
        );
    }

    #[test]
    fn strange_zones() {
        let bad = [
            ("sys/class/powercap/a/name", "psys--io:1\n"),
            ("sys/class/powercap/a/energy_uj", "1\n"),
            ("sys/class/powercap/b/name", "core\n"),
            ("sys/class/powercap/b/energy_uj", "-1\n"),
        ];
        check(
            &[],
            &bad,
            expect![[r#"
            node_rapl_psys_io_1_joules_total{index="0",path="/sys/class/powercap/a"} 1e-06
            parse class/powercap/*/energy_uj line 1: "-1"
        "#]],
        );
        check(
            &[],
            &[],
            expect![[r#"
            no data
        "#]],
        );
    }

    #[test]
    fn names_of_metrics() {
        assert_eq!(metric_name("package"), "package");
        assert_eq!(metric_name("package-0-die-1"), "package_0_die_1");
        assert_eq!(metric_name("a-_ c\u{e4}"), "a_c_");
        assert_eq!(metric_name(""), "");
    }
}
