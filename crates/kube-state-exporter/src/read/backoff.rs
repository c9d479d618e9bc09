//! How long to wait before the next attempt.

use std::time::Duration;

/// After the first failure.
const FIRST: Duration = Duration::from_millis(800);
/// The longest wait, as Kubernetes' own clients have it: a server that comes back is found within half a minute.
const MAX: Duration = Duration::from_secs(30);
/// The longest wait that a server's `Retry-After` is believed.
const ASKED_MAX: Duration = Duration::from_secs(60);

/// Doubles with every failure, with jitter so that readers do not come all at once.
#[derive(Debug)]
pub struct Backoff {
    next: Duration,
    /// State of the jitter; each reader begins elsewhere.
    random: u64,
}

impl Backoff {
    /// `seed` tells readers apart.
    pub fn new(seed: u64) -> Self {
        Self {
            next: FIRST,
            random: seed | 1,
        }
    }

    /// Something worked.
    pub fn reset(&mut self) {
        self.next = FIRST;
    }

    /// The wait after a failure, in which the server may have asked for one.
    pub fn wait(&mut self, asked: Option<Duration>) -> Duration {
        let wait = self.next;
        self.next = (wait * 2).min(MAX);
        let wait = asked.map_or(wait, |asked| asked.min(ASKED_MAX).max(FIRST));
        wait + wait.mul_f64(self.jitter())
    }

    /// A number from 0 to below 1, by xorshift; not for secrets.
    pub fn jitter(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_a_limit_and_starts_again() {
        let mut backoff = Backoff::new(7);
        let mut expected = FIRST;
        for _ in 0..10 {
            let wait = backoff.wait(None);
            assert!((expected..expected * 2).contains(&wait), "{wait:?}");
            expected = (expected * 2).min(MAX);
        }
        backoff.reset();
        assert!(backoff.wait(None) < FIRST * 2);
    }

    #[test]
    fn a_server_that_asks_is_heard() {
        let mut backoff = Backoff::new(7);
        let wait = backoff.wait(Some(Duration::from_secs(5)));
        assert!((5.0..10.0).contains(&wait.as_secs_f64()));
        assert!(backoff.wait(Some(Duration::from_secs(86_400))) <= ASKED_MAX * 2);
        assert!(FIRST <= backoff.wait(Some(Duration::ZERO)));
    }
}
