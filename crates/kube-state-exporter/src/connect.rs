//! How the API server is reached: kubeconfig, the service account of a pod, or the kubeconfig of k3s.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kube::client::{Body, ClientBuilder, ConfigExt};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use tower::{BoxError, ServiceBuilder};

use crate::api::causes;
use crate::error::Error;

/// Where k3s leaves the kubeconfig of its administrator.
const K3S: &str = "/etc/rancher/k3s/k3s.yaml";
/// Set in every pod.
const IN_CLUSTER: &str = "KUBERNETES_SERVICE_HOST";

const CONNECT_WAIT: Duration = Duration::from_secs(10);
/// A server that vanished without closing is noticed after this and three probes.
const KEEPALIVE: Duration = Duration::from_secs(30);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEPALIVE_PROBES: u32 = 3;
/// What is buffered of a connection; each watch has its own, and an event of a pod has 7 kB.
const BUFFER_BYTES_MAX: usize = 32 << 10;
/// Connections that wait for the next request, for as long.
const IDLE_MAX: usize = 2;
const IDLE: Duration = Duration::from_secs(30);

/// Where the address and the credentials come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Overrides the address.
    pub server: Option<String>,
    /// What else is known.
    pub place: Place,
}

/// Where a configuration is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Files in the format of kubectl, merged.
    Files(Vec<PathBuf>),
    /// The service account of this pod.
    Pod,
    /// Only an address: no credentials, no certificates but the system's.
    Address,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files(paths) => {
                let paths: Vec<_> = paths.iter().map(|path| path.to_string_lossy()).collect();
                out.write_str(&paths.join(":"))
            }
            Self::Pod => out.write_str("the pod's service account"),
            Self::Address => out.write_str("--apiserver"),
        }
    }
}

impl Source {
    /// Finds the configuration: what the flags say, `$KUBECONFIG`, the pod's service account, k3s, `~/.kube/config`.
    ///
    /// `environment` reads a variable and `exists` looks for a file. Fails where there is nothing, and says what to do.
    pub fn find(
        server: &str,
        kubeconfig: &str,
        environment: impl Fn(&str) -> Option<String>,
        exists: impl Fn(&Path) -> bool,
    ) -> Result<Self, Error> {
        let set = |name: &str| environment(name).filter(|value| !value.is_empty());
        let home = || {
            let path = PathBuf::from(set("HOME")?).join(".kube/config");
            exists(&path).then_some(path)
        };
        let place = if !kubeconfig.is_empty() {
            Place::Files(vec![kubeconfig.into()])
        } else if !server.is_empty() {
            Place::Address
        } else if let Some(paths) = set("KUBECONFIG") {
            Place::Files(std::env::split_paths(&paths).collect())
        } else if set(IN_CLUSTER).is_some() {
            Place::Pod
        } else if exists(Path::new(K3S)) {
            Place::Files(vec![K3S.into()])
        } else if let Some(path) = home() {
            Place::Files(vec![path])
        } else {
            return Err(Error::Config(format!(
                "no API server: not in a pod, and neither {K3S} nor ~/.kube/config is there; set --kubeconfig or --apiserver"
            )));
        };
        let server = Some(server.to_owned()).filter(|server| !server.is_empty());
        Ok(Self { server, place })
    }
}

/// A client for what `source` says. Fails where files cannot be read; nothing is connected yet.
pub async fn client(source: &Source) -> Result<Client, Error> {
    let mut config = match &source.place {
        Place::Files(paths) => from_files(paths).await?,
        Place::Pod => Config::incluster().map_err(|error| Error::Config(causes(&error)))?,
        Place::Address => Config::new(hyper::Uri::default()),
    };
    if let Some(server) = &source.server {
        config.cluster_url = address(server)?;
    }
    log::debug!(server:% = config.cluster_url; "API server");
    build(config).map_err(|error| Error::Config(causes(&error)))
}

/// The address of `--apiserver`; without a scheme it is `http`, as for the reference.
fn address(server: &str) -> Result<hyper::Uri, Error> {
    let refuse = || {
        Error::Config(format!(
            "--apiserver={server:?} is not an address: expected https://host:port"
        ))
    };
    let text = match server.contains("://") {
        true => server.to_owned(),
        false => format!("http://{server}"),
    };
    let uri: hyper::Uri = text.parse().map_err(|_| refuse())?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(_)) => Ok(uri),
        _ => Err(refuse()),
    }
}

