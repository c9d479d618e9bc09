//! `tls_server_config`, checked word by word. What rustls lacks is refused by name, never ignored.

use std::path::{Path, PathBuf};

use rustls::crypto::SupportedKxGroup;
use rustls::crypto::ring::{ALL_CIPHER_SUITES, kx_group};
use rustls::{CipherSuite, SupportedCipherSuite};

use super::Error;
use super::document::TlsServer;
use super::document::Word;

/// What the file asks of TLS. Certificates and keys are named, not read.
#[derive(Debug)]
pub(crate) struct TlsPlan {
    pub certificate: Pem,
    pub key: Pem,
    pub client_authentication: ClientAuthentication,
    pub client_ca: Option<Pem>,
    /// Names of which a client's certificate must have one; empty allows any.
    pub client_allowed_sans: Vec<String>,
    pub tls12: bool,
    pub tls13: bool,
    /// In the order of preference.
    pub cipher_suites: Vec<SupportedCipherSuite>,
    pub prefer_server_order: bool,
    /// In the order of preference.
    pub curves: Vec<&'static dyn SupportedKxGroup>,
}

/// PEM in the file itself, or in another one.
pub(crate) enum Pem {
    Inline(String),
    File(PathBuf),
}

impl std::fmt::Debug for Pem {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            // It may be a private key.
            Self::Inline(_) => out.write_str("Inline(..)"),
            Self::File(path) => out.debug_tuple("File").field(path).finish(),
        }
    }
}

/// What is asked of a client's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClientAuthentication {
    /// It is not asked for.
    None,
    /// Asked for, not looked at.
    Request,
    /// Any certificate will do.
    RequireAny,
    /// Checked against the authorities where there is one.
    VerifyIfGiven,
    /// Checked against the authorities.
    RequireAndVerify,
}

const SECTION: &str = "tls_server_config";

impl TlsPlan {
    /// `None` where the section holds nothing that turns TLS on, as the toolkit has it.
    pub(super) fn new(tls: TlsServer, directory: &Path) -> Result<Option<Self>, Error> {
        let tls = without_empty_words(tls);
        let enabled = [
            &tls.cert,
            &tls.cert_file,
            &tls.key,
            &tls.key_file,
            &tls.client_ca,
            &tls.client_ca_file,
            &tls.client_auth_type,
        ]
        .iter()
        .any(|word| word.is_some());
        let (tls12, tls13) = versions(&tls)?;
        let cipher_suites = cipher_suites(&tls.cipher_suites)?;
        let curves = curves(&tls.curve_preferences)?;
        let prefer_server_order = tls
            .prefer_server_cipher_suites
            .as_ref()
            .map_or(Ok(true), |word| {
                word.boolean("tls_server_config.prefer_server_cipher_suites")
            })?;
        if !enabled {
            return Ok(None);
        }
        let client_authentication = client_authentication(tls.client_auth_type.as_ref())?;
        let client_allowed_sans = allowed_sans(tls.client_allowed_sans, client_authentication)?;
        let client_ca = Pem::either(tls.client_ca, tls.client_ca_file, directory);
        check_authorities(client_authentication, client_ca.as_ref())?;
        let missing = |what: &str| Error::section(SECTION, format!("missing one of {what} or {what}_file"));
        Ok(Some(Self {
            certificate: Pem::either(tls.cert, tls.cert_file, directory).ok_or_else(|| missing("cert"))?,
            key: Pem::either(tls.key, tls.key_file, directory).ok_or_else(|| missing("key"))?,
            client_authentication,
            client_ca,
            client_allowed_sans,
            tls12,
            tls13,
            cipher_suites,
            prefer_server_order,
            curves,
        }))
    }
}

impl Pem {
    /// The file wins over the inline text, as in the toolkit.
    fn either(inline: Option<Word>, file: Option<Word>, directory: &Path) -> Option<Self> {
        match (file, inline) {
            (Some(file), _) => Some(Self::File(directory.join(file.text))),
            (None, Some(inline)) => Some(Self::Inline(inline.text)),
            (None, None) => None,
        }
    }
}

/// An empty word counts as absent.
fn without_empty_words(mut tls: TlsServer) -> TlsServer {
    for word in [
        &mut tls.cert,
        &mut tls.cert_file,
        &mut tls.key,
        &mut tls.key_file,
        &mut tls.client_ca,
        &mut tls.client_ca_file,
        &mut tls.client_auth_type,
    ] {
        word.take_if(|word| word.text.is_empty());
    }
    tls
}

fn client_authentication(word: Option<&Word>) -> Result<ClientAuthentication, Error> {
    let Some(word) = word else {
        return Ok(ClientAuthentication::None);
    };
    match word.text.as_str() {
        "NoClientCert" => Ok(ClientAuthentication::None),
        "RequestClientCert" => Ok(ClientAuthentication::Request),
        "RequireAnyClientCert" | "RequireClientCert" => Ok(ClientAuthentication::RequireAny),
        "VerifyClientCertIfGiven" => Ok(ClientAuthentication::VerifyIfGiven),
        "RequireAndVerifyClientCert" => Ok(ClientAuthentication::RequireAndVerify),
        other => Err(Error::at(
            word,
            "tls_server_config.client_auth_type",
            format!(
                "{other:?} is not one of NoClientCert, RequestClientCert, RequireAnyClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert"
            ),
        )),
    }
}

