//! What the flags mean, every word of them checked.

use std::path::PathBuf;
use std::time::Duration;

use exporter_http::listen::ListenAddress;
use jiff::tz::TimeZone;

use crate::allow_list::AllowLists;
use crate::filter::Filter;
use crate::flags::Given;
use crate::resource::Resource;
use crate::resources;
use crate::shard::Shard;

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Options {
    /// Kinds of objects, in the order of their table.
    pub resources: Vec<&'static Resource>,
    /// Namespaces; empty is all.
    pub namespaces: Vec<String>,
    /// Namespaces that are not wanted.
    pub namespaces_denylist: Vec<String>,
    /// Families.
    pub filter: Filter,
    /// Kubernetes labels that become labels.
    pub labels: AllowLists,
    /// Annotations that become labels.
    pub annotations: AllowLists,
    /// Address of the API server, or empty.
    pub apiserver: String,
    /// Path of a kubeconfig, or empty.
    pub kubeconfig: String,
    /// Whether lists may come from the server's cache.
    pub use_apiserver_cache: bool,
    /// Only pods of this node; empty is all.
    pub node: String,
    /// Only pods without a node.
    pub track_unscheduled_pods: bool,
    /// Which objects are ours, where no StatefulSet says so.
    pub shard: Shard,
    /// Namespace and name of this pod, where its StatefulSet says which objects are ours.
    pub pod: Option<(String, String)>,
    /// Where samples are served.
    pub listen: ListenAddress,
    /// Where the numbers of this process are served.
    pub telemetry_listen: ListenAddress,
    /// The web configuration file.
    pub tls_config: Option<PathBuf>,
    /// Whether answers are compressed.
    pub gzip: bool,
    /// For a request's body, for an answer, between requests, and for a request's head.
    pub server_timeouts: ServerTimeouts,
    /// How long a watch is asked to last.
    pub watch_timeout: Duration,
    /// What is told of custom resources.
    pub custom_resources: CustomResourceOptions,
    /// Whether the API server is asked who may have samples.
    pub auth_filter: bool,
    /// The zone of this process, in which cron jobs run that name none.
    pub zone: TimeZone,
}

/// What is told of custom resources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomResourceOptions {
    /// YAML; goes before the file.
    pub inline: String,
    /// A file of YAML.
    pub file: Option<PathBuf>,
    /// Whether the process goes on where the file is not there.
    pub file_may_be_absent: bool,
}

/// How long clients may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerTimeouts {
    /// For a request's body.
    pub read: Duration,
    /// For taking the answer.
    pub write: Duration,
    /// Between two requests.
    pub idle: Duration,
    /// For a request's head.
    pub read_header: Duration,
}

impl Default for Options {
    /// What no flag at all means.
    fn default() -> Self {
        Self::new(&Given::new()).expect("the defaults are valid")
    }
}

