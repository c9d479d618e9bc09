//! Asks the firmware on a thread of its own, so that one that hangs delays nothing else.
//!
//! The kernel waits a second for each answer and cannot be interrupted meanwhile. There is at most one such thread; while
//! it waits, the firmware is not asked again. Where there is no device there is no thread.

use std::time::{Duration, Instant};

use tokio::sync::{Mutex, oneshot};

use crate::Error;

use super::board::Board;
use super::gencmd;
use super::mailbox::Transport;
use super::reading::Reading;

/// A Raspberry Pi 5 answers all questions in about 25 ms.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// Left of the scrape's time to write what is there.
const MARGIN: Duration = Duration::from_millis(100);
/// The largest message has 4,124 bytes, and is moved a few times.
const STACK_BYTES: usize = 128 << 10;

/// A device that is open.
pub(super) type Opened = Box<dyn Transport + Send>;

/// Which firmware runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Firmware {
    pub(super) commit: String,
    pub(super) variant: String,
}

/// One round of questions: what was answered, and why no more was.
#[derive(Debug)]
pub(super) struct Round {
    /// Nothing where it could not be asked.
    pub(super) firmware: Option<Firmware>,
    pub(super) reading: Reading,
    pub(super) result: Result<(), Error>,
}

/// Asks, and remembers whether the firmware owes an answer.
pub(super) struct Asker {
    open: fn() -> Result<Opened, Error>,
    /// One scrape at a time asks.
    connection: Mutex<Connection>,
}

enum Connection {
    Closed,
    Open(Opened, Firmware),
    /// A thread has the device. It gives back what it read, and the device if that still answers.
    Lent(oneshot::Receiver<(Round, Option<Opened>)>),
}

impl std::fmt::Debug for Asker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asker").finish_non_exhaustive()
    }
}

impl Asker {
    pub(super) fn new(open: fn() -> Result<Opened, Error>) -> Self {
        Self {
            open,
            connection: Mutex::new(Connection::Closed),
        }
    }

    /// Asks everything; done before `deadline`.
    pub(super) async fn ask(&self, board: &Board, deadline: Instant) -> Round {
        let now = Instant::now();
        let limit = deadline
            .checked_sub(MARGIN)
            .unwrap_or(now)
            .min(now + ANSWER_TIMEOUT)
            .into();
        let Ok(mut connection) = tokio::time::timeout_at(limit, self.connection.lock()).await else {
            return Round::failed(late());
        };
        if let Connection::Lent(receiver) = &mut *connection {
            // An answer that comes this late is old, and only gives the device back.
            match receiver.try_recv() {
                Err(oneshot::error::TryRecvError::Empty) => return Round::failed(late()),
                Ok((round, device)) => *connection = Connection::after(&round, device),
                Err(oneshot::error::TryRecvError::Closed) => *connection = Connection::Closed,
            }
        }
        if let Err(error) = self.lend(&mut connection, board) {
            *connection = Connection::Closed;
            return Round::failed(error);
        }
        let answered = match &mut *connection {
            Connection::Lent(receiver) => tokio::time::timeout_at(limit, receiver).await,
            Connection::Closed | Connection::Open(..) => return Round::failed(late()),
        };
        match answered {
            Ok(Ok((round, device))) => {
                *connection = Connection::after(&round, device);
                round
            }
            Ok(Err(_)) => {
                *connection = Connection::Closed;
                Round::failed(late())
            }
            Err(_) => Round::failed(late()),
        }
    }

