//! Counters of the network protocols, from `/proc/net/netstat`, `/proc/net/snmp` and `/proc/net/snmp6`.
//!
//! `net/snmp6` is absent where IPv6 is off; that is not a failure. Which of some 400 counters are wanted is decided
//! once per line of names, and only those are read as numbers. The expression is compiled for that and dropped again:
//! it would take more memory than all that it decides.
//!
//! Names: `node_netstat_<protocol>_<counter>` untyped: a counter of a protocol.

use std::cell::{OnceCell, RefCell};

use clap::{Arg, ArgMatches};
use exporter_http::StartError;
use exporter_http::flags::text;
use metrics_registry::{Exposition, Kind};
use regex_lite::Regex;

use crate::filter::compile;
use crate::{Error, Node};

const FIELDS: &str = "collector.netstat.fields";
const FIELDS_DEFAULT: &str = "^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)\
    |TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)\
    |Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)\
    |Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$";
/// Lines whose decisions are kept; real files have fewer than 120.
const LINES_MAX: usize = 1024;

pub(crate) fn flags() -> Vec<Arg> {
    vec![
        Arg::new(FIELDS)
            .long(FIELDS)
            .value_name("REGEX")
            .default_value(FIELDS_DEFAULT)
            .help("Counters to report, as Protocol_Name"),
    ]
}

/// The expression, and what it decided.
#[derive(Debug)]
pub(crate) struct State {
    /// Found valid at the start.
    fields: String,
    netstat: RefCell<Vec<Line>>,
    snmp: RefCell<Vec<Line>>,
    snmp6: RefCell<Vec<Line>>,
}

impl State {
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        Ok(Self {
            fields: compile(FIELDS, text(matches, FIELDS))?.to_string(),
            netstat: RefCell::default(),
            snmp: RefCell::default(),
            snmp6: RefCell::default(),
        })
    }
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let state = &node.netstat;
    let compiled = OnceCell::new();
    let is_wanted = |name: &str| {
        let regex: &Option<Regex> = compiled.get_or_init(|| Regex::new(&state.fields).ok());
        regex.as_ref().is_some_and(|regex| regex.is_match(name))
    };
    let text = node.paths.read_proc_table("net/netstat")?;
    let lines = &mut state.netstat.borrow_mut();
    write_pairs("net/netstat", &text, &is_wanted, lines, out)?;
    let text = node.paths.read_proc_table("net/snmp")?;
    let lines = &mut state.snmp.borrow_mut();
    write_pairs("net/snmp", &text, &is_wanted, lines, out)?;
    let lines = &mut state.snmp6.borrow_mut();
    match node.paths.read_proc_table("net/snmp6") {
        Ok(text) => write_single("net/snmp6", &text, &is_wanted, lines, out),
        Err(Error::NoData) => Ok(()),
        Err(error) => Err(error),
    }
}

/// A line of names, and those of them that are wanted.
#[derive(Debug, Default)]
struct Line {
    names: String,
    wanted: Vec<Wanted>,
}

/// One counter that is reported.
#[derive(Debug)]
struct Wanted {
    /// Its place among the names of the line, counted from 0.
    column: usize,
    /// `node_netstat_Tcp_InErrs`.
    metric: String,
}

/// What was decided on line `number`, decided anew where its names are not those of the last scrape.
fn decide<'a>(
    lines: &'a mut Vec<Line>,
    number: usize,
    names: &str,
    wanted: impl FnOnce() -> Vec<Wanted>,
) -> &'a [Wanted] {
    if lines.len() <= number {
        lines.resize_with(number + 1, Line::default);
    }
    let line = &mut lines[number];
    // A line of the file is never empty, so a new one here differs.
    if line.names != names {
        names.clone_into(&mut line.names);
        line.wanted = wanted();
    }
    &line.wanted
}

/// Writes a file of pairs of lines: `Tcp: Name Name …`, `Tcp: 1 2 …`.
///
/// Fails with `Parse` where a pair is not complete or a wanted number is not one.
fn write_pairs(
    file: &'static str,
    text: &str,
    is_wanted: &dyn Fn(&str) -> bool,
    lines: &mut Vec<Line>,
    out: &mut Exposition,
) -> Result<(), Error> {
    let mut rest = text.lines().enumerate();
    while let Some((number, names)) = rest.next() {
        let (_, numbers) = rest
            .next()
            .filter(|_| number < LINES_MAX)
            .ok_or_else(|| Error::parse(file, number + 1, names))?;
        let error = || Error::parse(file, number + 2, numbers);
        let (protocol, _) = names
            .split_once(':')
            .filter(|(protocol, _)| {
                numbers
                    .strip_prefix(protocol)
                    .is_some_and(|rest| rest.starts_with(':'))
            })
            .ok_or_else(error)?;
        let wanted = decide(lines, number / 2, names, || {
            let names = names.split_ascii_whitespace().skip(1).enumerate();
            names
                .filter_map(|(column, name)| want(is_wanted, protocol, name, column))
                .collect()
        });
        let mut columns = numbers.split_ascii_whitespace().skip(1);
        let mut next = 0;
        for wanted in wanted {
            let number = columns.nth(wanted.column - next).ok_or_else(error)?;
            next = wanted.column + 1;
            write(&wanted.metric, number.parse().map_err(|_| error())?, out);
        }
    }
    Ok(())
}