async fn from_files(paths: &[PathBuf]) -> Result<Config, Error> {
    let mut merged = Kubeconfig::default();
    for path in paths {
        let refuse = |error: &dyn std::error::Error| {
            Error::Config(format!("kubeconfig {}: {}", path.display(), causes(error)))
        };
        // Kubeconfig's own message for a file that may not be read does not say what to do.
        if let Err(error) = std::fs::File::open(path)
            && error.kind() == std::io::ErrorKind::PermissionDenied
        {
            return Err(Error::Config(format!(
                "kubeconfig {}: permission denied; let the group of this process read it, or name another one with --kubeconfig",
                path.display()
            )));
        }
        let next = Kubeconfig::read_from(path).map_err(|error| refuse(&error))?;
        merged = merged.merge(next).map_err(|error| refuse(&error))?;
    }
    Config::from_custom_kubeconfig(merged, &KubeConfigOptions::default())
        .await
        .map_err(|error| Error::Config(format!("kubeconfig: {}", causes(&error))))
}

/// The client's own stack, but with small buffers, and without its retries and traces: readers do both themselves.
fn build(config: Config) -> Result<Client, kube::Error> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_WAIT));
    tcp.set_keepalive(Some(KEEPALIVE));
    tcp.set_keepalive_interval(Some(KEEPALIVE_INTERVAL));
    tcp.set_keepalive_retries(Some(KEEPALIVE_PROBES));
    let connector = config.rustls_https_connector_with_connector(tcp)?;
    let http: legacy::Client<_, Body> = legacy::Client::builder(TokioExecutor::new())
        .http1_max_buf_size(BUFFER_BYTES_MAX)
        .pool_max_idle_per_host(IDLE_MAX)
        .pool_idle_timeout(IDLE)
        .pool_timer(hyper_util::rt::TokioTimer::new())
        .build(connector);
    let namespace = config.default_namespace.clone();
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(BoxError::from)
        .service(http);
    Ok(ClientBuilder::new(service, namespace).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(flags: (&str, &str), environment: &[(&str, &str)], files: &[&str], expect: Result<Place, &str>) {
        let variable = |name: &str| {
            let found = environment.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let exists = |path: &Path| files.iter().any(|file| Path::new(file) == path);
        let found = Source::find(flags.0, flags.1, variable, exists);
        match (found, expect) {
            (Ok(found), expect) => assert_eq!(Ok(found.place), expect),
            (Err(error), Err(expect)) => assert!(error.to_string().contains(expect), "{error}"),
            (Err(error), Ok(_)) => panic!("{error}"),
        }
    }

    #[test]
    fn the_nearest_configuration_is_used() {
        let home = ("HOME", "/root");
        let pod = (IN_CLUSTER, "10.43.0.1");
        let files = |path: &str| Ok(Place::Files(vec![path.into()]));
        check(("", "/k"), &[("KUBECONFIG", "/e"), pod], &[K3S], files("/k"));
        check(("http://x", "/k"), &[], &[], files("/k"));
        check(
            ("http://x", ""),
            &[("KUBECONFIG", "/e"), pod],
            &[K3S],
            Ok(Place::Address),
        );
        check(("", ""), &[("KUBECONFIG", "/e"), pod], &[K3S], files("/e"));
        check(("", ""), &[("KUBECONFIG", ""), pod], &[K3S], Ok(Place::Pod));
        check(("", ""), &[home], &[K3S, "/root/.kube/config"], files(K3S));
        check(
            ("", ""),
            &[home],
            &["/root/.kube/config"],
            files("/root/.kube/config"),
        );
        check(("", ""), &[home], &[], Err("set --kubeconfig or --apiserver"));
    }

    #[test]
    fn addresses() {
        assert_eq!(address("pi4:6443").unwrap(), "http://pi4:6443");
        assert_eq!(
            address("https://10.0.0.1:6443/k8s").unwrap(),
            "https://10.0.0.1:6443/k8s"
        );
        for wrong in ["ftp://x", "http://", "a b"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }
}
