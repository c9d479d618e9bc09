//! Packets that the IPsec transformations dropped, from `/proc/net/xfrm_stat`.
//!
//! The file exists where the kernel has `CONFIG_XFRM_STATISTICS`; Raspberry Pi OS' kernels do not. The lines are those
//! of the kernel's `Documentation/networking/xfrm_proc.rst`. A counter that the kernel does not have is 0, as in the
//! reference.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const FILE: &str = "net/xfrm_stat";

const fn counter(word: &'static str, name: &'static str, help: &'static str) -> (&'static str, Family<0>) {
    (word, Family::counter(name, help, []))
}

/// First word of a line, and what its number is.
const COUNTERS: [(&str, Family<0>); 28] = [
    counter(
        "XfrmAcquireError",
        "node_xfrm_acquire_error_packets_total",
        "Packets dropped because no state could be asked for.",
    ),
    counter(
        "XfrmFwdHdrError",
        "node_xfrm_fwd_hdr_error_packets_total",
        "Forwarded packets dropped because of their header.",
    ),
    counter(
        "XfrmInBufferError",
        "node_xfrm_in_buffer_error_packets_total",
        "Received packets dropped because there was no buffer.",
    ),
    counter(
        "XfrmInError",
        "node_xfrm_in_error_packets_total",
        "Received packets dropped for reasons that have no counter of their own.",
    ),
    counter(
        "XfrmInHdrError",
        "node_xfrm_in_hdr_error_packets_total",
        "Received packets dropped because of their header.",
    ),
    counter(
        "XfrmInNoPols",
        "node_xfrm_in_no_pols_packets_total",
        "Received packets dropped because no policy fits them.",
    ),
    counter(
        "XfrmInNoStates",
        "node_xfrm_in_no_states_packets_total",
        "Received packets dropped because no state fits them.",
    ),
    counter(
        "XfrmInPolBlock",
        "node_xfrm_in_pol_block_packets_total",
        "Received packets that a policy discards.",
    ),
    counter(
        "XfrmInPolError",
        "node_xfrm_in_pol_error_packets_total",
        "Received packets dropped because of an error in a policy.",
    ),
    counter(
        "XfrmInStateExpired",
        "node_xfrm_in_state_expired_packets_total",
        "Received packets dropped because their state has expired.",
    ),
    counter(
        "XfrmInStateInvalid",
        "node_xfrm_in_state_invalid_packets_total",
        "Received packets dropped because their state is not valid.",
    ),
    counter(
        "XfrmInStateMismatch",
        "node_xfrm_in_state_mismatch_packets_total",
        "Received packets dropped because their state does not fit them.",
    ),
    counter(
        "XfrmInStateModeError",
        "node_xfrm_in_state_mode_error_packets_total",
        "Received packets dropped because of the mode of their transformation.",
    ),
    counter(
        "XfrmInStateProtoError",
        "node_xfrm_in_state_proto_error_packets_total",
        "Received packets dropped because of the protocol of their transformation.",
    ),
    counter(
        "XfrmInStateSeqError",
        "node_xfrm_in_state_seq_error_packets_total",
        "Received packets dropped because of their sequence number.",
    ),
    counter(
        "XfrmInTmplMismatch",
        "node_xfrm_in_tmpl_mismatch_packets_total",
        "Received packets dropped because no template fits their states.",
    ),
    counter(
        "XfrmOutBundleCheckError",
        "node_xfrm_out_bundle_check_error_packets_total",
        "Packets to send dropped because their bundle did not pass its check.",
    ),
    counter(
        "XfrmOutBundleGenError",
        "node_xfrm_out_bundle_gen_error_packets_total",
        "Packets to send dropped because no bundle could be made.",
    ),
    counter(
        "XfrmOutError",
        "node_xfrm_out_error_packets_total",
        "Packets to send dropped for reasons that have no counter of their own.",
    ),
    counter(
        "XfrmOutNoStates",
        "node_xfrm_out_no_states_packets_total",
        "Packets to send dropped because no state fits them.",
    ),
    counter(
        "XfrmOutPolBlock",
        "node_xfrm_out_pol_block_packets_total",
        "Packets to send that a policy discards.",
    ),
    counter(
        "XfrmOutPolDead",
        "node_xfrm_out_pol_dead_packets_total",
        "Packets to send dropped because their policy is gone.",
    ),
    counter(
        "XfrmOutPolError",
        "node_xfrm_out_pol_error_packets_total",
        "Packets to send dropped because of an error in a policy.",
    ),
    counter(
        "XfrmOutStateExpired",
        "node_xfrm_out_state_expired_packets_total",
        "Packets to send dropped because their state has expired.",
    ),
    counter(
        "XfrmOutStateInvalid",
        "node_xfrm_out_state_invalid_packets_total",
        "Packets to send dropped because their state is not valid.",
    ),
    counter(
        "XfrmOutStateModeError",
        "node_xfrm_out_state_mode_error_packets_total",
        "Packets to send dropped because of the mode of their transformation.",
    ),
    counter(
        "XfrmOutStateProtoError",
        "node_xfrm_out_state_proto_error_packets_total",
        "Packets to send dropped because of the protocol of their transformation.",
    ),
    counter(
        "XfrmOutStateSeqError",
        "node_xfrm_out_state_seq_error_packets_total",
        "Packets to send dropped because their sequence numbers are used up.",
    ),
];

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let numbers = parse(&node.paths.read_proc(FILE)?)?;
    for ((_, family), number) in COUNTERS.iter().zip(numbers) {
        out.sample(family, [], number as f64);
    }
    Ok(())
}

