//! Settings of the kernel that the command line names, from `/proc/sys`.
//!
//! `--collector.sysctl.include=kernel.threads-max` is a number, `fs.file-nr:total,current,max` gives each of several
//! numbers its name, and without names they are counted from 0 in the label `index`.
//! `--collector.sysctl.include-info` writes words as labels. Nothing is read without one of these flags.
//!
//! Names: `node_sysctl_<setting>` untyped by (`index`): a number of a setting.
//! Names: `node_sysctl_<setting>_<name>` untyped: a number of a setting that the flag names.

use clap::{Arg, ArgAction, ArgMatches};
use exporter_http::StartError;
use metrics_registry::{Exposition, Family, Kind};
use rustix::io::Errno;

use crate::metric_name::sanitized;
use crate::{Error, Node};

const INFO: Family<3> = Family::gauge(
    "node_sysctl_info",
    "One word of a kernel setting; always 1.",
    ["index", "name", "value"],
);

const INCLUDE: &str = "collector.sysctl.include";
const INCLUDE_INFO: &str = "collector.sysctl.include-info";

pub(crate) fn flags() -> Vec<Arg> {
    let arg = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name(value)
            .action(ArgAction::Append)
            .help(help)
    };
    vec![
        arg(
            INCLUDE,
            "NAME[:KEY,...]",
            "Kernel setting whose numbers are reported; can be repeated",
        ),
        arg(
            INCLUDE_INFO,
            "NAME",
            "Kernel setting whose words are reported as labels; can be repeated",
        ),
    ]
}

/// Which settings are written.
#[derive(Debug)]
pub(crate) struct State {
    settings: Vec<Setting>,
}

impl State {
    /// Fails where a key cannot be part of a metric's name.
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        let given = |flag| matches.get_many::<String>(flag).into_iter().flatten();
        let numbers = given(INCLUDE).map(|text| Setting::parse(INCLUDE, text, Content::Numbers));
        let words = given(INCLUDE_INFO).map(|text| Setting::parse(INCLUDE_INFO, text, Content::Words));
        let settings = numbers.chain(words).collect::<Result<_, _>>()?;
        Ok(Self { settings })
    }
}

/// How the content of a setting is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Numbers,
    Words,
}

/// One flag.
#[derive(Debug)]
struct Setting {
    /// `fs.file-nr`.
    name: String,
    /// Below procfs: `sys/fs/file-nr`.
    path: String,
    /// `node_sysctl_fs_file_nr`.
    metric: String,
    content: Content,
    /// A name for each number; empty where they have none.
    keys: Vec<String>,
}

