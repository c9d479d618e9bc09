//! Any bytes, as any of the files that collectors read: nothing may panic, and what is written must be an exposition.
//!
//! The tree is the one of the reference's fixtures (`NODE_FIXTURES`, else where the project's tests have unpacked them),
//! copied to `/dev/shm`. The first two bytes choose a file. The third says whether the rest is the whole file, or what
//! stands in place of some bytes of the real one.

#![no_main]

use std::fs::{self, File, FileTimes};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime};

use clap::ArgMatches;
use libfuzzer_sys::fuzz_target;
use metrics_registry::parse::entries;
use metrics_registry::{Exposition, Format};
use node_exporter::collectors::{ALL, Collect, Collector};
use node_exporter::{Node, flags};

/// Asked over sockets or by ioctl: no file of the tree changes what they say.
const WITHOUT_FILES: [&str; 9] = [
    "ethtool",
    "logind",
    "network_route",
    "rpi",
    "systemd",
    "tcpstat",
    "time",
    "timex",
    "uname",
];
const FLAGS: [&str; 19] = [
    "--collector.arp.device-exclude=nope",
    "--collector.bcache.priorityStats",
    "--collector.cpu.info",
    "--collector.cpu.info.bugs-include=.*",
    "--collector.cpu.info.flags-include=^(aes|avx.?|constant_tsc)$",
    "--collector.interrupts.include-zeros",
    "--collector.netclass.ignore-invalid-speed",
    "--collector.netstat.fields=.*",
    "--collector.pcidevice.names",
    "--collector.rapl.enable-zone-label",
    "--collector.stat.softirq",
    "--collector.sysctl.include-info=kernel.seccomp.actions_avail",
    "--collector.sysctl.include=fs.file-nr:total,current,max",
    "--collector.sysctl.include=kernel.threads-max",
    "--collector.vmstat.fields=.*",
    "--no-collector.arp.netlink",
    "--no-collector.netdev.netlink",
    "--collector.netdev.label-ifalias",
    "--collector.cpu.guest",
];

/// A file, what it holds, and who reads it.
struct Choice {
    path: PathBuf,
    content: Vec<u8>,
    collectors: Vec<&'static Collector>,
}

struct Tree {
    matches: ArgMatches,
    choices: Vec<Choice>,
}

static TREE: LazyLock<Tree> = LazyLock::new(Tree::make);

fuzz_target!(|data: &[u8]| {
    let [low, high, mode, rest @ ..] = data else {
        return;
    };
    let index = usize::from(u16::from_le_bytes([*low, *high])) % TREE.choices.len();
    let choice = &TREE.choices[index];
    fs::write(&choice.path, changed(&choice.content, *mode, rest)).unwrap();
    // Much is read once in the life of a process, so each input has one of its own.
    let node = Node::new(&TREE.matches).unwrap();
    let mut out = Exposition::default();
    // The second time, descriptors are kept and state is there.
    for _ in 0..2 {
        out.clear();
        for collector in &choice.collectors {
            run(collector, &node, &mut out);
        }
        check(&out);
    }
    fs::write(&choice.path, &choice.content).unwrap();
});

fn changed(content: &[u8], mode: u8, rest: &[u8]) -> Vec<u8> {
    let [low, high, skipped, rest @ ..] = rest else {
        return rest.to_vec();
    };
    if mode & 1 == 1 {
        return rest.to_vec();
    }
    let start = usize::from(u16::from_le_bytes([*low, *high])) % (content.len() + 1);
    let end = content.len().min(start + usize::from(*skipped));
    // A file may also end here.
    let tail = if mode & 2 == 2 { &[] } else { &content[end..] };
    [&content[..start], rest, tail].concat()
}

