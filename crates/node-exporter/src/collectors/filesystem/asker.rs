//! Asks mounts for their space without waiting for those that do not answer.
//!
//! Prompt ones are asked in place. Each other one has a thread for the one call: statfs on a dead share cannot be
//! interrupted, and such a thread stays until the share is back. There is at most one for each mount.

use std::cell::RefCell;
use std::ffi::{CStr, CString};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use rustc_hash::FxHashMap;
use rustix::io::Errno;
use tokio::sync::mpsc::{self, UnboundedSender};

use super::mounts::Mount;

/// Threads that wait for an answer in one scrape; as many as the reference has.
const ASKING_MAX: usize = 4;
/// Threads in all, those that were given up included; the unit file allows 32 tasks.
const THREADS_MAX: usize = 24;
/// Enough for one system call.
const STACK_BYTES: usize = 64 << 10;

/// Blocks of a file system, of `block_bytes` each, and its files.
#[derive(Debug)]
pub(super) struct Space {
    pub(super) block_bytes: u64,
    pub(super) blocks: u64,
    pub(super) blocks_free: u64,
    /// For users other than root.
    pub(super) blocks_available: u64,
    pub(super) files: u64,
    pub(super) files_free: u64,
}

/// What came of one mount.
#[derive(Debug)]
pub(super) enum Outcome {
    Answered(Space),
    /// Why it could not be asked.
    Failed(String),
    /// It did not answer in time, in this scrape or an earlier one.
    TimedOut,
}

impl Outcome {
    pub(super) fn space(&self) -> Option<&Space> {
        match self {
            Self::Answered(space) => Some(space),
            Self::Failed(_) | Self::TimedOut => None,
        }
    }

    /// The label `device_error`.
    pub(super) fn error(&self) -> &str {
        match self {
            Self::Answered(_) => "",
            Self::Failed(reason) => reason,
            Self::TimedOut => "mountpoint timeout",
        }
    }
}

/// How a path is asked; may never return.
type Call = fn(&CStr) -> Result<Space, Errno>;

/// Asks, and remembers who has not answered.
#[derive(Debug)]
pub(super) struct Asker {
    call: Call,
    /// Paths that have a thread, and whether it is done.
    asked: RefCell<FxHashMap<CString, Arc<AtomicBool>>>,
    /// One scrape at a time asks, so that a thread still there when a scrape begins is one that was given up.
    turn: tokio::sync::Mutex<()>,
}

impl Asker {
    pub(super) fn new(call: Call) -> Self {
        Self {
            call,
            asked: RefCell::default(),
            turn: tokio::sync::Mutex::new(()),
        }
    }

    /// One outcome for each mount, at `limit` at the latest.
    pub(super) async fn ask(&self, mounts: &[Mount], limit: Instant) -> Vec<Outcome> {
        let limit = tokio::time::Instant::from_std(limit);
        let mut outcomes: Vec<_> = mounts.iter().map(|mount| self.ask_prompt(mount)).collect();
        let is_slow = |(index, mount): (usize, &Mount)| (!mount.is_prompt).then_some(index);
        let mut slow = mounts.iter().enumerate().filter_map(is_slow).peekable();
        if slow.peek().is_none() {
            return outcomes;
        }
        let Ok(_turn) = tokio::time::timeout_at(limit, self.turn.lock()).await else {
            return outcomes;
        };
        self.forget_done();
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let mut waiting = Vec::new();
        loop {
            while waiting.len() < ASKING_MAX
                && let Some(index) = slow.next()
            {
                match self.start(&mounts[index].path, index, &sender) {
                    Started::Asked => waiting.push(index),
                    Started::StillAsked => {}
                    Started::Failed(reason) => outcomes[index] = Outcome::Failed(reason),
                }
            }
            if waiting.is_empty() {
                break;
            }
            let Ok(Some((index, outcome))) = tokio::time::timeout_at(limit, receiver.recv()).await else {
                break;
            };
            waiting.retain(|other| *other != index);
            self.asked.borrow_mut().remove(&mounts[index].path);
            outcomes[index] = outcome;
        }
        for index in waiting {
            log::warn!(path:? = mounts[index].path; "mount does not answer and is not asked again until it does");
        }
        outcomes
    }

    /// Forgets the threads that were given up and have returned since.
    fn forget_done(&self) {
        self.asked.borrow_mut().retain(|path, done| {
            let is_done = done.load(Ordering::Acquire);
            if is_done {
                log::info!(path:? = path; "mount answers again");
            }
            !is_done
        });
    }

    fn ask_prompt(&self, mount: &Mount) -> Outcome {
        match mount.is_prompt {
            true => outcome((self.call)(&mount.path)),
            false => Outcome::TimedOut,
        }
    }

    /// Starts a thread for `path`, unless it has one.
    fn start(&self, path: &CStr, index: usize, sender: &UnboundedSender<(usize, Outcome)>) -> Started {
        let mut asked = self.asked.borrow_mut();
        if asked.contains_key(path) {
            return Started::StillAsked;
        }
        if asked.len() >= THREADS_MAX {
            return Started::Failed("too many mounts do not answer".to_owned());
        }
        let done = Arc::new(AtomicBool::new(false));
        let thread = {
            let (call, path) = (self.call, path.to_owned());
            let (sender, done) = (sender.clone(), Arc::clone(&done));
            move || {
                let outcome = outcome(call(&path));
                done.store(true, Ordering::Release);
                // Nobody listens any more where the scrape gave up; the next one sees that this is done.
                let _ = sender.send((index, outcome));
            }
        };
        let builder = std::thread::Builder::new()
            .name("statfs".to_owned())
            .stack_size(STACK_BYTES);
        match builder.spawn(thread) {
            Ok(_) => {
                asked.insert(path.to_owned(), done);
                Started::Asked
            }
            Err(error) => Started::Failed(describe(&error)),
        }
    }
}

