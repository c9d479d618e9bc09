//! Tokens of OAuth 2.0 in place of a fixed secret: the section `oauth2`, checked.

use std::collections::BTreeMap;

use http_client::TlsSettings;
use settings::document::Error;

use super::http::{Context, Proxy, SecretSource};
use super::raw;
use super::tls;
use crate::target::Url;

/// Who asks where for a token (grant `client_credentials`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oauth2 {
    /// The name of this client.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretSource,
    /// Where tokens are given.
    pub token_url: Url,
    /// What the token shall be good for; joined with spaces.
    pub scopes: Vec<String>,
    /// More parameters of the request, by name.
    pub endpoint_params: BTreeMap<String, String>,
    /// How the giver of tokens is trusted.
    pub tls: TlsSettings,
    /// What stands between.
    pub proxy: Option<Proxy>,
}

pub(super) fn check(raw: raw::Oauth2, context: &Context<'_>) -> Result<Oauth2, Error> {
    let missing = |key: &str| context.refuse(&format!("oauth2 has no {key}"));
    let secret = context.one_of(
        "oauth2 client_secret and client_secret_file",
        raw.client_secret,
        raw.client_secret_file,
    )?;
    let url = raw
        .token_url
        .filter(|at| !at.value.is_empty())
        .ok_or_else(|| missing("token_url"))?;
    Ok(Oauth2 {
        client_id: raw
            .client_id
            .filter(|id| !id.is_empty())
            .ok_or_else(|| missing("client_id"))?,
        client_secret: secret.ok_or_else(|| missing("client_secret or client_secret_file"))?,
        token_url: Url::parse(&url.value).map_err(|reason| Error::of(context.file, (url.place, reason)))?,
        scopes: raw.scopes.unwrap_or_default(),
        endpoint_params: raw.endpoint_params.unwrap_or_default(),
        tls: tls::check(raw.tls_config.unwrap_or_default(), context)?,
        proxy: raw.proxy_url.map(|at| context.proxy(&at)).transpose()?,
    })
}
