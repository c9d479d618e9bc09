//! Batteries and chargers, from `/sys/class/power_supply`.
//!
//! Each supply has the attributes that its driver knows; the kernel gives micro units and tenths of a degree
//! (`Documentation/ABI/testing/sysfs-class-power`). Flag: `--collector.powersupply.ignored-supplies`.
//!
//! Names: `node_power_supply_info` gauge by (`capacity_level`), (`charge_type`), (`health`), (`manufacturer`),
//! (`model_name`), `power_supply`, (`scope`), (`serial_number`), (`status`), (`technology`), (`type`), (`usb_type`):
//! what a power supply is, as far as its driver tells; always 1.

mod attribute;

use clap::{Arg, ArgMatches};
use exporter_http::StartError;
use exporter_http::flags::text;
use metrics_registry::{Exposition, Kind};

use self::attribute::NUMBERS;
use crate::filter::Filter;
use crate::{Error, Node};

const IGNORED: &str = "collector.powersupply.ignored-supplies";

/// Which supplies are left out.
#[derive(Debug)]
pub(crate) struct State {
    shown: Filter,
}

impl State {
    /// Fails where the expression is not valid.
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        Ok(Self {
            shown: Filter::exclude(IGNORED, text(matches, IGNORED))?,
        })
    }
}

pub(super) fn flags() -> Vec<Arg> {
    vec![
        Arg::new(IGNORED)
            .long(IGNORED)
            .value_name("REGEX")
            .default_value("^$")
            .help("Leave out the power supplies that match"),
    ]
}

/// Attributes that are labels of `node_power_supply_info`, and that label itself; in the order of label names.
const LABELS: [&str; 12] = [
    "capacity_level",
    "charge_type",
    "health",
    "manufacturer",
    "model_name",
    "power_supply",
    "scope",
    "serial_number",
    "status",
    "technology",
    "type",
    "usb_type",
];

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    for supply in node.paths.list_sys("class/power_supply")? {
        if node.powersupplyclass.shown.passes(&supply) {
            collect_supply(node, &supply, out)?;
        }
    }
    Ok(())
}

/// Reads those attributes of a supply that it has: most of the 60 are missing on any of them.
fn collect_supply(node: &Node, supply: &str, out: &mut Exposition) -> Result<(), Error> {
    let directory = format!("class/power_supply/{supply}");
    let mut labels: [String; LABELS.len()] = Default::default();
    for file in node.paths.list_sys(&directory)? {
        let number = NUMBERS.binary_search_by(|attribute| attribute.file.cmp(&file));
        let label = LABELS.binary_search(&file.as_str());
        if number.is_err() && label.is_err() {
            continue;
        }
        let text = match node.paths.read_sys(&format!("{directory}/{file}")) {
            Ok(text) => text,
            Err(error) if is_unknown(&error) => continue,
            Err(error) => return Err(error),
        };
        if let Ok(index) = number {
            let attribute = &NUMBERS[index];
            let value: i64 = text
                .parse()
                .map_err(|_| Error::parse("class/power_supply", 1, &text))?;
            out.sample(&attribute.family, [supply], value as f64 / attribute.divisor);
        } else if let Ok(index) = label {
            text.clone_into(&mut labels[index]);
        }
    }
    write_info(supply, &mut labels, out);
    Ok(())
}

/// Whether the driver says that it does not know this attribute now, as many do for a battery that is not there.
fn is_unknown(error: &Error) -> bool {
    match error {
        Error::NoData => true,
        Error::Read { source, .. } => matches!(
            source.raw_os_error(),
            Some(libc::EOPNOTSUPP | libc::ENODEV | libc::EINVAL)
        ),
        Error::Parse { .. } | Error::Permission { .. } | Error::Service { .. } | Error::System { .. } => {
            false
        }
    }
}

/// Writes the labels that the supply has: the set differs from one to the next.
fn write_info(supply: &str, labels: &mut [String; LABELS.len()], out: &mut Exposition) {
    if let Ok(index) = LABELS.binary_search(&"power_supply") {
        supply.clone_into(&mut labels[index]);
    }
    let labels = std::iter::zip(LABELS, labels.iter().map(String::as_str));
    out.dynamic(
        "node_power_supply_info",
        format_args!("Always 1; what a power supply is, as far as its driver tells."),
        Kind::Gauge,
        labels.filter(|(_, value)| !value.is_empty()),
        1.0,
    );
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    const LAPTOP: [(&str, &str); 12] = [
        ("sys/class/power_supply/AC/online", "0\n"),
        ("sys/class/power_supply/AC/type", "Mains\n"),
        ("sys/class/power_supply/AC/uevent", "POWER_SUPPLY_NAME=AC\n"),
        ("sys/class/power_supply/BAT0/capacity", "81\n"),
        ("sys/class/power_supply/BAT0/cycle_count", "0\n"),
        ("sys/class/power_supply/BAT0/energy_now", "36580000\n"),
        ("sys/class/power_supply/BAT0/model_name", "LNV-45N1\u{fffd}\n"),
        ("sys/class/power_supply/BAT0/power/control", "auto\n"),
        ("sys/class/power_supply/BAT0/serial_number", " \n"),
        ("sys/class/power_supply/BAT0/temp", "-55\n"),
        ("sys/class/power_supply/BAT0/time_to_empty_now", "3600\n"),
        ("sys/class/power_supply/BAT0/type", "Battery\n"),
    ];

    #[track_caller]
    fn check(arguments: &[&str], files: &[(&str, &str)], expect: Expect) {
        expect.assert_eq(&samples(collect, arguments, files));
    }

    #[test]
    fn charger_and_battery() {
        check(
            &[],
            &LAPTOP,
            expect![[r#"
            node_power_supply_capacity{power_supply="BAT0"} 81
            node_power_supply_cyclecount{power_supply="BAT0"} 0
            node_power_supply_energy_watthour{power_supply="BAT0"} 36.58
            node_power_supply_info{power_supply="AC",type="Mains"} 1
            node_power_supply_info{model_name="LNV-45N1�",power_supply="BAT0",type="Battery"} 1
            node_power_supply_online{power_supply="AC"} 0
            node_power_supply_temp_celsius{power_supply="BAT0"} -5.5
            node_power_supply_time_to_empty_seconds{power_supply="BAT0"} 3600
        "#]],
        );
    }

    #[test]
    fn ignored_supply() {
        let flag = "--collector.powersupply.ignored-supplies=^BAT";
        check(
            &[flag],
            &LAPTOP,
            expect![[r#"
            node_power_supply_info{power_supply="AC",type="Mains"} 1
            node_power_supply_online{power_supply="AC"} 0
        "#]],
        );
    }

    #[test]
    fn no_number_and_no_supply() {
        let huge = [("sys/class/power_supply/BAT0/capacity", "99999999999999999999\n")];
        check(
            &[],
            &huge,
            expect![[r#"
            parse class/power_supply line 1: "99999999999999999999"
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
    fn tables_are_sorted_for_the_search() {
        assert!(NUMBERS.is_sorted_by_key(|attribute| attribute.file));
        assert!(LABELS.is_sorted());
    }
}
