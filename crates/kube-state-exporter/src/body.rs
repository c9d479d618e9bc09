//! The body of a scrape, made while the client takes it.

use std::rc::Rc;

use exporter_http::Pieces;
use metrics_registry::Format;

use crate::store::Group;
use crate::store::block::Block;
use crate::subject::{Header, Subject};

/// Bytes of a piece: what the server sends at once, and all that a slow client holds beside its references.
const PIECE_BYTES: usize = 32 << 10;

/// The lines of all objects as they were at one moment.
#[derive(Debug)]
pub struct Body {
    groups: Vec<Snapshot>,
    format: Format,
    /// Where the next piece begins.
    group: usize,
    family: usize,
    source: usize,
    block: usize,
    ended: bool,
}

/// Families and the objects that have them: of one kind, or of several that share names of families.
#[derive(Debug)]
struct Snapshot {
    families: usize,
    sources: Vec<Source>,
}

/// The objects of one kind.
#[derive(Debug)]
struct Source {
    subject: Rc<Subject>,
    blocks: Vec<Rc<Block>>,
    /// For each family of the snapshot the place that it has in the subject; `None` where all have the same places.
    places: Option<Vec<Option<usize>>>,
}

impl Source {
    /// The reference writes no header for a kind of which there is no object.
    fn new(group: &Group) -> Option<Self> {
        let blocks = group.blocks();
        (!blocks.is_empty()).then(|| Self {
            subject: Rc::clone(&group.subject),
            blocks,
            places: None,
        })
    }

    fn place(&self, family: usize) -> Option<usize> {
        match &self.places {
            None => Some(family),
            Some(places) => places.get(family).copied().flatten(),
        }
    }

    fn header(&self, family: usize) -> Option<&Header> {
        self.subject.headers.get(self.place(family)?)
    }
}

impl Snapshot {
    fn of_one(source: Source) -> Self {
        Self {
            families: source.subject.headers.len(),
            sources: vec![source],
        }
    }

    /// Kinds of which several may tell the same family, which must stand together.
    fn of_many(mut sources: Vec<Source>) -> Self {
        let mut names: Vec<Box<str>> = Vec::new();
        for source in &sources {
            for header in &source.subject.headers {
                if !names.contains(&header.name) {
                    names.push(header.name.clone());
                }
            }
        }
        for source in &mut sources {
            let headers = &source.subject.headers;
            let place = |name: &str| headers.iter().position(|header| &*header.name == name);
            source.places = Some(names.iter().map(|name| place(name)).collect());
        }
        Self {
            families: names.len(),
            sources,
        }
    }
}

impl Body {
    /// Takes references to the objects of the kinds for which `is_wanted` says so.
    ///
    /// No two of `groups` have a family in common; those of `custom` may.
    pub fn new<'a>(
        groups: impl IntoIterator<Item = &'a Group>,
        custom: impl IntoIterator<Item = &'a Group>,
        format: Format,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Self {
        let wanted = |group: &&Group| is_wanted(&group.subject.name);
        let groups = groups.into_iter().filter(wanted).filter_map(Source::new);
        let custom = custom
            .into_iter()
            .filter(wanted)
            .filter_map(Source::new)
            .collect();
        Self {
            groups: groups
                .map(Snapshot::of_one)
                .chain([Snapshot::of_many(custom)])
                .collect(),
            format,
            group: 0,
            family: 0,
            source: 0,
            block: 0,
            ended: false,
        }
    }

    /// Writes one family from where the last piece ended; stops when the piece is full.
    fn family(&mut self, out: &mut Vec<u8>) {
        let Some(snapshot) = self.groups.get(self.group) else {
            return;
        };
        if snapshot.families <= self.family {
            // What was told of these objects is not needed any more, and may have been replaced meanwhile.
            self.groups[self.group].sources = Vec::new();
            self.group += 1;
            self.family = 0;
            return;
        }
        let mut headers = snapshot
            .sources
            .iter()
            .filter_map(|source| source.header(self.family));
        let header = headers
            .next()
            .map(|header| header.lines(self.format))
            .unwrap_or_default();
        if !header.is_empty() {
            if self.source == 0 && self.block == 0 {
                out.extend_from_slice(header);
            }
            while let Some(source) = snapshot.sources.get(self.source) {
                let place = source.place(self.family);
                while let (Some(place), Some(block)) = (place, source.blocks.get(self.block)) {
                    out.extend_from_slice(block.family(place));
                    // Past the first block, which says that the header is written.
                    self.block += 1;
                    if PIECE_BYTES <= out.len() {
                        return;
                    }
                }
                self.source += 1;
                self.block = 0;
            }
        }
        self.source = 0;
        self.block = 0;
        self.family += 1;
    }
}