fn allowed_sans(
    names: Option<Vec<Word>>,
    client_authentication: ClientAuthentication,
) -> Result<Vec<String>, Error> {
    let Some(names) = names else {
        return Ok(Vec::new());
    };
    match client_authentication {
        ClientAuthentication::RequireAny | ClientAuthentication::RequireAndVerify => {
            Ok(names.into_iter().map(|name| name.text).collect())
        }
        _ => Err(Error::section(
            "tls_server_config.client_allowed_sans",
            "needs client_auth_type RequireAnyClientCert or RequireAndVerifyClientCert",
        )),
    }
}

fn check_authorities(client: ClientAuthentication, authorities: Option<&Pem>) -> Result<(), Error> {
    match (client, authorities) {
        (ClientAuthentication::None, Some(_)) => Err(Error::section(
            SECTION,
            "client_ca_file or client_ca is set, but client_auth_type asks for no certificate",
        )),
        (ClientAuthentication::VerifyIfGiven | ClientAuthentication::RequireAndVerify, None) => {
            Err(Error::section(
                SECTION,
                "client_auth_type verifies certificates, but neither client_ca_file nor client_ca is set",
            ))
        }
        _ => Ok(()),
    }
}

/// Whether TLS 1.2 and TLS 1.3 are served.
fn versions(tls: &TlsServer) -> Result<(bool, bool), Error> {
    let read = |word: &Option<Word>, name: &str, default| match word {
        None => Ok(default),
        Some(word) => match word.text.as_str() {
            "TLS12" => Ok(2),
            "TLS13" => Ok(3),
            old @ ("TLS10" | "TLS11") => Err(Error::at(
                word,
                &format!("{SECTION}.{name}"),
                format!("{old} is not supported: rustls has TLS12 and TLS13"),
            )),
            other => Err(Error::at(
                word,
                &format!("{SECTION}.{name}"),
                format!("{other:?} is not one of TLS12, TLS13"),
            )),
        },
    };
    let min = read(&tls.min_version, "min_version", 2)?;
    let max = read(&tls.max_version, "max_version", 3)?;
    if min > max {
        return Err(Error::section(SECTION, "min_version is above max_version"));
    }
    Ok((min == 2, max == 3))
}

/// The suites named, in the order given; TLS 1.3's are always there, as in the toolkit.
fn cipher_suites(names: &[Word]) -> Result<Vec<SupportedCipherSuite>, Error> {
    if names.is_empty() {
        return Ok(ALL_CIPHER_SUITES.to_vec());
    }
    let mut suites: Vec<_> = ALL_CIPHER_SUITES
        .iter()
        .filter(|suite| suite.tls13().is_some())
        .copied()
        .collect();
    for name in names {
        let field = "tls_server_config.cipher_suites";
        let known = ALL_CIPHER_SUITES
            .iter()
            .find(|suite| spelling(suite.suite()) == name.text);
        match known {
            Some(suite) if suite.tls13().is_some() => {}
            Some(suite) => suites.push(*suite),
            None if name.text.starts_with("TLS_") => {
                return Err(Error::at(
                    name,
                    field,
                    format!(
                        "{} is not supported: rustls has GCM and ChaCha20 suites with forward secrecy only",
                        name.text
                    ),
                ));
            }
            None => return Err(Error::at(name, field, format!("unknown cipher {:?}", name.text))),
        }
    }
    Ok(suites)
}

/// The name of a suite as Go spells it: `TLS_AES_128_GCM_SHA256` where rustls says `TLS13_…`.
fn spelling(suite: CipherSuite) -> String {
    format!("{suite:?}").replacen("TLS13_", "TLS_", 1)
}

fn curves(names: &[Word]) -> Result<Vec<&'static dyn SupportedKxGroup>, Error> {
    let all = [kx_group::X25519, kx_group::SECP256R1, kx_group::SECP384R1];
    if names.is_empty() {
        return Ok(all.to_vec());
    }
    let field = "tls_server_config.curve_preferences";
    let mut curves = Vec::new();
    for name in names {
        match name.text.as_str() {
            "X25519" => curves.push(kx_group::X25519),
            "CurveP256" => curves.push(kx_group::SECP256R1),
            "CurveP384" => curves.push(kx_group::SECP384R1),
            // Beside others it is a preference that a client need not share.
            "CurveP521" => log::warn!("CurveP521 is left out of curve_preferences, rustls lacks it"),
            _ => {
                return Err(Error::at(
                    name,
                    field,
                    format!("{:?} is not one of X25519, CurveP256, CurveP384", name.text),
                ));
            }
        }
    }
    match names.first() {
        Some(name) if curves.is_empty() => Err(Error::at(
            name,
            field,
            "CurveP521 alone is not supported: rustls has X25519, CurveP256 and CurveP384",
        )),
        _ => Ok(curves),
    }
}
