//! Targets that speak TLS: whom they are signed by, and who asks.

use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;

use crate::rig::{Rig, local};
use crate::server::{Act, Server, text};

/// A certificate that signs itself, and its key, both as PEM.
fn certificate(name: &str) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()])
        .unwrap()
        .self_signed(&key)
        .unwrap();
    (certificate.pem(), key.serialize_pem())
}

/// A server with a certificate for `pi`; with `client` only who has that certificate may ask.
fn acceptor(own: &(String, String), client: Option<&str>) -> TlsAcceptor {
    acceptor_of(own, client, rustls::DEFAULT_VERSIONS)
}

fn acceptor_of(
    (certificate, key): &(String, String),
    client: Option<&str>,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> TlsAcceptor {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .unwrap();
    let builder = match client {
        None => builder.with_no_client_auth(),
        Some(client) => {
            let mut roots = RootCertStore::empty();
            roots
                .add(CertificateDer::from_pem_slice(client.as_bytes()).unwrap())
                .unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                .build()
                .unwrap();
            builder.with_client_cert_verifier(verifier)
        }
    };
    let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    TlsAcceptor::from(Arc::new(builder.with_single_cert(chain, key).unwrap()))
}

/// A folder with the server's certificate as `ca.pem`, and a server.
async fn installed(client: Option<&str>) -> (TempDir, Server) {
    let own = certificate("pi");
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("ca.pem"), &own.0).unwrap();
    let server = Server::with_tls(Act::Send(text("a 1\n")), acceptor(&own, client)).await;
    (folder, server)
}

#[tokio::test]
async fn the_certificate_must_be_trusted_and_for_the_name() {
    local(async {
        let (folder, server) = installed(None).await;
        let rig = |tls: &str| {
            Rig::in_folder(
                folder.path(),
                &server.address,
                &format!("scheme: https, tls_config: {tls}"),
            )
        };
        let mut good = rig("{ca_file: ca.pem, server_name: pi}");
        assert_eq!(good.scrape().await, "up; scraped 1 added 1; a 1");
        assert_eq!(good.scrape().await, "up; scraped 1 added 0; a 1");
        assert_eq!(server.connections(), 1);
        let said = rig("{ca_file: ca.pem}").scrape().await;
        assert!(
            said.starts_with("TLS with 127.0.0.1:") && said.contains("not valid for name"),
            "{said}"
        );
        let anyone = rig("{insecure_skip_verify: true}").scrape().await;
        assert_eq!(anyone, "up; scraped 1 added 1; a 1");
        let said = rig("{ca_file: absent.pem}").scrape().await;
        assert!(
            said.starts_with("read ") && said.contains("absent.pem: No such file"),
            "{said}"
        );
        // Another authority signs from now on; the file is read again for the next connection.
        let mut other = rig("{ca_file: ca.pem, server_name: pi}");
        let trusted = std::fs::read(folder.path().join("ca.pem")).unwrap();
        std::fs::write(folder.path().join("ca.pem"), certificate("other").0).unwrap();
        let said = other.scrape().await;
        assert!(said.contains("invalid peer certificate"), "{said}");
        std::fs::write(folder.path().join("ca.pem"), trusted).unwrap();
        assert_eq!(other.scrape().await, "up; scraped 1 added 1; a 1");
    })
    .await;
}

#[tokio::test]
async fn a_client_certificate_is_shown() {
    local(async {
        let client = certificate("scraper");
        let (folder, server) = installed(Some(&client.0)).await;
        std::fs::write(folder.path().join("c.pem"), &client.0).unwrap();
        std::fs::write(folder.path().join("k.pem"), &client.1).unwrap();
        let rig = |tls: &str| {
            let settings = format!("scheme: https, tls_config: {{ca_file: ca.pem, server_name: pi{tls}}}");
            Rig::in_folder(folder.path(), &server.address, &settings)
        };
        let said = rig(", cert_file: c.pem, key_file: k.pem").scrape().await;
        assert_eq!(said, "up; scraped 1 added 1; a 1");
        let said = rig("").scrape().await;
        assert!(!said.starts_with("up"), "{said}");
        let said = rig(", cert_file: c.pem, key_file: c.pem").scrape().await;
        assert!(said.starts_with("key ") && said.contains("c.pem"), "{said}");
    })
    .await;
}

#[tokio::test]
async fn certificates_in_the_configuration_and_versions() {
    local(async {
        let own = certificate("pi");
        let only_12 = acceptor_of(&own, Some(&own.0), &[&rustls::version::TLS12]);
        let server = Server::with_tls(Act::Send(text("a 1\n")), only_12).await;
        let rig = |versions: &str| {
            // JSON strings are YAML, line breaks included.
            let quoted = |pem: &str| serde_json::Value::from(pem).to_string();
            let settings = format!(
                "scheme: https, tls_config: {{ca: {0}, cert: {0}, key: {1}, server_name: pi, {versions}}}",
                quoted(&own.0),
                quoted(&own.1)
            );
            Rig::new(&server.address, &settings)
        };
        assert_eq!(
            rig("max_version: TLS12").scrape().await,
            "up; scraped 1 added 1; a 1"
        );
        let said = rig("min_version: TLS13").scrape().await;
        assert!(
            said.starts_with("TLS with 127.0.0.1:") && said.contains("ersion"),
            "{said}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_target_that_does_not_speak_tls() {
    local(async {
        let server = Server::always(Act::Send(text("a 1\n"))).await;
        let mut rig = Rig::new(
            &server.address,
            "scheme: https, scrape_timeout: 1s, tls_config: {insecure_skip_verify: true}",
        );
        let said = rig.scrape().await;
        assert!(!said.starts_with("up"), "{said}");
    })
    .await;
}
