//! What counts as the declaration of a family. A new shape is added here.
//!
//! | shape | where |
//! |---|---|
//! | `Family::counter(name, help, labels)`, also `gauge`, `untyped`, `histogram`, `summary` | [`of_call`] |
//! | `Family::new(name, help, Kind::Gauge, labels)` | [`of_call`] |
//! | `Generator::gauge(name, help, &labels, …)`, with the constant `LABELS` of the file before its labels | [`of_call`] |
//! | `out.dynamic(name, format_args!(help), Kind::Gauge, [(label, value)], number)` | [`of_method`] |
//! | `registry.register(name, help, self.cell.clone())` of `prometheus_client` | [`of_method`] |
//!
//! Arguments may be literals, constants, `concat!`, `format!`, fields of tables that a `for` or `.map(|…|)` goes through,
//! and parameters of a function that is called with such: then every call of that function is a declaration.
//! A name that cannot be told from the sources needs a line `Names:`.

use syn::{Expr, ExprCall, ExprMethodCall};

use super::reader::Reader;
use super::{registered, value};

/// A family as the sources declare it.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    /// Full name; with `<what>` where it varies.
    pub name: String,
    /// `counter`, `gauge`, `histogram`, `summary` or `untyped`.
    pub kind: String,
    /// Names, and whether every sample has the label.
    pub labels: Vec<(String, bool)>,
    pub help: String,
}

/// Labels that every sample has.
pub fn always(names: Vec<String>) -> Vec<(String, bool)> {
    names.into_iter().map(|name| (name, true)).collect()
}

/// What an expression declares.
pub enum Finding {
    Family(Declared),
    /// A family of which not all can be told here; perhaps where the function is called.
    Open,
    /// A sample with a name of its own making.
    RunTime,
}

/// What a call declares; nothing where it is no declaration.
pub fn of_call(call: &ExprCall, reader: &mut Reader<'_>) -> Option<Finding> {
    let Expr::Path(path) = &*call.func else {
        return None;
    };
    let segments: Vec<_> = path.path.segments.iter().map(|s| s.ident.to_string()).collect();
    let [.., kind_of, constructor] = segments.as_slice() else {
        return None;
    };
    if kind_of != "Family" && kind_of != "Generator" {
        return None;
    }
    let mut values = call.args.iter().map(|argument| value::of(argument, reader));
    let (name, help) = (values.next()?, values.next()?);
    let kind = match constructor.as_str() {
        "counter" | "gauge" | "untyped" | "histogram" | "summary" => Some(constructor.clone()),
        "new" => values.next()?.text().map(str::to_lowercase),
        _ => return None,
    };
    let labels = values.next()?;
    drop(values);
    let first = match kind_of.as_str() {
        "Generator" => reader.constant_named("LABELS"),
        _ => None,
    };
    let declared = || {
        let mut names = first.map_or(Some(Vec::new()), |labels| labels.texts())?;
        names.extend(labels.texts()?);
        Some(Declared {
            name: name.text()?.to_owned(),
            kind: kind?,
            labels: always(names),
            help: help.text()?.to_owned(),
        })
    };
    Some(declared().map_or(Finding::Open, Finding::Family))
}

/// What a method call declares; nothing where it is no declaration.
pub fn of_method(call: &ExprMethodCall, reader: &mut Reader<'_>) -> Option<Finding> {
    let arguments: Vec<_> = call.args.iter().collect();
    match (call.method.to_string().as_str(), arguments.as_slice()) {
        ("dynamic", [name, help, kind, labels, _]) => {
            // The samples of a declared family under labels of their own.
            if let Expr::Field(field) = name
                && matches!(&field.member, syn::Member::Named(member) if member == "name")
                && value::of(name, reader).text().is_none()
            {
                return None;
            }
            let [name, help, kind, labels] = [name, help, kind, labels].map(|e| value::of(e, reader));
            let declared = || {
                Some(Declared {
                    name: name.text()?.to_owned(),
                    kind: kind.text()?.to_lowercase(),
                    labels: always(labels.first_texts()?),
                    help: help.text()?.to_owned(),
                })
            };
            Some(declared().map_or(Finding::RunTime, Finding::Family))
        }
        ("register", [name, help, cell]) => {
            let (name, help) = (value::of(name, reader), value::of(help, reader));
            let cell = value::of(cell, reader);
            let declared = || registered::family(name.text()?, help.text()?, &cell, reader.syntax());
            Some(declared().map_or(Finding::Open, Finding::Family))
        }
        _ => None,
    }
}
