//! Time that tasks waited for a CPU, for input and output, for memory, or for interrupts, from `/proc/pressure/*`.
//!
//! The files are absent on kernels without `CONFIG_PSI`. Where it is built in but off, as on Raspberry Pi OS without
//! `psi=1` in cmdline.txt, reading them fails with `EOPNOTSUPP`. Both are `NoData`.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const CPU_WAITING: Family<0> = Family::counter(
    "node_pressure_cpu_waiting_seconds_total",
    "Seconds that some task waited for a CPU.",
    [],
);
const IO_WAITING: Family<0> = Family::counter(
    "node_pressure_io_waiting_seconds_total",
    "Seconds that some task waited for input or output.",
    [],
);
const IO_STALLED: Family<0> = Family::counter(
    "node_pressure_io_stalled_seconds_total",
    "Seconds that no task could go on for lack of input or output.",
    [],
);
const MEMORY_WAITING: Family<0> = Family::counter(
    "node_pressure_memory_waiting_seconds_total",
    "Seconds that some task waited for memory.",
    [],
);
const MEMORY_STALLED: Family<0> = Family::counter(
    "node_pressure_memory_stalled_seconds_total",
    "Seconds that no task could go on for lack of memory.",
    [],
);
const IRQ_STALLED: Family<0> = Family::counter(
    "node_pressure_irq_stalled_seconds_total",
    "Seconds that no task could go on because of interrupts.",
    [],
);

/// Files, and the families that their lines `some` and `full` become.
const SOURCES: [(&str, [Option<&Family<0>>; 2]); 4] = [
    ("pressure/cpu", [Some(&CPU_WAITING), None]),
    ("pressure/io", [Some(&IO_WAITING), Some(&IO_STALLED)]),
    ("pressure/memory", [Some(&MEMORY_WAITING), Some(&MEMORY_STALLED)]),
    ("pressure/irq", [None, Some(&IRQ_STALLED)]),
];

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    for (file, families) in SOURCES {
        match node.paths.read_proc_table(file) {
            Ok(text) => write(file, &text, families, out)?,
            // Before kernel 6.1, or without CONFIG_IRQ_TIME_ACCOUNTING.
            Err(error) if file == "pressure/irq" && is_absent(&error) => {}
            Err(error) if is_absent(&error) => return Err(Error::NoData),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn is_absent(error: &Error) -> bool {
    match error {
        Error::NoData => true,
        Error::Read { source, .. } => source.raw_os_error() == Some(libc::EOPNOTSUPP),
        Error::Parse { .. } | Error::Permission { .. } | Error::Service { .. } | Error::System { .. } => {
            false
        }
    }
}

/// Fails with `Parse` where a line that is written is missing or has no total.
fn write(
    file: &'static str,
    text: &str,
    families: [Option<&Family<0>>; 2],
    out: &mut Exposition,
) -> Result<(), Error> {
    for (kind, family) in ["some ", "full "].into_iter().zip(families) {
        let Some(family) = family else { continue };
        let line = text.lines().find_map(|line| line.strip_prefix(kind));
        let total = line.and_then(|line| {
            line.split_ascii_whitespace()
                .find_map(|word| word.strip_prefix("total="))
        });
        let microseconds = total.and_then(|total| total.parse::<u64>().ok());
        let microseconds = microseconds.ok_or_else(|| Error::parse(file, 1, text))?;
        // Divided twice, because one division by a million rounds differently from the reference.
        out.sample(family, [], microseconds as f64 / 1000.0 / 1000.0);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let mut out = Exposition::default();
        let families = [Some(&IO_WAITING), Some(&IO_STALLED)];
        let result = write("pressure/io", text, families, &mut out).map_err(|error| error.to_string());
        expect.assert_eq(&format!("{}{result:?}", out.to_text()));
    }

    #[test]
    fn busy_disk() {
        check(
            "some avg10=0.18 avg60=0.34 avg300=0.10 total=14036781\nfull avg10=0.18 avg60=0.34 avg300=0.10 total=159229614\n",
            expect![[r#"
                # HELP node_pressure_io_stalled_seconds_total Seconds that no task could go on for lack of input or output.
                # TYPE node_pressure_io_stalled_seconds_total counter
                node_pressure_io_stalled_seconds_total 159.229614
                # HELP node_pressure_io_waiting_seconds_total Seconds that some task waited for input or output.
                # TYPE node_pressure_io_waiting_seconds_total counter
                node_pressure_io_waiting_seconds_total 14.036781000000001
                Ok(())"#]],
        );
    }

    #[test]
    fn short_text() {
        check(
            "some avg10=0.18\n",
            expect![[r#"Err("parse pressure/io line 1: \"some avg10=0.18\\n\"")"#]],
        );
    }

    #[test]
    fn turned_off_at_boot_is_no_data() {
        let path = "/proc/pressure/cpu".into();
        let source = std::io::Error::from_raw_os_error(libc::EOPNOTSUPP);
        assert!(is_absent(&Error::Read { path, source }));
    }
}
