//! What is known of the cluster: of each object its finished lines.
//!
//! One part belongs to one reader: a kind of object, in one namespace or in all. A part is not served before its first
//! list is complete; a later list is gathered beside what is served, and put in its place whole when it is complete. An
//! object that has not changed is there once in both. Lines stand in blocks of a few objects; a scrape takes references
//! to the blocks and holds up nobody.

pub mod block;
mod objects;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use self::block::Block;
use self::objects::Objects;
use crate::resource::Rendered;
use crate::subject::Subject;

/// All parts, grouped by what they hold.
#[derive(Debug, Default)]
pub struct Store {
    /// In the order in which they are served.
    pub groups: Vec<Group>,
    /// Rises with every change of what is served.
    generation: Rc<Cell<u64>>,
}

/// All objects of a kind.
#[derive(Debug)]
pub struct Group {
    /// What the objects are.
    pub subject: Rc<Subject>,
    /// One for each namespace that is watched, or one for all.
    pub parts: Vec<Rc<Part>>,
}

/// The objects of one reader.
#[derive(Debug, Default)]
pub struct Part {
    /// What is served, or what the first list has so far.
    objects: RefCell<Objects>,
    /// A later list that is under way.
    next: RefCell<Option<Next>>,
    complete: Cell<bool>,
    generation: Rc<Cell<u64>>,
}

/// Objects by their keys, with their lines unless those are served already.
type Next = BTreeMap<Box<str>, Option<Block>>;

impl Store {
    /// Adds a kind of object, with a part for each of its readers.
    pub fn add(&mut self, subject: Rc<Subject>, readers: usize) -> &Group {
        let part = || {
            Rc::new(Part {
                generation: Rc::clone(&self.generation),
                ..Part::default()
            })
        };
        let parts = (0..readers).map(|_| part()).collect();
        self.groups.push(Group { subject, parts });
        self.groups.last().expect("just pushed")
    }

    /// Rises with every change of what is served.
    pub fn generation(&self) -> u64 {
        self.generation.get()
    }
}

impl Group {
    /// References to the lines of all objects that are served, by namespace and name.
    pub fn blocks(&self) -> Vec<Rc<Block>> {
        let mut blocks = Vec::new();
        for part in self.parts.iter().filter(|part| part.complete.get()) {
            blocks.extend(part.objects.borrow_mut().blocks());
        }
        blocks
    }
}

impl Part {
    /// A new list begins; what an earlier one had gathered is forgotten.
    pub fn begin(&self) {
        if self.complete.get() {
            self.next.replace(Some(Next::new()));
        } else {
            self.objects.take();
        }
    }

    /// Adds an object, or what is new of it: to the list that is under way, else to what is served.
    pub fn put(&self, rendered: &Rendered) {
        let key = key(rendered);
        let mut objects = self.objects.borrow_mut();
        if let Some(next) = &mut *self.next.borrow_mut() {
            let lines = (!objects.has(&key, rendered)).then(|| Block::one(rendered));
            next.insert(key.into(), lines);
        } else if objects.put(key, rendered) {
            self.changed();
        }
    }

    /// An object is gone.
    pub fn remove(&self, rendered: &Rendered) {
        let key = key(rendered);
        if let Some(next) = &mut *self.next.borrow_mut() {
            next.remove(key.as_str());
        } else if self.objects.borrow_mut().remove(&key) {
            self.changed();
        }
    }

    /// The list that began last is complete: it is what is served from now on.
    pub fn complete(&self) {
        let mut objects = self.objects.borrow_mut();
        let next = self.next.take();
        let is_other = next.is_some_and(|next| objects.become_like(next));
        objects.settle();
        if !self.complete.replace(true) || is_other {
            self.changed();
        }
    }

    /// Number of objects.
    pub fn len(&self) -> usize {
        self.objects.borrow().len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a list was complete once.
    pub fn is_complete(&self) -> bool {
        self.complete.get()
    }

    /// Says so to those who keep what they made of it; before the first list is complete nothing is served.
    fn changed(&self) {
        if self.complete.get() {
            self.generation.set(self.generation.get() + 1);
        }
    }
}

/// Namespaces and names have no slash, so that two objects never share a key.
fn key(rendered: &Rendered) -> String {
    format!("{}/{}", rendered.namespace, rendered.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(name: &str, text: &str) -> Rendered {
        let text = format!("{name} {text}\n").into_bytes();
        Rendered {
            name: name.to_owned(),
            ends: vec![text.len() as u32],
            text,
            ..Rendered::default()
        }
    }

    fn text(part: &Part) -> String {
        let blocks: Vec<_> = part.objects.borrow_mut().blocks().collect();
        let lines: Vec<_> = blocks.iter().flat_map(|block| block.family(0).to_vec()).collect();
        String::from_utf8(lines).unwrap().replace('\n', ";")
    }

    #[test]
    fn a_new_list_is_put_in_the_place_of_the_old_one_whole() {
        let part = Part::default();
        part.begin();
        part.put(&object("a", "1"));
        part.put(&object("b", "1"));
        assert!(!part.is_complete());
        part.complete();
        assert!(part.is_complete());
        part.begin();
        part.put(&object("b", "2"));
        part.put(&object("c", "2"));
        assert_eq!(text(&part), "a 1;b 1;");
        part.complete();
        assert_eq!(text(&part), "b 2;c 2;");
        part.remove(&object("b", ""));
        assert_eq!((text(&part).as_str(), part.len()), ("c 2;", 1));
    }

    #[test]
    fn a_list_that_broke_off_leaves_nothing() {
        let part = Part::default();
        part.begin();
        part.put(&object("a", "1"));
        part.complete();
        part.begin();
        part.put(&object("z", "1"));
        part.begin();
        part.put(&object("a", "1"));
        part.put(&object("b", "1"));
        part.remove(&object("b", ""));
        part.complete();
        assert_eq!(text(&part), "a 1;");
    }

    #[test]
    fn only_changes_raise_the_generation() {
        let part = Part::default();
        let raises = |change: &dyn Fn()| {
            let before = part.generation.get();
            change();
            part.generation.get() != before
        };
        part.begin();
        part.put(&object("a", "1"));
        assert!(raises(&|| part.complete()));
        part.begin();
        assert!(!raises(&|| part.put(&object("a", "1"))));
        assert!(!raises(&|| part.complete()));
        part.begin();
        assert!(!raises(&|| part.put(&object("a", "2"))));
        assert!(raises(&|| part.complete()));
        assert!(!raises(&|| part.put(&object("a", "2"))));
        assert!(raises(&|| part.put(&object("a", "3"))));
        assert!(!raises(&|| part.remove(&object("b", ""))));
        assert!(raises(&|| part.remove(&object("a", ""))));
    }
}
