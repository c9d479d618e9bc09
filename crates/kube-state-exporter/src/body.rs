//! The body of a scrape, made while the client takes it.

use std::rc::Rc;

use exporter_http::Pieces;
use metrics_registry::Format;

use crate::store::{Store, Stored};
use crate::subject::Subject;

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
    object: usize,
    ended: bool,
}

#[derive(Debug)]
struct Snapshot {
    subject: Rc<Subject>,
    objects: Vec<Stored>,
}

impl Body {
    /// Takes references to the objects of the kinds for which `is_wanted` says so.
    pub fn new(store: &Store, format: Format, is_wanted: impl Fn(&str) -> bool) -> Self {
        let groups = store
            .groups
            .iter()
            .filter(|group| is_wanted(&group.subject.name))
            .map(|group| Snapshot {
                subject: Rc::clone(&group.subject),
                objects: group.objects(),
            })
            // The reference writes no header for a kind of which there is no object.
            .filter(|snapshot| !snapshot.objects.is_empty())
            .collect();
        Self {
            groups,
            format,
            group: 0,
            family: 0,
            object: 0,
            ended: false,
        }
    }

    /// Writes one family from where the last piece ended; stops when the piece is full.
    fn family(&mut self, out: &mut Vec<u8>) {
        let Some(Snapshot { subject, objects }) = self.groups.get(self.group) else {
            return;
        };
        let families = subject.headers.len();
        let header = subject
            .headers
            .get(self.family)
            .map(|header| header.lines(self.format));
        let Some(header) = header else {
            // What was told of these objects is not needed any more, and may have been replaced meanwhile.
            self.groups[self.group].objects = Vec::new();
            self.group += 1;
            self.family = 0;
            return;
        };
        if !header.is_empty() {
            if self.object == 0 {
                out.extend_from_slice(header);
            }
            while let Some(object) = objects.get(self.object) {
                out.extend_from_slice(object.lines(self.family, families));
                // Past the first object, which says that the header is written.
                self.object += 1;
                if PIECE_BYTES <= out.len() {
                    return;
                }
            }
        }
        self.object = 0;
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
    use crate::subject::Header;

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
        assert_eq!(text(Body::new(&store, Format::Text004, |_| true)), "");
        things.parts[0].complete();
        things.parts[1].put(&object("y", "", "c_total 2\n"));
        things.parts[1].complete();
        assert_eq!(
            text(Body::new(&store, Format::OpenMetrics1, |name| name == "things")),
            "# HELP b Help.\n# TYPE b gauge\nb 1\n# HELP c Help.\n# TYPE c counter\nc_total 1\nc_total 2\n# EOF\n"
        );
        assert_eq!(
            text(Body::new(&store, Format::OpenMetrics1, |_| false)),
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
        let mut body = Body::new(&store, Format::Text004, |_| true);
        let mut first = Vec::new();
        body.next(&mut first);
        part.begin();
        part.put(&object("x", "b 2\n", ""));
        part.complete();
        let rest = text(body);
        assert_eq!(rest.matches("c_total 1\n").count(), 3);
        assert_eq!(rest.matches("# TYPE").count() + 1, 2);
        assert_eq!((rest.len() + first.len()) / long.len(), 3);
        let now = text(Body::new(&store, Format::Text004, |_| true));
        assert!(now.contains("b 2\n") && now.lines().count() == 5, "{now}");
    }
}
