//! Which distribution runs here, from `/etc/os-release` or else `/usr/lib/os-release` below `--path.rootfs`.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const INFO: Family<12> = Family::gauge(
    "node_os_info",
    "Fields of os-release, as labels; always 1.",
    [
        "build_id",
        "id",
        "id_like",
        "image_id",
        "image_version",
        "name",
        "pretty_name",
        "variant",
        "variant_id",
        "version",
        "version_codename",
        "version_id",
    ],
);
const VERSION: Family<3> = Family::gauge(
    "node_os_version",
    "Version of the distribution, as far as it is a number: 12, or 24.04.",
    ["id", "id_like", "name"],
);
const SUPPORT_END: Family<0> = Family::gauge(
    "node_os_support_end_timestamp_seconds",
    "When support of this version ends, in seconds since 1970.",
    [],
);

const FILES: [&str; 2] = ["etc/os-release", "usr/lib/os-release"];
const SECONDS_PER_DAY: i64 = 86_400;

/// What survives a scrape.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// The file as last parsed; it changes with a release upgrade only.
    release: RefCell<Option<Cached>>,
}

#[derive(Debug)]
struct Cached {
    path: PathBuf,
    modified: SystemTime,
    release: Release,
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let mut cached = node.os.release.borrow_mut();
    let (path, modified) = find(&node.paths.rootfs)?;
    let is_fresh = |cached: &&Cached| cached.path == path && cached.modified == modified;
    if cached.as_ref().filter(is_fresh).is_none() {
        let release = Release::parse(&node.paths.read_once(&path)?);
        *cached = Some(Cached {
            path,
            modified,
            release,
        });
    }
    match &*cached {
        Some(cached) => write(&cached.release, out),
        None => Err(Error::NoData),
    }
}

/// The first of the files that exists, and when it was last changed.
fn find(root: &Path) -> Result<(PathBuf, SystemTime), Error> {
    for file in FILES {
        let path = root.join(file);
        match std::fs::metadata(&path).and_then(|metadata| metadata.modified()) {
            Ok(modified) => return Ok((path, modified)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => return Err(Error::Read { path, source }),
        }
    }
    Err(Error::NoData)
}

/// The fields of os-release that become labels, in the order of [`INFO`]'s; absent ones are empty.
#[derive(Debug, Default)]
struct Release {
    labels: [String; 12],
    support_end: String,
}

impl Release {
    /// Lines that are not `KEY=value` are passed over.
    fn parse(text: &str) -> Self {
        let mut release = Self::default();
        for line in text.lines() {
            let Some((key, value)) = line.trim().split_once('=') else {
                continue;
            };
            let is_named = |label: &&str| label.eq_ignore_ascii_case(key);
            if let Some(index) = INFO.labels.iter().position(is_named) {
                release.labels[index] = unquote(value);
            } else if key == "SUPPORT_END" {
                release.support_end = unquote(value);
            }
        }
        release
    }

    fn label(&self, name: &str) -> &str {
        let index = INFO.labels.iter().position(|label| *label == name);
        index.map_or("", |index| &self.labels[index])
    }

    /// `24.04` of `24.04.1`, `12` of `12`; nothing of `rolling`.
    fn version(&self) -> Option<f64> {
        let text = self.label("version_id");
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let major = digits(text);
        let minor = text[major..].strip_prefix('.').map_or(0, |rest| 1 + digits(rest));
        text[..major + minor]
            .parse()
            .ok()
            .filter(|version| *version > 0.0)
    }
}

fn write(release: &Release, out: &mut Exposition) -> Result<(), Error> {
    let labels = std::array::from_fn(|index| release.labels[index].as_str());
    out.sample(&INFO, labels, 1.0);
    if let Some(version) = release.version() {
        let labels = VERSION.labels.map(|name| release.label(name));
        out.sample(&VERSION, labels, version);
    }
    match (
        release.support_end.as_str(),
        days_since_1970(&release.support_end),
    ) {
        ("", _) => Ok(()),
        (_, Some(days)) => {
            out.sample(&SUPPORT_END, [], (days * SECONDS_PER_DAY) as f64);
            Ok(())
        }
        (text, None) => Err(Error::parse("os-release SUPPORT_END", 1, text)),
    }
}

/// Takes off quotes as a shell does: `'…'` as it stands, `"…"` and bare words with `\` before any character.
fn unquote(value: &str) -> String {
    let quoted = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    if let Some(literal) = quoted('\'') {
        return literal.to_owned();
    }
    let mut characters = quoted('"').unwrap_or(value).chars();
    let mut plain = String::new();
    while let Some(character) = characters.next() {
        match character {
            '\\' => plain.extend(characters.next()),
            _ => plain.push(character),
        }
    }
    plain
}

/// Days from 1970-01-01 to a date `2028-06-30` of the Gregorian calendar; nothing where it is not a date.
fn days_since_1970(date: &str) -> Option<i64> {
    let mut parts = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years begin in March here, so that the leap day is the last one of a year.
    let (year, month) = if month < 3 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let days_before_month = (153 * month + 2) / 5;
    let days_before_year = 365 * year + year / 4 - year / 100 + year / 400;
    // 719,468 days from March of year 0 to 1970-01-01.
    Some(days_before_year + days_before_month + day - 1 - 719_468)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let mut out = Exposition::default();
        let result = write(&Release::parse(text), &mut out).map_err(|error| error.to_string());
        let text = out.to_text();
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        expect.assert_eq(&format!("{}\n{result:?}", samples.collect::<Vec<_>>().join("\n")));
    }

    #[test]
    fn raspberry_pi_os() {
        check(
            "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\n\
             VERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\nHOME_URL=\"https://www.debian.org/\"\n",
            expect![[r#"
                node_os_info{build_id="",id="debian",id_like="",image_id="",image_version="",name="Debian GNU/Linux",pretty_name="Debian GNU/Linux 12 (bookworm)",variant="",variant_id="",version="12 (bookworm)",version_codename="bookworm",version_id="12"} 1
                node_os_version{id="debian",id_like="",name="Debian GNU/Linux"} 12
                Ok(())"#]],
        );
    }

    #[test]
    fn rolling_with_quotes_and_an_end() {
        check(
            "# a comment\nNAME='a \"b\\'\nID=\"x\\\"y\"\nVERSION_ID=rolling\nSUPPORT_END=2028-02-29\nnonsense\n",
            expect![[r#"
                node_os_info{build_id="",id="x\"y",id_like="",image_id="",image_version="",name="a \"b\\",pretty_name="",variant="",variant_id="",version="",version_codename="",version_id="rolling"} 1
                node_os_support_end_timestamp_seconds 1.8353952e+09
                Ok(())"#]],
        );
    }

    #[test]
    fn an_end_that_is_no_date() {
        check(
            "VERSION_ID=24.04.1\nSUPPORT_END=soon\n",
            expect![[r#"
                node_os_info{build_id="",id="",id_like="",image_id="",image_version="",name="",pretty_name="",variant="",variant_id="",version="",version_codename="",version_id="24.04.1"} 1
                node_os_version{id="",id_like="",name=""} 24.04
                Err("parse os-release SUPPORT_END line 1: \"soon\"")"#]],
        );
    }
}
