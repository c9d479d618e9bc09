//! The servers that were asked of late.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::account::{Account, Address};
use crate::target::Target;

/// Servers whose connection is kept. One exporter behind `/probe` has a few dozen; each costs 40 kB here.
const TARGETS_MAX: usize = 256;
/// A server that was not asked for this long is forgotten, and its connection closed.
const IDLE_MAX: Duration = Duration::from_secs(900);

/// The servers by account and address.
#[derive(Default)]
pub struct Targets {
    known: RefCell<Vec<Known>>,
}

struct Known {
    section: String,
    address: Address,
    target: Rc<Target>,
    asked: Instant,
}

impl Targets {
    /// The server at an address, as the account of a section sees it.
    pub fn get(&self, section: &str, account: &Account, address: &Address) -> Rc<Target> {
        let now = Instant::now();
        let mut known = self.known.borrow_mut();
        known.retain(|known| now.duration_since(known.asked) < IDLE_MAX);
        let same = |known: &&mut Known| known.section == section && known.address == *address;
        if let Some(known) = known.iter_mut().find(same) {
            known.asked = now;
            return Rc::clone(&known.target);
        }
        if TARGETS_MAX <= known.len() {
            let oldest = known.iter().enumerate().min_by_key(|(_, known)| known.asked);
            if let Some((oldest, _)) = oldest {
                known.swap_remove(oldest);
            }
        }
        let target = Rc::new(Target::new(account.clone(), address.clone()));
        known.push(Known {
            section: section.to_owned(),
            address: address.clone(),
            target: Rc::clone(&target),
            asked: now,
        });
        target
    }

    /// Forgets all: their accounts may have changed. Scrapes under way come to their end.
    pub fn clear(&self) {
        self.known.borrow_mut().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsn;

    #[test]
    fn the_same_server_is_one_target() {
        let (targets, account) = (Targets::default(), dsn::parse("u@tcp(a:1)/").unwrap());
        let get =
            |section: &str, address: &str| targets.get(section, &account, &Address::parse(address).unwrap());
        let first = get("client", "a:1");
        assert!(Rc::ptr_eq(&first, &get("client", "a:1")));
        assert!(!Rc::ptr_eq(&first, &get("client", "b:1")));
        assert!(!Rc::ptr_eq(&first, &get("client.x", "a:1")));
        for port in 1..=TARGETS_MAX {
            get("client", &format!("c:{port}"));
        }
        assert_eq!(targets.known.borrow().len(), TARGETS_MAX);
        assert!(!Rc::ptr_eq(&first, &get("client", "a:1")));
        targets.clear();
        assert!(targets.known.borrow().is_empty());
    }
}
