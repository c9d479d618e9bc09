//! A page of a list.

use std::io::{Result, Write};
use std::sync::Arc;

use super::answer::{self, Answer};
use super::request::{Form, Format, Request};
use super::world::{Stored, World};
use super::{protobuf, watch};

/// Answers with the page that is asked for. `continue` names the version of the whole list and how many objects came before.
pub fn serve<W: Write>(
    answer: &mut Answer<'_, W>,
    request: &Request,
    (form, format): (Form, Format),
    world: impl Fn() -> (u64, u64, Vec<Arc<Stored>>),
) -> Result<()> {
    let (newest, oldest, objects) = world();
    let (version, skipped) = match request.parameter("continue").split_once('-') {
        Some((version, skipped)) => (version.parse().unwrap(), skipped.parse().unwrap()),
        None => (newest, 0),
    };
    if version < oldest {
        let message = "The provided continue parameter is too old";
        return answer.refuse(format, 410, "Expired", message, None);
    }
    let all: Vec<_> = objects
        .iter()
        .filter(|object| request.selects(object))
        .skip(skipped)
        .collect();
    let limit = request.parameter("limit").parse().unwrap_or(usize::MAX);
    let page = &all[..all.len().min(limit)];
    let next = match page.len() < all.len() {
        true => format!("{version}-{}", skipped + page.len()),
        false => String::new(),
    };
    let (api_version, kind) = watch::type_of(request, form);
    let kind = format!("{kind}List");
    let body = match format {
        Format::Protobuf => {
            let items = page.iter().map(|object| answer::message(object, form));
            protobuf::list(api_version, &kind, version, &next, items)
        }
        Format::Json => {
            let items: Vec<_> = page.iter().map(|object| answer::json(object, form)).collect();
            let (kind, key) = match form {
                Form::Table => ("Table", "rows"),
                _ => (kind.as_str(), "items"),
            };
            format!(
                r#"{{"kind":"{kind}","apiVersion":"{api_version}","metadata":{{"resourceVersion":"{version}","continue":"{next}"}},"{key}":[{}]}}"#,
                items.join(",")
            )
            .into_bytes()
        }
    };
    answer.page(200, "", format, &body)
}

/// What a list needs to know, of one moment.
pub fn moment(world: &World, plural: &str) -> (u64, u64, Vec<Arc<Stored>>) {
    (world.version, world.oldest, world.objects(plural))
}
