//! Whom an https target must be signed by, and who this process says it is.
//!
//! Files are read when a connection is opened, so that a new certificate needs no restart; connections are kept, so that is rare.
//! Nothing of this is loaded where no target speaks TLS.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Where Debian, Fedora, and Alpine keep the certificates of the system.
const SYSTEM_CERTIFICATES: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

/// Largest file of certificates or keys; the system's bundle has about 220 kB.
const PEM_BYTES_MAX: u64 = 4 << 20;

/// What the flags say of TLS.
#[derive(Clone, Debug, Default)]
pub struct TlsSettings {
    /// Whether the certificate of nginx is checked.
    pub verify: bool,
    /// Whom to trust; the system's certificates where it is not given.
    pub ca_file: Option<PathBuf>,
    /// Certificate and key that this process shows.
    pub identity: Option<(PathBuf, PathBuf)>,
}

impl TlsSettings {
    /// Reads every file once. Fails with a reason that names the file.
    pub fn check(&self) -> Result<(), String> {
        config(self).map(|_| ())
    }
}

/// Why there is no TLS.
#[derive(Debug)]
pub enum Failure {
    /// A file of the settings cannot be used.
    Settings(String),
    /// The other side.
    Handshake(io::Error),
}

/// Does the handshake. The certificate must be of `host`, where certificates are checked.
pub async fn connect(
    settings: &TlsSettings,
    host: &str,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, Failure> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| Failure::Settings(format!("{host:?} is not a name of a server")))?;
    let config = config(settings).map_err(Failure::Settings)?;
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .map_err(Failure::Handshake)
}

fn config(settings: &TlsSettings) -> Result<ClientConfig, String> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let builder = match settings.verify {
        true => builder.with_root_certificates(roots(settings.ca_file.as_deref())?),
        false => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anyone(provider))),
    };
    match &settings.identity {
        None => Ok(builder.with_no_client_auth()),
        Some((certificate, key)) => {
            let chain = certificates(certificate)?;
            let refuse = |error: &dyn std::fmt::Display| format!("key {}: {error}", key.display());
            let parsed = PrivateKeyDer::from_pem_slice(&read(key)?).map_err(|error| refuse(&error))?;
            builder
                .with_client_auth_cert(chain, parsed)
                .map_err(|error| refuse(&error))
        }
    }
}

fn roots(ca_file: Option<&Path>) -> Result<RootCertStore, String> {
    let path = match ca_file {
        Some(path) => path,
        None => SYSTEM_CERTIFICATES
            .iter()
            .map(Path::new)
            .find(|path| path.exists())
            .ok_or("the system has no certificates; set --nginx.ssl-ca-cert or install ca-certificates")?,
    };
    let mut roots = RootCertStore::empty();
    // A bundle may hold a few that are not understood; one that holds none of use is a mistake.
    let (added, _) = roots.add_parsable_certificates(certificates(path)?);
    match added {
        0 => Err(format!(
            "{} holds no certificate that can be used",
            path.display()
        )),
        _ => Ok(roots),
    }
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

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    CertificateDer::pem_slice_iter(&read(path)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| format!("certificates of {}: {error}", path.display()))
}

/// Trusts any certificate, which is the reference's default. Signatures are still checked.
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
