//! Names of PCI devices, from the file `pci.ids`.
//!
//! The file has some 40,000 lines. It is gone through once for the devices that are there, and only their names are
//! kept: all of them in memory would double what the exporter takes.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};

/// Where distributions keep the file.
const PLACES: [&str; 2] = ["/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids"];
/// Bytes of the file that are read; the real one had 1.5 MB in 2026.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// What a device says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Identity {
    /// Base class, subclass and programming interface, one byte each.
    pub(super) class: u32,
    pub(super) vendor: u32,
    pub(super) device: u32,
    pub(super) subsystem_vendor: u32,
    pub(super) subsystem_device: u32,
}

/// What the file calls a device; where it does not, the number in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) class: String,
    pub(super) vendor: String,
    pub(super) device: String,
    pub(super) subsystem_vendor: String,
    pub(super) subsystem_device: String,
}

/// The names of each device, from `path`, or from the usual places where it is empty.
pub(super) fn find(path: &str, identities: &[Identity]) -> Vec<Names> {
    let opened = if path.is_empty() {
        PLACES.iter().find_map(|place| File::open(place).ok())
    } else {
        File::open(path).ok()
    };
    let Some(file) = opened else {
        log::debug!(path; "no file with the names of PCI devices");
        return search(&mut std::io::empty(), identities);
    };
    search(&mut BufReader::new(file.take(FILE_BYTES_MAX)), identities)
}

/// A block of the file that a line belongs to.
#[derive(Clone, Copy)]
enum Block {
    Vendor,
    Class,
}

fn search(lines: &mut dyn BufRead, identities: &[Identity]) -> Vec<Names> {
    let mut names: Vec<Names> = identities.iter().map(Names::unknown).collect();
    let mut block = Block::Vendor;
    // The numbers of the lines above with less indentation.
    let (mut first, mut second) = (None, None);
    let mut line = Vec::new();
    while let Ok(1..) = lines.read_until(b'\n', &mut line) {
        let text = String::from_utf8_lossy(&line);
        let below = text.trim_start_matches('\t');
        let depth = text.len() - below.len();
        if let Some((number, name)) = below.split_once("  ").filter(|_| !below.starts_with('#')) {
            let number = match (depth, number.strip_prefix("C ")) {
                (0, Some(class)) => {
                    block = Block::Class;
                    class
                }
                (0, None) => {
                    block = Block::Vendor;
                    number
                }
                _ => number,
            };
            let mut values = number
                .split(' ')
                .map(|digits| u32::from_str_radix(digits, 16).ok());
            let value = values.next().flatten();
            match depth {
                0 => (first, second) = (value, None),
                1 => second = value,
                _ => {}
            }
            let place = Place {
                depth,
                first,
                second,
                value,
                extra: values.next().flatten(),
            };
            for (names, identity) in names.iter_mut().zip(identities) {
                names.set(block, &place, identity, name.trim());
            }
        }
        line.clear();
    }
    names
}

/// The numbers of a line and of those that it stands below.
struct Place {
    /// Tabs before it.
    depth: usize,
    first: Option<u32>,
    second: Option<u32>,
    /// Its own number.
    value: Option<u32>,
    /// The second number of a subsystem.
    extra: Option<u32>,
}

impl Names {
    fn unknown(identity: &Identity) -> Self {
        Self {
            class: format!("Unknown class ({:06x})", identity.class),
            vendor: format!("{:04x}", identity.vendor),
            device: format!("{:04x}", identity.device),
            subsystem_vendor: format!("{:04x}", identity.subsystem_vendor),
            subsystem_device: format!("{:04x}", identity.subsystem_device),
        }
    }

    /// Takes the name of a line if it is that of the device. The lines of a class become narrower, and the last one counts.
    fn set(&mut self, block: Block, place: &Place, identity: &Identity, name: &str) {
        let Place {
            depth,
            first,
            second,
            value,
            extra,
        } = *place;
        let is_vendor = first == Some(identity.vendor);
        let is_device = is_vendor && second == Some(identity.device);
        let is_base = first == Some(identity.class >> 16);
        let is_subclass = is_base && second == Some(identity.class >> 8 & 0xff);
        match (block, depth) {
            (Block::Vendor, 0) => {
                if is_vendor {
                    name.clone_into(&mut self.vendor);
                }
                if first == Some(identity.subsystem_vendor) {
                    name.clone_into(&mut self.subsystem_vendor);
                }
            }
            (Block::Vendor, 1) if is_device => name.clone_into(&mut self.device),
            (Block::Vendor, 2)
                if is_device
                    && value == Some(identity.subsystem_vendor)
                    && extra == Some(identity.subsystem_device) =>
            {
                name.clone_into(&mut self.subsystem_device);
            }
            (Block::Class, 0) if is_base => name.clone_into(&mut self.class),
            (Block::Class, 1) if is_subclass => name.clone_into(&mut self.class),
            (Block::Class, 2) if is_subclass && value == Some(identity.class & 0xff) => {
                name.clone_into(&mut self.class);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    const IDENTITY: Identity = Identity {
        class: 0x01_08_02,
        vendor: 0xc0a9,
        device: 0x540a,
        subsystem_vendor: 0x8086,
        subsystem_device: 0x00a3,
    };

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let found = search(&mut text.as_bytes(), &[IDENTITY]);
        let Names {
            class,
            vendor,
            device,
            subsystem_vendor,
            subsystem_device,
        } = &found[0];
        let names = [class, vendor, device, subsystem_vendor, subsystem_device];
        expect.assert_eq(&names.map(String::as_str).join("|"));
    }

    #[test]
    fn all_and_none() {
        check(
            "# comment  c0a9\n\n8086  Intel Corporation\n\t540a  Other\n\t\t8086 00a3  Other card\n\
             c0a9  Micron/Crucial Technology\n\t540a  P2 NVMe\n\t\t8086 00a4  Other\n\t\t8086 00a3  Card\n\
             C 01  Mass storage\n\t07  SAS\n\t\t02  Other\n\t08  Non-Volatile\n\t\t01  Other\n\t\t02  NVM Express\n",
            expect!["NVM Express|Micron/Crucial Technology|P2 NVMe|Intel Corporation|Card"],
        );
        check("", expect!["Unknown class (010802)|c0a9|540a|8086|00a3"]);
    }

    #[test]
    fn only_the_class() {
        check(
            "C 01  Mass storage\n\t07  SAS\n",
            expect!["Mass storage|c0a9|540a|8086|00a3"],
        );
        check(
            "C 01  Mass storage\n\t08  Non-Volatile\n\t\t03  Other",
            expect!["Non-Volatile|c0a9|540a|8086|00a3"],
        );
    }

    #[test]
    fn strange_lines() {
        check(
            "\t\t\t8086 00a3  deep\nzzzz  no number\n\t540a  below it\nc0a9\n",
            expect!["Unknown class (010802)|c0a9|540a|8086|00a3"],
        );
    }
}
