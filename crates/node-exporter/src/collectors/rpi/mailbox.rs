//! The way to the firmware: property messages over the kernel's `vcio` driver.
//!
//! A message is an array of 32-bit words: its size in bytes, a status, then tags, each with its number, the size of its
//! buffer, the size of its request and the buffer, and a 0 at the end
//! (<https://github.com/raspberrypi/firmware/wiki/Mailbox-property-interface>). The answer overwrites it.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;

use crate::Error;

/// The device that passes only commands, there since 2026; the group video may open it where `/dev/vcio` is root's.
const GENCMD: &str = "/dev/vcio_gencmd";
/// The device that passes every tag.
const ALL_TAGS: &str = "/dev/vcio";
/// Said to the user who may not open the device.
const CURE: &str = "add the exporter's user to the group video (systemd: SupplementaryGroups=video; Docker: --group-add video)";

/// Words before the buffer of the first tag: size, status, tag, size of buffer, size of request.
const HEADER_WORDS: usize = 5;
/// The status of a message that the firmware has answered.
const ANSWERED: u32 = 0x8000_0000;
/// Words of the buffer of a tag that asks for one number of one component.
const NUMBER_WORDS: usize = 2;

/// Gives the firmware a message and gets it back answered.
pub(super) trait Transport {
    /// Exchanges `message` in place. The first word is set here: the kernel believes it.
    ///
    /// Fails with [`Error::System`] where the driver does.
    fn exchange(&self, message: &mut [u32]) -> Result<(), Error>;
}

/// One of the driver's devices.
#[derive(Debug)]
pub(super) struct Device(File);

impl Device {
    /// Opens the device for commands.
    ///
    /// Fails with [`Error::NoData`] where there is none, which is so on anything but a Raspberry Pi, and with
    /// [`Error::Permission`] where there is one that this process may not open.
    pub(super) fn open() -> Result<Self, Error> {
        match open(Path::new(GENCMD)) {
            Ok(device) => Ok(device),
            Err(error) => match open(Path::new(ALL_TAGS)) {
                Err(Error::NoData) => Err(error),
                other => other,
            },
        }
    }

    /// Opens the device for every tag. Fails like [`open`](Self::open).
    pub(super) fn open_for_all_tags() -> Result<Self, Error> {
        open(Path::new(ALL_TAGS))
    }
}

fn open(path: &Path) -> Result<Device, Error> {
    File::open(path).map(Device).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => Error::Permission {
            path: path.to_owned(),
            cure: CURE,
        },
        _ => Error::read(path, error),
    })
}

/// The number of the call, `_IOWR(100, 0, char *)`; the size of a pointer is part of it.
const fn request(pointer_bytes: usize) -> u32 {
    (3 << 30) | ((pointer_bytes as u32) << 16) | (100 << 8)
}

impl Transport for Device {
    fn exchange(&self, message: &mut [u32]) -> Result<(), Error> {
        let size_bytes = size_of_val(message) as u32;
        if let Some(size) = message.first_mut() {
            *size = size_bytes;
        }
        let request = request(size_of::<*const u8>()) as libc::Ioctl;
        // SAFETY: the kernel reads and writes as many bytes as the first word says, which are those of `message`.
        let result = unsafe { libc::ioctl(self.0.as_raw_fd(), request, message.as_mut_ptr()) };
        match result {
            0.. => Ok(()),
            _ => Err(Error::System {
                call: "ioctl vcio",
                source: io::Error::last_os_error(),
            }),
        }
    }
}

/// The number that the firmware gives for `tag` and component `id`.
///
/// Nothing where it does not know the tag or the component. Fails where the transport does.
pub(super) fn number(transport: &dyn Transport, tag: u32, id: u32) -> Result<Option<u32>, Error> {
    let mut message = [0; HEADER_WORDS + NUMBER_WORDS + 1];
    message[2] = tag;
    message[3] = (NUMBER_WORDS * size_of::<u32>()) as u32;
    message[HEADER_WORDS] = id;
    transport.exchange(&mut message)?;
    let answer_bytes = message[4] & !ANSWERED;
    let is_answered = message[1] == ANSWERED && message[4] & ANSWERED != 0;
    Ok(match answer_bytes {
        _ if !is_answered => None,
        // A fact about the machine itself comes without a component before it.
        4 => Some(message[HEADER_WORDS]),
        8 => Some(message[HEADER_WORDS + 1]),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_has_the_number_that_the_kernel_knows() {
        assert_eq!(request(8), 0xc008_6400);
        assert_eq!(request(4), 0xc004_6400);
    }

    struct Answering([u32; 4]);

    impl Transport for Answering {
        fn exchange(&self, message: &mut [u32]) -> Result<(), Error> {
            assert_eq!(message, [0, 0, 0x0003_0006, 8, 0, 3, 0, 0]);
            let [status, size, first, second] = self.0;
            message[1] = status;
            (message[4], message[5], message[6]) = (size, first, second);
            Ok(())
        }
    }

    #[track_caller]
    fn check(answer: [u32; 4], expect: Option<u32>) {
        let number = number(&Answering(answer), 0x0003_0006, 3).unwrap();
        assert_eq!(number, expect);
    }

    #[test]
    fn numbers_with_and_without_a_component() {
        check([ANSWERED, ANSWERED | 8, 3, 48_300], Some(48_300));
        check([ANSWERED, ANSWERED | 4, 42, 0], Some(42));
    }

    #[test]
    fn what_the_firmware_did_not_answer() {
        check([ANSWERED, 0, 3, 0], None);
        check([ANSWERED | 1, ANSWERED | 8, 3, 0], None);
        check([ANSWERED, ANSWERED | 0x7fff_ffff, 3, 0], None);
    }
}
