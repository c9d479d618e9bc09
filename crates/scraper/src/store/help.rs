//! What targets say that their metrics mean, by `# HELP`.
//!
//! Most targets are of a few kinds, whose texts are the same: each text is in memory once for all of them. 20 targets of
//! 100 families take about 100 KB.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

use rustc_hash::FxBuildHasher;

/// Most of a text that is kept, in bytes; exporters of this project have at most 200.
const HELP_BYTES_MAX: usize = 512;

/// Texts beyond which those that no target has any more are looked for.
const SWEEP_MIN: usize = 256;

/// What one family means.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Help {
    /// The family; in OpenMetrics a counter without its `_total`.
    pub family: Box<str>,
    /// The text, cut where it is long.
    pub text: Box<str>,
}

/// The texts of all targets.
#[derive(Debug, Default)]
pub struct Helps {
    known: RefCell<HashSet<Rc<Help>, FxBuildHasher>>,
    /// How many there were after the last sweep.
    kept: Cell<usize>,
}

impl Helps {
    /// The one of this text.
    pub(super) fn of(&self, family: &str, text: &str) -> Rc<Help> {
        let help = Rc::new(Help {
            family: family.into(),
            text: text
                .get(..text.floor_char_boundary(HELP_BYTES_MAX))
                .unwrap_or_default()
                .into(),
        });
        let mut known = self.known.borrow_mut();
        if let Some(known) = known.get(&help) {
            return Rc::clone(known);
        }
        if SWEEP_MIN.max(2 * self.kept.get()) < known.len() {
            known.retain(|help| 1 < Rc::strong_count(help));
            self.kept.set(known.len());
        }
        known.insert(Rc::clone(&help));
        help
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_there_once_and_goes_with_its_targets() {
        let helps = Helps::default();
        let first = helps.of("up", "Whether it answers.");
        assert!(Rc::ptr_eq(&first, &helps.of("up", "Whether it answers.")));
        for number in 0..10_000 {
            helps.of("up", &number.to_string());
        }
        assert!(helps.known.borrow().len() <= SWEEP_MIN + 1);
        assert!(Rc::ptr_eq(&first, &helps.of("up", "Whether it answers.")));
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let help = Helps::default().of("up", &"ä".repeat(600));
        assert_eq!(&*help.text, "ä".repeat(256));
        let help = Helps::default().of("up", &format!("a{}", "ä".repeat(600)));
        assert_eq!(help.text.len(), 511);
    }
}