fn run(collector: &Collector, node: &Node, out: &mut Exposition) {
    // An error is an answer; a panic is not.
    let _ = match collector.collect {
        Collect::Now(collect) | Collect::Last(collect) => collect(node, out),
        Collect::Waiting(collect) => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .build();
            let deadline = Instant::now() + Duration::from_secs(5);
            runtime.unwrap().block_on(collect(node, deadline, out))
        }
    };
}

/// Every line is one that a client understands.
fn check(out: &Exposition) {
    let text = out.to_text();
    for entry in entries(text.as_bytes(), Format::Text004) {
        if let Err(error) = entry {
            panic!("{error}\n{text}");
        }
    }
}

impl Tree {
    fn make() -> Self {
        let fixtures = std::env::var_os("NODE_FIXTURES").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/node-fixtures-v1.12.1"),
            PathBuf::from,
        );
        let fixtures = fixtures.join("collector/fixtures");
        assert!(
            fixtures.is_dir(),
            "{} is missing: unpack the reference's fixtures and name the directory in NODE_FIXTURES",
            fixtures.display()
        );
        let root = own_directory();
        let mut files = Vec::new();
        copy(&fixtures, &root, &mut files);
        let path = |flag: &str, name: &str| format!("--path.{flag}={}", root.join(name).display());
        let arguments = [
            "x".to_owned(),
            path("procfs", "proc"),
            path("sysfs", "sys"),
            path("rootfs", ""),
            path("udev.data", "udev/data"),
            format!(
                "--collector.textfile.directory={}",
                root.join("textfile/*").display()
            ),
            format!("--collector.qdisc.fixtures={}/", root.join("qdisc").display()),
            format!("--collector.wifi.fixtures={}", root.join("wifi").display()),
        ];
        let flags = FLAGS.iter().map(|&flag| flag.to_owned());
        let matches = flags::command().get_matches_from(arguments.into_iter().chain(flags));
        let choices = choices(&matches, files);
        eprintln!("{} files are read by a collector", choices.len());
        Self { matches, choices }
    }
}

/// A directory for this process; those of processes that are gone are removed.
fn own_directory() -> PathBuf {
    const PREFIX: &str = "node-exporter-fuzz-";
    let memory = Path::new("/dev/shm");
    for entry in fs::read_dir(memory).unwrap().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        if owner.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    let directory = memory.join(format!("{PREFIX}{}", std::process::id()));
    fs::create_dir(&directory).unwrap();
    directory
}

fn copy(from: &Path, to: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(from).unwrap().flatten() {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().unwrap();
        if kind.is_symlink() {
            symlink(fs::read_link(source).unwrap(), target).unwrap();
        } else if kind.is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&source, &target, files);
        } else if kind.is_file() {
            // Not the mode: a file of the fixtures may be one that nobody may read.
            fs::write(&target, fs::read(source).unwrap()).unwrap();
            files.push(target);
        }
    }
    files.sort();
}

/// The files that collectors read, as the times of their last reading tell.
fn choices(matches: &ArgMatches, files: Vec<PathBuf>) -> Vec<Choice> {
    let collectors = ALL
        .iter()
        .filter(|collector| !WITHOUT_FILES.contains(&collector.name));
    let mut choices: Vec<_> = files
        .into_iter()
        .map(|path| Choice {
            content: fs::read(&path).unwrap(),
            collectors: Vec::new(),
            path,
        })
        .collect();
    let never = FileTimes::new().set_accessed(SystemTime::UNIX_EPOCH);
    for collector in collectors {
        for choice in &choices {
            File::open(&choice.path).unwrap().set_times(never).unwrap();
        }
        let node = Node::new(matches).unwrap();
        run(collector, &node, &mut Exposition::default());
        for choice in &mut choices {
            let accessed = fs::metadata(&choice.path).unwrap().accessed().unwrap();
            if accessed != SystemTime::UNIX_EPOCH {
                choice.collectors.push(collector);
            }
        }
    }
    choices.retain(|choice| !choice.collectors.is_empty());
    assert!(choices.len() > 100, "is /dev/shm mounted with noatime?");
    choices
}
