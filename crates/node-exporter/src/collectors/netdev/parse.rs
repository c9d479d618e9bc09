//! The lines of `/proc/net/dev`.

use crate::Error;
use crate::netlink::link::Statistics;

/// Two lines of column names.
const HEADER_LINES: usize = 2;
/// Eight of what was received and eight of what was sent.
const COLUMNS: usize = 16;

/// Every device with its counters, in the order of the file.
///
/// The file's sums of several kinds of errors are in the field of the first kind.
/// Fails with `Parse` where a line has fewer than sixteen numbers.
pub(super) fn net_dev(text: &str) -> Result<Vec<(&str, Statistics)>, Error> {
    let lines = text.lines().enumerate().skip(HEADER_LINES);
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(number, line)| device(line).ok_or_else(|| Error::parse("net/dev", number + 1, line)))
        .collect()
}

fn device(line: &str) -> Option<(&str, Statistics)> {
    // The name of an alias device has a colon itself: `eth0:1: 0 0 …`.
    let (name, columns) = line.rsplit_once(':')?;
    let mut numbers = [0_u64; COLUMNS];
    let mut columns = columns.split_ascii_whitespace();
    for number in &mut numbers {
        *number = columns.next()?.parse().ok()?;
    }
    let [rb, rp, re, rd, rf, rfr, rc, rm, tb, tp, te, td, tf, tc, tca, tco] = numbers;
    let statistics = Statistics {
        receive_bytes: rb,
        receive_packets: rp,
        receive_errors: re,
        receive_dropped: rd,
        receive_fifo_errors: rf,
        receive_frame_errors: rfr,
        receive_compressed: rc,
        multicast: rm,
        transmit_bytes: tb,
        transmit_packets: tp,
        transmit_errors: te,
        transmit_dropped: td,
        transmit_fifo_errors: tf,
        collisions: tc,
        transmit_carrier_errors: tca,
        transmit_compressed: tco,
        ..Statistics::default()
    };
    Some((name.trim(), statistics))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
";

    fn parse(lines: &str) -> Result<Vec<(String, Statistics)>, String> {
        let text = format!("{HEADER}{lines}");
        let devices = net_dev(&text).map_err(|error| error.to_string())?;
        Ok(devices
            .into_iter()
            .map(|(name, counters)| (name.to_owned(), counters))
            .collect())
    }

    #[test]
    fn two_devices() {
        let devices = parse(
            "    lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n\
             eth0:1:18446744073709551615 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n",
        )
        .unwrap();
        let [(name, counters), (alias, huge)] = devices.as_slice() else {
            panic!("{devices:?}");
        };
        assert_eq!((name.as_str(), alias.as_str()), ("lo", "eth0:1"));
        assert_eq!((counters.multicast, counters.transmit_bytes), (8, 9));
        assert_eq!((counters.collisions, counters.transmit_compressed), (14, 16));
        assert_eq!(huge.receive_bytes, u64::MAX);
    }

    #[test]
    fn short_lines_and_garbage() {
        assert_eq!(parse("").unwrap(), []);
        assert_eq!(
            parse("    lo: 1 2 3\n").unwrap_err(),
            "parse net/dev line 3: \"    lo: 1 2 3\""
        );
        assert!(parse("lo 1 2 3\n").is_err());
        assert!(parse("lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 x\n").is_err());
    }
}