impl Options {
    /// Reads what was given. Fails with one line that names the flag.
    pub fn new(given: &Given) -> Result<Self, String> {
        let reader = Reader(given);
        let mut resources = resources(&reader.list("resources"))?;
        if reader.switch("custom-resource-state-only")? {
            resources.clear();
        }
        let node = reader.text("node");
        if !node.is_empty()
            && let Some(other) = resources.iter().find(|resource| resource.name != "pods")
        {
            return Err(format!(
                "--node selects pods; leave {} out of --resources, or say --resources=pods",
                other.name
            ));
        }
        let pod = match (reader.text("pod-namespace"), reader.text("pod")) {
            (namespace, name) if namespace.is_empty() != name.is_empty() => {
                return Err("--pod and --pod-namespace go together".to_owned());
            }
            (namespace, name) => Some((namespace, name)).filter(|(_, name)| !name.is_empty()),
        };
        Ok(Self {
            namespaces: reader.names("namespaces")?,
            namespaces_denylist: reader.names("namespaces-denylist")?,
            filter: Filter::new(
                &reader.list("metric-allowlist"),
                &reader.list("metric-denylist"),
                &reader.list("metric-opt-in-list"),
            )?,
            labels: reader.allow_lists("metric-labels-allowlist")?,
            annotations: reader.allow_lists("metric-annotations-allowlist")?,
            apiserver: reader.text("apiserver"),
            kubeconfig: reader.text("kubeconfig"),
            use_apiserver_cache: reader.switch("use-apiserver-cache")?,
            node,
            track_unscheduled_pods: reader.switch("track-unscheduled-pods")?,
            shard: reader.shard()?,
            pod,
            listen: reader.address("host", "port", 8080)?,
            telemetry_listen: reader.address("telemetry-host", "telemetry-port", 8081)?,
            tls_config: reader.path("tls-config"),
            gzip: reader.switch("enable-gzip-encoding")?,
            server_timeouts: ServerTimeouts {
                read: reader.duration("server-read-timeout", 60)?,
                write: reader.duration("server-write-timeout", 60)?,
                idle: reader.duration("server-idle-timeout", 300)?,
                read_header: reader.duration("server-read-header-timeout", 5)?,
            },
            watch_timeout: reader.duration("watch-timeout", 300)?,
            custom_resources: CustomResourceOptions {
                inline: reader.text("custom-resource-state-config"),
                file: reader.path("custom-resource-state-config-file"),
                file_may_be_absent: reader.switch("continue-without-custom-resource-state-config-file")?,
            },
            auth_filter: reader.switch("auth-filter")?,
            zone: TimeZone::try_system().unwrap_or(TimeZone::UTC),
            resources,
        })
    }
}

/// Reads single flags.
struct Reader<'a>(&'a Given);

impl Reader<'_> {
    fn text(&self, name: &str) -> String {
        let last = self.0.get(name).and_then(|values| values.last());
        last.cloned().unwrap_or_default()
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        let text = self.text(name);
        (!text.is_empty()).then(|| text.into())
    }

    /// Items between commas, of all values.
    fn list(&self, name: &str) -> Vec<String> {
        let values = self.0.get(name).into_iter().flatten();
        let items = values.flat_map(|value| value.split(','));
        let items = items.map(str::trim).filter(|item| !item.is_empty());
        items.map(str::to_owned).collect()
    }

    /// Names of namespaces, which become part of paths.
    fn names(&self, name: &str) -> Result<Vec<String>, String> {
        let names = self.list(name);
        let is_name = |text: &String| {
            let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            text.len() <= 63 && text.bytes().all(allowed)
        };
        match names.iter().find(|text| !is_name(text)) {
            Some(wrong) => Err(format!("--{name}: {wrong:?} is not the name of a namespace")),
            None => Ok(names),
        }
    }

    fn switch(&self, name: &str) -> Result<bool, String> {
        match self.text(name).as_str() {
            "" | "false" | "False" | "FALSE" | "f" | "F" | "0" => Ok(false),
            "true" | "True" | "TRUE" | "t" | "T" | "1" => Ok(true),
            other => Err(format!("--{name}={other:?}: expected true or false")),
        }
    }

    fn number<N: std::str::FromStr>(&self, name: &str, default: N) -> Result<N, String> {
        match self.text(name).as_str() {
            "" => Ok(default),
            text => text
                .parse()
                .map_err(|_| format!("--{name}={text:?} is not a number in its range")),
        }
    }

    fn duration(&self, name: &str, default_seconds: u64) -> Result<Duration, String> {
        match self.text(name).as_str() {
            "" => Ok(Duration::from_secs(default_seconds)),
            text => settings::duration::parse(text)
                .filter(|duration| !duration.is_zero())
                .ok_or_else(|| format!("--{name}={text:?} is not a duration: expected 30s, 1m30s or 5m")),
        }
    }

    fn address(&self, host: &str, port: &str, default: u16) -> Result<ListenAddress, String> {
        let port = self.number(port, default)?;
        Ok(match self.text(host).as_str() {
            "" | "::" => ListenAddress::Any { port },
            text if text.contains(['/', ' ', '[', ']']) => {
                return Err(format!("--{host}={text:?} is not an address or a host name"));
            }
            text => ListenAddress::Host {
                host: text.to_owned(),
                port,
            },
        })
    }

    fn shard(&self) -> Result<Shard, String> {
        let shard = Shard {
            ordinal: self.number("shard", 0)?,
            total: self.number("total-shards", 1)?,
        };
        match shard.ordinal < shard.total {
            true => Ok(shard),
            false => Err(format!(
                "--shard={} is not below --total-shards={}",
                shard.ordinal, shard.total
            )),
        }
    }

    fn allow_lists(&self, name: &str) -> Result<AllowLists, String> {
        let values = self.0.get(name).map_or(&[][..], Vec::as_slice);
        let text = values.join(",");
        AllowLists::parse(text.trim_matches(',')).map_err(|error| format!("--{name}: {error}"))
    }
}

