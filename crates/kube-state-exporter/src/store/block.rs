//! The lines of a few objects, family after family.
//!
//! A scrape goes through all objects once for each family. Where each object had its lines for itself, it touched
//! another page of memory for every 100 bytes, and spent half of its time waiting for that.

use crate::resource::Rendered;

/// The finished lines of a few objects. Of each family, those of all the objects stand together, in their order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Block {
    objects: usize,
    /// Where the lines of each object end: of the first family object by object, then of the next.
    /// The few objects of a block, each limited by `TEXT_BYTES_MAX`, stay below 4 GiB.
    ends: Vec<u32>,
    text: Vec<u8>,
}

/// One object of a block.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Where its lines stand.
    pub block: &'a Block,
    /// Its number in there.
    pub object: usize,
}

impl Block {
    /// One object, as it was rendered.
    pub fn one(rendered: &Rendered) -> Self {
        Self {
            objects: 1,
            ends: rendered.ends.as_slice().to_vec(),
            text: rendered.text.as_slice().to_vec(),
        }
    }

    /// Objects from several blocks, put together. All are of one kind, with the same families.
    pub fn of(places: &[Place<'_>]) -> Self {
        let families = places.first().map_or(0, |place| place.block.families());
        let lines = |family| places.iter().map(move |place| place.lines(family));
        let bytes = (0..families).flat_map(lines).map(<[u8]>::len).sum();
        let mut text = Vec::with_capacity(bytes);
        let mut ends = Vec::with_capacity(families * places.len());
        for lines in (0..families).flat_map(lines) {
            text.extend_from_slice(lines);
            ends.push(text.len() as u32);
        }
        Self {
            objects: places.len(),
            ends,
            text,
        }
    }

    /// Each of the objects.
    pub fn places(&self) -> impl Iterator<Item = Place<'_>> {
        (0..self.objects).map(|object| Place { block: self, object })
    }

    /// Bytes of all lines.
    pub fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// The lines of all objects of one family; empty where there are none.
    pub fn family(&self, family: usize) -> &[u8] {
        let first = family * self.objects;
        self.between(first, first + self.objects)
    }

    /// Takes over what another block holds, into memory that is there already where it is enough.
    pub fn copy(&mut self, other: &Self) {
        self.objects = other.objects;
        copy(&mut self.ends, &other.ends);
        copy(&mut self.text, &other.text);
    }

    /// Whether [`overwrite`](Self::overwrite) can put the object of `one` in the place of `object`: no lines are longer or shorter.
    pub fn fits(&self, object: usize, one: &Self) -> bool {
        let there = Place { block: self, object };
        self.families() == one.families()
            && (0..one.families()).all(|family| there.lines(family).len() == one.family(family).len())
    }

    /// Puts the lines of another object in the place of `object`; what does not fit is left as it is.
    pub fn overwrite(&mut self, object: usize, one: &Self) {
        for family in 0..one.families() {
            let lines = one.family(family);
            let end = self.ends.get(family * self.objects + object);
            let end = end.map_or(0, |end| *end as usize);
            if let Some(there) = end
                .checked_sub(lines.len())
                .and_then(|start| self.text.get_mut(start..end))
            {
                there.copy_from_slice(lines);
            }
        }
    }

    fn families(&self) -> usize {
        self.ends.len() / self.objects.max(1)
    }

    /// The text behind the end before `from`, up to that before `to`.
    fn between(&self, from: usize, to: usize) -> &[u8] {
        let end = |at: usize| match at {
            0 => Some(0),
            at => self.ends.get(at - 1).map(|end| *end as usize),
        };
        match (end(from), end(to)) {
            (Some(start), Some(end)) => self.text.get(start..end).unwrap_or_default(),
            _ => &[],
        }
    }
}

impl<'a> Place<'a> {
    /// The lines of one family; empty where there are none.
    pub fn lines(self, family: usize) -> &'a [u8] {
        let at = family * self.block.objects + self.object;
        self.block.between(at, at + 1)
    }

    /// Whether the object is as it was rendered now.
    pub fn is(self, rendered: &Rendered) -> bool {
        let mut start = 0;
        self.block.families() == rendered.ends.len()
            && rendered.ends.iter().enumerate().all(|(family, end)| {
                let lines = rendered.text.get(start..*end as usize);
                start = *end as usize;
                lines == Some(self.lines(family))
            })
    }
}

/// Blocks change often and by little: memory that is nearly right is used again.
fn copy<T: Copy>(to: &mut Vec<T>, from: &[T]) {
    let fits = from.len()..=from.len() + from.len() / 8;
    to.clear();
    if !fits.contains(&to.capacity()) {
        *to = Vec::with_capacity(from.len());
    }
    to.extend_from_slice(from);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(families: &[&str]) -> Rendered {
        let mut rendered = Rendered::default();
        for lines in families {
            rendered.text.extend_from_slice(lines.as_bytes());
            rendered.ends.push(rendered.text.len() as u32);
        }
        rendered
    }

    #[test]
    fn lines_of_a_family_stand_together() {
        let (one, two) = (rendered(&["aa", "", "c"]), rendered(&["A", "B", ""]));
        let (first, second) = (Block::one(&one), Block::one(&two));
        let place = |block, object| Place { block, object };
        let both = Block::of(&[place(&first, 0), place(&second, 0)]);
        assert_eq!(
            [both.family(0), both.family(1), both.family(2), both.family(3)],
            [&b"aaA"[..], b"B", b"c", b""]
        );
        assert!(place(&both, 0).is(&one) && place(&both, 1).is(&two));
        assert!(!place(&both, 0).is(&two) && !place(&both, 2).is(&one));
        let turned = Block::of(&[place(&both, 1), place(&first, 0)]);
        assert_eq!(turned.family(0), b"Aaa");
        assert_eq!((turned.places().count(), turned.text_bytes()), (2, 5));
        let mut copied = Block::one(&two);
        copied.copy(&turned);
        assert_eq!(copied, turned);
    }

    #[test]
    fn lines_of_the_same_length_are_overwritten() {
        let (first, second) = (
            Block::one(&rendered(&["aa", "", "c"])),
            Block::one(&rendered(&["A", "B", ""])),
        );
        let place = |block, object| Place { block, object };
        let mut both = Block::of(&[place(&first, 0), place(&second, 0)]);
        let new = rendered(&["xy", "", "z"]);
        let one = Block::one(&new);
        assert!(both.fits(0, &one) && !both.fits(1, &one) && !both.fits(2, &one));
        assert!(!both.fits(0, &Block::one(&rendered(&["xy", ""]))));
        both.overwrite(0, &one);
        assert_eq!(
            [both.family(0), both.family(1), both.family(2)],
            [&b"xyA"[..], b"B", b"z"]
        );
        assert!(place(&both, 0).is(&new));
    }

    #[test]
    fn objects_of_other_families_are_not_the_same() {
        let block = Block::one(&rendered(&["a", "b"]));
        let place = Place {
            block: &block,
            object: 0,
        };
        assert!(!place.is(&rendered(&["a"])) && !place.is(&rendered(&["a", "b", "c"])));
        assert!(!place.is(&rendered(&["ab", ""])));
        assert_eq!(Block::of(&[]).family(0), b"");
    }

    #[test]
    fn offsets_that_make_no_sense_give_nothing() {
        let mut wrong = rendered(&["xy"]);
        wrong.ends = vec![9, 1];
        let block = Block::one(&wrong);
        assert_eq!([block.family(0), block.family(1), block.family(7)], [b""; 3]);
        assert!(
            !Place {
                block: &block,
                object: 0
            }
            .is(&wrong)
        );
    }
}
