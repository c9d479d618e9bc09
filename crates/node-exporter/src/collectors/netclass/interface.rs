//! One interface: what a link of netlink tells, and what the files tell.

use crate::netlink::link::{Link, UP};

use super::number::{self, NUMBERS, Origin};

/// The flags that the file has; what is above them and `IFF_RUNNING` are worked out for netlink only.
const STORED: u32 = 0xffbf;
/// `IF_OPER_…` as sysfs spells them.
const STATES: [&str; 7] = [
    "unknown",
    "notpresent",
    "down",
    "lowerlayerdown",
    "testing",
    "dormant",
    "up",
];

/// One interface; what the kernel does not tell is `None` or empty.
#[derive(Debug, Default)]
pub(super) struct Interface {
    pub name: String,
    pub address: String,
    pub broadcast: String,
    pub alias: String,
    pub duplex: String,
    /// As sysfs spells it: `up`, `down`, `unknown`.
    pub state: String,
    /// In the order of [`NUMBERS`].
    pub numbers: [Option<i64>; NUMBERS.len()],
    /// In Mbit/s, -1 for unknown.
    pub speed_megabits: Option<i64>,
    pub flags: Option<i64>,
    pub alternative_names: Vec<String>,
}

impl Interface {
    /// Takes from the link what it has, and the rest from the attributes that `read` gives.
    pub(super) fn read(
        name: &str,
        link: Option<&Link>,
        mut read: impl FnMut(&str) -> Option<String>,
    ) -> Self {
        let mut interface = Self {
            name: name.to_owned(),
            ..Self::default()
        };
        for (number, (_, attribute, of_link)) in interface.numbers.iter_mut().zip(NUMBERS) {
            *number = match link.map_or(Origin::File, of_link) {
                Origin::Link(number) => number,
                Origin::File => read(attribute).and_then(|text| number::parse(&text)),
            };
        }
        interface.flags = read("flags").and_then(|text| number::parse(&text));
        let mut text = |attribute| read(attribute).unwrap_or_default();
        match link {
            Some(link) => {
                interface.address.clone_from(&link.address);
                interface.broadcast.clone_from(&link.broadcast);
                interface.alias.clone_from(&link.alias);
                let state = link.state.and_then(|state| STATES.get(usize::from(state)));
                interface.state = (*state.unwrap_or(&STATES[0])).to_owned();
                interface.alternative_names.clone_from(&link.alternative_names);
                // An unreadable name still has the flags that netlink shows.
                interface.flags = interface.flags.or(Some(i64::from(link.flags & STORED)));
            }
            None => {
                interface.address = text("address");
                interface.broadcast = text("broadcast");
                interface.alias = text("ifalias");
                interface.state = text("operstate");
            }
        }
        // The driver of an interface that is down is not asked; the attempt would be an error.
        if link.is_none_or(|link| link.flags & UP != 0) {
            interface.duplex = text("duplex");
            interface.speed_megabits = number::parse(&text("speed"));
        }
        interface
    }

    /// `up`, `down`, or `unknown` where not even the flags are known.
    pub(super) fn admin_state(&self) -> &'static str {
        match self.flags {
            None => "unknown",
            Some(flags) if flags & i64::from(UP) != 0 => "up",
            Some(_) => "down",
        }
    }
}
