//! The tables that dashboards are written from.

use std::collections::BTreeMap;
use std::path::Path;

use settings::document::{self, Refused};
use settings::{Keys, Limits, Node, Read};

/// What a table may take.
const LIMITS: Limits = Limits {
    bytes: 64 << 10,
    depth: 16,
    parts: 10_000,
};
/// What `@` in braces stands for.
const CHOSEN: &str = "job=~\"$job\",instance=~\"$instance\"";
/// Columns of a page.
pub const COLUMNS: u64 = 24;

/// A page of panels.
#[derive(Default)]
pub struct Dashboard {
    /// Name of the file, which names the dashboard in addresses.
    pub name: String,
    pub title: String,
    pub says: String,
    /// The metric whose jobs and instances can be chosen.
    pub of: String,
    pub rows: Vec<Row>,
}

pub struct Row {
    pub title: String,
    pub panels: Vec<Panel>,
}

/// How a panel shows its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `bars`: the newest number of each, as a bar.
    Bars,
    /// Lines over time; the default.
    Line,
    /// `stat`: the newest number, large.
    Stat,
    /// `state`: what was the case when.
    State,
}

pub struct Panel {
    pub title: String,
    pub says: String,
    pub kind: Kind,
    /// Grafana's name of the unit.
    pub unit: String,
    pub queries: Vec<Query>,
    pub max: Option<f64>,
    pub stack: bool,
    /// Where yellow begins, and red; where `bad` is the lower of both, below them.
    pub warn: Option<f64>,
    pub bad: Option<f64>,
    /// Where green begins, and below all is red.
    pub good: Option<f64>,
    /// What is shown in place of a number.
    pub words: BTreeMap<String, String>,
    /// Columns of a page.
    pub width: u64,
    pub nrql: Option<String>,
    pub flux: Option<String>,
}

pub struct Query {
    pub expression: String,
    pub legend: String,
}

impl Dashboard {
    /// Reads a table; fails the test with file, line and column of what is wrong.
    #[track_caller]
    pub fn load(path: &Path) -> Self {
        let text = document::load(path, &LIMITS).unwrap_or_else(|error| panic!("{error}"));
        let mut dashboard: Self =
            document::parse(path, &text, &LIMITS).unwrap_or_else(|error| panic!("{error}"));
        dashboard.name = path.file_stem().unwrap().to_string_lossy().into_owned();
        dashboard
    }

    pub fn panels(&self) -> impl Iterator<Item = &Panel> {
        self.rows.iter().flat_map(|row| &row.panels)
    }
}

impl Read for Dashboard {
    fn read(node: Node) -> Result<Self, Refused> {
        let mut keys = Keys::of(node, &["title", "says", "of", "rows"])?;
        Ok(Self {
            name: String::new(),
            title: keys.take("title")?.unwrap_or_default(),
            says: keys.take("says")?.unwrap_or_default(),
            of: keys.take("of")?.unwrap_or_default(),
            rows: keys.take("rows")?.unwrap_or_default(),
        })
    }
}

impl Read for Row {
    fn read(node: Node) -> Result<Self, Refused> {
        let mut keys = Keys::of(node, &["title", "panels"])?;
        Ok(Self {
            title: keys.take("title")?.unwrap_or_default(),
            panels: keys.take("panels")?.unwrap_or_default(),
        })
    }
}

/// The keys of a panel. With `else` a machine for which there is nothing shows 0, if it serves that metric; with `total`
/// the sum of all machines is shown.
const KEYS: [&str; 18] = [
    "title", "says", "kind", "unit", "query", "legend", "queries", "max", "stack", "warn", "bad", "good",
    "words", "width", "nrql", "flux", "else", "total",
];

impl Read for Panel {
    fn read(node: Node) -> Result<Self, Refused> {
        let place = node.place;
        let mut keys = Keys::of(node, &KEYS)?;
        let mut queries: Vec<Query> = keys.take("queries")?.unwrap_or_default();
        if let Some(expression) = keys.take("query")? {
            let legend = keys.take("legend")?.unwrap_or_default();
            queries.push(Query { expression, legend });
        }
        if queries.is_empty() {
            return Err((place, "a panel without a query".into()));
        }
        let otherwise: Option<String> = keys.take("else")?;
        let total = keys.take("total")?.unwrap_or(false);
        for query in &mut queries {
            query.complete(otherwise.as_deref(), total);
        }
        let kind = match keys.take::<String>("kind")?.as_deref() {
            None => Kind::Line,
            Some("bars") => Kind::Bars,
            Some("stat") => Kind::Stat,
            Some("state") => Kind::State,
            Some(other) => return Err((place, format!("{other:?} is no kind of panel"))),
        };
        let width = if kind == Kind::Stat { 4 } else { 8 };
        Ok(Self {
            title: keys.take("title")?.unwrap_or_default(),
            says: keys.take("says")?.unwrap_or_default(),
            kind,
            unit: keys
                .take("unit")?
                .ok_or((place, "a panel without a unit".into()))?,
            queries,
            max: keys.take("max")?,
            stack: keys.take("stack")?.unwrap_or(false),
            warn: keys.take("warn")?,
            bad: keys.take("bad")?,
            good: keys.take("good")?,
            words: keys.take("words")?.unwrap_or_default(),
            width: keys.take("width")?.unwrap_or(width),
            nrql: keys.take("nrql")?,
            flux: keys.take("flux")?,
        })
    }
}

impl Read for Query {
    fn read(node: Node) -> Result<Self, Refused> {
        let mut keys = Keys::of(node, &["query", "legend"])?;
        Ok(Self {
            expression: keys.take("query")?.unwrap_or_default(),
            legend: keys.take("legend")?.unwrap_or_default(),
        })
    }
}

impl Query {
    fn complete(&mut self, otherwise: Option<&str>, total: bool) {
        if let Some(metric) = otherwise {
            let query = &self.expression;
            self.expression = format!("({query}) or on (instance) 0 * max by (instance) ({metric}{{@}})");
        }
        if total {
            self.expression = format!("sum({})", self.expression);
        }
        self.expression = self.expression.replace("{@", &format!("{{{CHOSEN}"));
    }
}
