//! Objects in the order of their names, in blocks of a few neighbours.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::block::{Block, Place};
use crate::resource::Rendered;

/// Objects of a block that is made of a list. Lines of so many pods stand in 2 kB a family, and have 100 kB in all.
const OBJECTS: usize = 16;
/// Objects that a block grows to before it is cut: those that go and come again find their place as they left it.
const OBJECTS_MAX: usize = 24;
/// Text of changes that wait until they are put into their blocks together.
const WAITING_BYTES_MAX: usize = 512 << 10;

/// Objects by their keys, namespace and name.
#[derive(Debug, Default)]
pub struct Objects {
    leaves: Vec<Leaf>,
    /// What is new since the blocks were made; `None` for an object that is gone.
    waiting: BTreeMap<Box<str>, Option<Block>>,
    waiting_bytes: usize,
    len: usize,
}

/// A key, and the lines of the object that has it now; `None` where it is gone.
type Change = (Box<str>, Option<Block>);

/// A block, and whose lines are in it: never nobody's.
#[derive(Debug)]
struct Leaf {
    keys: Vec<Box<str>>,
    block: Rc<Block>,
}

impl Objects {
    /// Number of objects.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is an object with this key that is as it was rendered now.
    pub fn has(&self, key: &str, rendered: &Rendered) -> bool {
        self.find(key).is_some_and(|place| place.is(rendered))
    }

    /// Adds an object, or what is new of it. Returns whether anything is.
    pub fn put(&mut self, key: String, rendered: &Rendered) -> bool {
        if self.has(&key, rendered) {
            return false;
        }
        self.insert(key.into(), Block::one(rendered));
        true
    }

    /// Takes an object away. Returns whether it was there.
    pub fn remove(&mut self, key: &str) -> bool {
        if self.find(key).is_none() {
            return false;
        }
        self.len -= 1;
        self.wait(key.into(), None);
        true
    }

    /// Takes away what is not in `next` and adds what has a block there. Returns whether anything changed.
    pub fn become_like(&mut self, next: BTreeMap<Box<str>, Option<Block>>) -> bool {
        self.settle();
        let keys = self.leaves.iter().flat_map(|leaf| &leaf.keys);
        let gone: Vec<_> = keys.filter(|key| !next.contains_key(*key)).cloned().collect();
        for key in &gone {
            self.remove(key);
        }
        let mut is_other = !gone.is_empty();
        for (key, block) in next {
            if let Some(block) = block {
                self.insert(key, block);
                is_other = true;
            }
        }
        self.settle();
        is_other
    }

    /// The blocks with all that is known.
    pub fn blocks(&mut self) -> impl Iterator<Item = Rc<Block>> {
        self.settle();
        self.leaves.iter().map(|leaf| Rc::clone(&leaf.block))
    }

    /// Puts what is new into the blocks.
    pub fn settle(&mut self) {
        self.waiting_bytes = 0;
        let mut changes = std::mem::take(&mut self.waiting).into_iter().peekable();
        while let Some((key, _)) = changes.peek() {
            let at = self.leaf(key);
            let next = self
                .leaves
                .get(at + 1)
                .and_then(|leaf| leaf.keys.first())
                .cloned();
            let is_before = |change: &Change| next.as_ref().is_none_or(|next| change.0 < *next);
            let mut group = Vec::new();
            while let Some(change) = changes.next_if(is_before) {
                group.push(change);
            }
            if !self.leaves.get_mut(at).is_some_and(|leaf| leaf.overwrite(&group)) {
                self.change(at, &group);
            }
        }
    }

    fn insert(&mut self, key: Box<str>, block: Block) {
        if self.find(&key).is_none() {
            self.len += 1;
        }
        self.wait(key, Some(block));
    }

    fn wait(&mut self, key: Box<str>, block: Option<Block>) {
        self.waiting_bytes += key.len() + block.as_ref().map_or(0, Block::text_bytes);
        self.waiting.insert(key, block);
        if WAITING_BYTES_MAX < self.waiting_bytes {
            self.settle();
        }
    }