    /// Opens the device unless it is open, and starts the thread. Fails where either does.
    fn lend(&self, connection: &mut Connection, board: &Board) -> Result<(), Error> {
        let (device, firmware) = match std::mem::replace(connection, Connection::Closed) {
            Connection::Open(device, firmware) => (device, Some(firmware)),
            Connection::Closed | Connection::Lent(_) => ((self.open)()?, None),
        };
        let (sender, receiver) = oneshot::channel();
        let soc = board.soc.clone();
        let ask = move || {
            let round = Round::take(&*device, firmware, &soc);
            let device = round.result.is_ok().then_some(device);
            // Nobody listens any more where the process is about to end.
            let _ = sender.send((round, device));
        };
        std::thread::Builder::new()
            .name("firmware".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(ask)
            .map_err(|source| Error::System {
                call: "clone",
                source,
            })?;
        *connection = Connection::Lent(receiver);
        Ok(())
    }
}

impl Connection {
    /// A device that failed is closed, and its firmware asked anew: it may be another one.
    fn after(round: &Round, device: Option<Opened>) -> Self {
        match (device, &round.firmware) {
            (Some(device), Some(firmware)) => Self::Open(device, firmware.clone()),
            _ => Self::Closed,
        }
    }
}

impl Round {
    /// Asks which firmware it is, unless that is known, and what it measures. What was answered before the transport
    /// failed is kept.
    pub(super) fn take(transport: &dyn Transport, firmware: Option<Firmware>, soc: &str) -> Self {
        let firmware = match firmware {
            Some(firmware) => firmware,
            None => match gencmd::run(transport, "version") {
                Ok(text) => {
                    let text = text.unwrap_or_default();
                    let (commit, variant) = gencmd::version(&text).unwrap_or_default();
                    Firmware {
                        commit: commit.to_owned(),
                        variant: variant.to_owned(),
                    }
                }
                Err(error) => return Self::failed(error),
            },
        };
        let mut reading = Reading::default();
        let result = reading.take(transport, soc);
        Self {
            firmware: Some(firmware),
            reading,
            result,
        }
    }

    fn failed(error: Error) -> Self {
        Self {
            firmware: None,
            reading: Reading::default(),
            result: Err(error),
        }
    }
}

fn late() -> Error {
    Error::Service {
        service: "firmware",
        reason: "does not answer, and is not asked again until it does".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::*;

    /// Hangs in every question until the firmware is awake.
    struct Hanging;

    static OPENED: AtomicUsize = AtomicUsize::new(0);
    static AWAKE: AtomicBool = AtomicBool::new(false);

    impl Transport for Hanging {
        fn exchange(&self, message: &mut [u32]) -> Result<(), Error> {
            while !AWAKE.load(Ordering::Acquire) {
                std::thread::yield_now();
            }
            message[5] = u32::MAX;
            Ok(())
        }
    }

    fn open() -> Result<Opened, Error> {
        OPENED.fetch_add(1, Ordering::Relaxed);
        Ok(Box::new(Hanging))
    }

    #[test]
    fn a_firmware_that_hangs_is_given_up_and_asked_again_once_it_answers() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(async {
            let asker = Asker::new(open);
            let board = Board::default();
            let ask = |milliseconds| {
                let deadline = Instant::now() + MARGIN + Duration::from_millis(milliseconds);
                asker.ask(&board, deadline)
            };
            let first = ask(50).await.result.unwrap_err().to_string();
            assert!(first.starts_with("firmware: does not answer"), "{first}");
            let started = Instant::now();
            let second = ask(60_000).await.result.unwrap_err().to_string();
            assert_eq!(first, second);
            assert!(started.elapsed() < ANSWER_TIMEOUT, "not waited for again");
            AWAKE.store(true, Ordering::Release);
            while ask(60_000).await.result.is_err() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            assert!(ask(60_000).await.result.is_ok());
            assert_eq!(OPENED.load(Ordering::Relaxed), 1, "the device stays open");
        });
    }

    #[test]
    fn without_a_device_there_is_no_thread() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let asker = Asker::new(|| Err(Error::NoData));
        let deadline = Instant::now() + Duration::from_secs(60);
        let round = runtime.block_on(asker.ask(&Board::default(), deadline));
        assert!(matches!(round.result, Err(Error::NoData)));
    }
}
