//! Processes and threads by state, from `/proc/*/stat` and `/proc/*/task/*/stat`.
//!
//! Costs three system calls for each process and each further thread, which is why it is off by default. A process or
//! thread that ends meanwhile is left out.

use std::collections::BTreeMap;

use metrics_registry::{Exposition, Family};
use rustix::io::Errno;

use crate::{Error, Node, number};

const THREADS: Family<0> = Family::gauge("node_processes_threads", "Threads of all processes.", []);
const MAX_THREADS: Family<0> = Family::gauge(
    "node_processes_max_threads",
    "Threads that the kernel allows at most.",
    [],
);
const STATE: Family<1> = Family::gauge("node_processes_state", "Processes in each state.", ["state"]);
const THREADS_STATE: Family<1> = Family::gauge(
    "node_processes_threads_state",
    "Threads in each state.",
    ["thread_state"],
);
const PIDS: Family<0> = Family::gauge("node_processes_pids", "Processes.", []);
const MAX_PROCESSES: Family<0> = Family::gauge(
    "node_processes_max_processes",
    "Process numbers that the kernel allows at most.",
    [],
);

/// Fields between the state and the number of threads.
const FIELDS_BETWEEN: usize = 16;

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let counts = Counts::read(node)?;
    out.sample(&THREADS, [], counts.threads as f64);
    let max = number::proc(&node.paths, "sys/kernel/threads-max")?;
    out.sample(&MAX_THREADS, [], max as f64);
    for (family, states) in [(&STATE, &counts.states), (&THREADS_STATE, &counts.thread_states)] {
        for (state, count) in states {
            out.sample(family, [state.encode_utf8(&mut [0; 4])], *count as f64);
        }
    }
    let max = number::proc(&node.paths, "sys/kernel/pid_max")?;
    out.sample(&PIDS, [], counts.processes as f64);
    out.sample(&MAX_PROCESSES, [], max as f64);
    Ok(())
}

/// How many there are of everything.
#[derive(Debug, Default)]
struct Counts {
    processes: u64,
    threads: u64,
    /// Processes by the letter of their state.
    states: BTreeMap<char, u64>,
    /// Threads by the letter of their state.
    thread_states: BTreeMap<char, u64>,
}

impl Counts {
    fn read(node: &Node) -> Result<Self, Error> {
        let mut counts = Self::default();
        for process in numbers(node.paths.list_proc("")?) {
            let Some(stat) = Stat::read(node, &process)? else {
                continue;
            };
            counts.processes += 1;
            counts.threads += stat.threads;
            *counts.states.entry(stat.state).or_default() += 1;
            counts.read_threads(node, &process, &stat)?;
        }
        Ok(counts)
    }

