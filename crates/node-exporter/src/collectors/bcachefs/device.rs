//! The disks of a file system: directories `dev-*`.

use metrics_registry::{Exposition, Family};

use super::{FILE_SYSTEMS, size};
use crate::source::Paths;
use crate::{Error, number};

const INFO: Family<4> = Family::gauge(
    "node_bcachefs_device_info",
    "Label and state of the disk, as labels; always 1.",
    ["device", "label", "state", "uuid"],
);
const BUCKET_SIZE: Family<2> = Family::gauge(
    "node_bcachefs_device_bucket_size_bytes",
    "Size of a bucket of the disk in bytes.",
    ["device", "uuid"],
);
const BUCKETS: Family<2> = Family::gauge(
    "node_bcachefs_device_buckets",
    "Buckets of the disk.",
    ["device", "uuid"],
);
const DURABILITY: Family<2> = Family::gauge(
    "node_bcachefs_device_durability",
    "Copies that one on this disk counts for.",
    ["device", "uuid"],
);
const IO_DONE: Family<4> = Family::counter(
    "node_bcachefs_device_io_done_bytes_total",
    "Bytes read from and written to the disk.",
    ["data_type", "device", "operation", "uuid"],
);
const IO_ERRORS: Family<3> = Family::counter(
    "node_bcachefs_device_io_errors_total",
    "Errors of the disk since the file system was made.",
    ["device", "type", "uuid"],
);

/// Writes one disk. Fails with `Parse` where a table has a line without its number.
pub(super) fn write(paths: &Paths, uuid: &str, device: &str, out: &mut Exposition) -> Result<(), Error> {
    let name = |file| format!("{FILE_SYSTEMS}/{uuid}/dev-{device}/{file}");
    let text = |file| match paths.read_sys(&name(file)) {
        Ok(text) => text.to_owned(),
        Err(_) => String::new(),
    };
    let labels = [device, uuid];
    out.sample(&INFO, [device, &text("label"), &text("state"), uuid], 1.0);
    for (family, value) in [
        (&BUCKET_SIZE, size::parse(&text("bucket_size"))),
        (
            &BUCKETS,
            number::sys(paths, &name("nbuckets")).map(|value| value as f64),
        ),
        (
            &DURABILITY,
            number::sys(paths, &name("durability")).map(|value| value as f64),
        ),
    ] {
        if let Some(value) = value {
            out.sample(family, labels, value);
        }
    }
    write_io_done(&text("io_done"), labels, out)?;
    write_io_errors(&text("io_errors"), labels, out)
}

/// Reads lines `user :3770452246528` below `read:` and `write:`.
fn write_io_done(text: &str, [device, uuid]: [&str; 2], out: &mut Exposition) -> Result<(), Error> {
    let mut operation = None;
    for (index, line) in text.lines().enumerate() {
        match (line.trim_ascii(), operation) {
            ("read:", _) => operation = Some("read"),
            ("write:", _) => operation = Some("write"),
            (line, Some(operation)) => {
                if let Some((kind, bytes)) = entry("bcachefs io_done", index, line)? {
                    out.sample(&IO_DONE, [kind, device, operation, uuid], bytes);
                }
            }
            (_, None) => {}
        }
    }
    Ok(())
}

/// Reads lines `read: 18828` between `IO errors since filesystem creation` and `IO errors since 8 y ago`.
fn write_io_errors(text: &str, [device, uuid]: [&str; 2], out: &mut Exposition) -> Result<(), Error> {
    let lines = text.lines().enumerate();
    let lines = lines.skip_while(|(_, line)| !line.starts_with("IO errors since filesystem creation"));
    for (index, line) in lines.skip(1) {
        if line.starts_with("IO errors since ") {
            break;
        }
        if let Some((kind, count)) = entry("bcachefs io_errors", index, line)? {
            out.sample(&IO_ERRORS, [device, kind, uuid], count);
        }
    }
    Ok(())
}

/// Reads `KEY: NUMBER`; other lines say nothing.
fn entry<'a>(file: &'static str, index: usize, line: &'a str) -> Result<Option<(&'a str, f64)>, Error> {
    let Some((key, value)) = line.split_once(':') else {
        return Ok(None);
    };
    match number::parse(value) {
        Some(value) => Ok(Some((key.trim_ascii(), value as f64))),
        None => Err(Error::parse(file, index + 1, line)),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    type Write = fn(&str, [&str; 2], &mut Exposition) -> Result<(), Error>;

    #[track_caller]
    fn check(write: Write, text: &str, expect: Expect) {
        let mut out = Exposition::default();
        let result = write(text, ["4", "u"], &mut out);
        let error = result.err().map_or_else(String::new, |error| error.to_string());
        expect.assert_eq(&format!("{}{error}", out.to_text()));
    }

    #[test]
    fn bytes_done() {
        let text = "read:\nsb          :       86016\nuser        :610019098624\nwrite:\nsb          :      677376\n";
        check(
            write_io_done,
            text,
            expect![[r##"
            # HELP node_bcachefs_device_io_done_bytes_total Bytes read from and written to the disk.
            # TYPE node_bcachefs_device_io_done_bytes_total counter
            node_bcachefs_device_io_done_bytes_total{data_type="sb",device="4",operation="read",uuid="u"} 86016
            node_bcachefs_device_io_done_bytes_total{data_type="user",device="4",operation="read",uuid="u"} 6.10019098624e+11
            node_bcachefs_device_io_done_bytes_total{data_type="sb",device="4",operation="write",uuid="u"} 677376
        "##]],
        );
        check(
            write_io_done,
            "sb : 1\nread:\n\nsb\nuser : -1\n",
            expect![[r#"parse bcachefs io_done line 5: "user : -1""#]],
        );
        check(write_io_done, "", expect![[""]]);
    }

    #[test]
    fn errors() {
        let text = "\
IO errors since filesystem creation
  read:    18828
  write:   1
  checksum:5
IO errors since 8 y ago
  read:    7
";
        check(
            write_io_errors,
            text,
            expect![[r##"
            # HELP node_bcachefs_device_io_errors_total Errors of the disk since the file system was made.
            # TYPE node_bcachefs_device_io_errors_total counter
            node_bcachefs_device_io_errors_total{device="4",type="read",uuid="u"} 18828
            node_bcachefs_device_io_errors_total{device="4",type="write",uuid="u"} 1
            node_bcachefs_device_io_errors_total{device="4",type="checksum",uuid="u"} 5
        "##]],
        );
        check(
            write_io_errors,
            "read: 1\nIO errors since filesystem creation\nread: 99999999999999999999\n",
            expect![[r#"parse bcachefs io_errors line 3: "read: 99999999999999999999""#]],
        );
        check(write_io_errors, "", expect![[""]]);
    }
}
