//! ZFS: its caches and its pools, from `/proc/spl/kstat/zfs`.
//!
//! Absent without the `zfs` module. Files of the module as a whole and `POOL/objset-*` are tables of `name type data`;
//! `POOL/io` is a line of names above a line of numbers, gone since OpenZFS 2.1; `POOL/state` is a word.
//! Names of metrics are made from those of the file and the field.
//!
//! Names: `node_zfs_<part>_<field>` untyped: a field of the table of a part, such as `arc`.
//! Names: `node_zfs_zpool_<field>` untyped by `zpool`: a field of `POOL/io`.
//! Names: `node_zfs_zpool_dataset_<field>` untyped by `dataset`, `zpool`: a field of `POOL/objset-*`.

use metrics_registry::{Exposition, Family, Kind};

use crate::{Error, Node};

const DIRECTORY: &str = "spl/kstat/zfs";

const STATE: Family<2> = Family::gauge(
    "node_zfs_zpool_state",
    "1 for the state that a ZFS pool is in, 0 for the others.",
    ["state", "zpool"],
);

/// Files of the module as a whole, and the part of the metrics' names that stands for each.
const FILES: [(&str, &str); 11] = [
    ("abdstats", "abd"),
    ("arcstats", "arc"),
    ("dbufstats", "dbuf"),
    ("dmu_tx", "dmu_tx"),
    ("dnodestats", "dnode"),
    ("fm", "fm"),
    ("vdev_cache_stats", "vdev_cache"),
    ("vdev_mirror_stats", "vdev_mirror"),
    ("xuio_stats", "xuio"),
    ("zfetchstats", "zfetch"),
    ("zil", "zil"),
];

/// States that a pool can be in.
const STATES: [&str; 7] = [
    "degraded",
    "faulted",
    "offline",
    "online",
    "removed",
    "suspended",
    "unavail",
];

/// Types of the kernel's `kstat.h` that are reported.
const INT64: &str = "3";
const UINT64: &str = "4";

/// Names of fields in `POOL/io`, at least; a line with fewer is no header.
const IO_FIELDS_MIN: usize = 12;

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let entries = node.paths.list_proc(DIRECTORY)?;
    for (file, part) in FILES {
        // Files come and go with versions of ZFS.
        if entries.iter().any(|entry| entry == file) {
            let text = node.paths.read_proc(&format!("{DIRECTORY}/{file}"))?;
            write_module(file, part, &text, out)?;
        }
    }
    for entry in &entries {
        if !FILES.iter().any(|(file, _)| entry == file) {
            collect_pool(node, entry, out)?;
        }
    }
    Ok(())
}

