//! Objects of a Kubernetes cluster as targets: the sections under `kubernetes_sd_configs`, checked.

use std::path::{Path, PathBuf};

use http_client::Versions;
use settings::document::{Error, Place, Refused};
use settings::read::At;

use super::http::{Credentials, HttpSettings, Parts, parts};
use super::raw;
use crate::target::Url;

/// Which objects of a cluster are targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubernetesSource {
    /// What a target is.
    pub role: Role,
    /// Who is asked.
    pub server: ApiServer,
    /// Whether the namespace of this process is one of those that are looked at.
    pub own_namespace: bool,
    /// Namespaces that are looked at; all where there is none.
    pub namespaces: Vec<String>,
    /// Which objects of a kind.
    pub selectors: Vec<Selector>,
    /// Whether a target is found with the labels of its node.
    pub attach_node: bool,
    /// Whether a target is found with the labels of its namespace.
    pub attach_namespace: bool,
}

/// The API server, and who asks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiServer {
    /// That of the cluster in which this process runs, asked with the service account of its pod.
    OfThisPod,
    /// As a file in the format of kubectl says.
    Kubeconfig(PathBuf),
    /// At an address.
    At(Url, Box<HttpSettings>),
}

/// Which objects of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// The kind.
    pub role: Role,
    /// Labels, as in `app=web,tier!=cache`.
    pub label: String,
    /// Fields, as in `spec.nodeName=pi4`.
    pub field: String,
}

/// Kinds of objects that are targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The kubelet of each node.
    Node,
    /// Each port of each container.
    Pod,
    /// Each port of each service.
    Service,
    /// Each address and port behind a service.
    Endpoints,
    /// The same, as newer clusters have it.
    EndpointSlice,
    /// Each path of each ingress.
    Ingress,
}

const ROLES: [(&str, Role); 6] = [
    ("node", Role::Node),
    ("pod", Role::Pod),
    ("service", Role::Service),
    ("endpoints", Role::Endpoints),
    ("endpointslice", Role::EndpointSlice),
    ("ingress", Role::Ingress),
];

impl Role {
    /// As the file spells it.
    pub fn name(self) -> &'static str {
        let named = ROLES.iter().find(|(_, role)| *role == self);
        named.map_or("", |(name, _)| name)
    }

    fn of(at: &At<String>) -> Result<Self, Refused> {
        let named = ROLES.iter().find(|(name, _)| *name == at.value);
        named.map(|(_, role)| *role).ok_or_else(|| {
            let reason = format!(
                "unknown role {:?} (node, pod, service, endpoints, endpointslice or ingress)",
                at.value
            );
            (at.place, reason)
        })
    }

    /// The kinds of objects that are read for this role, and so may be selected.
    fn selectable(self) -> &'static [Self] {
        match self {
            Self::Node => &[Self::Node],
            Self::Pod => &[Self::Pod],
            Self::Service => &[Self::Service],
            Self::Endpoints => &[Self::Pod, Self::Service, Self::Endpoints],
            Self::EndpointSlice => &[Self::Pod, Self::Service, Self::EndpointSlice],
            Self::Ingress => &[Self::Ingress],
        }
    }
}

impl KubernetesSource {
    pub(super) fn check(raw: At<raw::source::KubernetesSdConfig>, file: &Path) -> Result<Self, Error> {
        let At {
            value: mut raw,
            place,
        } = raw;
        let refuse = |refused: Refused| Error::of(file, refused);
        let Some(role) = raw.role.take() else {
            let reason =
                "kubernetes_sd_configs has no role (node, pod, service, endpoints, endpointslice or ingress)";
            return Err(refuse((place, reason.into())));
        };
        let role = Role::of(&role).map_err(refuse)?;
        let namespaces = raw.namespaces.take().unwrap_or_default();
        let own_namespace = namespaces.own_namespace.unwrap_or(false);
        let server = ApiServer::check(&mut raw, file, place)?;
        if own_namespace && server != ApiServer::OfThisPod {
            let reason = "own_namespace is that of this process's pod: it goes with neither api_server nor kubeconfig_file";
            return Err(refuse((place, reason.into())));
        }
        let attach = raw.attach_metadata.take().unwrap_or_default();
        Ok(Self {
            role,
            server,
            own_namespace,
            namespaces: namespaces.names.unwrap_or_default(),
            selectors: selectors(raw.selectors.take().unwrap_or_default(), role).map_err(refuse)?,
            attach_node: attach.node.unwrap_or(false),
            attach_namespace: attach.namespace.unwrap_or(false),
        })
    }

    /// The selector of one kind.
    pub fn selector(&self, role: Role) -> Option<&Selector> {
        self.selectors.iter().find(|selector| selector.role == role)
    }
}

