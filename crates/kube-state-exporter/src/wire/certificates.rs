//! `k8s.io/api/certificates/v1`.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::meta::ObjectMeta;
use crate::generator::Named;

message! {
    /// A certificate that was asked for.
    CertificateSigningRequest {
        metadata: ObjectMeta = 1,
        spec: CertificateSigningRequestSpec = 2,
        status: CertificateSigningRequestStatus = 3,
    }
}

message! {
    /// What was asked for.
    CertificateSigningRequestSpec {
        signer_name: string = 7,
    }
}

/// What became of it.
#[derive(prost::Message, serde::Deserialize)]
#[serde(default)]
pub struct CertificateSigningRequestStatus {
    #[prost(message, repeated, tag = 1)]
    #[serde(deserialize_with = "crate::wire::or_default")]
    pub conditions: Vec<RequestCondition>,
    #[prost(bytes = "vec", tag = 2)]
    #[serde(deserialize_with = "from_base64")]
    pub certificate: Vec<u8>,
}

message! {
    /// One aspect of a request's state.
    RequestCondition {
        #[serde(rename = "type")] kind: string = 1,
    }
}

fn from_base64<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    let Some(text) = Option::<String>::deserialize(from)? else {
        return Ok(Vec::new());
    };
    base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text).map_err(D::Error::custom)
}

impl Named for CertificateSigningRequest {
    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn identity(&self, label: &str) -> &str {
        match label {
            "signer_name" => &self.spec.signer_name,
            _ => &self.metadata.name,
        }
    }
}
