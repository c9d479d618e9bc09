//! What is known of the cluster: of each object its finished lines.
//!
//! One part belongs to one reader: a kind of object, in one namespace or in all. A part is not served before its first
//! list is complete; a later list is gathered beside what is served, and put in its place whole when it is complete. An
//! object that has not changed is there once in both. A scrape takes references to the objects and holds up nobody.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

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
    /// What is served, by namespace and name.
    objects: RefCell<Objects>,
    /// The list that is under way.
    next: RefCell<Option<Objects>>,
    complete: Cell<bool>,
    generation: Rc<Cell<u64>>,
}

type Objects = BTreeMap<Box<str>, Stored>;

/// The lines of one object: where those of each family end, four bytes a family, then the lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored(Rc<[u8]>);

const END_BYTES: usize = size_of::<u32>();

impl Stored {
    /// Keeps what was rendered.
    pub fn new(rendered: &Rendered) -> Self {
        let mut bytes = Vec::with_capacity(rendered.ends.len() * END_BYTES + rendered.text.len());
        for end in &rendered.ends {
            bytes.extend_from_slice(&end.to_le_bytes());
        }
        bytes.extend_from_slice(&rendered.text);
        Self(bytes.into())
    }

    /// The lines of one family out of `families`; empty where there are none.
    pub fn lines(&self, family: usize, families: usize) -> &[u8] {
        let end = |family: usize| {
            let bytes = self.0.get(family * END_BYTES..)?.first_chunk()?;
            Some(u32::from_le_bytes(*bytes) as usize)
        };
        let start = match family {
            0 => Some(0),
            family => end(family - 1),
        };
        let text = self.0.get(families * END_BYTES..).unwrap_or_default();
        match (start, end(family)) {
            (Some(start), Some(end)) => text.get(start..end).unwrap_or_default(),
            _ => &[],
        }
    }
}

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
    /// References to all objects that are served, by namespace and name.
    pub fn objects(&self) -> Vec<Stored> {
        let mut objects = Vec::new();
        for part in self.parts.iter().filter(|part| part.complete.get()) {
            objects.extend(part.objects.borrow().values().cloned());
        }
        objects
    }
}

impl Part {
    /// A new list begins; what an earlier one had gathered is forgotten.
    pub fn begin(&self) {
        self.next.replace(Some(Objects::new()));
    }

    /// Adds an object, or what is new of it: to the list that is under way, else to what is served.
    pub fn put(&self, rendered: &Rendered) {
        let key = key(rendered);
        let object = Stored::new(rendered);
        let mut served = self.objects.borrow_mut();
        if let Some(next) = &mut *self.next.borrow_mut() {
            let same = served.get(key.as_str()).filter(|known| **known == object);
            next.insert(key.into(), same.cloned().unwrap_or(object));
            return;
        }
        match served.get_mut(key.as_str()) {
            Some(known) if *known == object => return,
            Some(known) => *known = object,
            None => {
                served.insert(key.into(), object);
            }
        }
        self.changed();
    }

    /// An object is gone.
    pub fn remove(&self, rendered: &Rendered) {
        let key = key(rendered);
        if let Some(next) = &mut *self.next.borrow_mut() {
            next.remove(key.as_str());
        } else if self.objects.borrow_mut().remove(key.as_str()).is_some() {
            self.changed();
        }
    }

    /// The list that began last is complete: it is what is served from now on.
    pub fn complete(&self) {
        let next = self.next.take().unwrap_or_default();
        let mut served = self.objects.borrow_mut();
        let is_other = *served != next;
        *served = next;
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

    fn changed(&self) {
        self.generation.set(self.generation.get() + 1);
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
        Rendered {
            name: name.to_owned(),
            text: text.as_bytes().to_vec(),
            ends: vec![text.len() as u32],
            ..Rendered::default()
        }
    }

    fn names(part: &Part) -> Vec<String> {
        part.objects.borrow().keys().map(ToString::to_string).collect()
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
        assert_eq!(names(&part), ["/a", "/b"]);
        part.complete();
        assert_eq!(names(&part), ["/b", "/c"]);
        part.remove(&object("b", ""));
        assert_eq!(names(&part), ["/c"]);
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
        assert_eq!(names(&part), ["/a"]);
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
        assert!(raises(&|| part.put(&object("a", "1"))));
        assert!(raises(&|| part.complete()));
        part.begin();
        assert!(!raises(&|| part.put(&object("a", "1"))));
        assert!(!raises(&|| part.complete()));
        assert!(raises(&|| part.put(&object("a", "2"))));
        assert!(!raises(&|| part.remove(&object("b", ""))));
        assert!(raises(&|| part.remove(&object("a", ""))));
    }

    #[test]
    fn lines_of_a_family() {
        let mut rendered = object("a", "xxyzzz");
        rendered.ends = vec![2, 2, 3, 6];
        let stored = Stored::new(&rendered);
        let lines = |family| stored.lines(family, 4);
        assert_eq!(
            [lines(0), lines(1), lines(2), lines(3)],
            [&b"xx"[..], b"", b"y", b"zzz"]
        );
    }

    #[test]
    fn offsets_that_make_no_sense_give_nothing() {
        let mut rendered = object("a", "xy");
        rendered.ends = vec![9, 1];
        let stored = Stored::new(&rendered);
        assert_eq!(stored.lines(0, 2), b"");
        assert_eq!(stored.lines(1, 2), b"");
        assert_eq!(stored.lines(7, 2), b"");
    }
}
