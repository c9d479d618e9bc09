//! Whom an https server must be signed by, and who this process says it is.
//!
//! Nothing is read before a connector is asked for: the system's certificates take about 200 kB.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio_rustls::TlsConnector;

use crate::Pem;
use crate::anyone::Anyone;

/// Where Debian, Fedora, and Alpine keep the certificates of the system.
const SYSTEM_CERTIFICATES: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

const ONLY_12: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];
const ONLY_13: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// How a server is trusted, and how this process shows who it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsSettings {
    /// Certificates that sign servers; without it those of the system.
    pub ca: Option<Pem>,
    /// This process's own certificate and key.
    pub identity: Option<(Pem, Pem)>,
    /// The name that the server's certificate must have, where it is not the address.
    pub server_name: Option<String>,
    /// Whether any certificate will do.
    pub insecure_skip_verify: bool,
    /// Which versions are spoken.
    pub versions: Versions,
}

/// Versions of TLS. Older ones than 1.2 are never spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Versions {
    /// 1.2 and 1.3.
    #[default]
    Both,
    /// Only 1.2.
    Only12,
    /// Only 1.3.
    Only13,
}

impl TlsSettings {
    /// Reads the files that are named. Fails with a reason that names the file.
    ///
    /// `ca_setting` is what the owner may set where the system has no certificates.
    pub fn connector(&self, ca_setting: &str) -> Result<TlsConnector, String> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(match self.versions {
                Versions::Both => rustls::DEFAULT_VERSIONS,
                Versions::Only12 => ONLY_12,
                Versions::Only13 => ONLY_13,
            })
            .map_err(|error| error.to_string())?;
        let builder = match self.insecure_skip_verify {
            true => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Anyone(provider))),
            false => builder.with_root_certificates(self.roots(ca_setting)?),
        };
        let config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => builder
                .with_client_auth_cert(certificate.certificates()?, key.key()?)
                .map_err(|error| format!("key {key}: {error}"))?,
        };
        Ok(TlsConnector::from(Arc::new(config)))
    }

    /// The name that a certificate must have where `host` is connected to. Fails where that is no name.
    pub fn name_of(&self, host: &str) -> Result<ServerName<'static>, String> {
        let name = self.server_name.as_deref().unwrap_or(host);
        ServerName::try_from(name.to_owned()).map_err(|_| format!("{name:?} is not a name of a server"))
    }

    /// The files that [`TlsSettings::connector`] reads, but for those of the system.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        let identity = self.identity.iter();
        let identity = identity.flat_map(|(certificate, key)| [certificate, key]);
        self.ca.iter().chain(identity).filter_map(Pem::file)
    }

    fn roots(&self, ca_setting: &str) -> Result<RootCertStore, String> {
        let authorities = match &self.ca {
            Some(pem) => pem.clone(),
            None => SYSTEM_CERTIFICATES
                .iter()
                .map(Path::new)
                .find(|path| path.exists())
                .map(|path| Pem::File(path.to_owned()))
                .ok_or_else(|| {
                    format!("the system has no certificates; set {ca_setting} or install ca-certificates")
                })?,
        };
        let mut roots = RootCertStore::empty();
        // A bundle may hold a few that are not understood; one that holds none of use is a mistake.
        let (added, _) = roots.add_parsable_certificates(authorities.certificates()?);
        match added {
            0 => Err(format!("{authorities} holds no certificate that can be used")),
            _ => Ok(roots),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use settings::Secret;

    use super::*;

    #[track_caller]
    fn check(settings: &TlsSettings, expect: Expect) {
        expect.assert_eq(&settings.connector("the flag").err().unwrap_or_default());
    }

    fn inline(text: &str) -> Pem {
        Pem::Inline(Secret::new(text.to_owned()))
    }

    #[test]
    fn a_bundle_without_certificates_is_a_mistake() {
        let file = tempfile::NamedTempFile::with_prefix("ca").unwrap();
        let settings = TlsSettings {
            ca: Some(Pem::File(file.path().to_owned())),
            ..TlsSettings::default()
        };
        let refused = settings.connector("the flag").err().unwrap();
        assert_eq!(
            refused,
            format!("{} holds no certificate that can be used", file.path().display())
        );
        assert_eq!(settings.files().collect::<Vec<_>>(), [file.path()]);
    }

    #[test]
    fn an_own_certificate_needs_its_own_key() {
        let [one, other] =
            ["one", "other"].map(|name| rcgen::generate_simple_self_signed([name.to_owned()]).unwrap());
        let certificate = inline(&one.cert.pem());
        let with = |key: &rcgen::KeyPair| TlsSettings {
            insecure_skip_verify: true,
            identity: Some((certificate.clone(), inline(&key.serialize_pem()))),
            ..TlsSettings::default()
        };
        check(&with(&one.signing_key), expect![""]);
        check(
            &with(&other.signing_key),
            expect!["key in tls_config: keys may not be consistent: KeyMismatch"],
        );
    }

    #[test]
    fn the_name_is_that_of_the_settings_or_the_host() {
        let mut settings = TlsSettings::default();
        assert_eq!(settings.name_of("pi").unwrap().to_str(), "pi");
        assert_eq!(
            settings.name_of("a b").unwrap_err(),
            "\"a b\" is not a name of a server"
        );
        settings.server_name = Some("house".into());
        assert_eq!(settings.name_of("10.0.0.1").unwrap().to_str(), "house");
    }
}
