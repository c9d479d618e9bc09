//! Remembered results of password checks.
//!
//! An entry is known by a keyed hash of user, password and the hash it was checked against, with a key that is made
//! when the process starts and never leaves it: the memory holds nothing that a password could be searched with,
//! and a changed file makes old entries unreachable.

use ring::hmac;
use ring::rand::SystemRandom;

use super::Credentials;

/// Results that are kept, as in the reference.
const ENTRIES_MAX: usize = 100;

pub(super) type Key = [u8; 32];

pub(super) struct Cache {
    /// `None` where the system has no randomness; then nothing is remembered.
    secret: Option<hmac::Key>,
    /// Oldest first.
    entries: Vec<(Key, bool)>,
}

impl Cache {
    pub(super) fn new() -> Self {
        Self {
            secret: hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).ok(),
            entries: Vec::new(),
        }
    }

    /// Lengths stand before their texts, so that no two triples read the same.
    pub(super) fn key(&self, given: &Credentials, hash: &str) -> Option<Key> {
        let mut context = hmac::Context::with_key(self.secret.as_ref()?);
        for part in [&given.user, hash.as_bytes(), &given.password] {
            context.update(&part.len().to_le_bytes());
            context.update(part);
        }
        context.sign().as_ref().try_into().ok()
    }

    /// Whether the password was right; `None` where it was not checked before.
    pub(super) fn get(&self, key: &Option<Key>) -> Option<bool> {
        let key = key.as_ref()?;
        self.entries
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, matches)| *matches)
    }

    /// Remembers a result. Wrong passwords make room first, so that guessing does not push out the scraper's right one.
    pub(super) fn insert(&mut self, key: Option<Key>, matches: bool) {
        let Some(key) = key else {
            return;
        };
        if self.entries.len() >= ENTRIES_MAX {
            let oldest_wrong = self.entries.iter().position(|(_, matches)| !matches);
            self.entries.remove(oldest_wrong.unwrap_or(0));
        }
        self.entries.push((key, matches));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(user: &str, password: &str) -> Credentials {
        Credentials {
            user: user.into(),
            password: password.into(),
        }
    }

    #[test]
    fn the_right_one_survives_a_flood_of_wrong_ones() {
        let mut cache = Cache::new();
        let right = cache.key(&given("a", "right"), "hash");
        cache.insert(right, true);
        for guess in 0..1000 {
            let wrong = cache.key(&given("a", &guess.to_string()), "hash");
            cache.insert(wrong, false);
        }
        assert_eq!(cache.get(&right), Some(true));
        assert_eq!(cache.entries.len(), ENTRIES_MAX);
    }

    #[test]
    fn a_key_tells_its_parts_apart() {
        let cache = Cache::new();
        let key = |user, password, hash| cache.key(&given(user, password), hash);
        assert_ne!(key("a", "bc", "h"), key("ab", "c", "h"));
        assert_ne!(key("a", "b", "h"), key("a", "b", "i"));
        assert_eq!(key("a", "b", "h"), key("a", "b", "h"));
    }
}