/// Writes a file of lines `Ip6InReceives 7`; the protocol ends with its 6.
///
/// Fails with `Parse` where a wanted number is not one.
fn write_single(
    file: &'static str,
    text: &str,
    is_wanted: &dyn Fn(&str) -> bool,
    lines: &mut Vec<Line>,
    out: &mut Exposition,
) -> Result<(), Error> {
    for (number, line) in text.lines().enumerate().take(LINES_MAX) {
        let mut parts = line.split_ascii_whitespace();
        let (Some(name), Some(value)) = (parts.next(), parts.next()) else {
            continue;
        };
        let wanted = decide(lines, number, name, || {
            let parts = name.find('6').and_then(|six| name.split_at_checked(six + 1));
            let wanted = parts.and_then(|(protocol, name)| want(is_wanted, protocol, name, 0));
            wanted.into_iter().collect()
        });
        for wanted in wanted {
            let value = value.parse().map_err(|_| Error::parse(file, number + 1, line))?;
            write(&wanted.metric, value, out);
        }
    }
    Ok(())
}

fn want(is_wanted: &dyn Fn(&str) -> bool, protocol: &str, name: &str, column: usize) -> Option<Wanted> {
    let key = format!("{protocol}_{name}");
    let is_name = key
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_name && is_wanted(&key)).then(|| Wanted {
        column,
        metric: format!("node_netstat_{key}"),
    })
}

fn write(metric: &str, value: f64, out: &mut Exposition) {
    let name = metric.trim_start_matches("node_netstat_");
    out.dynamic(
        metric,
        format_args!("The kernel's counter {name}."),
        Kind::Untyped,
        [],
        value,
    );
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    type Write =
        fn(&'static str, &str, &dyn Fn(&str) -> bool, &mut Vec<Line>, &mut Exposition) -> Result<(), Error>;

    /// Runs twice over the same decisions: the second time must not differ.
    #[track_caller]
    fn check(write: Write, text: &str, expect: Expect) {
        let fields = Regex::new(FIELDS_DEFAULT).unwrap();
        let mut lines = Vec::new();
        let mut run = || {
            let mut out = Exposition::default();
            let result = write("net/x", text, &|name| fields.is_match(name), &mut lines, &mut out);
            let text = out.to_text();
            let samples = text.lines().filter(|line| !line.starts_with('#'));
            let error = result.err().map(|error| error.to_string());
            samples
                .map(str::to_owned)
                .chain(error)
                .collect::<Vec<_>>()
                .join("\n")
        };
        let first = run();
        assert_eq!(first, run());
        expect.assert_eq(&first);
    }

    #[test]
    fn pairs_of_lines() {
        check(
            write_pairs,
            "Tcp: RtoMin MaxConn ActiveOpens InErrs\nTcp: 200 -1 3556 18446744073709551615\n\
             IpExt: InNoRoutes InOctets\nIpExt: 0 6286396970\n",
            expect![[r#"
                node_netstat_IpExt_InOctets 6.28639697e+09
                node_netstat_Tcp_ActiveOpens 3556
                node_netstat_Tcp_InErrs 1.8446744073709552e+19"#]],
        );
    }

    #[test]
    fn names_that_moved_are_decided_anew() {
        let fields = Regex::new(FIELDS_DEFAULT).unwrap();
        let mut lines = Vec::new();
        let mut run = |text: &str| {
            let mut out = Exposition::default();
            write_pairs(
                "net/snmp",
                text,
                &|name| fields.is_match(name),
                &mut lines,
                &mut out,
            )
            .unwrap();
            out.to_text().lines().last().unwrap_or_default().to_owned()
        };
        assert_eq!(
            run("Tcp: InErrs MaxConn\nTcp: 5 7\n"),
            "node_netstat_Tcp_InErrs 5"
        );
        assert_eq!(
            run("Tcp: MaxConn InErrs\nTcp: 5 7\n"),
            "node_netstat_Tcp_InErrs 7"
        );
        assert_eq!(run("Tcp: MaxConn\nTcp: 5\n"), "");
    }

    #[test]
    fn single_lines() {
        check(
            write_single,
            "Ip6InReceives 7\nIp6InOctets 460\nUdp6InErrors\nUdpLite6InErrors \t 3\nnothing 4\n",
            expect![[r#"
                node_netstat_Ip6_InOctets 460
                node_netstat_UdpLite6_InErrors 3"#]],
        );
    }

    #[test]
    fn short_and_strange_lines() {
        check(
            write_pairs,
            "Tcp: ActiveOpens InErrs\nTcp: 3\n",
            expect![[r#"
            node_netstat_Tcp_ActiveOpens 3
            parse net/x line 2: "Tcp: 3""#]],
        );
        check(
            write_pairs,
            "Tcp: ActiveOpens\n",
            expect![[r#"parse net/x line 1: "Tcp: ActiveOpens""#]],
        );
        check(
            write_pairs,
            "Tcp: ActiveOpens\nUdp: 3\n",
            expect![[r#"parse net/x line 2: "Udp: 3""#]],
        );
        check(
            write_pairs,
            "\u{fffd}\n\u{fffd}\n",
            expect![[r#"parse net/x line 2: "�""#]],
        );
        check(
            write_pairs,
            "Tcp: ActiveOpens\nTcp: x\n",
            expect![[r#"parse net/x line 2: "Tcp: x""#]],
        );
        check(
            write_single,
            "Ip6InOctets x\n",
            expect![[r#"parse net/x line 1: "Ip6InOctets x""#]],
        );
    }
}
