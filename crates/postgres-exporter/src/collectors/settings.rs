//! Settings that are numbers, from `pg_settings`: about 290 families, `pg_settings_<name>[_seconds|_bytes]`.
//!
//! One row holds them all, a line each: a row costs the driver more than a line costs here.
//!
//! Durations become seconds and sizes bytes, whatever unit the server counts in; -1, which mostly means "off", stays.
//!
//! Names: `pg_settings_<name>` gauge: a setting that is a number or a switch (1 is on).
//! Names: `pg_settings_<name>_seconds` gauge: a setting that is a time.
//! Names: `pg_settings_<name>_bytes` gauge: a setting that is a size.

use metrics_registry::Kind;

use super::Statement;
use crate::Error;
use crate::samples::Samples;
use crate::table::Table;

pub(super) const STATEMENTS: &[Statement] = &[Statement {
    sql: |_| {
        Some(
            "SELECT string_agg(concat_ws(chr(9), name, setting, vartype, unit), chr(10)) FROM pg_settings \
             WHERE vartype IN ('bool', 'integer', 'real')"
                .into(),
        )
    },
    write,
}];

/// Settings of hosted servers that are declared as numbers and hold something else.
const NO_NUMBERS: [&str; 2] = ["google_dataplex.max_messages", "sync_commit_cancel_wait"];

fn write(_: &super::Context<'_>, table: &Table, samples: &mut Samples<'_>) -> Result<(), Error> {
    let mut strange = Ok(());
    let mut name = String::new();
    let lines = table.rows().flat_map(|row| row.label(0).lines());
    for line in lines {
        let mut parts = line.split('\t');
        let mut part = || parts.next().unwrap_or_default();
        let (setting, written, kind, unit) = (part(), part(), part(), part());
        if NO_NUMBERS.contains(&setting) {
            continue;
        }
        match value(written, unit, kind) {
            Some((value, unit)) => {
                set_name(&mut name, setting, unit);
                samples.dynamic(
                    &name,
                    format_args!("Setting {setting}{}.", unit.help()),
                    Kind::Gauge,
                    [],
                    value,
                );
            }
            None => strange = Err(Error::value(setting, written, "a number with a known unit")),
        }
    }
    strange
}

/// What a setting is converted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    None,
    Seconds,
    Bytes,
}

impl Unit {
    fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Seconds => "_seconds",
            Self::Bytes => "_bytes",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Seconds => ", in seconds",
            Self::Bytes => ", in bytes",
        }
    }
}

/// Writes `pg_settings_…`; what a name may not hold becomes `_`.
fn set_name(name: &mut String, setting: &str, unit: Unit) {
    name.clear();
    name.push_str("pg_settings_");
    // Only names of extensions have dots.
    if setting.bytes().fold(true, |legal, byte| legal & is_legal(byte)) {
        name.push_str(setting);
    } else {
        let legal = |character: char| match u8::try_from(character) {
            Ok(byte) if is_legal(byte) => character,
            _ => '_',
        };
        name.extend(setting.chars().map(legal));
    }
    name.push_str(unit.suffix());
}

fn is_legal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The number of a setting in its converted unit. `None` where it is no number or its unit is not known.
fn value(setting: &str, unit: &str, kind: &str) -> Option<(f64, Unit)> {
    if kind == "bool" {
        return Some((f64::from(u8::from(setting == "on")), Unit::None));
    }
    let (factor, unit) = factor(unit)?;
    // Some hosted servers repeat the unit behind the number.
    let digits = setting.trim_end_matches(|last: char| last.is_ascii_alphabetic());
    let number: f64 = match setting.parse() {
        Ok(number) => number,
        Err(_) => digits.trim_end().parse().ok()?,
    };
    match (number == -1.0, factor) {
        (true, _) => Some((number, unit)),
        // Dividing is exact where a factor of 0.001 is not.
        (false, Factor::Divide(by)) => Some((number / by, unit)),
        (false, Factor::Multiply(by)) => Some((number * by, unit)),
    }
}

#[derive(Clone, Copy)]
enum Factor {
    Multiply(f64),
    Divide(f64),
}

/// What one of a unit is in seconds or bytes. Sizes may have a count before them: `8kB` is the block.
fn factor(unit: &str) -> Option<(Factor, Unit)> {
    let seconds = |factor| Some((factor, Unit::Seconds));
    match unit {
        "" => return Some((Factor::Multiply(1.0), Unit::None)),
        "us" => return seconds(Factor::Divide(1e6)),
        "ms" => return seconds(Factor::Divide(1e3)),
        "s" => return seconds(Factor::Multiply(1.0)),
        "min" => return seconds(Factor::Multiply(60.0)),
        "h" => return seconds(Factor::Multiply(3600.0)),
        "d" => return seconds(Factor::Multiply(86_400.0)),
        _ => {}
    }
    let start = unit
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(unit.len());
    let (count, unit) = unit.split_at(start);
    let count: u32 = if count.is_empty() { 1 } else { count.parse().ok()? };
    let exponent = ["B", "kB", "MB", "GB", "TB"]
        .iter()
        .position(|known| *known == unit)?;
    Some((
        Factor::Multiply(f64::from(count) * 1024_f64.powi(exponent as i32)),
        Unit::Bytes,
    ))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::collectors::tests::{sample_lines, written};
    use crate::plan::Plan;

    #[track_caller]
    fn check(rows: &str, expect: Expect) {
        let lines: Vec<_> = rows.lines().map(|line| line.trim().replace('|', "\\t")).collect();
        let table = format!("string_agg\n{}", lines.join("\\n"));
        let text = written(&STATEMENTS[0], 150_000, &Plan::default(), &table);
        expect.assert_eq(&sample_lines(&text));
    }

    #[test]
    fn units() {
        check(
            "max_connections|100|integer
             shared_buffers|16384|integer|8kB
             min_wal_size|80|integer|MB
             wal_segment_size|16777216|integer|B
             checkpoint_timeout|300|integer|s
             autovacuum_vacuum_cost_delay|2|real|ms
             log_rotation_age|1440|integer|min
             log_min_duration_statement|-1|integer|ms
             work_mem|4096kB|integer|kB
             seq_page_cost|1|real
             fsync|on|bool
             jit|off|bool
             pg_stat_statements.max|5000|integer
             my-ext.old-name|1|integer
             wal_segment|1|integer|64MB",
            expect![[r#"
                pg_settings_autovacuum_vacuum_cost_delay_seconds 0.002
                pg_settings_checkpoint_timeout_seconds 300
                pg_settings_fsync 1
                pg_settings_jit 0
                pg_settings_log_min_duration_statement_seconds -1
                pg_settings_log_rotation_age_seconds 86400
                pg_settings_max_connections 100
                pg_settings_min_wal_size_bytes 8.388608e+07
                pg_settings_my_ext_old_name 1
                pg_settings_pg_stat_statements_max 5000
                pg_settings_seq_page_cost 1
                pg_settings_shared_buffers_bytes 1.34217728e+08
                pg_settings_wal_segment_bytes 6.7108864e+07
                pg_settings_wal_segment_size_bytes 1.6777216e+07
                pg_settings_work_mem_bytes 4.194304e+06
            "#]],
        );
    }

    #[test]
    fn a_strange_one_does_not_hide_the_others() {
        check(
            "a|1|integer|fortnights
             sync_commit_cancel_wait|yes|integer
             b|none|integer
             c|3|integer",
            expect![[r#"
                pg_settings_c 3
                error: column "b": "none" is not a number with a known unit
            "#]],
        );
    }
}
