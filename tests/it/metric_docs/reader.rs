//! Walks the sources of a crate and finds what they declare.
//!
//! A function that declares a family with its own parameters is open: a second walk binds the parameters at each of its
//! calls. Walks are repeated until no further function is found open.

use std::collections::BTreeSet;

use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, Pat, Token};

use super::declaration::{self, Declared, Finding};
use super::sources::{Crate, is_for_tests};
use super::value::{self, Value};

/// A function of a crate.
#[derive(Clone)]
struct Function<'a> {
    file: usize,
    /// The type whose method it is, or empty.
    of_type: String,
    signature: &'a syn::Signature,
    block: &'a syn::Block,
}

impl Function<'_> {
    fn key(&self) -> (usize, String) {
        (self.file, format!("{}::{}", self.of_type, self.signature.ident))
    }

    fn takes_text(&self) -> bool {
        self.signature.inputs.iter().any(|input| match input {
            syn::FnArg::Typed(input) => {
                matches!(&*input.ty, syn::Type::Reference(to) if type_name(&to.elem) == "str")
            }
            syn::FnArg::Receiver(_) => false,
        })
    }
}

/// What one walk found in a file.
#[derive(Default)]
pub struct Found {
    pub declared: Vec<Declared>,
    /// Whether samples are written whose names are made at run time.
    pub run_time: bool,
    /// Declarations outside functions that could not be read.
    pub unread: Vec<String>,
}

