//! How an https target is trusted, and how this process shows who it is.

use std::path::PathBuf;

use settings::Secret;
use settings::document::Error;
use settings::read::At;

use super::http::Context;
use super::raw;

/// The TLS settings of one job or receiver.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsSettings {
    /// Certificates that sign targets; without it those of the system.
    pub ca: Option<Pem>,
    /// This process's own certificate and key.
    pub identity: Option<(Pem, Pem)>,
    /// The name that the target's certificate must have, where it is not the address.
    pub server_name: Option<String>,
    /// Whether any certificate will do.
    pub insecure_skip_verify: bool,
    /// Which versions are spoken.
    pub versions: Versions,
}

/// Certificates or a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pem {
    /// In a file, which is read again when it changes.
    File(PathBuf),
    /// In the configuration itself. A certificate is no secret, but nobody misses it where it is not shown.
    Inline(Secret),
}

/// Versions of TLS. Older ones than 1.2 are never spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Versions {
    /// 1.2 and 1.3.
    #[default]
    Both,
    /// Only 1.2.
    Only12,
    /// Only 1.3.
    Only13,
}

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
