//! Cells of `prometheus_client`: their type and labels come from the type of the field that holds them.
//!
//! Labels are the fields of the struct of labels. Where they are an array, the field's doc names them: `Labels: code.`

use syn::visit::{self, Visit};

use super::declaration::{Declared, always};
use super::sources::doc;
use super::value::Value;

/// The family that a cell is registered as; nothing where its field is not found.
pub fn family(name: &str, help: &str, cell: &Value, syntax: &syn::File) -> Option<Declared> {
    let Value::Field(field) = cell else { return None };
    let mut fields = Fields::default();
    fields.visit_file(syntax);
    let (comment, words) = fields
        .cells
        .iter()
        .find_map(|(name, comment, words)| (name == field).then_some((comment, words)))?;
    let kinds = ["Counter", "Gauge", "Histogram", "Info"];
    // `type Seconds = Gauge<…>` stands for what it names.
    let words = words.iter().flat_map(|word| {
        let alias = fields.aliases.iter().find(|(name, _)| name == word);
        alias.map_or_else(|| vec![word.clone()], |(_, words)| words.clone())
    });
    let words: Vec<String> = words.collect();
    let kind = kinds
        .into_iter()
        .find(|kind| words.iter().any(|word| word == kind))?;
    let labels = match comment.iter().find_map(|line| line.strip_prefix("Labels: ")) {
        Some(labels) => labels
            .trim_end_matches('.')
            .split(", ")
            .map(str::to_owned)
            .collect(),
        None => {
            let structs = fields.structs.iter();
            let mut of_type = structs.filter(|(name, _)| words.contains(name));
            of_type
                .next()
                .map(|(_, labels)| labels.clone())
                .unwrap_or_default()
        }
    };
    // The bridge ends a help with a full stop, and a counter's name with `_total`.
    let suffix = if kind == "Counter" { "_total" } else { "" };
    Some(Declared {
        name: format!("{name}{suffix}"),
        kind: kind.to_lowercase(),
        labels: always(labels),
        help: format!("{}.", help.trim_end_matches('.')),
    })
}

#[derive(Default)]
struct Fields {
    /// Name, doc comment and words of the type of every field.
    cells: Vec<(String, Vec<String>, Vec<String>)>,
    /// Structs and the names of their fields.
    structs: Vec<(String, Vec<String>)>,
    /// `type X = …` and the words of what it stands for.
    aliases: Vec<(String, Vec<String>)>,
}

impl<'ast> Visit<'ast> for Fields {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        let named = item.fields.iter().filter_map(|field| field.ident.as_ref());
        self.structs
            .push((item.ident.to_string(), named.map(ToString::to_string).collect()));
        visit::visit_item_struct(self, item);
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if let Some(name) = &field.ident {
            self.cells
                .push((name.to_string(), doc(&field.attrs), words(&field.ty)));
        }
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.aliases.push((item.ident.to_string(), words(&item.ty)));
    }
}

/// All names in a type.
fn words(of: &syn::Type) -> Vec<String> {
    struct Words(Vec<String>);
    impl<'ast> Visit<'ast> for Words {
        fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
            self.0.push(segment.ident.to_string());
            visit::visit_path_segment(self, segment);
        }
    }
    let mut words = Words(Vec::new());
    words.visit_type(of);
    words.0
}