/// The walk.
pub struct Reader<'a> {
    sources: &'a Crate,
    constants: Vec<(usize, String, &'a Expr)>,
    functions: Vec<(String, Function<'a>)>,
    /// Functions with a parameter that is text.
    takes_text: BTreeSet<(usize, String)>,
    /// Functions that declare with their parameters.
    open: BTreeSet<(usize, String)>,
    /// Those of them of which a call was read.
    called: BTreeSet<(usize, String)>,
    /// The file that is walked, to which what is found belongs.
    home: usize,
    /// Where the names of this moment are looked up: the file, and the function with the type that it is of.
    file: usize,
    function: Option<(usize, String)>,
    /// The functions from which that one was called, the nearest last.
    callers: Vec<(usize, String)>,
    of_type: String,
    variables: Vec<(String, Value)>,
    depth: usize,
    found: Vec<Found>,
}

/// What every file of a crate declares, in their order, and the functions whose declarations nobody's call completes.
pub fn read(sources: &Crate) -> (Vec<Found>, Vec<String>) {
    let mut items = Items::default();
    for (file, source) in sources.files.iter().enumerate() {
        items.file = file;
        items.visit_file(&source.syntax);
    }
    let functions = items.functions.iter().map(|(_, function)| function);
    let takes_text: BTreeSet<_> = functions.filter(|f| f.takes_text()).map(Function::key).collect();
    let mut open = BTreeSet::new();
    loop {
        let mut reader = Reader {
            sources,
            constants: items.constants.clone(),
            functions: items.functions.clone(),
            takes_text: takes_text.clone(),
            open: open.clone(),
            called: BTreeSet::new(),
            home: 0,
            file: 0,
            function: None,
            callers: Vec::new(),
            of_type: String::new(),
            variables: Vec::new(),
            depth: 0,
            found: Vec::new(),
        };
        for (file, source) in sources.files.iter().enumerate() {
            (reader.home, reader.file) = (file, file);
            reader.found.push(Found::default());
            reader.visit_file(&source.syntax);
        }
        if reader.open == open {
            let never = open.difference(&reader.called);
            let never = never.map(|(file, name)| format!("{}: {name}", sources.files[*file].module));
            return (reader.found, never.collect());
        }
        open = reader.open;
    }
}

fn type_name(of: &syn::Type) -> String {
    match of {
        syn::Type::Path(path) => path
            .path
            .segments
            .last()
            .map_or_else(String::new, |s| s.ident.to_string()),
        _ => String::new(),
    }
}

impl<'a> Reader<'a> {
    /// Constructors within which the reader stands.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// The file in which names are looked up.
    pub fn syntax(&self) -> &'a syn::File {
        &self.sources.files[self.file].syntax
    }

    /// The value of a variable or parameter.
    pub fn variable(&self, name: &str) -> Option<Value> {
        let mut named = self
            .variables
            .iter()
            .rev()
            .filter(|(variable, _)| variable == name);
        named.next().map(|(_, value)| value.clone())
    }

    /// The expression of a constant: of this file, of the module that the path names, or the only one of its name.
    pub fn constant(&self, path: &syn::Path) -> Option<&'a Expr> {
        let name = path.segments.last()?.ident.to_string();
        let module = path.segments.iter().rev().nth(1).map(|s| s.ident.to_string());
        let named: Vec<_> = self
            .constants
            .iter()
            .filter(|(_, constant, _)| *constant == name)
            .collect();
        let here = named.iter().find(|(file, ..)| match &module {
            Some(module) if module != "Self" => self.sources.files[*file].stem() == module,
            _ => *file == self.file,
        });
        match (here, named.as_slice()) {
            (Some((.., expression)), _) | (None, [(.., expression)]) => Some(expression),
            _ => None,
        }
    }

    /// The value of a constant of this file.
    pub fn constant_named(&mut self, name: &str) -> Option<Value> {
        let path = syn::parse_str::<syn::Path>(name).ok()?;
        self.constant(&path).map(|expression| value::of(expression, self))
    }

    /// What a call of a function gives whose body is one expression.
    pub fn result(&mut self, path: &syn::Path, arguments: &Punctuated<Expr, Token![,]>) -> Value {
        let Some(function) = self.resolve(path, |_| true) else {
            return Value::Unknown;
        };
        let [syn::Stmt::Expr(body, None)] = function.block.stmts.as_slice() else {
            return Value::Unknown;
        };
        self.within(function, arguments, |reader| value::of(body, reader))
    }

    /// The function that a path names: a method of the type, of this file, of the module, or the only one of its name.
    fn resolve(&self, path: &syn::Path, wanted: impl Fn(&Function<'a>) -> bool) -> Option<Function<'a>> {
        let mut segments = path.segments.iter().rev().map(|s| s.ident.to_string());
        let name = segments.next()?;
        let owner = match segments.next() {
            Some(owner) if owner == "Self" => self.of_type.clone(),
            owner => owner.unwrap_or_default(),
        };
        let named: Vec<_> = self
            .functions
            .iter()
            .filter(|(function_name, function)| *function_name == name && wanted(function))
            .map(|(_, function)| function.clone())
            .collect();
        let is_of = |function: &Function<'_>| {
            let stem = self.sources.files[function.file].stem();
            function.of_type == owner || (function.of_type.is_empty() && stem == owner)
        };
        let of_owner: Vec<_> = named.into_iter().filter(is_of).collect();
        let here = of_owner.iter().find(|function| function.file == self.file);
        match (here, of_owner.as_slice()) {
            (Some(function), _) | (None, [function]) => Some(function.clone()),
            _ => None,
        }
    }

    /// Does `look` in a function with its parameters bound to what a call gives.
    fn within<T>(
        &mut self,
        function: Function<'a>,
        arguments: &Punctuated<Expr, Token![,]>,
        look: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let mut values: Vec<_> = arguments
            .iter()
            .map(|argument| value::of(argument, self))
            .collect();
        let mut patterns = Vec::new();
        for input in &function.signature.inputs {
            match input {
                syn::FnArg::Typed(input) => patterns.push(&*input.pat),
                // A method that is called by its path has itself as the first argument.
                syn::FnArg::Receiver(_) if !values.is_empty() => drop(values.remove(0)),
                syn::FnArg::Receiver(_) => {}
            }
        }
        let kept = (
            std::mem::take(&mut self.variables),
            std::mem::replace(&mut self.file, function.file),
            std::mem::replace(&mut self.of_type, function.of_type.clone()),
            self.function.replace(function.key()),
        );
        for (pattern, value) in std::iter::zip(patterns, values) {
            self.bind(pattern, value);
        }
        let callers = self.callers.len();
        self.callers.extend(kept.3.clone());
        self.depth += 1;
        let result = look(self);
        self.depth -= 1;
        self.callers.truncate(callers);
        (self.variables, self.file, self.of_type, self.function) = kept;
        result
    }

    /// Whether a call of a function is walked into: where it is open, and not being walked already.
    fn is_expanded(&self, key: &(usize, String)) -> bool {
        self.open.contains(key) && self.function.as_ref() != Some(key) && !self.callers.contains(key)
    }

    fn bind(&mut self, pattern: &Pat, value: Value) {
        match (pattern, value) {
            (Pat::Ident(name), value) => self.variables.push((name.ident.to_string(), value)),
            (Pat::Reference(reference), value) => self.bind(&reference.pat, value),
            (Pat::Type(typed), value) => self.bind(&typed.pat, value),
            (Pat::Tuple(tuple), Value::List(items)) => {
                for (pattern, item) in std::iter::zip(&tuple.elems, items) {
                    self.bind(pattern, item);
                }
            }
            (Pat::Tuple(tuple), _) => {
                for pattern in &tuple.elems {
                    self.bind(pattern, Value::Unknown);
                }
            }
            _ => {}
        }
    }

    /// Walks `body` once for each item of a list, bound to the pattern; once with nothing known where it is none.
    fn each(&mut self, pattern: &Pat, list: Value, body: impl Fn(&mut Self)) {
        let items = match list {
            Value::List(items) if !items.is_empty() => items,
            _ => vec![Value::Unknown],
        };
        for item in items {
            let before = self.variables.len();
            self.bind(pattern, item);
            body(self);
            self.variables.truncate(before);
        }
    }

    fn keep(&mut self, finding: Finding) {
        let found = &mut self.found[self.home];
        let within = self.callers.iter().chain(&self.function).cloned();
        match finding {
            Finding::Family(family) => {
                if self.depth > 0 {
                    self.called.extend(within);
                }
                if !found.declared.contains(&family) {
                    found.declared.push(family);
                }
            }
            // What hands a name on is no maker of names.
            Finding::RunTime => {
                found.run_time |= self
                    .function
                    .as_ref()
                    .is_none_or(|(_, name)| !name.ends_with("::dynamic"));
            }
            // Only a function that is given text can be completed by its callers.
            Finding::Open => {
                let completed = within.filter(|key| self.takes_text.contains(key));
                let before = self.open.len();
                self.open.extend(completed);
                if self.open.len() == before && !self.function.as_ref().is_some_and(|f| self.open.contains(f))
                {
                    found
                        .unread
                        .push("a declaration whose arguments are not known".to_owned());
                }
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let outer = std::mem::replace(&mut self.of_type, type_name(&item.self_ty));
        visit::visit_item_impl(self, item);
        self.of_type = outer;
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_for_tests(&item.attrs) {
            let outer = self
                .function
                .replace((self.file, format!("::{}", item.sig.ident)));
            self.visit_block(&item.block);
            self.function = outer;
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        let key = (self.file, format!("{}::{}", self.of_type, item.sig.ident));
        let outer = self.function.replace(key);
        self.visit_block(&item.block);
        self.function = outer;
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        let before = self.variables.len();
        visit::visit_block(self, block);
        self.variables.truncate(before);
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        visit::visit_local(self, local);
        if let Some(init) = &local.init {
            let value = value::of(&init.expr, self);
            self.bind(&local.pat, value);
        }
    }

    fn visit_expr_for_loop(&mut self, each: &'ast syn::ExprForLoop) {
        self.visit_expr(&each.expr);
        let list = value::of(&each.expr, self);
        self.each(&each.pat, list, |reader| reader.visit_block(&each.body));
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Some(finding) = declaration::of_call(call, self) {
            self.keep(finding);
        } else if let Expr::Path(path) = &*call.func
            && self.depth < value::DEPTH_MAX
            && let Some(function) = self.resolve(&path.path, |function| self.is_expanded(&function.key()))
        {
            let block = function.block;
            self.within(function, &call.args, |reader| reader.visit_block(block));
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if let Some(finding) = declaration::of_method(call, self) {
            self.keep(finding);
        }
        if let Some(Expr::Closure(closure)) = call.args.first()
            && let Some(pattern) = closure.inputs.first()
        {
            self.visit_expr(&call.receiver);
            let list = value::of(&call.receiver, self);
            self.each(pattern, list, |reader| reader.visit_expr(&closure.body));
            return;
        }
        visit::visit_expr_method_call(self, call);
    }
}

/// The constants and functions of all files.
#[derive(Default)]
struct Items<'a> {
    file: usize,
    of_type: String,
    constants: Vec<(usize, String, &'a Expr)>,
    functions: Vec<(String, Function<'a>)>,
}

impl<'a> Visit<'a> for Items<'a> {
    fn visit_item_const(&mut self, item: &'a syn::ItemConst) {
        self.constants
            .push((self.file, item.ident.to_string(), &item.expr));
    }

    fn visit_impl_item_const(&mut self, item: &'a syn::ImplItemConst) {
        self.constants
            .push((self.file, item.ident.to_string(), &item.expr));
    }

    fn visit_item_static(&mut self, item: &'a syn::ItemStatic) {
        self.constants
            .push((self.file, item.ident.to_string(), &item.expr));
    }

    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_impl(&mut self, item: &'a syn::ItemImpl) {
        self.of_type = type_name(&item.self_ty);
        visit::visit_item_impl(self, item);
        self.of_type.clear();
    }

    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.keep(&item.sig, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.keep(&item.sig, &item.block);
    }
}

impl<'a> Items<'a> {
    fn keep(&mut self, signature: &'a syn::Signature, block: &'a syn::Block) {
        let function = Function {
            file: self.file,
            of_type: self.of_type.clone(),
            signature,
            block,
        };
        self.functions.push((signature.ident.to_string(), function));
        // Constants may stand in functions.
        self.visit_block(block);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric_docs::sources::File;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let sources = Crate {
            name: String::new(),
            description: String::new(),
            uses: Vec::new(),
            files: vec![File {
                module: "a".to_owned(),
                syntax: syn::parse_str(text).unwrap(),
            }],
        };
        let (found, open) = read(&sources);
        let declared = found[0].declared.iter().map(|family| {
            let labels: Vec<_> = family.labels.iter().map(|(label, _)| label.as_str()).collect();
            format!(
                "{} {} {} {}",
                family.kind,
                family.name,
                labels.join(","),
                family.help
            )
        });
        let open = open.into_iter().map(|function| format!("open {function}"));
        let run_time = found[0].run_time.then(|| "run time".to_owned());
        let said: Vec<_> = declared.chain(open).chain(run_time).collect();
        assert_eq!(said, expected);
    }

    #[test]
    fn constants() {
        check(
            r#"const L: [&str; 1] = ["x"]; const A: Family<1> = Family::gauge("a", concat!("b", "c"), L);"#,
            &["gauge a x bc"],
        );
        check(
            r#"const A: Family<0> = Family::new("a", "b", Kind::Counter, []);"#,
            &["counter a  b"],
        );
    }

    #[test]
    fn constructors() {
        check(
            r#"
            const fn row(name: &'static str) -> Row { Row { family: Family::counter(name, "b", ["x"]) } }
            const ROWS: [Row; 2] = [row("a1"), row("a2")];"#,
            &["counter a1 x b", "counter a2 x b"],
        );
        check(
            r#"
            impl Row { const fn new(name: &str) -> Self { plain(name, ["x"]) } }
            const fn plain(name: &str, labels: [&str; 1]) -> Self { Self(Family::gauge(name, "b", labels)) }
            const ROW: Row = Row::new("a");"#,
            &["gauge a x b"],
        );
        check(
            r#"fn row(name: &str) { Family::counter(name, "b", []); }"#,
            &["open a: ::row"],
        );
    }

    #[test]
    fn tables() {
        check(
            r#"
            const ROWS: &[Row] = &[Row { suffix: "a", help: "b" }];
            fn write() { for row in ROWS { out.dynamic(&format!("x_{}", row.suffix), format_args!("{}", row.help), Kind::Gauge, [("l", l)], 1.0); } }"#,
            &["gauge x_a l b"],
        );
        check(
            r#"fn write(name: &str) { out.dynamic(&format!("x_{name}"), format_args!("b"), Kind::Gauge, [], 1.0); }"#,
            &["run time"],
        );
    }

    #[test]
    fn cells() {
        check(
            r#"
            struct Labels { job: String }
            struct Telemetry { scrapes: Family<Labels, Counter> }
            fn register(&self, registry: &mut Registry) { registry.register("a", "b", self.scrapes.clone()); }"#,
            &["counter a_total job b."],
        );
    }
}
