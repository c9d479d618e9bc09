//! Certificates or a key as PEM, in a file or given as they are.

use std::fmt;
use std::path::{Path, PathBuf};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use settings::Secret;

/// Largest file of certificates or keys; the system's bundle has about 220 kB.
const BYTES_MAX: u64 = 4 << 20;

/// Certificates or a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pem {
    /// In a file.
    File(PathBuf),
    /// In the configuration itself. A certificate is no secret, but nobody misses it where it is not shown.
    Inline(Secret),
}

impl fmt::Display for Pem {
    /// What messages call it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Inline(_) => f.write_str("in tls_config"),
        }
    }
}

impl Pem {
    /// Where it is read from, if that is a file.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Inline(_) => None,
        }
    }

    /// All certificates in it. Fails with a reason that names the file.
    pub fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, String> {
        CertificateDer::pem_slice_iter(&self.bytes()?)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| format!("certificates of {self}: {error}"))
    }

    /// The first key in it. Fails with a reason that names the file.
    pub fn key(&self) -> Result<PrivateKeyDer<'static>, String> {
        PrivateKeyDer::from_pem_slice(&self.bytes()?).map_err(|error| format!("key {self}: {error}"))
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        match self {
            Self::File(path) => read(path),
            Self::Inline(text) => Ok(text.expose().as_bytes().to_vec()),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let refuse = |error: &dyn fmt::Display| format!("read {}: {error}", path.display());
    let size = std::fs::metadata(path).map_err(|error| refuse(&error))?;
    if BYTES_MAX < size.len() || !size.is_file() {
        return Err(refuse(&format_args!("not a file of at most {BYTES_MAX} bytes")));
    }
    std::fs::read(path).map_err(|error| refuse(&error))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(pem: &Pem, expect: Expect) {
        let certificates = pem.certificates().map(|found| found.len());
        let key = pem.key().map(|_| "a key");
        expect.assert_eq(&format!("{certificates:?} {key:?}"));
    }

    #[test]
    fn what_is_no_pem_is_said_without_its_text() {
        check(
            &Pem::Inline(Secret::new("pw-1".into())),
            expect![[r#"Ok(0) Err("key in tls_config: no items found")"#]],
        );
    }

    #[test]
    fn a_file_is_named() {
        check(
            &Pem::File("/nowhere/ca.pem".into()),
            expect![[
                r#"Err("read /nowhere/ca.pem: No such file or directory (os error 2)") Err("read /nowhere/ca.pem: No such file or directory (os error 2)")"#
            ]],
        );
        check(
            &Pem::File("/dev/zero".into()),
            expect![[
                r#"Err("read /dev/zero: not a file of at most 4194304 bytes") Err("read /dev/zero: not a file of at most 4194304 bytes")"#
            ]],
        );
    }

    #[test]
    fn certificates_and_keys() {
        let made = rcgen::generate_simple_self_signed(["pi".to_owned()]).unwrap();
        let text = format!("{}{}", made.cert.pem(), made.signing_key.serialize_pem());
        check(&Pem::Inline(Secret::new(text)), expect![[r#"Ok(1) Ok("a key")"#]]);
    }
}
