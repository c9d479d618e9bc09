//! The kernel's tables of network interfaces, addresses, neighbours, routes, queues, sockets and wireless
//! stations, dumped over netlink.
//!
//! The numbers are those of the network namespace of this process, whatever `--path.procfs` and `--path.sysfs` say.
//! All headers have the same layout on 32-bit and 64-bit systems, in the byte order of the machine.

pub mod address;
pub mod generic;
pub mod link;
pub mod message;
pub mod neighbour;
pub mod queue;
pub mod route;
pub mod socket;
pub mod wireless;

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{
    AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, sendto,
    socket_with,
};

use self::address::Address;
use self::link::Link;
use self::message::End;
use self::neighbour::Neighbour;
use self::queue::Queue;
use self::route::Route;
use self::socket::Socket;
use self::wireless::{Interface, Network, Station};
use crate::Error;

/// Protocol 0 of the family, which has no name in rustix.
const NETLINK_ROUTE: Option<Protocol> = None;
/// The kernel builds a dump in parts of at most 32 KiB.
const PART_BYTES_MAX: usize = 32 << 10;
/// Bytes of one dump at most: more than 2,000 interfaces.
const DUMP_BYTES_MAX: usize = 4 << 20;
/// A dump that an interface interrupted by coming or going is taken anew, but not for ever.
const ATTEMPTS_MAX: usize = 3;
/// The kernel answers at once; this only keeps a fault of its from stopping the process.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(1);
/// The collectors of one scrape share a dump; the next scrape is never this close.
const SHARED_FOR: Duration = Duration::from_millis(50);
/// Marks the request, and is found again in every part of the answer.
const SEQUENCE: u32 = 1;

/// Takes dumps, and lends the newest one to the collectors of the same scrape.
#[derive(Debug, Default)]
pub struct Netlink {
    newest: RefCell<Option<(Instant, Rc<[Link]>)>>,
}

impl Netlink {
    /// Every network interface, sorted by name.
    ///
    /// Fails with [`Error::System`].
    pub fn links(&self) -> Result<Rc<[Link]>, Error> {
        if let Some((taken, links)) = &*self.newest.borrow()
            && taken.elapsed() < SHARED_FOR
        {
            return Ok(Rc::clone(links));
        }
        let mut links = dump(&Table::route(libc::RTM_GETLINK, libc::RTM_NEWLINK), Link::parse)?;
        // An interrupted dump may have an interface twice.
        links.sort_by_key(|link| link.index);
        links.dedup_by_key(|link| link.index);
        links.sort_by(|a, b| a.name.cmp(&b.name));
        let links: Rc<[Link]> = links.into();
        *self.newest.borrow_mut() = Some((Instant::now(), Rc::clone(&links)));
        Ok(links)
    }

    /// Every address of every interface, in the kernel's order.
    ///
    /// Fails with [`Error::System`].
    pub fn addresses(&self) -> Result<Vec<Address>, Error> {
        dump(
            &Table::route(libc::RTM_GETADDR, libc::RTM_NEWADDR),
            Address::parse,
        )
    }

    /// Every IPv4 neighbour of every interface, in the kernel's order.
    ///
    /// Fails with [`Error::System`].
    pub fn neighbours(&self) -> Result<Vec<Neighbour>, Error> {
        let mut body = [0; NEIGHBOUR_BYTES];
        body[0] = libc::AF_INET as u8;
        let table = Table {
            protocol: NETLINK_ROUTE,
            request: libc::RTM_GETNEIGH,
            answer: libc::RTM_NEWNEIGH,
            body: &body,
        };
        dump(&table, Neighbour::parse)
    }

    /// Every queueing discipline of every interface, in the kernel's order.
    ///
    /// Fails with [`Error::System`].
    pub fn queues(&self) -> Result<Vec<Queue>, Error> {
        dump(
            &Table::route(libc::RTM_GETQDISC, libc::RTM_NEWQDISC),
            Queue::parse,
        )
    }

    /// Every route of every table and family, in the kernel's order.
    ///
    /// Fails with [`Error::System`].
    pub fn routes(&self) -> Result<Vec<Route>, Error> {
        dump(
            &Table::route(libc::RTM_GETROUTE, libc::RTM_NEWROUTE),
            Route::parse,
        )
    }

    /// Every TCP socket of a family.
    ///
    /// Fails with [`Error::System`], also where the kernel has no `inet_diag`.
    pub fn tcp_sockets(&self, family: AddressFamily) -> Result<Vec<Socket>, Error> {
        let table = Table {
            protocol: Some(netlink::SOCK_DIAG),
            request: socket::BY_FAMILY,
            answer: socket::BY_FAMILY,
            body: &socket::request(family),
        };
        dump(&table, Socket::parse)
    }

    /// The number of a family of generic netlink on this kernel.
    ///
    /// Fails with [`Error::NoData`] where the kernel does not have it, else with [`Error::System`].
    pub fn family(&self, name: &str) -> Result<u16, Error> {
        let body = generic::request(generic::GET_FAMILY, None);
        let families = dump(&Table::generic(generic::CONTROL, &body), generic::Family::parse)?;
        let found = families.iter().find(|family| family.name == name);
        found.map(|family| family.id).ok_or(Error::NoData)
    }

    /// Every wireless interface, in the kernel's order; `nl80211` is the number of that family.
    ///
    /// Fails with [`Error::System`].
    pub fn wireless_interfaces(&self, nl80211: u16) -> Result<Vec<Interface>, Error> {
        let body = generic::request(wireless::GET_INTERFACE, None);
        dump(&Table::generic(nl80211, &body), Interface::parse)
    }