    fn find(&self, key: &str) -> Option<Place<'_>> {
        if let Some(change) = self.waiting.get(key) {
            return change.as_ref().map(|block| Place { block, object: 0 });
        }
        let leaf = self.leaves.get(self.leaf(key))?;
        Some(Place {
            block: &leaf.block,
            object: position(&leaf.keys, key)?,
        })
    }

    /// The leaf in which an object with this key is, if it is anywhere, or is to be.
    fn leaf(&self, key: &str) -> usize {
        let begins = |leaf: &Leaf| leaf.keys.first().is_some_and(|first| **first <= *key);
        self.leaves.partition_point(begins).saturating_sub(1)
    }

    /// Makes a leaf anew. A scrape that is under way keeps the block that it has.
    fn change(&mut self, at: usize, changes: &[Change]) {
        let old = self.leaves.get_mut(at);
        let (keys, block) = old.map_or_else(Default::default, |leaf| {
            (std::mem::take(&mut leaf.keys), Rc::clone(&leaf.block))
        });
        let mut made = leaves(keys, &block, changes);
        drop(block);
        match self.leaves.get_mut(at) {
            Some(leaf) if made.len() == 1 => made.drain(..).for_each(|made| leaf.become_like(made)),
            _ => {
                let end = self.leaves.len().min(at + 1);
                self.leaves.splice(at..end, made);
            }
        }
    }
}

impl Leaf {
    /// Writes changes over what they change, as most can be: a number or a state is another. Returns whether all could be,
    /// and does nothing where not, or where a scrape is under way.
    fn overwrite(&mut self, changes: &[Change]) -> bool {
        let Some(block) = Rc::get_mut(&mut self.block) else {
            return false;
        };
        let fits = |(key, new): &Change| match (position(&self.keys, key), new) {
            (Some(object), Some(new)) => block.fits(object, new),
            _ => false,
        };
        if !changes.iter().all(fits) {
            return false;
        }
        for (key, new) in changes {
            if let (Some(object), Some(new)) = (position(&self.keys, key), new) {
                block.overwrite(object, new);
            }
        }
        true
    }

    fn become_like(&mut self, made: Self) {
        self.keys = made.keys;
        match Rc::get_mut(&mut self.block) {
            Some(block) => block.copy(&made.block),
            None => self.block = made.block,
        }
    }
}

fn position(keys: &[Box<str>], key: &str) -> Option<usize> {
    keys.binary_search_by(|other| (**other).cmp(key)).ok()
}

/// The objects of a block with some changes, in one leaf or several of the same size.
fn leaves(keys: Vec<Box<str>>, block: &Block, changes: &[Change]) -> Vec<Leaf> {
    let (keys, places) = merge(keys, block, changes);
    let count = match places.len() {
        ..=OBJECTS_MAX => 1,
        many => many.div_ceil(OBJECTS),
    };
    let size = places.len().div_ceil(count).max(1);
    let mut keys = keys.into_iter();
    let leaf = |places: &[Place<'_>]| Leaf {
        keys: keys.by_ref().take(places.len()).collect(),
        block: Rc::new(Block::of(places)),
    };
    places.chunks(size).map(leaf).collect()
}

/// The objects of a block with some changes, in the order of their keys.
fn merge<'a>(
    keys: Vec<Box<str>>,
    block: &'a Block,
    changes: &'a [Change],
) -> (Vec<Box<str>>, Vec<Place<'a>>) {
    let mut merged = (Vec::new(), Vec::new());
    let mut add = |key, block, object| {
        merged.0.push(key);
        merged.1.push(Place { block, object });
    };
    let mut changes = changes.iter().peekable();
    for (object, key) in keys.into_iter().enumerate() {
        while let Some((new, lines)) = changes.next_if(|change| change.0 < key) {
            lines.iter().for_each(|lines| add(new.clone(), lines, 0));
        }
        match changes.next_if(|change| change.0 == key) {
            Some((_, lines)) => lines.iter().for_each(|lines| add(key.clone(), lines, 0)),
            None => add(key, block, object),
        }
    }
    for (new, lines) in changes {
        lines.iter().for_each(|lines| add(new.clone(), lines, 0));
    }
    merged
}

#[cfg(test)]
mod tests;
