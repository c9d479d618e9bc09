//! Which board this is, from the device tree: `/proc/device-tree`, else `/sys/firmware/devicetree/base`.
//!
//! The first is a link to the second, which container engines hide; a container that mounts the host's `/sys` elsewhere
//! has it below `--path.sysfs` only.

use std::path::Path;

use crate::source::Paths;

/// Facts that do not change while the machine runs; empty where the device tree does not say.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Board {
    /// `Raspberry Pi 5 Model B Rev 1.0`.
    pub(super) model: String,
    /// The code of the revision, in hexadecimal: `c04170`.
    pub(super) revision: String,
    pub(super) serial: String,
    /// The chip: `bcm2712`.
    pub(super) soc: String,
}

impl Board {
    pub(super) fn read(paths: &Paths) -> Self {
        let roots = [
            paths.procfs.join("device-tree"),
            paths.sysfs.join("firmware/devicetree/base"),
        ];
        let boards = roots.iter().map(|root| Self::read_below(root, paths));
        boards
            .into_iter()
            .find(|board| !board.model.is_empty())
            .unwrap_or_default()
    }

    fn read_below(root: &Path, paths: &Paths) -> Self {
        let model = first_text(&property(root, "model", paths));
        if model.is_empty() {
            return Self::default();
        }
        Self {
            model,
            revision: hexadecimal(&property(root, "system/linux,revision", paths)),
            serial: first_text(&property(root, "serial-number", paths)),
            soc: soc(&property(root, "compatible", paths)),
        }
    }

    pub(super) fn is_raspberry_pi(&self) -> bool {
        self.model.starts_with("Raspberry Pi")
    }
}

fn property(root: &Path, name: &str, paths: &Paths) -> Vec<u8> {
    let content = paths.read_once_bytes(&root.join(name));
    content.map(|bytes| bytes.to_vec()).unwrap_or_default()
}

/// The strings of a property, each of which ends with a NUL.
fn texts(property: &[u8]) -> impl Iterator<Item = String> {
    let parts = property.split(|byte| *byte == 0);
    parts.map(|text| String::from_utf8_lossy(text).trim().to_owned())
}

fn first_text(property: &[u8]) -> String {
    texts(property).next().unwrap_or_default()
}

/// The number of a property of four bytes, the most significant first.
fn hexadecimal(property: &[u8]) -> String {
    match <[u8; 4]>::try_from(property) {
        Ok(bytes) => format!("{:04x}", u32::from_be_bytes(bytes)),
        Err(_) => String::new(),
    }
}

/// The `bcm2712` of `raspberrypi,5-model-b`, `brcm,bcm2712`.
fn soc(compatible: &[u8]) -> String {
    let mut names = texts(compatible);
    let soc = names.find_map(|name| name.strip_prefix("brcm,").map(str::to_owned));
    soc.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions() {
        assert_eq!(hexadecimal(&[0x00, 0xc0, 0x41, 0x70]), "c04170");
        assert_eq!(hexadecimal(&[0, 0, 0, 0x0d]), "000d");
        assert_eq!(hexadecimal(b"abc"), "");
        assert_eq!(hexadecimal(b""), "");
    }

    #[test]
    fn lists_of_texts() {
        assert_eq!(soc(b"raspberrypi,5-model-b\0brcm,bcm2712\0"), "bcm2712");
        assert_eq!(soc(b"acme,board\0"), "");
        assert_eq!(
            first_text(b"Raspberry Pi 5 Model B Rev 1.0\0"),
            "Raspberry Pi 5 Model B Rev 1.0"
        );
        assert_eq!(first_text(b"\xff\0"), "\u{fffd}");
        assert_eq!(first_text(b""), "");
    }
}
