//! The client for an API server, as the configuration describes it. Nothing is connected yet.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_client::Pem;
use http_client::reason::chain;
use hyper::header::{HeaderName, HeaderValue};
use kube::config::{AuthInfo, KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

use crate::client::request::SELF;
use crate::config::http::{Credentials, HttpSettings, SecretSource};
use crate::config::kubernetes::{ApiServer, KubernetesSource};
use crate::target::Url;

/// The client, and the namespaces to look at, `None` for all. Fails with one line that says what is missing.
pub async fn client(source: &KubernetesSource) -> Result<(Client, Vec<Option<String>>), String> {
    let mut config = match &source.server {
        ApiServer::OfThisPod => Config::incluster().map_err(|error| {
            format!(
                "not in a pod of Kubernetes: set api_server or kubeconfig_file ({})",
                chain(&error)
            )
        })?,
        ApiServer::Kubeconfig(path) => from_file(path).await?,
        ApiServer::At(url, http) => at(url, http)?,
    };
    config
        .headers
        .push((hyper::header::USER_AGENT, HeaderValue::from_static(SELF)));
    let mut namespaces: Vec<Option<String>> = source.namespaces.iter().cloned().map(Some).collect();
    if source.own_namespace {
        let own = Some(config.default_namespace.clone());
        if !namespaces.contains(&own) {
            namespaces.push(own);
        }
    }
    if namespaces.is_empty() {
        namespaces.push(None);
    }
    let client = Client::try_from(config).map_err(|error| chain(&error))?;
    Ok((client, namespaces))
}

async fn from_file(path: &Path) -> Result<Config, String> {
    let refuse = |error: &dyn std::error::Error| format!("kubeconfig {}: {}", path.display(), chain(error));
    let file = Kubeconfig::read_from(path).map_err(|error| refuse(&error))?;
    let config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await;
    config.map_err(|error| refuse(&error))
}

fn at(url: &Url, http: &HttpSettings) -> Result<Config, String> {
    let uri = url.to_string().parse();
    let mut config = Config::new(uri.map_err(|error| format!("{url}: {error}"))?);
    config.accept_invalid_certs = http.tls.insecure_skip_verify;
    config.tls_server_name = http.tls.server_name.clone();
    match &http.tls.ca {
        None => {}
        Some(Pem::File(path)) => config.root_cert_file = Some(path.clone()),
        Some(inline @ Pem::Inline(_)) => {
            let certificates = inline.certificates()?;
            config.root_cert = Some(certificates.iter().map(|der| der.to_vec()).collect());
        }
    }
    config.auth_info = who_asks(http)?;
    for (name, values) in &http.headers {
        let name = HeaderName::try_from(name.as_str()).map_err(|error| format!("{name:?}: {error}"))?;
        for value in values {
            let value = HeaderValue::from_str(value.read()?.expose());
            let value =
                value.map_err(|_| format!("http_headers: {name} has a value that no header takes"))?;
            config.headers.push((name.clone(), value));
        }
    }
    Ok(config)
}

fn who_asks(http: &HttpSettings) -> Result<AuthInfo, String> {
    let mut info = AuthInfo::default();
    match &http.credentials {
        // Others are refused by the configuration.
        Credentials::None | Credentials::Oauth2(_) => {}
        Credentials::Basic { username, password } => {
            info.username = Some(username.read()?.expose().to_owned());
            info.password = Some(password.read()?.expose().to_owned().into());
        }
        Credentials::Scheme { credentials, .. } => match credentials {
            SecretSource::Inline(token) => info.token = Some(token.expose().to_owned().into()),
            SecretSource::File(path) => info.token_file = Some(path.display().to_string()),
        },
    }
    if let Some((certificate, key)) = &http.tls.identity {
        match certificate {
            Pem::File(path) => info.client_certificate = Some(path.display().to_string()),
            Pem::Inline(pem) => info.client_certificate_data = Some(STANDARD.encode(pem.expose())),
        }
        match key {
            Pem::File(path) => info.client_key = Some(path.display().to_string()),
            Pem::Inline(pem) => info.client_key_data = Some(STANDARD.encode(pem.expose()).into()),
        }
    }
    Ok(info)
}
