//! Basic authentication against the bcrypt hashes of the web configuration.
//!
//! bcrypt of cost 10 takes 50 ms on a PC and several times that on a Pi, so results are remembered, and one is
//! computed at a time, on a thread that lives only for it: the thread that serves never waits for it.

mod cache;
mod credentials;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use self::cache::Cache;
pub(crate) use self::credentials::Credentials;

/// Requests that wait for a password to be checked. The ones beyond are told to come again:
/// guessing passwords must not hold all connections.
const WAITING_MAX: usize = 16;
/// Stack of the thread that computes; bcrypt keeps its 4 KiB state on it.
const STACK_BYTES: usize = 128 * 1024;

/// What came of looking at a request's credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The user is who they say.
    Allowed,
    /// No, wrong or unreadable credentials.
    Denied,
    /// Too many passwords wait to be checked.
    Busy,
}

/// Checks passwords and remembers the results.
pub(crate) struct Gate {
    cache: RefCell<Cache>,
    /// Held while a hash is computed, by the thread that computes: a client that leaves does not make room for a second one.
    computing: Arc<Mutex<()>>,
    waiting: Cell<usize>,
}

impl Gate {
    pub(crate) fn new() -> Self {
        Self {
            cache: RefCell::new(Cache::new()),
            computing: Arc::default(),
            waiting: Cell::new(0),
        }
    }

    /// Checks the value of an `Authorization` header against `users`.
    pub(crate) async fn check(&self, users: &BTreeMap<String, String>, header: Option<&[u8]>) -> Verdict {
        let Some(given) = header.and_then(Credentials::parse) else {
            return Verdict::Denied;
        };
        let known = std::str::from_utf8(&given.user)
            .ok()
            .and_then(|user| users.get(user));
        // An unknown user costs the same time as a known one, or the time would tell who is known.
        let hash = known.cloned().unwrap_or_else(|| decoy(users));
        let key = self.cache.borrow().key(&given, &hash);
        if let Some(matches) = self.cache.borrow().get(&key) {
            return verdict(matches && known.is_some());
        }
        if self.waiting.get() >= WAITING_MAX {
            return Verdict::Busy;
        }
        let _waiting = Waiting::enter(&self.waiting);
        let computing = Arc::clone(&self.computing).lock_owned().await;
        // Another request may have brought the same password while this one waited.
        let remembered = self.cache.borrow().get(&key);
        let matches = match remembered {
            Some(matches) => matches,
            None => match verify(given.password, hash, computing).await {
                Some(matches) => {
                    self.cache.borrow_mut().insert(key, matches && known.is_some());
                    matches
                }
                None => return Verdict::Busy,
            },
        };
        verdict(matches && known.is_some())
    }
}

fn verdict(allowed: bool) -> Verdict {
    if allowed {
        Verdict::Allowed
    } else {
        Verdict::Denied
    }
}

/// Computes on a thread of its own; `None` where the system has none to give.
async fn verify(password: Vec<u8>, hash: String, computing: OwnedMutexGuard<()>) -> Option<bool> {
    let (sender, receiver) = oneshot::channel();
    let thread = std::thread::Builder::new()
        .name("bcrypt".to_owned())
        .stack_size(STACK_BYTES)
        .spawn(move || {
            let matches = bcrypt::verify(password, &hash).unwrap_or(false);
            drop(computing);
            // The client may be gone; then nobody wants the result.
            let _ = sender.send(matches);
        });
    match thread {
        Ok(_) => receiver.await.ok(),
        Err(error) => {
            log::error!(error:%; "no thread to check a password");
            None
        }
    }
}

/// A hash that no password has, of the highest cost among the users.
fn decoy(users: &BTreeMap<String, String>) -> String {
    let cost = users
        .values()
        .filter_map(|hash| hash.get(4..6))
        .max()
        .unwrap_or("10");
    format!("$2b${cost}${}", ".".repeat(53))
}

/// Counts a request that waits, until it is answered or given up.
struct Waiting<'a>(&'a Cell<usize>);

impl<'a> Waiting<'a> {
    fn enter(count: &'a Cell<usize>) -> Self {
        count.set(count.get() + 1);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn header(user: &str, password: &str) -> Vec<u8> {
        format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))).into_bytes()
    }

    #[track_caller]
    fn check(header: &[u8], expect: Verdict) {
        let users = BTreeMap::from([("alice".to_owned(), bcrypt::hash("open sesame", 4).unwrap())]);
        let gate = Gate::new();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        // The second answer comes from memory and is the same.
        for _ in 0..2 {
            assert_eq!(runtime.block_on(gate.check(&users, Some(header))), expect);
        }
        assert_eq!(gate.waiting.get(), 0);
    }

    #[test]
    fn right_wrong_unknown_and_unreadable() {
        check(&header("alice", "open sesame"), Verdict::Allowed);
        check(&header("alice", "open"), Verdict::Denied);
        check(&header("bob", "open sesame"), Verdict::Denied);
        check(&header("", ""), Verdict::Denied);
        check(b"Basic !!!", Verdict::Denied);
        check(b"Bearer x", Verdict::Denied);
    }

    #[test]
    fn the_decoy_is_a_hash_of_the_same_cost_that_nothing_has() {
        let users = BTreeMap::from([("a".to_owned(), bcrypt::hash("x", 5).unwrap())]);
        let decoy = decoy(&users);
        assert_eq!(decoy.parse::<bcrypt::HashParts>().unwrap().get_cost(), 5);
        assert!(!bcrypt::verify("x", &decoy).unwrap());
    }
}
