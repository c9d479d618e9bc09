//! What rustls needs to serve TLS, from a checked plan and the files that it names.

pub(crate) mod certificate;
mod client_certificate;

use std::io::Read;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{NoClientAuth, ServerSessionMemoryCache};
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};

use self::client_certificate::Verifier;
use crate::web_config::Error;
use crate::web_config::tls_plan::{ClientAuthentication, Pem, TlsPlan};

/// Bytes of a certificate, key or authorities file; Debian's bundle of all public authorities has 220 kB.
const PEM_BYTES_MAX: u64 = 1024 * 1024;
/// Sessions that a client can resume. A scraper needs one; each costs some hundred bytes.
const SESSIONS_MAX: usize = 32;

/// Reads the files and builds the configuration of the next connections.
///
/// Fails with the field and the file where one cannot be read or used.
pub(crate) fn load(plan: &TlsPlan) -> Result<Arc<ServerConfig>, Error> {
    let mut provider = rustls::crypto::ring::default_provider();
    provider.cipher_suites.clone_from(&plan.cipher_suites);
    provider.kx_groups.clone_from(&plan.curves);
    let provider = Arc::new(provider);

    let versions: Vec<&'static SupportedProtocolVersion> = [
        (plan.tls13, &rustls::version::TLS13),
        (plan.tls12, &rustls::version::TLS12),
    ]
    .iter()
    .filter(|(on, _)| *on)
    .map(|(_, version)| *version)
    .collect();
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&versions)
        .map_err(|error| Error::section("tls_server_config", error.to_string()))?;

    let builder = match plan.client_authentication {
        ClientAuthentication::None => builder.with_client_cert_verifier(Arc::new(NoClientAuth)),
        mode => {
            let authorities = match &plan.client_ca {
                Some(pem) => authorities(pem)?,
                None => Vec::new(),
            };
            let verifier = Verifier::new(mode, authorities, plan.client_allowed_sans.clone(), &provider)?;
            builder.with_client_cert_verifier(Arc::new(verifier))
        }
    };

    let certificates = certificates("tls_server_config.cert_file", &plan.certificate)?;
    let key_field = "tls_server_config.key_file";
    let key = PrivateKeyDer::from_pem_slice(&read(key_field, &plan.key)?).map_err(|_| {
        Error::section(
            key_field,
            format!("{}has no private key in PEM", origin(&plan.key)),
        )
    })?;
    let mut config = builder.with_single_cert(certificates, key).map_err(|error| {
        Error::section(
            "tls_server_config",
            format!("certificate and key cannot be used: {error}"),
        )
    })?;
    config.ignore_client_order = plan.prefer_server_order;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.session_storage = ServerSessionMemoryCache::new(SESSIONS_MAX);
    Ok(Arc::new(config))
}

fn authorities(pem: &Pem) -> Result<Vec<CertificateDer<'static>>, Error> {
    let field = "tls_server_config.client_ca_file";
    let found = certificates(field, pem)?;
    // What webpki cannot use is told now, not at the first client.
    let mut store = RootCertStore::empty();
    for certificate in &found {
        store
            .add(certificate.clone())
            .map_err(|error| Error::section(field, format!("{}{error}", origin(pem))))?;
    }
    Ok(found)
}

fn certificates(field: &str, pem: &Pem) -> Result<Vec<CertificateDer<'static>>, Error> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&read(field, pem)?).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(Error::section(
            field,
            format!("{}has no certificate in PEM", origin(pem)),
        )),
    }
}

fn read(field: &str, pem: &Pem) -> Result<Vec<u8>, Error> {
    let path = match pem {
        Pem::Inline(text) => return Ok(text.clone().into_bytes()),
        Pem::File(path) => path,
    };
    let mut bytes = Vec::new();
    let result = std::fs::File::open(path).and_then(|file| {
        // A pipe or a device could keep the only thread waiting.
        if !file.metadata()?.is_file() {
            return Err(std::io::Error::other("not a regular file"));
        }
        file.take(PEM_BYTES_MAX).read_to_end(&mut bytes)
    });
    match result {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Error::section(field, format!("{}: {error}", path.display()))),
    }
}

fn origin(pem: &Pem) -> String {
    match pem {
        Pem::Inline(_) => "inline text ".to_owned(),
        Pem::File(path) => format!("{} ", path.display()),
    }
}
