//! The form of `/proc/net/ip_vs`: a line for each service, and below it a line for each of its backends.
//!
//! ```text
//! TCP  C0A80016:0CEA wlc
//!   -> C0A85216:0CEA      Tunnel  100    248        2
//! ```

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::{Error, number};

/// Below procfs.
pub(super) const FILE: &str = "net/ip_vs";

/// One backend of one service.
#[derive(Clone, Debug)]
pub(super) struct Backend<'a> {
    /// `TCP`, `UDP`, `SCTP`, or `FWM` for a service that is known by its mark.
    pub(super) protocol: &'a str,
    /// Nothing for a service that is known by its mark.
    pub(super) local_address: Option<IpAddr>,
    /// 0 for a service that is known by its mark.
    pub(super) local_port: u16,
    /// The firewall's mark as it stands in the file, or empty.
    pub(super) local_mark: &'a str,
    pub(super) remote_address: IpAddr,
    pub(super) remote_port: u16,
    pub(super) weight: u64,
    /// Connections.
    pub(super) active: u64,
    /// Connections.
    pub(super) inactive: u64,
}

impl Backend<'_> {
    /// Empty for a service that is known by its mark.
    pub(super) fn local_address(&self) -> String {
        self.local_address
            .map_or_else(String::new, |address| address.to_string())
    }
}

/// The service that the following backends belong to.
#[derive(Clone, Copy)]
struct Service<'a> {
    protocol: &'a str,
    address: Option<IpAddr>,
    port: u16,
    mark: &'a str,
}

/// Fails with `Parse` on the line of a service or a backend that cannot be understood.
pub(super) fn parse(text: &str) -> Result<Vec<Backend<'_>>, Error> {
    let mut backends = Vec::new();
    let mut service = None;
    for (index, line) in text.lines().enumerate() {
        let wrong = || Error::parse(FILE, index + 1, line);
        let mut words = line.split_ascii_whitespace();
        match (words.next(), words.next()) {
            (Some(protocol @ ("TCP" | "UDP" | "SCTP")), Some(local)) => {
                let (address, port) = endpoint(local).ok_or_else(wrong)?;
                service = Some(Service {
                    protocol,
                    address: Some(address),
                    port,
                    mark: "",
                });
            }
            (Some(protocol @ "FWM"), Some(mark)) => {
                service = Some(Service {
                    protocol,
                    address: None,
                    port: 0,
                    mark,
                });
            }
            (Some("->"), Some(remote)) if remote != "RemoteAddress:Port" => {
                let service = service.ok_or_else(wrong)?;
                // Between the address and the weight stands how packets are forwarded.
                let mut numbers = words.skip(1).map(|word| word.parse().ok());
                let mut next = || numbers.next().flatten().ok_or_else(wrong);
                let (remote_address, remote_port) = endpoint(remote).ok_or_else(wrong)?;
                backends.push(Backend {
                    protocol: service.protocol,
                    local_address: service.address,
                    local_port: service.port,
                    local_mark: service.mark,
                    remote_address,
                    remote_port,
                    weight: next()?,
                    active: next()?,
                    inactive: next()?,
                });
            }
            _ => {}
        }
    }
    Ok(backends)
}

/// Reads `C0A80016:0CEA` or `[2001:0db8:0000:0000:0000:0000:0000:0001]:0CEA`.
fn endpoint(text: &str) -> Option<(IpAddr, u16)> {
    let (address, port) = text.rsplit_once(':')?;
    let port = number::hexadecimal(port)?.try_into().ok()?;
    let address = match address.strip_prefix('[') {
        Some(address) => IpAddr::V6(address.strip_suffix(']')?.parse::<Ipv6Addr>().ok()?),
        None => {
            let bits: u32 = number::hexadecimal(address)?.try_into().ok()?;
            IpAddr::V4(Ipv4Addr::from_bits(bits))
        }
    };
    Some((address.to_canonical(), port))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let mut found = String::new();
        match parse(text) {
            Ok(backends) => {
                for backend in backends {
                    writeln!(
                        found,
                        "{} {}:{} {:?} -> {}:{} weight {} active {} inactive {}",
                        backend.protocol,
                        backend.local_address(),
                        backend.local_port,
                        backend.local_mark,
                        backend.remote_address,
                        backend.remote_port,
                        backend.weight,
                        backend.active,
                        backend.inactive,
                    )
                    .unwrap();
                }
            }
            Err(error) => writeln!(found, "{error}").unwrap(),
        }
        expect.assert_eq(&found);
    }

    #[test]
    fn addresses_and_marks() {
        check(
            "\
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
UDP  [2001:0db8:0000:0000:0000:0000:0000:0001]:0035 rr ops
  -> [2001:0db8:0000:0000:0000:0000:0000:0002]:0035      Masq    1      0          0
TCP  0A600001:01BB rr persistent 10800
  -> C0A80021:192B      Masq    1      5          7
FWM  10001000 wlc
  -> C0A8321A:0CEA      Route   20     64         1
",
            expect![[r#"
                UDP 2001:db8::1:53 "" -> 2001:db8::2:53 weight 1 active 0 inactive 0
                TCP 10.96.0.1:443 "" -> 192.168.0.33:6443 weight 1 active 5 inactive 7
                FWM :0 "10001000" -> 192.168.50.26:3306 weight 20 active 64 inactive 1
            "#]],
        );
    }

    #[test]
    fn truncated_huge_and_garbage() {
        check("", expect![[""]]);
        check("TCP\n->\n", expect![[""]]);
        check(
            "  -> C0A80021:192B Masq 1 5 7\n",
            expect![[r#"
            parse net/ip_vs line 1: "  -> C0A80021:192B Masq 1 5 7"
        "#]],
        );
        check(
            "TCP C0A80016 wlc\n",
            expect![[r#"
            parse net/ip_vs line 1: "TCP C0A80016 wlc"
        "#]],
        );
        check(
            "TCP C0A80016:1FFFF wlc\n",
            expect![[r#"
            parse net/ip_vs line 1: "TCP C0A80016:1FFFF wlc"
        "#]],
        );
        check(
            "UDP [2001:db8::1:0035 rr\n",
            expect![[r#"
            parse net/ip_vs line 1: "UDP [2001:db8::1:0035 rr"
        "#]],
        );
        check(
            "TCP C0A80016:0CEA wlc\n  -> C0A80021:192B Masq 1 5\n",
            expect![[r#"
                parse net/ip_vs line 2: "  -> C0A80021:192B Masq 1 5"
            "#]],
        );
        check(
            "TCP C0A80016:0CEA wlc\n  -> C0A80021:192B Masq 99999999999999999999 5 7\n",
            expect![[r#"
                parse net/ip_vs line 2: "  -> C0A80021:192B Masq 99999999999999999999 5 7"
            "#]],
        );
    }
}