impl Pieces for Body {
    fn next(&mut self, out: &mut Vec<u8>) {
        while out.len() < PIECE_BYTES && self.group < self.groups.len() {
            self.family(out);
        }
        if self.group == self.groups.len() && !self.ended {
            self.ended = true;
            if self.format == Format::OpenMetrics1 {
                out.extend_from_slice(b"# EOF\n");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use metrics_registry::Kind;

    use super::*;
    use crate::resource::{Rendered, Wire};
    use crate::store::Store;

    /// Families `a`, which is off, `b` and `c`.
    fn subject(name: &str) -> Rc<Subject> {
        Rc::new(Subject {
            name: name.to_owned(),
            go_type: String::new(),
            group: String::new(),
            version: "v1".to_owned(),
            plural: name.to_owned(),
            namespaced: false,
            wire: Wire::Object,
            headers: vec![
                Header::default(),
                Header::new("b", "Help.", Kind::Gauge),
                Header::new("c_total", "Help.", Kind::Counter),
            ],
            render: Box::new(|_, _| Ok(())),
        })
    }

    fn object(name: &str, b: &str, c: &str) -> Rendered {
        Rendered {
            name: name.to_owned(),
            text: [b, c].concat().into_bytes(),
            ends: vec![0, b.len() as u32, (b.len() + c.len()) as u32],
            ..Rendered::default()
        }
    }

    fn text(body: Body) -> String {
        let body = RefCell::new(body);
        let mut all = Vec::new();
        loop {
            let mut piece = Vec::new();
            body.borrow_mut().next(&mut piece);
            if piece.is_empty() {
                return String::from_utf8(all).unwrap();
            }
            all.extend(piece);
        }
    }

    #[test]
    fn families_of_objects_in_both_formats() {
        let mut store = Store::default();
        store.add(subject("nothing"), 1);
        store.add(subject("things"), 2);
        let [nothing, things] = store.groups.as_slice() else {
            unreachable!()
        };
        nothing.parts[0].complete();
        things.parts[0].put(&object("x", "b 1\n", "c_total 1\n"));
        assert_eq!(text(Body::new(&store.groups, [], Format::Text004, |_| true)), "");
        things.parts[0].complete();
        things.parts[1].put(&object("y", "", "c_total 2\n"));
        things.parts[1].complete();
        assert_eq!(
            text(Body::new(&store.groups, [], Format::OpenMetrics1, |name| name == "things")),
            "# HELP b Help.\n# TYPE b gauge\nb 1\n# HELP c Help.\n# TYPE c counter\nc_total 1\nc_total 2\n# EOF\n"
        );
        assert_eq!(
            text(Body::new(&store.groups, [], Format::OpenMetrics1, |_| false)),
            "# EOF\n"
        );
    }

    #[test]
    fn changes_do_not_reach_a_body_on_its_way() {
        let mut store = Store::default();
        let part = Rc::clone(&store.add(subject("things"), 1).parts[0]);
        let long = "b 1\n".repeat(PIECE_BYTES);
        for name in ["x", "y", "z"] {
            part.put(&object(name, &long, "c_total 1\n"));
        }
        part.complete();
        let mut body = Body::new(&store.groups, [], Format::Text004, |_| true);
        let mut first = Vec::new();
        body.next(&mut first);
        part.begin();
        part.put(&object("x", "b 2\n", ""));
        part.complete();
        let rest = text(body);
        assert_eq!(rest.matches("c_total 1\n").count(), 3);
        assert_eq!(rest.matches("# TYPE").count() + 1, 2);
        assert_eq!((rest.len() + first.len()) / long.len(), 3);
        let now = text(Body::new(&store.groups, [], Format::Text004, |_| true));
        assert!(now.contains("b 2\n") && now.lines().count() == 5, "{now}");
    }

    #[test]
    fn families_that_kinds_share_stand_together() {
        let mut store = Store::default();
        let named = |names: &[&str]| {
            let mut subject = Rc::into_inner(subject("foos")).unwrap();
            let header = |name: &&str| Header::new(name, "Help.", Kind::Gauge);
            subject.headers = names.iter().map(header).collect();
            Rc::new(subject)
        };
        for (names, lines) in [
            (&["a", "b"][..], ["a 1\n", "b 1\n"]),
            (&["x", "a"], ["x 2\n", "a 2\n"]),
            (&["y", "z"], ["", "z 3\n"]),
        ] {
            let part = Rc::clone(&store.add(named(names), 1).parts[0]);
            let mut object = object("o", lines[0], lines[1]);
            object.ends.remove(0);
            part.put(&object);
            part.complete();
        }
        assert_eq!(
            text(Body::new([], &store.groups, Format::Text004, |_| true))
                .lines()
                .filter(|line| !line.starts_with("# HELP"))
                .collect::<Vec<_>>(),
            [
                "# TYPE a gauge",
                "a 1",
                "a 2",
                "# TYPE b gauge",
                "b 1",
                "# TYPE x gauge",
                "x 2",
                "# TYPE y gauge",
                "# TYPE z gauge",
                "z 3"
            ]
        );
    }
}
