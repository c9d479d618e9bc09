//! TLS, client certificates, and certificates that change.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use exporter_http::flags::Settings;
use exporter_http::limits::Limits;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned,
    SupportedProtocolVersion,
};
use tempfile::TempDir;

use crate::client::{connect, is_closed, read_answer, request, until};
use crate::running::{Running, short};

/// A certificate and its key, as PEM for the server and as DER for a client.
struct Identity {
    certificate_pem: String,
    key: KeyPair,
    der: CertificateDer<'static>,
}

fn params(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).unwrap()
}

fn self_signed(params: &CertificateParams) -> Identity {
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    Identity {
        certificate_pem: certificate.pem(),
        der: certificate.der().clone(),
        key,
    }
}

/// A certificate that may be its own authority, as `openssl req -x509` makes it.
fn own_authority(name: &str) -> CertificateParams {
    let mut params = params(name);
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

struct Site {
    directory: TempDir,
}

impl Site {
    fn new() -> Self {
        let site = Self {
            directory: TempDir::new().unwrap(),
        };
        site.install(&self_signed(&params("localhost")));
        site
    }

    fn write(&self, name: &str, text: &str) {
        let next = self.directory.path().join("next");
        std::fs::write(&next, text).unwrap();
        std::fs::rename(next, self.directory.path().join(name)).unwrap();
    }

    fn install(&self, identity: &Identity) {
        self.write("server.key", &identity.key.serialize_pem());
        self.write("server.crt", &identity.certificate_pem);
    }

    /// Serves with more lines of `tls_server_config`.
    fn serve(&self, more: &str) -> Running {
        self.write(
            "web.yml",
            &format!("tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n{more}"),
        );
        let settings = Settings {
            config_file: Some(self.directory.path().join("web.yml")),
            ..Settings::default()
        };
        Running::start(settings, short())
    }
}

/// A client that does not care who answers; what the server offers is under test.
#[derive(Debug)]
struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// What a client got: its answer's status and text, and the server's certificate.
type Outcome = Result<(u16, String, CertificateDer<'static>), String>;

fn get(address: SocketAddr, identity: Option<&Identity>) -> Outcome {
    get_with(
        address,
        identity,
        &[&rustls::version::TLS12, &rustls::version::TLS13],
    )
}

fn get_with(
    address: SocketAddr,
    identity: Option<&Identity>,
    versions: &[&'static SupportedProtocolVersion],
) -> Outcome {
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody));
    let config = match identity {
        Some(identity) => {
            let key = PrivateKeyDer::try_from(identity.key.serialize_der()).unwrap();
            builder
                .with_client_auth_cert(vec![identity.der.clone()], key)
                .unwrap()
        }
        None => builder.with_no_client_auth(),
    };
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream: StreamOwned<ClientConnection, TcpStream> = StreamOwned::new(connection, connect(address));
    stream
        .write_all(b"GET /metrics?samples=1000 HTTP/1.1\r\nhost: x\r\n\r\n")
        .map_err(|error| error.to_string())?;
    let answer = read_answer(&mut stream, false).map_err(|error| error.to_string())?;
    let certificate = stream.conn.peer_certificates().unwrap()[0].clone().into_owned();
    Ok((answer.status, answer.text(), certificate))
}

#[track_caller]
fn check_served(outcome: Outcome) {
    let (status, text, _) = outcome.unwrap();
    assert_eq!(status, 200);
    assert!(text.contains("sample_total{number=\"999\"}"));
}

#[track_caller]
fn check_refused(outcome: Outcome, reason: &str) {
    let error = outcome.map(|(status, ..)| status).unwrap_err();
    assert!(error.contains(reason), "{error}");
}

#[test]
fn both_versions_or_the_one_that_is_allowed() {
    let (tls12, tls13) = (&rustls::version::TLS12, &rustls::version::TLS13);
    let site = Site::new();
    let server = site.serve("");
    check_served(get_with(server.address, None, &[tls12]));
    check_served(get_with(server.address, None, &[tls13]));
    let server = site.serve("  min_version: TLS13\n");
    check_refused(get_with(server.address, None, &[tls12]), "ProtocolVersion");
    check_served(get_with(server.address, None, &[tls13]));
    let server = site.serve("  max_version: TLS12\n");
    check_served(get_with(server.address, None, &[tls12]));
    check_refused(get_with(server.address, None, &[tls13]), "ProtocolVersion");
}

#[test]
fn plain_http_is_told_that_this_is_tls() {
    let site = Site::new();
    let server = site.serve("");
    let answer = request(server.address, "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n");
    assert_eq!(answer.status, 400);
    assert_eq!(answer.text(), "Client sent an HTTP request to an HTTPS server.\n");
}

#[test]
fn a_handshake_that_stalls_is_cut_off() {
    let site = Site::new();
    let server = site.serve("");
    let mut silent = connect(server.address);
    assert!(is_closed(&mut silent));
    let mut stalled = connect(server.address);
    stalled.write_all(&[22, 3, 1, 2, 0, 1]).unwrap();
    assert!(is_closed(&mut stalled));
    let mut nonsense = connect(server.address);
    nonsense.write_all(&[0; 64]).unwrap();
    let mut rest = Vec::new();
    // A reset is an end too.
    let _ = nonsense.read_to_end(&mut rest);
    check_served(get(server.address, None));
}

#[test]
fn a_new_certificate_is_served_at_the_next_handshake() {
    let site = Site::new();
    let server = site.serve("");
    let (_, _, first) = get(server.address, None).unwrap();
    let next = self_signed(&params("localhost"));
    site.write("server.key", &next.key.serialize_pem());
    // A key that does not fit yet: the old pair stays.
    assert_eq!(get(server.address, None).unwrap().2, first);
    site.write("server.crt", &next.certificate_pem);
    assert_eq!(get(server.address, None).unwrap().2, next.der);
    site.write("server.crt", "nonsense");
    let (_, text, served) = get(server.address, None).unwrap();
    assert_eq!(served, next.der);
    assert!(text.contains("\nexporter_http_web_config_last_reload_successful 0\n"));
    site.install(&next);
    let (_, text, _) = get(server.address, None).unwrap();
    assert!(text.contains("\nexporter_http_web_config_last_reload_successful 1\n"));
}

#[test]
fn clients_without_a_certificate() {
    let site = Site::new();
    site.write("ca.crt", &self_signed(&own_authority("ca")).certificate_pem);
    for (mode, served) in [
        ("NoClientCert\n", true),
        ("RequestClientCert\n", true),
        ("VerifyClientCertIfGiven\n  client_ca_file: ca.crt\n", true),
        ("RequireAnyClientCert\n", false),
        ("RequireClientCert\n", false),
        ("RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n", false),
    ] {
        let server = site.serve(&format!("  client_auth_type: {mode}"));
        let outcome = get(server.address, None);
        assert_eq!(outcome.is_ok(), served, "{mode}: {outcome:?}");
    }
}

#[test]
fn clients_with_a_certificate() {
    let authority = CertifiedIssuer::self_signed(own_authority("ca"), KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = params("client.example").signed_by(&key, &authority).unwrap();
    let known = Identity {
        certificate_pem: certificate.pem(),
        der: certificate.der().clone(),
        key,
    };
    let stranger = self_signed(&params("client.example"));
    let site = Site::new();
    site.write("ca.crt", &authority.pem());

    let server = site.serve("  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n");
    check_served(get(server.address, Some(&known)));
    check_refused(get(server.address, Some(&stranger)), "UnknownCA");
    let server = site.serve("  client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: ca.crt\n");
    check_served(get(server.address, Some(&known)));
    check_refused(get(server.address, Some(&stranger)), "UnknownCA");
    let server = site.serve("  client_auth_type: RequireAnyClientCert\n");
    check_served(get(server.address, Some(&stranger)));
    let server = site.serve("  client_auth_type: RequestClientCert\n");
    check_served(get(server.address, Some(&stranger)));

    for (sans, served) in [
        ("[other.example, client.example]", true),
        ("[other.example]", false),
    ] {
        let server = site.serve(&format!(
            "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n  client_allowed_sans: {sans}\n"
        ));
        assert_eq!(get(server.address, Some(&known)).is_ok(), served, "{sans}");
    }
}

#[test]
fn a_self_signed_certificate_that_is_its_own_authority() {
    let pinned = self_signed(&own_authority("client.example"));
    let mut expired_params = own_authority("client.example");
    expired_params.not_before = date_time_ymd(2001, 1, 1);
    expired_params.not_after = date_time_ymd(2002, 1, 1);
    let expired = self_signed(&expired_params);
    let site = Site::new();
    site.write(
        "ca.crt",
        &format!("{}{}", pinned.certificate_pem, expired.certificate_pem),
    );
    let server = site.serve("  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n");
    check_served(get(server.address, Some(&pinned)));
    check_refused(get(server.address, Some(&expired)), "CertificateExpired");
    let other = self_signed(&own_authority("client.example"));
    assert!(get(server.address, Some(&other)).is_err());
}

#[test]
fn tls_can_be_turned_on_while_it_runs() {
    let site = Site::new();
    site.write("web.yml", "");
    let settings = Settings {
        config_file: Some(site.directory.path().join("web.yml")),
        ..Settings::default()
    };
    let server = Running::start(settings, Limits::default());
    assert_eq!(crate::client::get(server.address, "/metrics").status, 200);
    site.write(
        "web.yml",
        "tls_server_config: {cert_file: server.crt, key_file: server.key}\n",
    );
    until(|| get(server.address, None), Result::is_ok).unwrap();
}