/// What came of the attempt to start a thread.
enum Started {
    Asked,
    /// The thread of an earlier scrape has not returned.
    StillAsked,
    Failed(String),
}

/// Asks the kernel.
pub(super) fn statfs(path: &CStr) -> Result<Space, Errno> {
    let answer = rustix::fs::statfs(path)?;
    Ok(Space {
        block_bytes: answer.f_bsize as u64,
        blocks: answer.f_blocks,
        blocks_free: answer.f_bfree,
        blocks_available: answer.f_bavail,
        files: answer.f_files,
        files_free: answer.f_ffree,
    })
}

fn outcome(answer: Result<Space, Errno>) -> Outcome {
    match answer {
        Ok(space) => Outcome::Answered(space),
        Err(errno) => Outcome::Failed(describe(&errno.into())),
    }
}

/// `permission denied`, as the reference writes it.
fn describe(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    let first = characters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::os::unix::ffi::OsStrExt as _;
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    use super::*;

    /// Opens the path for reading. On a FIFO that waits until somebody opens it for writing, as statfs on a dead share
    /// waits for its server.
    fn open(path: &CStr) -> Result<Space, Errno> {
        use rustix::fs::{Mode, OFlags};
        rustix::fs::open(path, OFlags::RDONLY, Mode::empty())?;
        statfs(c"/")
    }

    fn mount(path: &Path, is_prompt: bool) -> Mount {
        Mount {
            device: String::new(),
            mount_point: String::new(),
            kind: String::new(),
            major: String::new(),
            minor: String::new(),
            is_read_only: false,
            is_prompt,
            path: CString::new(path.as_os_str().as_bytes()).unwrap(),
        }
    }

    fn fifo(directory: &Path, name: &str) -> PathBuf {
        let path = directory.join(name);
        let kind = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, &path, kind, 0o600.into(), 0).unwrap();
        path
    }

    /// The label `device_error` of each mount after one scrape that waits for `milliseconds` at most.
    async fn errors(asker: &Asker, mounts: &[Mount], milliseconds: u64) -> Vec<String> {
        let limit = Instant::now() + Duration::from_millis(milliseconds);
        let outcomes = asker.ask(mounts, limit).await;
        outcomes
            .iter()
            .map(|outcome| outcome.error().to_owned())
            .collect()
    }

    fn block_on<F: Future>(future: F) -> F::Output {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        runtime.unwrap().block_on(future)
    }

    #[test]
    fn prompt_and_slow_ones_answer() {
        let mounts: Vec<_> = (0..10)
            .map(|index| mount(Path::new("/"), index % 2 == 0))
            .chain([mount(Path::new("/nonexistent"), false)])
            .collect();
        let errors = block_on(errors(&Asker::new(statfs), &mounts[9..], 10_000));
        assert_eq!(errors, ["", "no such file or directory"]);
    }

    #[test]
    fn a_stuck_mount_is_given_up_and_asked_again_once_it_is_back() {
        let directory = tempfile::tempdir().unwrap();
        let stuck = fifo(directory.path(), "share");
        let mounts = [mount(&stuck, false), mount(Path::new("/"), false)];
        let asker = Asker::new(open);
        block_on(async {
            assert_eq!(errors(&asker, &mounts, 200).await, ["mountpoint timeout", ""]);
            // Not waited for again, and not asked by a second thread.
            let started = Instant::now();
            assert_eq!(errors(&asker, &mounts, 60_000).await, ["mountpoint timeout", ""]);
            assert!(started.elapsed() < Duration::from_secs(30));
            assert_eq!(asker.asked.borrow().len(), 1);
            // Both ends stay open, so that the next thread does not wait.
            let _server = OpenOptions::new().read(true).write(true).open(&stuck).unwrap();
            while errors(&asker, &mounts, 60_000).await != ["", ""] {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            assert_eq!(asker.asked.borrow().len(), 0);
        });
    }

    #[test]
    fn more_stuck_mounts_than_threads() {
        let directory = tempfile::tempdir().unwrap();
        let path = |index| fifo(directory.path(), &format!("share{index}"));
        let mounts: Vec<_> = (0..THREADS_MAX + 2)
            .map(|index| mount(&path(index), false))
            .collect();
        let asker = Asker::new(open);
        let last = block_on(async {
            for _ in 0..THREADS_MAX / ASKING_MAX {
                errors(&asker, &mounts, 20).await;
            }
            errors(&asker, &mounts, 20).await
        });
        assert_eq!(
            last[THREADS_MAX - 1..],
            [
                "mountpoint timeout",
                "too many mounts do not answer",
                "too many mounts do not answer"
            ]
        );
        // Lets the threads go.
        for mount in &mounts {
            let path = mount.path.to_str().unwrap();
            let _ = OpenOptions::new().read(true).write(true).open(path);
        }
    }
}