impl ApiServer {
    fn check(raw: &mut raw::source::KubernetesSdConfig, file: &Path, place: Place) -> Result<Self, Error> {
        let refuse = |refused: Refused| Error::of(file, refused);
        let http = HttpSettings::check(parts!(raw), file, place)?;
        let is_own = http != HttpSettings::check(Parts::default(), file, place)?;
        let folder = file.parent().unwrap_or(Path::new(""));
        match (raw.api_server.take(), raw.kubeconfig_file.take()) {
            (Some(_), Some(_)) => {
                let reason =
                    "at most one of kubernetes_sd_configs api_server and kubeconfig_file must be given";
                Err(refuse((place, reason.into())))
            }
            (None, Some(_)) if is_own => {
                let reason = "with kubeconfig_file, credentials and TLS stand in that file and not here";
                Err(refuse((place, reason.into())))
            }
            (None, None) if is_own => {
                let reason = "credentials and TLS need an api_server; without one the service account of the pod is used";
                Err(refuse((place, reason.into())))
            }
            (None, Some(path)) => Ok(Self::Kubeconfig(folder.join(path))),
            (None, None) => Ok(Self::OfThisPod),
            (Some(at), None) => {
                let url = Url::parse(&at.value).map_err(|reason| refuse((at.place, reason)))?;
                possible(&http).map_err(|reason| refuse((place, reason.into())))?;
                Ok(Self::At(url, Box::new(http)))
            }
        }
    }
}

/// What the client for API servers knows.
fn possible(http: &HttpSettings) -> Result<(), &'static str> {
    if http.proxy.is_some() {
        return Err("kubernetes_sd_configs takes no proxy_url");
    }
    if http.tls.versions != Versions::Both {
        return Err("kubernetes_sd_configs takes no min_version and max_version of TLS");
    }
    match &http.credentials {
        Credentials::Oauth2(_) => Err(
            "kubernetes_sd_configs takes no oauth2: use authorization, or a kubeconfig_file with a plugin for credentials",
        ),
        Credentials::Scheme { scheme, .. } if scheme != "Bearer" => {
            Err("kubernetes_sd_configs takes no authorization type but Bearer")
        }
        Credentials::None | Credentials::Basic { .. } | Credentials::Scheme { .. } => Ok(()),
    }
}

fn selectors(raw: Vec<At<raw::source::KubernetesSelector>>, role: Role) -> Result<Vec<Selector>, Refused> {
    let mut selectors: Vec<Selector> = Vec::new();
    for At { value: raw, place } in raw {
        let Some(of) = raw.role else {
            return Err((place, "a selector has no role".into()));
        };
        let kind = Role::of(&of)?;
        let known = role.selectable();
        if !known.contains(&kind) {
            let names: Vec<_> = known.iter().map(|role| role.name()).collect();
            let reason = format!(
                "role {} takes selectors of {} only",
                role.name(),
                names.join(", ")
            );
            return Err((of.place, reason));
        }
        if selectors.iter().any(|other| other.role == kind) {
            return Err((of.place, format!("more than one selector of {}", kind.name())));
        }
        selectors.push(Selector {
            role: kind,
            label: raw.label.unwrap_or_default(),
            field: raw.field.unwrap_or_default(),
        });
    }
    Ok(selectors)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{parse, refused};

    #[test]
    fn what_is_refused() {
        for (section, expect) in [
            (
                "{}",
                "29: kubernetes_sd_configs has no role (node, pod, service, endpoints, endpointslice or ingress)",
            ),
            (
                "{role: pods}",
                r#"36: unknown role "pods" (node, pod, service, endpoints, endpointslice or ingress)"#,
            ),
            (
                "{role: pod, kubeconfig_file: k, api_server: 'https://x'}",
                "29: at most one of kubernetes_sd_configs api_server and kubeconfig_file must be given",
            ),
            (
                "{role: pod, bearer_token: t}",
                "29: credentials and TLS need an api_server; without one the service account of the pod is used",
            ),
            (
                "{role: pod, kubeconfig_file: k, tls_config: {ca_file: c}}",
                "29: with kubeconfig_file, credentials and TLS stand in that file and not here",
            ),
            (
                "{role: pod, kubeconfig_file: k, namespaces: {own_namespace: true}}",
                "29: own_namespace is that of this process's pod: it goes with neither api_server nor kubeconfig_file",
            ),
            (
                "{role: pod, api_server: 'https://x', proxy_url: 'http://p'}",
                "29: kubernetes_sd_configs takes no proxy_url",
            ),
            (
                "{role: pod, selectors: [{role: node}]}",
                "60: role pod takes selectors of pod only",
            ),
            (
                "{role: pod, selectors: [{role: pod}, {role: pod}]}",
                "73: more than one selector of pod",
            ),
            (
                "{role: pod, namespace: {names: [a]}}",
                r#"41: unknown key "namespace", did you mean "namespaces"?"#,
            ),
        ] {
            refused(
                &format!("scrape_configs:\n  - job_name: a\n    kubernetes_sd_configs: [{section}]\n"),
                &format!("/etc/pi/prometheus.yml:3:{expect}"),
            );
        }
    }

    #[test]
    fn where_it_is_built_in() {
        let taken = parse("scrape_configs: [{job_name: a, kubernetes_sd_configs: [{role: node}]}]");
        match cfg!(feature = "kubernetes") {
            true => assert_eq!(taken.unwrap().jobs[0].sources.len(), 1),
            false => assert_eq!(
                taken.unwrap_err().to_string(),
                "/etc/pi/prometheus.yml:1:56: this pi-scraper was built without Kubernetes: build it with \
                 `cargo build --release -p scraper --features kubernetes`, or let something in the cluster answer http_sd_configs"
            ),
        }
    }
}
