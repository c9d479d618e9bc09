//! Lists take turns, so that a small server is not asked for everything in one moment; a slow one holds up no other.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

/// Who may read a list now.
#[derive(Clone, Debug)]
pub struct Turns {
    places: Arc<Semaphore>,
    longest: Duration,
}

/// The right to read a list; given back when dropped, or when it has lasted for long.
#[derive(Debug)]
pub struct Turn(AbortHandle);

impl Turns {
    /// So many lists at once. A list that takes longer than `longest` goes on, and another one begins beside it.
    pub fn new(at_once: usize, longest: Duration) -> Self {
        Self {
            places: Arc::new(Semaphore::new(at_once)),
            longest,
        }
    }

    /// Waits for a turn. Must run in a `LocalSet`.
    pub async fn take(&self) -> Turn {
        // The semaphore is never closed.
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        let longest = self.longest;
        let holding = tokio::task::spawn_local(async move {
            tokio::time::sleep(longest).await;
            drop(place);
        });
        Turn(holding.abort_handle())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(longest: Duration, given_back: bool) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        tokio::task::LocalSet::new().block_on(&runtime, async {
            let turns = Turns::new(1, longest);
            let first = turns.take().await;
            if given_back {
                drop(first);
                turns.take().await;
            } else {
                turns.take().await;
                drop(first);
            }
        });
    }

    #[test]
    fn one_after_the_other() {
        check(Duration::from_secs(3_600), true);
    }

    #[test]
    fn a_long_one_is_not_waited_for() {
        check(Duration::from_millis(1), false);
    }
}