/// Reads what there is of a pool; `name` may also be a file that is not reported.
fn collect_pool(node: &Node, name: &str, out: &mut Exposition) -> Result<(), Error> {
    let directory = format!("{DIRECTORY}/{name}");
    // One look into the directory, which is needed for the data sets, tells files and pools apart.
    let Ok(entries) = node.paths.list_proc(&directory) else {
        return Ok(());
    };
    for entry in &entries {
        let write = match entry.as_str() {
            "io" => write_io,
            "state" => write_state,
            entry if entry.starts_with("objset-") => write_data_set,
            _ => continue,
        };
        // Not kept open: there may be thousands of data sets, and other collectors need their descriptors.
        match node
            .paths
            .read_once(&node.paths.procfs.join(&directory).join(entry))
        {
            Ok(text) => write(name, &text, out)?,
            // The pool or the data set is gone since the directory was read.
            Err(Error::NoData) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// One number of a table.
struct Row<'a> {
    name: &'a str,
    value: f64,
}

/// The numbers of a table and the line that names its data set.
///
/// Fails with `Parse` where there is no header, or a number is not one.
fn table<'a>(file: &'static str, text: &'a str) -> Result<(Vec<Row<'a>>, &'a str), Error> {
    let mut lines = text.lines().enumerate();
    let is_header = |line: &str| line.split_ascii_whitespace().eq(["name", "type", "data"]);
    lines
        .find(|(_, line)| is_header(line))
        .ok_or_else(|| Error::parse(file, 1, text))?;
    let mut data_set = "";
    let mut rows = Vec::new();
    for (index, line) in lines {
        let Some((name, rest)) = line.split_once(' ') else {
            continue;
        };
        let Some((kind, data)) = rest.trim_start().split_once(' ') else {
            continue;
        };
        let data = data.trim();
        let value = match kind {
            UINT64 => data.parse().ok().map(|number: u64| number as f64),
            INT64 => data.parse().ok().map(|number: i64| number as f64),
            _ => {
                // The name may have spaces.
                if name == "dataset_name" {
                    data_set = data;
                }
                continue;
            }
        };
        let value = value.ok_or_else(|| Error::parse(file, index + 1, line))?;
        rows.push(Row { name, value });
    }
    Ok((rows, data_set))
}

fn write_module(file: &'static str, part: &str, text: &str, out: &mut Exposition) -> Result<(), Error> {
    let (rows, _) = table(file, text)?;
    for Row { name, value } in rows {
        let metric = format!("node_zfs_{part}_{}", metric_name(name));
        let help = format_args!("Field {name} of /proc/spl/kstat/zfs/{file}.");
        out.dynamic(&metric, help, Kind::Untyped, [], value);
    }
    Ok(())
}

fn write_data_set(pool: &str, text: &str, out: &mut Exposition) -> Result<(), Error> {
    let (rows, data_set) = table("objset", text)?;
    for Row { name, value } in rows {
        let metric = format!("node_zfs_zpool_dataset_{}", metric_name(name));
        let help = format_args!("Field {name} of the data sets of a ZFS pool.");
        out.dynamic(
            &metric,
            help,
            Kind::Untyped,
            [("dataset", data_set), ("zpool", pool)],
            value,
        );
    }
    Ok(())
}

/// Fails with `Parse` where a number is missing or not one.
fn write_io(pool: &str, text: &str, out: &mut Exposition) -> Result<(), Error> {
    let mut lines = text.lines().enumerate();
    let is_header =
        |line: &str| line.starts_with("nread") && IO_FIELDS_MIN <= line.split_ascii_whitespace().count();
    let Some((_, header)) = lines.find(|(_, line)| is_header(line)) else {
        return Ok(());
    };
    if let Some((index, line)) = lines.next() {
        let mut fields = line.split_ascii_whitespace();
        for name in header.split_ascii_whitespace() {
            let number = fields.next().and_then(|field| field.parse::<u64>().ok());
            let number = number.ok_or_else(|| Error::parse("io", index + 1, line))?;
            let metric = format!("node_zfs_zpool_{}", metric_name(name));
            let help = format_args!("Field {name} of the input and output of a ZFS pool.");
            out.dynamic(&metric, help, Kind::Untyped, [("zpool", pool)], number as f64);
        }
    }
    Ok(())
}

fn write_state(pool: &str, text: &str, out: &mut Exposition) -> Result<(), Error> {
    let current = text.lines().next().unwrap_or_default();
    for state in STATES {
        let is_current = current.eq_ignore_ascii_case(state);
        out.sample(&STATE, [state, pool], f64::from(u8::from(is_current)));
    }
    Ok(())
}

/// The field without what a metric's name cannot have. As in the reference, of a name with points the last part counts.
fn metric_name(field: &str) -> String {
    let last = field.rsplit('.').next().unwrap_or_default();
    let keep = |character: char| {
        if character.is_ascii_alphanumeric() {
            character
        } else {
            '_'
        }
    };
    last.chars().map(keep).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    #[track_caller]
    fn check(files: &[(&str, &str)], expect: Expect) {
        let path = |file| format!("proc/spl/kstat/zfs/{file}");
        let files: Vec<_> = files.iter().map(|(file, text)| (path(file), *text)).collect();
        let files: Vec<_> = files.iter().map(|(file, text)| (file.as_str(), *text)).collect();
        expect.assert_eq(&samples(collect, &[], &files));
    }

    const HEADER: &str = "23 1 0x01 7 2160 221578688875 6665999035587\n\
                          name                            type data\n";

    #[test]
    fn module_and_pools() {
        let arc = format!(
            "{HEADER}hits                            4    8772612\n\
             memory_available_bytes          3    -922337203685477580\n\
             l2.abort-lowmem                 4    18446744073709551615\n\
             text                            7    word\n"
        );
        let set = format!(
            "{HEADER}dataset_name                    7    pool3/dataset with  space\n\
             nread                           4    28\n"
        );
        let io = "12 3 0x00 1 80 79205351707403 395818011156865\n\
                  nread    nwritten reads    writes   wtime    wlentime wupdate  rtime    rlentime rupdate  wcnt     rcnt    \n\
                  1884160  3206144  22       132      7155162  104112268 79210489694949 24168078 104112268 79210489849220 0        1       \n";
        check(
            &[
                ("arcstats", &arc),
                ("dbgmsg", "timestamp    message\n"),
                ("pool1/io", io),
                ("pool1/state", "ONLINE\n"),
                ("pool1/txgs", "1\n"),
                ("pool3/objset-0x36", &set),
            ],
            expect![[r#"
                node_zfs_arc_abort_lowmem 1.8446744073709552e+19
                node_zfs_arc_hits 8.772612e+06
                node_zfs_arc_memory_available_bytes -9.223372036854776e+17
                node_zfs_zpool_dataset_nread{dataset="pool3/dataset with  space",zpool="pool3"} 28
                node_zfs_zpool_nread{zpool="pool1"} 1.88416e+06
                node_zfs_zpool_nwritten{zpool="pool1"} 3.206144e+06
                node_zfs_zpool_rcnt{zpool="pool1"} 1
                node_zfs_zpool_reads{zpool="pool1"} 22
                node_zfs_zpool_rlentime{zpool="pool1"} 1.04112268e+08
                node_zfs_zpool_rtime{zpool="pool1"} 2.4168078e+07
                node_zfs_zpool_rupdate{zpool="pool1"} 7.921048984922e+13
                node_zfs_zpool_state{state="degraded",zpool="pool1"} 0
                node_zfs_zpool_state{state="faulted",zpool="pool1"} 0
                node_zfs_zpool_state{state="offline",zpool="pool1"} 0
                node_zfs_zpool_state{state="online",zpool="pool1"} 1
                node_zfs_zpool_state{state="removed",zpool="pool1"} 0
                node_zfs_zpool_state{state="suspended",zpool="pool1"} 0
                node_zfs_zpool_state{state="unavail",zpool="pool1"} 0
                node_zfs_zpool_wcnt{zpool="pool1"} 0
                node_zfs_zpool_wlentime{zpool="pool1"} 1.04112268e+08
                node_zfs_zpool_writes{zpool="pool1"} 132
                node_zfs_zpool_wtime{zpool="pool1"} 7.155162e+06
                node_zfs_zpool_wupdate{zpool="pool1"} 7.9210489694949e+13
            "#]],
        );
    }

    #[test]
    fn without_zfs() {
        check(
            &[],
            expect![[r#"
            no data
        "#]],
        );
    }

    #[test]
    fn truncated_and_strange() {
        check(
            &[("arcstats", "")],
            expect![[r#"
            parse arcstats line 1: ""
        "#]],
        );
        check(
            &[("zil", &format!("{HEADER}a\nb 4\nc 4 \nd 4 x\n"))],
            expect![[r#"
                parse zil line 5: "c 4 "
            "#]],
        );
        check(
            &[("pool1/io", "nread\n"), ("pool1/state", "\u{fffd}")],
            expect![[r#"
                node_zfs_zpool_state{state="degraded",zpool="pool1"} 0
                node_zfs_zpool_state{state="faulted",zpool="pool1"} 0
                node_zfs_zpool_state{state="offline",zpool="pool1"} 0
                node_zfs_zpool_state{state="online",zpool="pool1"} 0
                node_zfs_zpool_state{state="removed",zpool="pool1"} 0
                node_zfs_zpool_state{state="suspended",zpool="pool1"} 0
                node_zfs_zpool_state{state="unavail",zpool="pool1"} 0
            "#]],
        );
        check(
            &[("pool1/io", "nread b c d e f g h i j k l\n1 2 3\n")],
            expect![[r#"
                node_zfs_zpool_b{zpool="pool1"} 2
                node_zfs_zpool_c{zpool="pool1"} 3
                node_zfs_zpool_nread{zpool="pool1"} 1
                parse io line 2: "1 2 3"
            "#]],
        );
        check(&[("pool1/objset-1", HEADER)], expect![[r#""#]]);
    }
}
