//! The two things of a certificate that rustls does not tell: its dates and its alternative names (RFC 5280).
//!
//! Signatures and chains are webpki's business. This walks the DER without copying and never trusts a length.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::calendar::Moment;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OBJECT: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
/// Object identifier 2.5.29.17, `subjectAltName`.
const SUBJECT_ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 0x11];

/// Names of one certificate; a real one has up to a hundred.
const NAMES_MAX: usize = 256;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Certificate {
    pub not_before: Moment,
    pub not_after: Moment,
    /// DNS names, e-mail addresses, URIs and IP addresses, as text.
    pub names: Vec<String>,
}

impl Certificate {
    /// `None` where the bytes are not a certificate.
    pub(crate) fn parse(der: &[u8]) -> Option<Self> {
        let mut outer = Der(Der(der).expect(SEQUENCE)?);
        let mut body = Der(outer.expect(SEQUENCE)?);
        body.optional(VERSION);
        body.expect(INTEGER)?;
        // Signature algorithm, issuer.
        body.expect(SEQUENCE)?;
        body.expect(SEQUENCE)?;
        let mut validity = Der(body.expect(SEQUENCE)?);
        let not_before = time(validity.next()?)?;
        let not_after = time(validity.next()?)?;
        let mut names = Vec::new();
        while let Some((tag, content)) = body.next() {
            if tag == EXTENSIONS {
                read_names(content, &mut names)?;
            }
        }
        Some(Self {
            not_before,
            not_after,
            names,
        })
    }
}

fn read_names(extensions: &[u8], names: &mut Vec<String>) -> Option<()> {
    let mut extensions = Der(Der(extensions).expect(SEQUENCE)?);
    while let Some((SEQUENCE, extension)) = extensions.next() {
        let mut extension = Der(extension);
        if extension.expect(OBJECT)? != SUBJECT_ALTERNATIVE_NAME {
            continue;
        }
        while let Some((tag, content)) = extension.next() {
            if tag != OCTETS {
                continue;
            }
            let mut alternatives = Der(Der(content).expect(SEQUENCE)?);
            while let Some((tag, name)) = alternatives.next() {
                if names.len() < NAMES_MAX {
                    names.extend(alternative(tag, name));
                }
            }
        }
    }
    Some(())
}

/// One alternative name as text; kinds that have none are left out.
fn alternative(tag: u8, name: &[u8]) -> Option<String> {
    match (tag, name.len()) {
        // E-mail, DNS name, URI.
        (0x81 | 0x82 | 0x86, _) if name.is_ascii() => std::str::from_utf8(name).ok().map(str::to_owned),
        (0x87, 4) => <[u8; 4]>::try_from(name)
            .ok()
            .map(|octets| Ipv4Addr::from(octets).to_string()),
        (0x87, 16) => <[u8; 16]>::try_from(name)
            .ok()
            .map(|octets| Ipv6Addr::from(octets).to_string()),
        _ => None,
    }
}

/// `YYMMDDhhmmssZ` with years from 1950 to 2049, or `YYYYMMDDhhmmssZ`.
fn time((tag, text): (u8, &[u8])) -> Option<Moment> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (year_digits, century) = match (tag, text.len()) {
        (UTC_TIME, 12) => (2, if text < "5" { 2000 } else { 1900 }),
        (GENERALIZED_TIME, 14) => (4, 0),
        _ => return None,
    };
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = text.split_at(year_digits);
    let pair = |at: usize| rest.get(at..at + 2)?.parse().ok();
    Some(Moment {
        year: century + year.parse::<u64>().ok()?,
        month: pair(0)?,
        day: pair(2)?,
        hour: pair(4)?,
        minute: pair(6)?,
        second: pair(8)?,
    })
}

/// What is left of a sequence of tagged values.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// Takes one value off; `None` at the end or where its length does not fit.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(*first), rest),
            // Up to three length bytes: a certificate is below 16 MB.
            0x81..=0x83 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x0f))?;
                let length = bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
                (length, rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, content))
    }

    fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next()
            .filter(|(found, _)| *found == tag)
            .map(|(_, content)| content)
    }

    fn optional(&mut self, tag: u8) {
        if self.0.first() == Some(&tag) {
            self.next();
        }
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, SanType, date_time_ymd};

    use super::*;

    fn sample() -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["a.example".to_owned(), "10.0.0.1".to_owned()]).unwrap();
        params
            .subject_alt_names
            .push(SanType::URI("spiffe://a/b".try_into().unwrap()));
        params
            .subject_alt_names
            .push(SanType::Rfc822Name("me@a.example".try_into().unwrap()));
        params
            .subject_alt_names
            .push(SanType::IpAddress("2001:db8::1".parse().unwrap()));
        params.not_before = date_time_ymd(1999, 12, 31);
        params.not_after = date_time_ymd(2050, 1, 2);
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn dates_and_names() {
        let certificate = Certificate::parse(&sample()).unwrap();
        assert_eq!(
            certificate.names,
            [
                "a.example",
                "10.0.0.1",
                "spiffe://a/b",
                "me@a.example",
                "2001:db8::1"
            ]
        );
        assert_eq!(
            (certificate.not_before.year, certificate.not_before.day),
            (1999, 31)
        );
        assert_eq!((certificate.not_after.year, certificate.not_after.day), (2050, 2));
    }

    #[test]
    fn a_cut_or_changed_certificate_is_no_panic() {
        let der = sample();
        for length in 0..der.len() {
            Certificate::parse(&der[..length]);
            let mut changed = der.clone();
            changed[length] ^= 0xff;
            Certificate::parse(&changed);
        }
    }
}