/// The numbers in the order of the table. Fails with `Parse` on a line that is not a word and a number.
fn parse(text: &str) -> Result<[u64; COUNTERS.len()], Error> {
    let mut numbers = [0; COUNTERS.len()];
    for (index, line) in text.lines().enumerate() {
        let mut words = line.split_ascii_whitespace();
        let word = words.next();
        let number = words.next().and_then(|number| number.parse().ok());
        let number = number.ok_or_else(|| Error::parse(FILE, index + 1, line))?;
        let known = COUNTERS.iter().zip(&mut numbers);
        if let Some((_, slot)) = known.into_iter().find(|(counter, _)| Some(counter.0) == word) {
            *slot = number;
        }
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let text = samples(collect, &[], &[("proc/net/xfrm_stat", text)]);
        let lines = text.split_inclusive('\n');
        expect.assert_eq(&lines.filter(|line| !line.ends_with(" 0\n")).collect::<String>());
    }

    #[test]
    fn known_and_unknown_counters() {
        check(
            "XfrmInError                     1\nXfrmOutStateInvalid             28765\n\
             XfrmInStateDirError             7\nXfrmAcquireError                18446744073709551615",
            expect![[r#"
                node_xfrm_acquire_error_packets_total 1.8446744073709552e+19
                node_xfrm_in_error_packets_total 1
                node_xfrm_out_state_invalid_packets_total 28765
            "#]],
        );
    }

    #[test]
    fn missing() {
        expect![[r#"
            no data
        "#]]
        .assert_eq(&samples(collect, &[], &[]));
    }

    #[test]
    fn every_word_has_its_name() {
        for (word, family) in &COUNTERS {
            let name = family.name.trim_start_matches("node_xfrm_");
            let name = name.trim_end_matches("_packets_total").replace('_', "");
            assert_eq!(word.to_lowercase(), format!("xfrm{name}"));
        }
    }

    #[test]
    fn truncated_and_strange() {
        check(
            "XfrmInError",
            expect![[r#"
            parse net/xfrm_stat line 1: "XfrmInError"
        "#]],
        );
        check(
            "XfrmInError 1\n\n",
            expect![[r#"
            parse net/xfrm_stat line 2: ""
        "#]],
        );
        check(
            "XfrmInError -1\n",
            expect![[r#"
            parse net/xfrm_stat line 1: "XfrmInError -1"
        "#]],
        );
    }
}
