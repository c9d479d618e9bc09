//! Load averages, from `/proc/loadavg`.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const LOAD1: Family<0> = Family::gauge("node_load1", "Load average over 1 minute.", []);
const LOAD5: Family<0> = Family::gauge("node_load5", "Load average over 5 minutes.", []);
const LOAD15: Family<0> = Family::gauge("node_load15", "Load average over 15 minutes.", []);

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let load = LoadAverage::parse(&node.paths.read_proc_table("loadavg")?)?;
    write(&load, out);
    Ok(())
}

/// Processes that run or wait for a disk, averaged over three spans.
#[derive(Debug)]
struct LoadAverage {
    one_minute: f64,
    five_minutes: f64,
    fifteen_minutes: f64,
}

impl LoadAverage {
    /// Fails with `Parse` on fewer than three numbers.
    fn parse(text: &str) -> Result<Self, Error> {
        let mut fields = text.split_ascii_whitespace();
        let mut next = || {
            let field = fields.next().and_then(|field| field.parse().ok());
            field.ok_or_else(|| Error::parse("loadavg", 1, text))
        };
        Ok(Self {
            one_minute: next()?,
            five_minutes: next()?,
            fifteen_minutes: next()?,
        })
    }
}

fn write(load: &LoadAverage, out: &mut Exposition) {
    out.sample(&LOAD1, [], load.one_minute);
    out.sample(&LOAD5, [], load.five_minutes);
    out.sample(&LOAD15, [], load.fifteen_minutes);
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let mut out = Exposition::default();
        match LoadAverage::parse(text) {
            Ok(load) => {
                write(&load, &mut out);
                expect.assert_eq(&out.to_text());
            }
            Err(error) => expect.assert_eq(&error.to_string()),
        }
    }

    #[test]
    fn busy_machine() {
        check(
            "0.21 0.37 0.39 1/719 19737\n",
            expect![[r#"
            # HELP node_load1 Load average over 1 minute.
            # TYPE node_load1 gauge
            node_load1 0.21
            # HELP node_load15 Load average over 15 minutes.
            # TYPE node_load15 gauge
            node_load15 0.39
            # HELP node_load5 Load average over 5 minutes.
            # TYPE node_load5 gauge
            node_load5 0.37
        "#]],
        );
    }

    #[test]
    fn short_line() {
        check("0.21 0.37\n", expect![[r#"parse loadavg line 1: "0.21 0.37\n""#]]);
    }
}
