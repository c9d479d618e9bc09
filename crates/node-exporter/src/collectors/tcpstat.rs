//! TCP sockets by state, from `sock_diag`.
//!
//! The numbers are those of the network namespace of this process. IPv6 is asked for where `/proc/net/tcp6` exists.

use metrics_registry::{Exposition, Family};
use rustix::net::AddressFamily;

use crate::netlink::socket::Socket;
use crate::{Error, Node};

const STATES: Family<1> = Family::gauge(
    "node_tcp_connection_states",
    "TCP sockets in each state, and the bytes that wait in all of them.",
    ["state"],
);

/// The states as the kernel counts them, from 1.
const NAMES: [&str; 11] = [
    "established",
    "syn_sent",
    "syn_recv",
    "fin_wait1",
    "fin_wait2",
    "time_wait",
    "close",
    "close_wait",
    "last_ack",
    "listen",
    "closing",
];

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let mut sockets = node.netlink.tcp_sockets(AddressFamily::INET)?;
    if node.paths.procfs.join("net/tcp6").exists() {
        sockets.extend(node.netlink.tcp_sockets(AddressFamily::INET6)?);
    }
    write(&sockets, out);
    Ok(())
}

/// Writes the states that some socket has.
fn write(sockets: &[Socket], out: &mut Exposition) {
    for (name, state) in NAMES.iter().zip(1..) {
        let count = sockets.iter().filter(|socket| socket.state == state).count();
        if 0 < count {
            out.sample(&STATES, [name], count as f64);
        }
    }
    if !sockets.is_empty() {
        let sum =
            |queue: fn(&Socket) -> u32| sockets.iter().map(|socket| u64::from(queue(socket))).sum::<u64>();
        out.sample(
            &STATES,
            ["rx_queued_bytes"],
            sum(|socket| socket.receive_queue) as f64,
        );
        out.sample(
            &STATES,
            ["tx_queued_bytes"],
            sum(|socket| socket.transmit_queue) as f64,
        );
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(states: &[u8], expect: Expect) {
        let socket = |state| Socket {
            state,
            receive_queue: 11,
            transmit_queue: u32::MAX,
        };
        let sockets: Vec<_> = states.iter().copied().map(socket).collect();
        let mut out = Exposition::default();
        write(&sockets, &mut out);
        expect.assert_eq(&out.to_text());
    }

    #[test]
    fn some_and_none() {
        check(
            &[1, 10, 1, 0, 12, 255],
            expect![[r##"
            # HELP node_tcp_connection_states TCP sockets in each state, and the bytes that wait in all of them.
            # TYPE node_tcp_connection_states gauge
            node_tcp_connection_states{state="established"} 2
            node_tcp_connection_states{state="listen"} 1
            node_tcp_connection_states{state="rx_queued_bytes"} 66
            node_tcp_connection_states{state="tx_queued_bytes"} 2.576980377e+10
        "##]],
        );
        check(&[], expect![[r#""#]]);
    }
}
