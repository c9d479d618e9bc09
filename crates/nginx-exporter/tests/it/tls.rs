//! nginx behind TLS.

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use crate::exporter::{asking, run, scrape};
use crate::responder::{answer, converse_with, page};

/// An authority, and what it signed.
struct Authority {
    pem: String,
    root: rcgen::Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = params.self_signed(&key).unwrap();
        Self {
            pem: root.pem(),
            root,
            issuer: Issuer::new(params, key),
        }
    }

    fn sign(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }

    /// Serves the page with a certificate for `name`, to clients that show one of this authority's.
    fn serve(&self, name: &str, asks_for_certificate: bool) -> String {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = match asks_for_certificate {
            true => {
                let mut roots = RootCertStore::empty();
                roots.add(self.root.der().clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
            false => builder.with_no_client_auth(),
        };
        let (certificate, key) = self.sign(name);
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = builder
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                let stream = StreamOwned::new(connection, stream.unwrap());
                std::thread::spawn(move || converse_with(stream, |_| Some(answer(200, &page(7)))));
            }
        });
        format!("https://127.0.0.1:{port}/stub_status")
    }
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[track_caller]
fn check(uri: &str, flags: &[String], up: u8) {
    run(async || {
        let flags: Vec<_> = flags.iter().map(String::as_str).collect();
        let text = scrape(&asking(&[uri], &flags)).await;
        assert!(text.contains(&format!("nginx_up {up}\n")), "{text}");
    });
}

#[test]
fn certificates_of_nginx() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, other) = (Authority::new(), Authority::new());
    let uri = ours.serve("127.0.0.1", false);
    let verify = |authority: &Authority, name: &str| {
        let file = write(folder.path(), name, &authority.pem);
        [
            "--nginx.ssl-verify".to_owned(),
            format!("--nginx.ssl-ca-cert={file}"),
        ]
    };
    check(&uri, &[], 1);
    check(&uri, &verify(&ours, "ours.pem"), 1);
    check(&uri, &verify(&other, "other.pem"), 0);
    check(&ours.serve("nginx.example", false), &verify(&ours, "ours.pem"), 0);
}

#[test]
fn a_certificate_of_our_own() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let uri = authority.serve("127.0.0.1", true);
    let (certificate, key) = authority.sign("exporter");
    let identity = [
        format!(
            "--nginx.ssl-client-cert={}",
            write(folder.path(), "c.pem", &certificate.pem())
        ),
        format!(
            "--nginx.ssl-client-key={}",
            write(folder.path(), "k.pem", &key.serialize_pem())
        ),
    ];
    check(&uri, &[], 0);
    check(&uri, &identity, 1);
}

#[test]
fn plain_http_where_tls_is_asked_for() {
    let plain = crate::responder::Responder::page(7);
    let flags = ["--nginx.timeout=300ms".to_owned()];
    check(&plain.uri.replace("http:", "https:"), &flags, 0);
}
