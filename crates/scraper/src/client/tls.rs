//! Whom an https target must be signed by, and who this process says it is.
//!
//! Nothing is loaded before the first https connection: the system's certificates take about 200 kB.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme, SupportedProtocolVersion};
use tokio_rustls::TlsConnector;

use crate::config::tls::{Pem, TlsSettings, Versions};
use crate::target::Url;

/// Where Debian, Fedora, and Alpine keep the certificates of the system.
const SYSTEM_CERTIFICATES: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

const ONLY_12: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];
const ONLY_13: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// Largest file of certificates or keys; the system's bundle has about 220 kB.
const PEM_BYTES_MAX: u64 = 4 << 20;

/// The TLS side of one job. Certificates are read again when their files change.
#[derive(Debug)]
pub struct Trust {
    settings: TlsSettings,
    loaded: RefCell<Option<Loaded>>,
}

#[derive(Debug)]
struct Loaded {
    changed: Vec<Option<SystemTime>>,
    config: Arc<ClientConfig>,
}

impl Trust {
    /// Takes the settings; reads no file.
    pub fn new(settings: TlsSettings) -> Self {
        Self {
            settings,
            loaded: RefCell::default(),
        }
    }

    /// What a connection to `url` is made with. Fails with a reason that names the file.
    pub fn connector(&self, url: &Url) -> Result<(TlsConnector, ServerName<'static>), String> {
        let name = self.settings.server_name.as_deref().unwrap_or(url.host());
        let name = ServerName::try_from(name.to_owned())
            .map_err(|_| format!("{name:?} is not a name of a server"))?;
        Ok((TlsConnector::from(self.config()?), name))
    }

    fn config(&self) -> Result<Arc<ClientConfig>, String> {
        let changed: Vec<_> = self.files().map(changed).collect();
        if let Some(loaded) = &*self.loaded.borrow()
            && loaded.changed == changed
        {
            return Ok(Arc::clone(&loaded.config));
        }
        let config = Arc::new(self.load()?);
        *self.loaded.borrow_mut() = Some(Loaded {
            changed,
            config: Arc::clone(&config),
        });
        Ok(config)
    }

    fn files(&self) -> impl Iterator<Item = &Path> {
        let identity = self.settings.identity.iter();
        let identity = identity.flat_map(|(certificate, key)| [certificate, key]);
        let all = self.settings.ca.iter().chain(identity);
        all.filter_map(|pem| match pem {
            Pem::File(path) => Some(path.as_path()),
            Pem::Inline(_) => None,
        })
    }

    fn load(&self) -> Result<ClientConfig, String> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(match self.settings.versions {
                Versions::Both => rustls::DEFAULT_VERSIONS,
                Versions::Only12 => ONLY_12,
                Versions::Only13 => ONLY_13,
            })
            .map_err(|error| error.to_string())?;
        let builder = match self.settings.insecure_skip_verify {
            true => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Anyone(provider))),
            false => builder.with_root_certificates(self.roots()?),
        };
        match &self.settings.identity {
            None => Ok(builder.with_no_client_auth()),
            Some((certificate, key)) => {
                let chain = certificates(certificate)?;
                let refuse = |error: &dyn std::fmt::Display| format!("key {}: {error}", name(key));
                let parsed = PrivateKeyDer::from_pem_slice(&pem(key)?).map_err(|error| refuse(&error))?;
                builder
                    .with_client_auth_cert(chain, parsed)
                    .map_err(|error| refuse(&error))
            }
        }
    }

    fn roots(&self) -> Result<RootCertStore, String> {
        let authorities = match &self.settings.ca {
            Some(pem) => pem.clone(),
            None => SYSTEM_CERTIFICATES
                .iter()
                .map(PathBuf::from)
                .find(|path| path.exists())
                .map(Pem::File)
                .ok_or("the system has no certificates; set tls_config ca_file or install ca-certificates")?,
        };
        let mut roots = RootCertStore::empty();
        // A bundle may hold a few that are not understood; one that holds none of use is a mistake.
        let (added, _) = roots.add_parsable_certificates(certificates(&authorities)?);
        match added {
            0 => Err(format!(
                "{} holds no certificate that can be used",
                name(&authorities)
            )),
            _ => Ok(roots),
        }
    }
}

fn changed(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .ok()
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let refuse = |error: &dyn std::fmt::Display| format!("read {}: {error}", path.display());
    let size = std::fs::metadata(path).map_err(|error| refuse(&error))?;
    if PEM_BYTES_MAX < size.len() || !size.is_file() {
        return Err(refuse(&format_args!(
            "not a file of at most {PEM_BYTES_MAX} bytes"
        )));
    }
    std::fs::read(path).map_err(|error| refuse(&error))
}

fn pem(pem: &Pem) -> Result<Vec<u8>, String> {
    match pem {
        Pem::File(path) => read(path),
        Pem::Inline(text) => Ok(text.expose().as_bytes().to_vec()),
    }
}

/// What messages call it.
fn name(pem: &Pem) -> String {
    match pem {
        Pem::File(path) => path.display().to_string(),
        Pem::Inline(_) => "in tls_config".into(),
    }
}

fn certificates(from: &Pem) -> Result<Vec<CertificateDer<'static>>, String> {
    CertificateDer::pem_slice_iter(&pem(from)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| format!("certificates of {}: {error}", name(from)))
}

/// Trusts any certificate, for `insecure_skip_verify`. Signatures are still checked.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
