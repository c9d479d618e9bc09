//! The command line: the reference's flags under the reference's names.
//!
//! One table says of each flag what it takes, and under which key it stands in the file of `--config`.

use std::collections::BTreeMap;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use exporter_http::About;

/// What this program is called and where it listens.
pub const ABOUT: About = About {
    binary: "pi-kube-state-exporter",
    name: "kube_state_metrics",
    title: "Kube State Exporter",
    description: "What a Kubernetes cluster consists of, under the names of kube-state-metrics",
    version: env!("CARGO_PKG_VERSION"),
    listen_address: ":8080",
    negotiates_openmetrics: true,
};

/// One flag.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    /// Without the dashes.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// Its key in the file of `--config`; empty where it has none.
    pub key: &'static str,
    help: &'static str,
}

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// One text; the last one counts.
    Text(&'static str),
    /// Texts with commas between them, and the flag several times.
    List(&'static str),
    /// Nothing, or `=true` and `=false`.
    Nothing,
    /// One text that only means something to a Go program.
    IgnoredText,
    /// Nothing that means anything but to a Go program.
    IgnoredSwitch,
}

const fn flag(name: &'static str, takes: Takes, key: &'static str, help: &'static str) -> Flag {
    Flag {
        name,
        takes,
        key,
        help,
    }
}

/// Every flag, in the order of help.
pub const ALL: &[Flag] = &[
    flag(
        "resources",
        Takes::List("NAMES"),
        "resources",
        "Kinds of objects by plural name [default: all but endpoints, ingressclasses, serviceaccounts and RBAC]",
    ),
    flag(
        "namespaces",
        Takes::List("NAMES"),
        "namespaces",
        "Only these namespaces, with watches of their own",
    ),
    flag(
        "namespaces-denylist",
        Takes::List("NAMES"),
        "namespaces_denylist",
        "Not these namespaces",
    ),
    flag(
        "metric-allowlist",
        Takes::List("REGEXES"),
        "metric_allowlist",
        "Only families that one of these matches",
    ),
    flag(
        "metric-denylist",
        Takes::List("REGEXES"),
        "metric_denylist",
        "Not the families that one of these matches",
    ),
    flag(
        "metric-opt-in-list",
        Takes::List("REGEXES"),
        "metric_opt_in_list",
        "Families that are off by default and wanted",
    ),
    flag(
        "metric-labels-allowlist",
        Takes::List("LISTS"),
        "labels_allow_list",
        "Kubernetes labels that become labels: pods=[app,team*],nodes=[*]",
    ),
    flag(
        "metric-annotations-allowlist",
        Takes::List("LISTS"),
        "annotations_allow_list",
        "Annotations that become labels, in the same form",
    ),
    flag(
        "custom-resource-state-config",
        Takes::Text("YAML"),
        "custom_resource_config",
        "What is told of custom resources; goes before the file",
    ),
    flag(
        "custom-resource-state-config-file",
        Takes::Text("FILE"),
        "custom_resource_state_config_file",
        "File that says what is told of custom resources; a change is picked up",
    ),
    flag(
        "custom-resource-state-only",
        Takes::Nothing,
        "custom_resources_only",
        "Only custom resources",
    ),
    flag(
        "continue-without-custom-resource-state-config-file",
        Takes::Nothing,
        "continue_without_custom_resource_state_config_file",
        "Go on where the file about custom resources is not there yet",
    ),
    flag(
        "auth-filter",
        Takes::Nothing,
        "auth_filter",
        "Ask the API server who may have samples",
    ),
    flag(
        "apiserver",
        Takes::Text("URL"),
        "apiserver",
        "API server, instead of the one that the kubeconfig names",
    ),
    flag(
        "kubeconfig",
        Takes::Text("FILE"),
        "kubeconfig",
        "Kubeconfig [default: $KUBECONFIG, the service account of the pod, that of k3s, ~/.kube/config]",
    ),
    flag(
        "use-apiserver-cache",
        Takes::Nothing,
        "use_api_server_cache",
        "Let the server answer lists from its cache",
    ),
    flag("node", Takes::Text("NAME"), "node", "Only pods on this node"),
    flag(
        "track-unscheduled-pods",
        Takes::Nothing,
        "track_unscheduled_pods",
        "Only pods that are on no node",
    ),
    flag(
        "shard",
        Takes::Text("NUMBER"),
        "shard",
        "Number of this shard, from 0 [default: 0]",
    ),
    flag(
        "total-shards",
        Takes::Text("COUNT"),
        "total_shards",
        "Number of shards [default: 1]",
    ),
    flag(
        "pod",
        Takes::Text("NAME"),
        "pod",
        "This pod, one of a StatefulSet whose replicas are the shards",
    ),
    flag(
        "pod-namespace",
        Takes::Text("NAME"),
        "namespace",
        "Namespace of --pod",
    ),
    flag(
        "host",
        Takes::Text("ADDRESS"),
        "host",
        "Where to listen for scrapes [default: ::]",
    ),
    flag(
        "port",
        Takes::Text("PORT"),
        "port",
        "Port for scrapes [default: 8080]",
    ),
    flag(
        "telemetry-host",
        Takes::Text("ADDRESS"),
        "telemetry_host",
        "Where to listen for scrapes of this process's own numbers [default: ::]",
    ),
    flag(
        "telemetry-port",
        Takes::Text("PORT"),
        "telemetry_port",
        "Port for this process's own numbers [default: 8081]",
    ),
    flag(
        "tls-config",
        Takes::Text("FILE"),
        "tls_config",
        "Another name of --web.config.file",
    ),
    flag(
        "enable-gzip-encoding",
        Takes::Nothing,
        "enable_gzip_encoding",
        "Compress for clients that take it",
    ),
    flag(
        "server-read-timeout",
        Takes::Text("DURATION"),
        "server_read_timeout",
        "Longest time for a request's body [default: 60s]",
    ),
    flag(
        "server-write-timeout",
        Takes::Text("DURATION"),
        "server_write_timeout",
        "Longest time for a client to take an answer [default: 60s]",
    ),
    flag(
        "server-idle-timeout",
        Takes::Text("DURATION"),
        "server_idle_timeout",
        "Longest time between two requests [default: 5m]",
    ),
    flag(
        "server-read-header-timeout",
        Takes::Text("DURATION"),
        "server_read_header_timeout",
        "Longest time for a request's headers [default: 5s]",
    ),
    flag(
        "config",
        Takes::Text("FILE"),
        "",
        "YAML file whose keys go before these flags; a change is picked up",
    ),
    flag(
        "continue-without-config",
        Takes::Nothing,
        "",
        "Go on with the flags where the file of --config is not there yet",
    ),
    flag(
        "watch-timeout",
        Takes::Text("DURATION"),
        "",
        "How long a watch is asked to last; silence is believed a little longer [default: 5m]",
    ),
    flag(
        "print-cluster-role",
        Takes::Nothing,
        "",
        "Print the ClusterRole that these flags need, and end",
    ),
    flag("object-limit", Takes::IgnoredText, "object_limit", ""),
    flag("auto-gomemlimit", Takes::IgnoredSwitch, "auto-gomemlimit", ""),
    flag(
        "auto-gomemlimit-ratio",
        Takes::IgnoredText,
        "auto-gomemlimit-ratio",
        "",
    ),
    flag("add_dir_header", Takes::IgnoredSwitch, "", ""),
    flag("alsologtostderr", Takes::IgnoredSwitch, "", ""),
    flag("log_backtrace_at", Takes::IgnoredText, "", ""),
    flag("log_dir", Takes::IgnoredText, "", ""),
    flag("log_file", Takes::IgnoredText, "", ""),
    flag("log_file_max_size", Takes::IgnoredText, "", ""),
    flag("logtostderr", Takes::IgnoredSwitch, "", ""),
    flag("one_output", Takes::IgnoredSwitch, "", ""),
    flag("skip_headers", Takes::IgnoredSwitch, "", ""),
    flag("skip_log_headers", Takes::IgnoredSwitch, "", ""),
    flag("stderrthreshold", Takes::IgnoredText, "", ""),
    flag("v", Takes::IgnoredText, "", ""),
    flag("vmodule", Takes::IgnoredText, "", ""),
];

/// What was given, by the names of the flags: on the command line, or in the file of `--config`.
pub type Given = BTreeMap<&'static str, Vec<String>>;

/// The flags of the exporter.
pub fn command() -> Command {
    Command::new("").args(ALL.iter().map(argument))
}

fn argument(flag: &Flag) -> Arg {
    let argument = Arg::new(flag.name).long(flag.name).help(flag.help);
    let optional = |argument: Arg| {
        argument
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .action(ArgAction::Set)
    };
    match flag.takes {
        Takes::Text(name) => argument.value_name(name).action(ArgAction::Set),
        Takes::List(name) => argument.value_name(name).action(ArgAction::Append),
        Takes::Nothing => optional(argument).hide_possible_values(true),
        Takes::IgnoredText if flag.name == "v" => argument.short('v').hide(true).action(ArgAction::Set),
        Takes::IgnoredText => argument.hide(true).action(ArgAction::Set),
        Takes::IgnoredSwitch => optional(argument).hide(true),
    }
}

/// What the command line gives. Flags for Go programs are told at debug and left out.
pub fn given(matches: &ArgMatches) -> Given {
    let mut given = Given::new();
    for flag in ALL {
        if matches.value_source(flag.name) != Some(ValueSource::CommandLine) {
            continue;
        }
        if matches!(flag.takes, Takes::IgnoredText | Takes::IgnoredSwitch) {
            log::debug!(flag = flag.name; "flag without a meaning here, ignored");
            continue;
        }
        let values = matches.get_many::<String>(flag.name).unwrap_or_default();
        given.insert(flag.name, values.cloned().collect());
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Given, String> {
        let arguments = std::iter::once("test").chain(arguments.iter().copied());
        let matches = command().args_override_self(true).try_get_matches_from(arguments);
        matches
            .map(|matches| given(&matches))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn forms() {
        let given = parse(&[
            "--port=1",
            "--port",
            "2",
            "--enable-gzip-encoding",
            "--use-apiserver-cache=false",
            "--resources=pods,nodes",
            "--resources",
            "jobs",
            "-v=4",
            "--v",
            "2",
            "--logtostderr",
            "--auto-gomemlimit=true",
        ])
        .unwrap();
        let values = |name: &str| given.get(name).cloned().unwrap_or_default();
        assert_eq!(values("port"), ["2"]);
        assert_eq!(values("enable-gzip-encoding"), ["true"]);
        assert_eq!(values("use-apiserver-cache"), ["false"]);
        assert_eq!(values("resources"), ["pods,nodes", "jobs"]);
        assert_eq!(given.len(), 4);
    }

    #[test]
    fn what_would_be_wrong_to_ignore_is_refused() {
        for flag in ["--labels-prefix=x", "--nonsense"] {
            assert!(parse(&[flag]).is_err(), "{flag}");
        }
    }

    #[test]
    fn names_and_keys_are_unique() {
        for (at, flag) in ALL.iter().enumerate() {
            let later = &ALL[at + 1..];
            assert!(later.iter().all(|other| other.name != flag.name), "{}", flag.name);
            assert!(
                flag.key.is_empty() || later.iter().all(|other| other.key != flag.key),
                "{}",
                flag.key
            );
        }
    }
}