    /// The network that a wireless interface belongs to; nothing where it belongs to none.
    ///
    /// Fails with [`Error::System`].
    pub fn wireless_network(&self, nl80211: u16, index: u32) -> Result<Option<Network>, Error> {
        let body = generic::request(wireless::GET_SCAN, Some((wireless::INTERFACE_INDEX, index)));
        let networks = unless_refused(dump(&Table::generic(nl80211, &body), Network::parse))?;
        Ok(networks.into_iter().next())
    }

    /// The stations that a wireless interface talks to, in the kernel's order.
    ///
    /// Fails with [`Error::System`].
    pub fn wireless_stations(&self, nl80211: u16, index: u32) -> Result<Vec<Station>, Error> {
        let body = generic::request(wireless::GET_STATION, Some((wireless::INTERFACE_INDEX, index)));
        unless_refused(dump(&Table::generic(nl80211, &body), Station::parse))
    }
}

/// No rows where the kernel says that an interface is of a kind that has none, or is gone.
fn unless_refused<T>(rows: Result<Vec<T>, Error>) -> Result<Vec<T>, Error> {
    const NONE: [i32; 4] = [libc::ENOENT, libc::EOPNOTSUPP, libc::ENODEV, libc::ENETDOWN];
    match rows {
        Err(Error::System { source, .. })
            if source.raw_os_error().is_some_and(|code| NONE.contains(&code)) =>
        {
            Ok(Vec::new())
        }
        other => other,
    }
}

/// Length of `ndmsg`, which the kernel checks.
const NEIGHBOUR_BYTES: usize = 12;

/// A table and how it is asked for.
struct Table<'a> {
    protocol: Option<Protocol>,
    /// Type of the request.
    request: u16,
    /// Type of the messages that hold the rows.
    answer: u16,
    /// What follows the header of the request.
    body: &'a [u8],
}

impl<'a> Table<'a> {
    /// A table of a family of generic netlink.
    const fn generic(family: u16, body: &'a [u8]) -> Self {
        Self {
            protocol: Some(netlink::GENERIC),
            request: family,
            answer: family,
            body,
        }
    }

    /// The whole of a table of rtnetlink: zeros, as many as the longest header among them has bytes.
    const fn route(request: u16, answer: u16) -> Self {
        Self {
            protocol: NETLINK_ROUTE,
            request,
            answer,
            body: &[0; message::REQUEST_BODY_BYTES],
        }
    }
}

/// Takes a whole table; `parse` gets the body of every message that holds a row.
fn dump<T>(table: &Table<'_>, parse: fn(&[u8]) -> Option<T>) -> Result<Vec<T>, Error> {
    let mut attempt = 1;
    loop {
        let mut rows = Vec::new();
        match receive(table, &mut |body| rows.extend(parse(body))) {
            Ok(End::Whole) => return Ok(rows),
            Ok(End::Interrupted) if attempt == ATTEMPTS_MAX => return Ok(rows),
            Ok(End::Interrupted) => {}
            Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) && attempt < ATTEMPTS_MAX => {}
            Err(source) => {
                let call = "netlink dump";
                return Err(Error::System { call, source });
            }
        }
        attempt += 1;
    }
}

fn receive(table: &Table<'_>, each: &mut dyn FnMut(&[u8])) -> io::Result<End> {
    // A socket of its own for each dump: nothing of an earlier one that failed can be left in it.
    let socket = socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        table.protocol,
    )?;
    set_socket_timeout(&socket, Timeout::Recv, Some(ANSWER_TIMEOUT))?;
    let request = message::request(table.request, SEQUENCE, table.body);
    sendto(
        &socket,
        &request,
        SendFlags::empty(),
        &SocketAddrNetlink::new(0, 0),
    )?;

    let mut part = vec![0; PART_BYTES_MAX];
    let mut received = 0;
    let mut end = End::Whole;
    while received <= DUMP_BYTES_MAX {
        let (_, length) = match recv(&socket, part.as_mut_slice(), RecvFlags::TRUNC) {
            Err(rustix::io::Errno::INTR) => continue,
            other => other?,
        };
        let bytes = part
            .get(..length)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a part larger than 32 KiB"))?;
        let read = message::read(bytes, SEQUENCE, table.answer, each)?;
        if read.interrupted {
            end = End::Interrupted;
        }
        if read.last {
            return Ok(end);
        }
        received += length;
    }
    Err(io::Error::new(
        io::ErrorKind::FileTooLarge,
        "a dump of more than 4 MiB",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_a_loopback_interface_with_its_address() {
        let netlink = Netlink::default();
        let links = netlink.links().unwrap();
        let loopback = links.iter().find(|link| link.name == "lo").unwrap();
        assert_eq!(loopback.address, "00:00:00:00:00:00");
        assert!(loopback.statistics.is_some());
        assert!(links.is_sorted_by(|a, b| a.name < b.name));
        let addresses = netlink.addresses().unwrap();
        assert!(
            loopback.flags & link::UP == 0
                || addresses
                    .iter()
                    .any(|address| address.ip.is_loopback() && address.index == loopback.index)
        );
    }

    #[test]
    fn this_machine_answers_for_every_table() {
        let netlink = Netlink::default();
        netlink.queues().unwrap();
        netlink.routes().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let sockets = netlink.tcp_sockets(AddressFamily::INET).unwrap();
        assert!(sockets.iter().any(|socket| socket.state == socket::LISTEN));
        drop(listener);
        let control = netlink.family("nlctrl").unwrap();
        assert_eq!(control, generic::CONTROL);
        assert!(matches!(netlink.family("no such family"), Err(Error::NoData)));
    }

    #[test]
    fn the_collectors_of_one_scrape_share_a_dump() {
        let netlink = Netlink::default();
        let first = netlink.links().unwrap();
        assert_eq!(Rc::strong_count(&first), 2);
    }
}