    fn read_threads(&mut self, node: &Node, process: &str, main: &Stat) -> Result<(), Error> {
        let tasks = format!("{process}/task");
        if main.threads <= 1 {
            // The only thread is the process itself; whether it is listed is all that there is to know.
            if node.paths.procfs.join(tasks).is_dir() {
                *self.thread_states.entry(main.state).or_default() += 1;
            }
            return Ok(());
        }
        let threads = match node.paths.list_proc(&tasks) {
            Ok(threads) => threads,
            Err(error) if is_gone(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        for thread in numbers(threads) {
            let state = if thread == process {
                Some(main.state)
            } else {
                Stat::read(node, &format!("{tasks}/{thread}"))?.map(|stat| stat.state)
            };
            if let Some(state) = state {
                *self.thread_states.entry(state).or_default() += 1;
            }
        }
        Ok(())
    }
}

/// What is read of one process or thread.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    /// `R`, `S`, `D`, `Z`, `T`, `I`…
    state: char,
    threads: u64,
}

impl Stat {
    /// Nothing where the process has ended.
    fn read(node: &Node, directory: &str) -> Result<Option<Self>, Error> {
        let path = node.paths.procfs.join(directory).join("stat");
        match node.paths.read_once(&path) {
            Ok(text) => match Self::parse(&text) {
                Some(stat) => Ok(Some(stat)),
                None => Err(Error::parse("stat of a process", 1, &text)),
            },
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        // The name stands in parentheses and may itself have some, and spaces.
        let (_, fields) = text.rsplit_once(')')?;
        let mut fields = fields.split_ascii_whitespace();
        let state = fields.next()?.chars().next()?;
        let threads = fields.nth(FIELDS_BETWEEN)?.parse().ok()?;
        Some(Self { state, threads })
    }
}

/// The names that are numbers of processes or threads.
fn numbers(names: Vec<String>) -> impl Iterator<Item = String> {
    let is_number = |name: &String| name.bytes().all(|byte| byte.is_ascii_digit());
    names.into_iter().filter(is_number)
}

/// Whether a process ended between two looks at it.
fn is_gone(error: &Error) -> bool {
    match error {
        Error::NoData => true,
        Error::Read { source, .. } => source.raw_os_error() == Some(Errno::SRCH.raw_os_error()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    const TAIL: &str = "0 1 1 0 -1 4194560 9061 9416027 94 2620 36 98 54406 13885 20 0";
    const LIMITS: [(&str, &str); 2] = [
        ("proc/sys/kernel/threads-max", "7801\n"),
        ("proc/sys/kernel/pid_max", "123\n"),
    ];

    #[track_caller]
    fn check(files: &[(&str, String)], expect: Expect) {
        let files = files.iter().map(|(name, text)| (*name, text.as_str()));
        let files: Vec<_> = files.chain(LIMITS).collect();
        expect.assert_eq(&samples(collect, &[], &files));
    }

    #[test]
    fn processes_and_threads() {
        check(
            &[
                ("proc/1/stat", format!("1 (systemd) S {TAIL} 1 0 29 1\n")),
                ("proc/1/task/1/stat", String::new()),
                ("proc/17/stat", format!("17 (a) b (c) R {TAIL} 3 0 29 1\n")),
                ("proc/17/task/17/stat", String::new()),
                ("proc/17/task/18/stat", format!("18 (a) D {TAIL} 3 0 29 1\n")),
                ("proc/17/task/19/stat", format!("19 (a) S {TAIL} 3 0 29 1\n")),
                ("proc/18/comm", String::new()),
                ("proc/self/stat", String::new()),
            ],
            expect![[r#"
                node_processes_max_processes 123
                node_processes_max_threads 7801
                node_processes_pids 2
                node_processes_state{state="R"} 1
                node_processes_state{state="S"} 1
                node_processes_threads 4
                node_processes_threads_state{thread_state="D"} 1
                node_processes_threads_state{thread_state="R"} 1
                node_processes_threads_state{thread_state="S"} 2
            "#]],
        );
    }

    #[test]
    fn a_tree_without_tasks() {
        check(
            &[("proc/11/stat", format!("11 (rcu) I {TAIL} 1 0\n"))],
            expect![[r#"
                node_processes_max_processes 123
                node_processes_max_threads 7801
                node_processes_pids 1
                node_processes_state{state="I"} 1
                node_processes_threads 1
            "#]],
        );
    }

    #[test]
    fn nothing_and_no_limits() {
        check(
            &[],
            expect![[r#"
            node_processes_max_processes 123
            node_processes_max_threads 7801
            node_processes_pids 0
            node_processes_threads 0
        "#]],
        );
        expect![[r#"
            node_processes_threads 0
            no data
        "#]]
        .assert_eq(&samples(collect, &[], &[("proc/", "")]));
    }

    #[test]
    fn truncated_and_strange() {
        check(
            &[("proc/1/stat", "1 (systemd".to_owned())],
            expect![[r#"
            parse stat of a process line 1: "1 (systemd"
        "#]],
        );
        check(
            &[("proc/1/stat", format!("1 (systemd) S {TAIL}"))],
            expect![[r#"
                parse stat of a process line 1: "1 (systemd) S 0 1 1 0 -1 4194560 9061 9416027 94 2620 36 98 54406 13885 20 0"
            "#]],
        );
        for text in ["", ")", ") S", ") S 0 1 1 0 -1 1 1 1 1 1 1 1 1 1 1 1 -1"] {
            assert_eq!(Stat::parse(text), None, "{text:?}");
        }
    }
}
