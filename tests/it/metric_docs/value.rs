//! What an expression of the sources is worth, as far as that can be told without running it.

use syn::punctuated::Punctuated;
use syn::{Expr, Lit, Token};

use super::reader::Reader;

/// Calls of constructors within constructors.
pub const DEPTH_MAX: usize = 8;

/// A value of the sources.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A literal text, and the last part of a path that is no constant: `Gauge` of `Kind::Gauge`.
    Text(String),
    /// An array, a slice or a tuple.
    List(Vec<Value>),
    /// A struct by its fields.
    Record(Vec<(String, Value)>),
    /// A field of something unknown: `requests` of `self.requests`.
    Field(String),
    Unknown,
}

impl Value {
    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The texts of a list, where all are.
    pub fn texts(&self) -> Option<Vec<String>> {
        match self {
            Self::List(items) => items.iter().map(|item| item.text().map(str::to_owned)).collect(),
            _ => None,
        }
    }

    /// The texts that pairs of a list begin with, where all do: names of `[("cpu", cpu)]`.
    pub fn first_texts(&self) -> Option<Vec<String>> {
        let Self::List(items) = self else { return None };
        let first = |item: &Self| match item {
            Self::List(pair) => pair.first()?.text().map(str::to_owned),
            _ => None,
        };
        items.iter().map(first).collect()
    }

    fn field(self, name: &str) -> Self {
        match self {
            Self::Record(fields) => {
                let mut named = fields.into_iter().filter(|(field, _)| field == name);
                match named.next() {
                    Some((_, Self::Unknown)) | None => Self::Field(name.to_owned()),
                    Some((_, value)) => value,
                }
            }
            Self::List(mut items) => match name.parse::<usize>() {
                Ok(at) if at < items.len() => items.swap_remove(at),
                _ => Self::Unknown,
            },
            _ => Self::Field(name.to_owned()),
        }
    }
}

/// The value of an expression where the reader stands.
pub fn of(expression: &Expr, reader: &mut Reader<'_>) -> Value {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Value::Text(text.value()),
            _ => Value::Unknown,
        },
        Expr::Array(array) => all(array.elems.iter(), reader),
        Expr::Tuple(tuple) => all(tuple.elems.iter(), reader),
        Expr::Reference(reference) => of(&reference.expr, reader),
        Expr::Paren(paren) => of(&paren.expr, reader),
        Expr::Group(group) => of(&group.expr, reader),
        Expr::Struct(record) => {
            let fields = record.fields.iter().map(|field| {
                let name = member(&field.member);
                (name, of(&field.expr, reader))
            });
            Value::Record(fields.collect())
        }
        Expr::Field(field) => {
            let base = of(&field.base, reader);
            base.field(&member(&field.member))
        }
        Expr::MethodCall(call) => of(&call.receiver, reader),
        Expr::Macro(mac) => of_macro(&mac.mac, reader),
        Expr::Path(path) => of_path(&path.path, reader),
        Expr::Call(call) => match (&*call.func, reader.depth() < DEPTH_MAX) {
            (Expr::Path(path), true) => reader.result(&path.path, &call.args),
            _ => Value::Unknown,
        },
        _ => Value::Unknown,
    }
}

fn all<'a>(items: impl Iterator<Item = &'a Expr>, reader: &mut Reader<'_>) -> Value {
    Value::List(items.map(|item| of(item, reader)).collect())
}

fn member(member: &syn::Member) -> String {
    match member {
        syn::Member::Named(name) => name.to_string(),
        syn::Member::Unnamed(index) => index.index.to_string(),
    }
}

/// A variable, a constant, or the last word of another path.
fn of_path(path: &syn::Path, reader: &mut Reader<'_>) -> Value {
    let Some(last) = path.segments.last() else {
        return Value::Unknown;
    };
    let name = last.ident.to_string();
    if path.segments.len() == 1
        && let Some(value) = reader.variable(&name)
    {
        return value;
    }
    if let Some(constant) = reader.constant(path) {
        return of(constant, reader);
    }
    match path.segments.len() {
        1 => Value::Unknown,
        _ => Value::Text(name),
    }
}

/// `concat!`, and `format!` and its like with `{}` and `{name}`.
fn of_macro(mac: &syn::Macro, reader: &mut Reader<'_>) -> Value {
    let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
    let Ok(arguments) = mac.parse_body_with(parser) else {
        return Value::Unknown;
    };
    let values: Vec<_> = arguments.iter().map(|argument| of(argument, reader)).collect();
    let text = if mac.path.is_ident("concat") {
        values.iter().map(Value::text).collect()
    } else if mac.path.is_ident("format") || mac.path.is_ident("format_args") {
        formatted(&values, reader)
    } else {
        None
    };
    text.map_or(Value::Unknown, Value::Text)
}

fn formatted(values: &[Value], reader: &mut Reader<'_>) -> Option<String> {
    let (template, arguments) = values.split_first()?;
    let mut arguments = arguments.iter();
    let mut parts = template.text()?.split('{');
    let mut text = parts.next()?.to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}')?;
        let value = match name {
            "" => arguments.next()?.clone(),
            name => reader.variable(name).or_else(|| reader.constant_named(name))?,
        };
        text.push_str(value.text()?);
        text.push_str(rest);
    }
    Some(text)
}
