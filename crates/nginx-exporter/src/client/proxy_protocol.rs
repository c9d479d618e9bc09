//! The header with which a connection begins at a listener with `proxy_protocol`: version 2 of HAProxy's specification.

use std::net::{IpAddr, SocketAddr};

const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// Version 2, command LOCAL: the addresses of the connection itself stand.
const LOCAL: u8 = 0x20;
/// Version 2, command PROXY: addresses follow.
const PROXY: u8 = 0x21;
/// Family and transport: none, TCP over IPv4, TCP over IPv6.
const UNSPECIFIED: u8 = 0x00;
const TCP4: u8 = 0x11;
const TCP6: u8 = 0x21;

/// The header of a connection that speaks for itself, as one through a Unix socket.
pub fn local() -> Vec<u8> {
    header(LOCAL, UNSPECIFIED, &[])
}

/// The header of a TCP connection from `source` to `destination`.
pub fn proxied(source: SocketAddr, destination: SocketAddr) -> Vec<u8> {
    let mut addresses = Vec::with_capacity(36);
    let family = match (source.ip(), destination.ip()) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            addresses.extend(source.octets());
            addresses.extend(destination.octets());
            TCP4
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            addresses.extend(source.octets());
            addresses.extend(destination.octets());
            TCP6
        }
        _ => return local(),
    };
    addresses.extend(source.port().to_be_bytes());
    addresses.extend(destination.port().to_be_bytes());
    header(PROXY, family, &addresses)
}

fn header(command: u8, family: u8, addresses: &[u8]) -> Vec<u8> {
    let mut header = SIGNATURE.to_vec();
    header.extend([command, family]);
    header.extend((addresses.len() as u16).to_be_bytes());
    header.extend(addresses);
    header
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(header: &[u8], expect: Expect) {
        expect.assert_eq(&header.escape_ascii().to_string());
    }

    #[test]
    fn addresses() {
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        check(
            &proxied(at("127.0.0.1:4660"), at("10.0.0.1:80")),
            expect![[r#"\r\n\r\n\x00\r\nQUIT\n!\x11\x00\x0c\x7f\x00\x00\x01\n\x00\x00\x01\x124\x00P"#]],
        );
        check(
            &proxied(at("[::1]:4660"), at("[::2]:80")),
            expect![[
                r#"\r\n\r\n\x00\r\nQUIT\n!!\x00$\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x124\x00P"#
            ]],
        );
        check(&local(), expect![[r#"\r\n\r\n\x00\r\nQUIT\n \x00\x00\x00"#]]);
    }
}
