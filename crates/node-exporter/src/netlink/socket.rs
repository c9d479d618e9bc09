//! One TCP socket, from an answer of `sock_diag`.
//!
//! Counting the sockets of a table this way costs the kernel a fraction of `/proc/net/tcp`, which it writes as text.

use rustix::net::AddressFamily;

use super::message::u32_at;

/// `SOCK_DIAG_BY_FAMILY`: the type of the request and of its answers.
pub const BY_FAMILY: u16 = 20;
/// `TCP_LISTEN`.
pub const LISTEN: u8 = 10;
/// `struct inet_diag_req_v2`.
const REQUEST_BYTES: usize = 56;
/// One bit for each state: all of them.
const ALL_STATES: u32 = 0xfff;
/// Where `struct inet_diag_msg` has the bytes that wait to be read.
const RECEIVE_QUEUE_AT: usize = 56;
/// Where it has the bytes that wait to be sent.
const TRANSMIT_QUEUE_AT: usize = 60;

/// One TCP socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Socket {
    /// `TCP_ESTABLISHED`…, from 1.
    pub state: u8,
    /// Bytes that wait to be read; of a listening socket, connections that wait to be accepted.
    pub receive_queue: u32,
    /// Bytes that wait to be sent; of a listening socket, connections that may wait.
    pub transmit_queue: u32,
}

impl Socket {
    /// Reads the body of a message; nothing where it is too short.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        Some(Self {
            state: *body.get(1)?,
            receive_queue: u32_at(body, RECEIVE_QUEUE_AT)?,
            transmit_queue: u32_at(body, TRANSMIT_QUEUE_AT)?,
        })
    }
}

/// What asks for all TCP sockets of a family.
#[must_use]
pub fn request(family: AddressFamily) -> [u8; REQUEST_BYTES] {
    let mut bytes = [0; REQUEST_BYTES];
    bytes[0] = family.as_raw() as u8;
    bytes[1] = libc::IPPROTO_TCP as u8;
    bytes[4..8].copy_from_slice(&ALL_STATES.to_ne_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_and_a_cut_one() {
        let mut body = vec![0; 72];
        body[1] = LISTEN;
        body[RECEIVE_QUEUE_AT..][..4].copy_from_slice(&11_u32.to_ne_bytes());
        body[TRANSMIT_QUEUE_AT..][..4].copy_from_slice(&21_u32.to_ne_bytes());
        let socket = Socket {
            state: LISTEN,
            receive_queue: 11,
            transmit_queue: 21,
        };
        assert_eq!(Socket::parse(&body), Some(socket));
        for end in 0..TRANSMIT_QUEUE_AT + 4 {
            assert_eq!(Socket::parse(&body[..end]), None);
        }
    }
}
