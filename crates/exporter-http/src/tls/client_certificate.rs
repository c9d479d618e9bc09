//! Who may connect: the check of a client's certificate.
//!
//! webpki refuses a certificate that is its own authority, however it is trusted (`CaUsedAsEndEntity`).
//! Go's library takes one that stands in the authorities file itself, which is how small set-ups pin a client;
//! so an exact match with an authority is accepted here, within the certificate's dates.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme,
};

use super::certificate::Certificate;
use crate::calendar::Moment;
use crate::web_config::tls_plan::ClientAuthentication;

#[derive(Debug)]
pub(super) struct Verifier {
    mode: ClientAuthentication,
    authorities: Vec<CertificateDer<'static>>,
    /// The check of a chain; absent where no authority is given.
    chain: Option<Arc<dyn ClientCertVerifier>>,
    allowed_sans: Vec<String>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    /// Fails where the authorities cannot be used.
    pub(super) fn new(
        mode: ClientAuthentication,
        authorities: Vec<CertificateDer<'static>>,
        allowed_sans: Vec<String>,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, crate::web_config::Error> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(authorities.iter().cloned());
        let chain = if roots.is_empty() {
            None
        } else {
            let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
            Some(builder.build().map_err(|error| {
                crate::web_config::Error::section("tls_server_config.client_ca_file", error.to_string())
            })?)
        };
        Ok(Self {
            mode,
            authorities,
            chain,
            allowed_sans,
            algorithms: provider.signature_verification_algorithms,
        })
    }

    fn verify(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        if self.authorities.iter().any(|known| known == end_entity) {
            let certificate = Certificate::parse(end_entity).ok_or(CertificateError::BadEncoding)?;
            let moment = Moment::from_seconds(now.as_secs());
            return if moment < certificate.not_before {
                Err(CertificateError::NotValidYet.into())
            } else if moment > certificate.not_after {
                Err(CertificateError::Expired.into())
            } else {
                Ok(())
            };
        }
        match &self.chain {
            Some(chain) => chain
                .verify_client_cert(end_entity, intermediates, now)
                .map(|_| ()),
            None => Err(CertificateError::UnknownIssuer.into()),
        }
    }
}

impl ClientCertVerifier for Verifier {
    fn client_auth_mandatory(&self) -> bool {
        match self.mode {
            ClientAuthentication::RequireAny | ClientAuthentication::RequireAndVerify => true,
            ClientAuthentication::None
            | ClientAuthentication::Request
            | ClientAuthentication::VerifyIfGiven => false,
        }
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.chain
            .as_ref()
            .map_or(&[], |chain| chain.root_hint_subjects())
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        match self.mode {
            ClientAuthentication::VerifyIfGiven | ClientAuthentication::RequireAndVerify => {
                self.verify(end_entity, intermediates, now)?;
            }
            ClientAuthentication::None | ClientAuthentication::Request | ClientAuthentication::RequireAny => {
            }
        }
        if self.allowed_sans.is_empty() {
            return Ok(ClientCertVerified::assertion());
        }
        let names = Certificate::parse(end_entity).map_or_else(Vec::new, |certificate| certificate.names);
        if names.iter().any(|name| self.allowed_sans.contains(name)) {
            Ok(ClientCertVerified::assertion())
        } else {
            // Whoever connects can cause this line as often as they like, so it is not for every day.
            log::debug!(names:? = names; "client certificate has none of client_allowed_sans");
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
