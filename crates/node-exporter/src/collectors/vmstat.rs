//! Events of virtual memory, from `/proc/vmstat`: paging, swapping, faults, and kills for lack of memory.
//!
//! Names: `node_vmstat_<field>` untyped: a field of the file.

use clap::{Arg, ArgMatches};
use exporter_http::StartError;
use exporter_http::flags::text;
use metrics_registry::{Exposition, Kind};

use crate::filter::Filter;
use crate::{Error, Node};

const FIELDS: &str = "collector.vmstat.fields";
const FIELDS_DEFAULT: &str = "^(oom_kill|pgpg|pswp|pg.*fault).*";

/// Settings.
#[derive(Debug)]
pub(crate) struct State {
    /// Which of the 150 and more fields are written.
    fields: Filter,
}

impl State {
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        Ok(Self {
            fields: Filter::include(FIELDS, text(matches, FIELDS))?,
        })
    }
}

pub(super) fn flags() -> Vec<Arg> {
    vec![
        Arg::new(FIELDS)
            .long(FIELDS)
            .value_name("REGEX")
            .default_value(FIELDS_DEFAULT)
            .help("Fields of /proc/vmstat to report"),
    ]
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    write(&node.paths.read_proc_table("vmstat")?, &node.vmstat.fields, out)
}

/// Fails with `Parse` on chosen lines without a number, and still writes the others.
fn write(text: &str, fields: &Filter, out: &mut Exposition) -> Result<(), Error> {
    let mut result = Ok(());
    let mut metric = String::new();
    for (index, line) in text.lines().enumerate() {
        let (name, value) = line.split_once(' ').unwrap_or((line, ""));
        if !fields.passes(name) {
            continue;
        }
        match value.trim_ascii().parse::<u64>() {
            Ok(value) => {
                metric.clear();
                metric.push_str("node_vmstat_");
                metric.push_str(name);
                let help = format_args!("{name} of /proc/vmstat.");
                out.dynamic(&metric, help, Kind::Untyped, [], value as f64);
            }
            Err(_) => result = Err(Error::parse("vmstat", index + 1, line)),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let mut out = Exposition::default();
        let fields = Filter::include(FIELDS, FIELDS_DEFAULT).unwrap();
        let result = write(text, &fields, &mut out).map_err(|error| error.to_string());
        expect.assert_eq(&format!("{}{result:?}", out.to_text()));
    }

    #[test]
    fn chosen_fields() {
        check(
            "nr_free_pages 977769\npgpgin 7344136\npgalloc_dma 47\npgmajfault 507162\noom_kill 0\n",
            expect![[r#"
                # HELP node_vmstat_oom_kill oom_kill of /proc/vmstat.
                # TYPE node_vmstat_oom_kill untyped
                node_vmstat_oom_kill 0
                # HELP node_vmstat_pgmajfault pgmajfault of /proc/vmstat.
                # TYPE node_vmstat_pgmajfault untyped
                node_vmstat_pgmajfault 507162
                # HELP node_vmstat_pgpgin pgpgin of /proc/vmstat.
                # TYPE node_vmstat_pgpgin untyped
                node_vmstat_pgpgin 7.344136e+06
                Ok(())"#]],
        );
    }

    #[test]
    fn short_line_and_huge_number() {
        check(
            "pgpgin\npgfault 18446744073709551615\n",
            expect![[r#"
                # HELP node_vmstat_pgfault pgfault of /proc/vmstat.
                # TYPE node_vmstat_pgfault untyped
                node_vmstat_pgfault 1.8446744073709552e+19
                Err("parse vmstat line 1: \"pgpgin\"")"#]],
        );
    }
}
