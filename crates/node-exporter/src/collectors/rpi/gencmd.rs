//! Commands of the firmware, those that `vcgencmd` sends: a line of text there, lines of text back.

use crate::Error;

use super::mailbox::Transport;

/// The tag that runs a command.
const RUN_COMMAND: u32 = 0x0003_0080;
/// Bytes for the command, and for its answer.
const TEXT_BYTES: usize = 4096;
/// Words before the text: those of any message, and the error of the command.
const TEXT_START: usize = 6;
/// 4,124 bytes with the end.
const MESSAGE_WORDS: usize = TEXT_START + TEXT_BYTES / 4 + 1;

/// What the firmware answers to `command`, without white space at its ends.
///
/// Nothing where it does not know the command. An argument that it does not know is not told apart from success but by
/// the text (`bad argument`, `error=2 error_msg="Invalid arguments"`), so whoever reads it must be strict.
/// Fails where the transport does.
pub(super) fn run(transport: &dyn Transport, command: &str) -> Result<Option<String>, Error> {
    let mut message = [0; MESSAGE_WORDS];
    message[2] = RUN_COMMAND;
    message[3] = TEXT_BYTES as u32;
    let (_, text) = message.split_at_mut(TEXT_START);
    for (word, bytes) in text.iter_mut().zip(command.as_bytes().chunks(4)) {
        *word = from_bytes(bytes);
    }
    transport.exchange(&mut message)?;
    if message[TEXT_START - 1] != 0 {
        return Ok(None);
    }
    let text = &message[TEXT_START..MESSAGE_WORDS - 1];
    let bytes: Vec<u8> = text
        .iter()
        .flat_map(|word| word.to_le_bytes())
        .take_while(|byte| *byte != 0)
        .collect();
    Ok(Some(String::from_utf8_lossy(&bytes).trim().to_owned()))
}

/// Up to four bytes in the order of memory; every Pi is little-endian.
fn from_bytes(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .rev()
        .fold(0, |word, byte| (word << 8) | u32::from(*byte))
}

/// The number between `before` and `after`, which must be all there is: `volt=0.8749V`.
pub(super) fn measured(text: &str, before: &str, after: &str) -> Option<f64> {
    decimal(text.strip_prefix(before)?.strip_suffix(after)?)
}

/// A decimal number without exponent; the parser of the library would accept `inf` and `1e9`.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_decimal = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    (is_decimal && digits.starts_with(|digit: char| digit.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// The hertz in `frequency(48)=1800457088`.
pub(super) fn hertz(text: &str) -> Option<f64> {
    let (id, hertz) = text.strip_prefix("frequency(")?.split_once(")=")?;
    id.parse::<u32>().ok()?;
    decimal(hertz)
}

/// The commit and the variant in the last line of the answer to `version`:
/// `version 66f33f7e (release) (embedded)`.
pub(super) fn version(text: &str) -> Option<(&str, &str)> {
    let line = text.lines().next_back()?.strip_prefix("version ")?;
    let mut words = line.split_ascii_whitespace();
    let commit = words.next()?;
    let variant = words.next().unwrap_or_default();
    Some((commit, variant.trim_matches(['(', ')'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers with the reverse of the command, or with an error.
    struct Reversing(u32);

    impl Transport for Reversing {
        fn exchange(&self, message: &mut [u32]) -> Result<(), Error> {
            assert_eq!(message.len() * 4, 4124);
            let bytes = message[TEXT_START..].iter().flat_map(|word| word.to_le_bytes());
            let mut text: Vec<u8> = bytes.take_while(|byte| *byte != 0).collect();
            text.reverse();
            for (word, bytes) in message[TEXT_START..].iter_mut().zip(text.chunks(4)) {
                *word = from_bytes(bytes);
            }
            message[5] = self.0;
            Ok(())
        }
    }

    #[test]
    fn text_there_and_back() {
        assert_eq!(run(&Reversing(0), "cimp").unwrap().as_deref(), Some("pmic"));
        assert_eq!(run(&Reversing(0), "erusaem").unwrap().as_deref(), Some("measure"));
        assert_eq!(run(&Reversing(u32::MAX), "nope").unwrap(), None);
        let long = "x".repeat(2 * TEXT_BYTES);
        let most = run(&Reversing(0), &long).unwrap().unwrap();
        assert_eq!(most.len(), TEXT_BYTES);
    }

    #[test]
    fn measurements() {
        assert_eq!(measured("volt=0.8749V", "volt=", "V"), Some(0.8749));
        assert_eq!(measured("temp=46.6'C", "temp=", "'C"), Some(46.6));
        assert_eq!(measured("temp=-3.1'C", "temp=", "'C"), Some(-3.1));
        assert_eq!(hertz("frequency(0)=1600020224"), Some(1_600_020_224.0));
        assert_eq!(hertz("frequency(48)=0"), Some(0.0));
    }

    #[test]
    fn what_is_no_measurement() {
        for text in [
            "",
            "bad argument",
            r#"error=1 error_msg="Command not registered""#,
            "volt=V",
            "volt=infV",
            "volt=1e3V",
            "volt=.V",
            "volt=1.2.3V",
            "volt=0.8V\nx",
        ] {
            assert_eq!(measured(text, "volt=", "V"), None, "{text}");
        }
        for text in [
            "frequency(0)=",
            "frequency()=1",
            "frequency=1",
            "frequency(0)=1 Hz",
        ] {
            assert_eq!(hertz(text), None, "{text}");
        }
    }

    #[test]
    fn versions() {
        let new = "2026/05/11 12:20:02\nCopyright (c) 2012 Broadcom\nversion 66f33f7e (release) (embedded)";
        assert_eq!(version(new), Some(("66f33f7e", "release")));
        let old = "May  6 2016 13:53:23\nCopyright (c) 2012 Broadcom\nversion 0cc642d53eab (clean) (release)";
        assert_eq!(version(old), Some(("0cc642d53eab", "clean")));
        assert_eq!(version("version x"), Some(("x", "")));
        assert_eq!(version(""), None);
        assert_eq!(version("bad argument"), None);
    }
}
