//! The tables of collectors, in any file of a crate.
//!
//! A row is a struct with `name: "…"` or `flag: "…"`, and `on: true` or `false`; or a call of `Collector::on("…", …)` or
//! `Collector::off("…", …)`. A row belongs to the module that it names or is called after, below the folder of its file;
//! or to the file in which it stands, where that is called after it.

use syn::visit::{self, Visit};

use super::sources::{Crate, is_for_tests};

/// One row.
pub struct Row {
    /// What flags and samples call the collector.
    pub name: String,
    /// Whether it runs by default.
    pub on: bool,
    /// Modules whose functions the row names, as paths below the table's folder: `info_schema/tables`.
    pub modules: Vec<String>,
}

/// A file with rows.
pub struct Table {
    /// The folder of the modules that the rows name: `collectors`.
    pub folder: String,
    pub rows: Vec<Row>,
}

impl Table {
    /// Where the module belongs: the module of the row or else of the first level below the folder, and its rows.
    /// Nothing for a module that is not in the folder.
    pub fn place(&self, module: &str) -> Option<(String, Vec<&Row>)> {
        let below = module.strip_prefix(&self.folder)?;
        let own = self.rows_of(self.folder.rsplit('/').next().unwrap_or_default());
        if !own.is_empty() && (below.is_empty() || below.starts_with('/')) {
            return Some((self.folder.clone(), own));
        }
        let below = below.strip_prefix('/')?;
        let mut path = below;
        loop {
            let rows = self.rows_of(path);
            if !rows.is_empty() {
                return Some((format!("{}/{path}", self.folder), rows));
            }
            match path.rsplit_once('/') {
                Some((parent, _)) => path = parent,
                None => return Some((format!("{}/{path}", self.folder), Vec::new())),
            }
        }
    }

    /// A module's path below the folder, also where it was written from the root of the crate.
    fn below<'a>(&self, module: &'a str) -> &'a str {
        let below = module.strip_prefix(&self.folder);
        below.and_then(|rest| rest.strip_prefix('/')).unwrap_or(module)
    }

    fn rows_of(&self, path: &str) -> Vec<&Row> {
        let named: Vec<_> = self
            .rows
            .iter()
            .filter(|row| row.modules.iter().any(|module| self.below(module) == path))
            .collect();
        if !named.is_empty() {
            return named;
        }
        let plain = |name: &str| name.replace(['.', '-', '/'], "_");
        self.rows
            .iter()
            .filter(|row| plain(&row.name) == plain(path))
            .collect()
    }
}

/// All tables of a crate.
pub fn tables(sources: &Crate) -> Vec<Table> {
    let tables = sources.files.iter().map(|file| {
        let mut rows = Rows(Vec::new());
        rows.visit_file(&file.syntax);
        Table {
            folder: file.module.clone(),
            rows: rows.0,
        }
    });
    tables.filter(|table| !table.rows.is_empty()).collect()
}

struct Rows(Vec<Row>);

impl Rows {
    fn keep(&mut self, name: String, on: bool, modules: Modules) {
        // `collect.global_status` is the flag of the collector `global_status`.
        let name = name
            .trim_start_matches("collector.")
            .trim_start_matches("collect.")
            .to_owned();
        self.0.push(Row {
            name,
            on,
            modules: modules.0,
        });
    }
}

impl<'ast> Visit<'ast> for Rows {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_expr_struct(&mut self, expression: &'ast syn::ExprStruct) {
        let field = |name: &str| {
            let mut fields = expression.fields.iter();
            fields.find_map(|field| match &field.member {
                syn::Member::Named(member) if member == name => Some(&field.expr),
                _ => None,
            })
        };
        let name = field("name").or(field("flag")).and_then(text);
        if let (Some(name), Some(on)) = (name, field("on").and_then(switch)) {
            let mut modules = Modules(Vec::new());
            modules.visit_expr_struct(expression);
            self.keep(name, on, modules);
        }
        visit::visit_expr_struct(self, expression);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func
            && let [of, switch] = path.path.segments.iter().collect::<Vec<_>>().as_slice()
            && of.ident == "Collector"
            && (switch.ident == "on" || switch.ident == "off")
            && let Some(name) = call.args.first().and_then(text)
        {
            let mut modules = Modules(Vec::new());
            call.args.iter().for_each(|argument| modules.visit_expr(argument));
            self.keep(name, switch.ident == "on", modules);
        }
        visit::visit_expr_call(self, call);
    }
}

/// The modules of the functions that an expression names.
struct Modules(Vec<String>);

impl<'ast> Visit<'ast> for Modules {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let mut segments: Vec<_> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        segments.pop();
        let is_module = |segment: &String| segment.chars().all(|c| !c.is_ascii_uppercase());
        segments.retain(|segment| !["crate", "self", "super"].contains(&segment.as_str()));
        if !segments.is_empty() && segments.iter().all(is_module) {
            self.0.push(segments.join("/"));
        }
        visit::visit_path(self, path);
    }
}

fn text(expression: &syn::Expr) -> Option<String> {
    match expression {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}

fn switch(expression: &syn::Expr) -> Option<bool> {
    match expression {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Bool(on),
            ..
        }) => Some(on.value),
        _ => None,
    }
}