impl Setting {
    fn parse(flag: &str, text: &str, content: Content) -> Result<Self, StartError> {
        let (name, keys) = text.split_once(':').unwrap_or((text, ""));
        let keys: Vec<String> = keys
            .split(',')
            .filter(|key| !key.is_empty())
            .map(str::to_owned)
            .collect();
        let fits = |key: &String| {
            key.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        if let Some(key) = keys.iter().find(|key| !fits(key)) {
            return Err(StartError(format!(
                "--{flag}={text}: {key:?} cannot be part of a metric's name"
            )));
        }
        Ok(Self {
            path: format!("sys/{}", name.replace('.', "/")),
            metric: format!("node_sysctl_{}", sanitized(name)),
            name: name.to_owned(),
            content,
            keys,
        })
    }

    fn write(&self, text: &str, out: &mut Exposition) -> Result<(), Error> {
        let error = || Error::parse("sys", 1, &format!("{}: {text}", self.name));
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        if words.is_empty() || (!self.keys.is_empty() && self.keys.len() != words.len()) {
            return Err(error());
        }
        match self.content {
            Content::Numbers => {
                for (index, word) in words.iter().enumerate() {
                    let number: i64 = word.parse().map_err(|_| error())?;
                    self.write_number(index, words.len(), number as f64, out);
                }
                Ok(())
            }
            // As in the reference, words cannot have keys.
            Content::Words if !self.keys.is_empty() => Err(error()),
            Content::Words => {
                for (index, word) in words.iter().enumerate() {
                    out.sample(&INFO, [&index.to_string(), &self.name, word], 1.0);
                }
                Ok(())
            }
        }
    }

    fn write_number(&self, index: usize, count: usize, number: f64, out: &mut Exposition) {
        let Self { name, metric, .. } = self;
        let help = format_args!("Kernel setting {name}.");
        if let Some(key) = self.keys.get(index) {
            let help = format_args!("Kernel setting {name}, its number {index}.");
            out.dynamic(&format!("{metric}_{key}"), help, Kind::Untyped, [], number);
        } else if count == 1 {
            out.dynamic(metric, help, Kind::Untyped, [], number);
        } else {
            let labels = [("index", index.to_string())];
            let labels = labels.iter().map(|(name, value)| (*name, value.as_str()));
            out.dynamic(metric, help, Kind::Untyped, labels, number);
        }
    }
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    for setting in &node.sysctl.settings {
        let text = node.paths.read_proc(&setting.path).map_err(|error| match error {
            // Somebody asked for this file by name and wants to know that it is not there.
            Error::NoData => Error::Read {
                path: node.paths.procfs.join(&setting.path),
                source: Errno::NOENT.into(),
            },
            other => other,
        })?;
        setting.write(&text, out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    #[track_caller]
    fn check(flags: &[&str], expect: Expect) {
        let files = [
            ("proc/sys/fs/file-nr", "1024\t0\t1631329\n"),
            ("proc/sys/kernel/threads-max", "7801\n"),
            ("proc/sys/kernel/seccomp/actions_avail", "kill_process trap\n"),
            ("proc/sys/kernel/overflow", "9223372036854775808\n"),
            ("proc/sys/kernel/empty", "\n"),
            ("proc/sys/vm/lowmem", "-1\n"),
        ];
        expect.assert_eq(&samples(collect, flags, &files));
    }

    #[test]
    fn numbers_with_and_without_names() {
        check(
            &[
                "--collector.sysctl.include=fs.file-nr",
                "--collector.sysctl.include=fs.file-nr:total,current,max",
                "--collector.sysctl.include=kernel.threads-max",
                "--collector.sysctl.include=vm.lowmem",
            ],
            expect![[r#"
                node_sysctl_fs_file_nr{index="0"} 1024
                node_sysctl_fs_file_nr{index="1"} 0
                node_sysctl_fs_file_nr{index="2"} 1.631329e+06
                node_sysctl_fs_file_nr_current 0
                node_sysctl_fs_file_nr_max 1.631329e+06
                node_sysctl_fs_file_nr_total 1024
                node_sysctl_kernel_threads_max 7801
                node_sysctl_vm_lowmem -1
            "#]],
        );
    }

    #[test]
    fn words() {
        check(
            &[
                "--collector.sysctl.include-info=kernel.seccomp.actions_avail",
                "--collector.sysctl.include-info=kernel.threads-max",
            ],
            expect![[r#"
                node_sysctl_info{index="0",name="kernel.seccomp.actions_avail",value="kill_process"} 1
                node_sysctl_info{index="1",name="kernel.seccomp.actions_avail",value="trap"} 1
                node_sysctl_info{index="0",name="kernel.threads-max",value="7801"} 1
            "#]],
        );
    }

    #[test]
    fn no_flag_is_no_failure() {
        check(&[], expect![[r#""#]]);
    }

    #[test]
    fn what_does_not_fit() {
        check(
            &["--collector.sysctl.include=fs.nope"],
            expect![[r#"
            read /proc/sys/fs/nope: No such file or directory (os error 2)
        "#]],
        );
        check(
            &["--collector.sysctl.include=kernel.empty"],
            expect![[r#"
                parse sys line 1: "kernel.empty: \n"
            "#]],
        );
        check(
            &["--collector.sysctl.include=kernel.overflow"],
            expect![[r#"
                parse sys line 1: "kernel.overflow: 9223372036854775808\n"
            "#]],
        );
        check(
            &["--collector.sysctl.include=kernel.threads-max:a,b"],
            expect![[r#"
                parse sys line 1: "kernel.threads-max: 7801\n"
            "#]],
        );
        check(
            &["--collector.sysctl.include=fs.file-nr:a,b"],
            expect![[r#"
                parse sys line 1: "fs.file-nr: 1024\t0\t1631329\n"
            "#]],
        );
        check(
            &["--collector.sysctl.include-info=fs.file-nr:a,b,c"],
            expect![[r#"
                parse sys line 1: "fs.file-nr: 1024\t0\t1631329\n"
            "#]],
        );
    }

    #[test]
    fn a_wrong_key_stops_the_start() {
        let error = Setting::parse(INCLUDE, "fs.file-nr:a b", Content::Numbers).unwrap_err();
        assert_eq!(
            error.to_string(),
            "--collector.sysctl.include=fs.file-nr:a b: \"a b\" cannot be part of a metric's name"
        );
    }
}