fn resources(names: &[String]) -> Result<Vec<&'static Resource>, String> {
    let known = |name: &String| resources::ALL.iter().any(|resource| resource.name == name);
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        return Err(format!("--resources: there is no resource {unknown:?}"));
    }
    let is_wanted = |resource: &&&'static Resource| match names.is_empty() {
        true => resource.on,
        false => names.iter().any(|name| name == resource.name),
    };
    Ok(resources::ALL.iter().filter(is_wanted).copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(given: &[(&'static str, &str)]) -> Result<Options, String> {
        let mut all = Given::new();
        for (name, value) in given {
            all.entry(name).or_default().push((*value).to_owned());
        }
        Options::new(&all)
    }

    #[track_caller]
    fn refused(given: &[(&'static str, &str)], expect: &str) {
        assert_eq!(options(given).unwrap_err(), expect);
    }

    #[test]
    fn defaults_are_those_of_the_reference() {
        let options = Options::default();
        assert_eq!(options.listen, ListenAddress::Any { port: 8080 });
        assert_eq!(options.telemetry_listen, ListenAddress::Any { port: 8081 });
        assert_eq!(options.shard, Shard::ALL);
        assert_eq!(options.server_timeouts.idle, Duration::from_secs(300));
        assert!(options.resources.iter().all(|resource| resource.on));
    }

    #[test]
    fn lists_come_with_commas_or_repeated() {
        let options = options(&[
            ("resources", "pods,"),
            ("namespaces", "a, b"),
            ("namespaces", "c"),
            ("metric-labels-allowlist", "pods=[app]"),
            ("metric-labels-allowlist", "pods=[app,team]"),
        ])
        .unwrap();
        assert_eq!(options.namespaces, ["a", "b", "c"]);
        assert!(options.labels.of("pods").allows("team"));
        let names: Vec<_> = options.resources.iter().map(|resource| resource.name).collect();
        assert_eq!(names, ["pods"]);
    }

    #[test]
    fn custom_resources_alone() {
        let options = options(&[
            ("custom-resource-state-only", "true"),
            ("custom-resource-state-config-file", "/etc/crs.yml"),
            ("auth-filter", "true"),
        ])
        .unwrap();
        assert!(options.resources.is_empty() && options.auth_filter);
        assert_eq!(options.custom_resources.file, Some("/etc/crs.yml".into()));
    }

    #[test]
    fn wrong_words_are_told_with_their_flag() {
        refused(
            &[("resources", "pod")],
            "--resources: there is no resource \"pod\"",
        );
        refused(
            &[("port", "70000")],
            "--port=\"70000\" is not a number in its range",
        );
        refused(
            &[("shard", "2"), ("total-shards", "2")],
            "--shard=2 is not below --total-shards=2",
        );
        refused(&[("pod", "x")], "--pod and --pod-namespace go together");
        refused(
            &[("namespaces", "../x")],
            "--namespaces: \"../x\" is not the name of a namespace",
        );
        refused(
            &[("server-idle-timeout", "5")],
            "--server-idle-timeout=\"5\" is not a duration: expected 30s, 1m30s or 5m",
        );
        refused(
            &[("enable-gzip-encoding", "yes")],
            "--enable-gzip-encoding=\"yes\": expected true or false",
        );
    }
}
