//! How an https target is trusted, and how this process shows who it is.

use std::path::PathBuf;

use http_client::{Pem, TlsSettings, Versions};
use settings::Secret;
use settings::document::Error;
use settings::read::At;

use super::http::Context;
use super::raw;

pub(super) fn check(tls: raw::TlsConfig, context: &Context<'_>) -> Result<TlsSettings, Error> {
    let ca = pem(context, "ca and ca_file", tls.ca, tls.ca_file)?;
    let certificate = pem(context, "cert and cert_file", tls.cert, tls.cert_file)?;
    let key = pem(context, "key and key_file", tls.key, tls.key_file)?;
    let identity = match (certificate, key) {
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (None, None) => None,
        (Some(_), None) => return Err(context.refuse("tls_config has cert_file but no key_file")),
        (None, Some(_)) => return Err(context.refuse("tls_config has key_file but no cert_file")),
    };
    Ok(TlsSettings {
        ca,
        identity,
        server_name: tls.server_name.filter(|name| !name.is_empty()),
        insecure_skip_verify: tls.insecure_skip_verify.unwrap_or(false),
        versions: versions(context, tls.min_version, tls.max_version)?,
    })
}

fn pem(
    context: &Context<'_>,
    names: &str,
    inline: Option<Secret>,
    file: Option<PathBuf>,
) -> Result<Option<Pem>, Error> {
    match (inline.filter(|pem| !pem.is_empty()), file) {
        (Some(_), Some(_)) => {
            Err(context.refuse(&format!("at most one of tls_config {names} must be given")))
        }
        (Some(inline), None) => Ok(Some(Pem::Inline(inline))),
        (None, Some(file)) => Ok(Some(Pem::File(context.path(file)))),
        (None, None) => Ok(None),
    }
}

fn versions(
    context: &Context<'_>,
    min: Option<At<String>>,
    max: Option<At<String>>,
) -> Result<Versions, Error> {
    let number = |at: &At<String>| match at.value.as_str() {
        "TLS10" => Ok(10),
        "TLS11" => Ok(11),
        "TLS12" => Ok(12),
        "TLS13" => Ok(13),
        other => Err(Error::of(
            context.file,
            (at.place, format!("unknown TLS version {other:?}")),
        )),
    };
    let least = min.as_ref().map_or(Ok(12), number)?;
    let most = max.as_ref().map_or(Ok(13), number)?;
    match (least, most) {
        (_, ..=11) => Err(context.refuse("tls_config max_version: TLS older than 1.2 is not spoken")),
        (13, 12) => Err(context.refuse("tls_config min_version is greater than max_version")),
        (13, _) => Ok(Versions::Only13),
        (_, 12) => Ok(Versions::Only12),
        _ => Ok(Versions::Both),
    }
}
