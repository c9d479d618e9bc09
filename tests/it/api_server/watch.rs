//! A watch, from a version or beginning with all objects.

use std::io::{Result, Write};
use std::time::{Duration, Instant};

use serde_json::json;

use super::answer::{self, Answer, json, message};
use super::request::{Asked, Form, Format, Request};
use super::world::{Change, Stored};
use super::{Shared, State, protobuf};

/// A watch, and how its events are written.
pub struct Watch<'a> {
    pub request: &'a Request,
    pub form: Form,
    pub format: Format,
    /// Whether the end of a streaming list is told.
    pub marks_end: bool,
}

/// What is new since the version `at`.
struct News {
    generation: u64,
    /// `None` where it is not remembered that far.
    changes: Option<Vec<Change>>,
    is_bookmarked: bool,
}

impl Watch<'_> {
    /// Answers until the time that the client asked for is over; a bookmark is the last event then.
    pub fn serve<W: Write>(&self, answer: &mut Answer<'_, W>, shared: &Shared, life: u64) -> Result<()> {
        let lasts = self.request.parameter("timeoutSeconds").parse().unwrap_or(1800);
        let end = Instant::now() + Duration::from_secs(lasts);
        let Some(mut at) = self.begin(answer, shared)? else {
            return Ok(());
        };
        loop {
            let news = shared.look(|state| self.news(state, &mut at));
            let Some(changes) = news.changes else {
                answer.event(&expired(self.format))?;
                return answer.close();
            };
            for change in changes
                .iter()
                .filter(|change| self.request.selects(&change.object))
            {
                answer.event(&self.event(change.what, &change.object))?;
            }
            let is_over = end <= Instant::now();
            if news.is_bookmarked || is_over {
                answer.event(&self.bookmark(at, false))?;
            }
            if is_over {
                return answer.close();
            }
            if !shared.wait(life, news.generation, Some(end)) {
                return Err(std::io::Error::other("cut"));
            }
        }
    }

    /// Begins the answer. Returns the version from which it goes on, or nothing where that is refused.
    fn begin<W: Write>(&self, answer: &mut Answer<'_, W>, shared: &Shared) -> Result<Option<u64>> {
        let plural = self.request.plural();
        if self.request.asked() == Asked::Streaming {
            let (version, objects) = shared.look(|state| (state.world.version, state.world.objects(plural)));
            answer.open(self.format)?;
            for object in objects.iter().filter(|object| self.request.selects(object)) {
                answer.event(&self.event("ADDED", object))?;
            }
            if self.marks_end {
                answer.event(&self.bookmark(version, true))?;
            }
            return Ok(Some(version));
        }
        let asked: u64 = self.request.parameter("resourceVersion").parse().unwrap_or(0);
        let (newest, oldest) = shared.look(|state| (state.world.version, state.world.oldest));
        if asked < oldest {
            answer.refuse(self.format, 410, "Expired", "too old resource version", None)?;
            return Ok(None);
        }
        if newest < asked {
            answer.refuse(self.format, 504, "Timeout", "Too large resource version", Some(1))?;
            return Ok(None);
        }
        answer.open(self.format)?;
        Ok(Some(asked))
    }

    fn news(&self, state: &mut State, at: &mut u64) -> News {
        let changes = state.world.changes(self.request.plural(), *at);
        let is_bookmarked = *at < state.bookmarked;
        // A watch that is told of everything does not fall behind while other kinds change.
        *at = state.world.version;
        News {
            generation: state.generation,
            changes,
            is_bookmarked,
        }
    }

    fn event(&self, what: &str, object: &Stored) -> Vec<u8> {
        match (self.format, self.form) {
            (Format::Protobuf, form) => self.message(what, message(object, form)),
            (Format::Json, Form::Table) => {
                let row = json(object, Form::Table);
                let head =
                    r#""kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{},"columnDefinitions":null"#;
                line(what, &format!(r#"{{{head},"rows":[{row}]}}"#))
            }
            (Format::Json, form) => line(what, json(object, form)),
        }
    }

    /// An object with nothing but its version, and the mark behind which a streaming list is complete.
    fn bookmark(&self, version: u64, ends_list: bool) -> Vec<u8> {
        let mut metadata = json!({"resourceVersion": version.to_string()});
        if ends_list {
            metadata["annotations"] = json!({"k8s.io/initial-events-end": "true"});
        }
        let object = json!({"metadata": metadata});
        if self.format == Format::Protobuf {
            let empty = protobuf::encode("PartialObjectMetadata", &object).expect("the table has it");
            return self.message("BOOKMARK", &empty);
        }
        let (api_version, kind) = type_of(self.request, self.form);
        let object = match self.form {
            Form::Table => json!({
                "kind": kind, "apiVersion": api_version, "metadata": {"resourceVersion": version.to_string()},
                "columnDefinitions": null,
                "rows": [{"cells": [""], "object": object}],
            }),
            _ => json!({"kind": kind, "apiVersion": api_version, "metadata": metadata}),
        };
        line("BOOKMARK", &object.to_string())
    }

    fn message(&self, what: &str, message: &[u8]) -> Vec<u8> {
        let (api_version, kind) = type_of(self.request, self.form);
        protobuf::event(what, &protobuf::envelope(api_version, kind, message))
    }
}

/// A watch that says within itself that its version has expired.
pub fn expire<W: Write>(answer: &mut Answer<'_, W>, format: Format) -> Result<()> {
    answer.open(format)?;
    answer.event(&expired(format))?;
    answer.close()
}

/// API version and kind of one object in the form that is asked for.
pub fn type_of(request: &Request, form: Form) -> (&'static str, &'static str) {
    let kind = request.place.as_ref().expect("a list has a place").kind;
    match form {
        Form::Whole => (kind.api_version, kind.name),
        Form::Metadata => ("meta.k8s.io/v1", "PartialObjectMetadata"),
        Form::Table => ("meta.k8s.io/v1", "Table"),
    }
}

fn expired(format: Format) -> Vec<u8> {
    let (code, reason, text) = (410, "Expired", "too old resource version");
    match format {
        Format::Protobuf => protobuf::event("ERROR", &protobuf::status(code, reason, text)),
        Format::Json => line("ERROR", &answer::status(code, reason, text)),
    }
}

fn line(what: &str, object: &str) -> Vec<u8> {
    format!("{{\"type\":\"{what}\",\"object\":{object}}}\n").into_bytes()
}
