//! Queries of the user's own, from the YAML file of `--extend.query-path`, in the format of the reference.
//!
//! The reference deprecated them; nothing here does. A result column becomes a family `<query>_<column>` as its `usage`
//! says; columns that the file does not name are served untyped where they are numbers.

pub mod file;
pub mod ranges;
pub mod usage;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

use metrics_registry::Family;

use self::file::Definition;
use crate::dsn::Dsn;
use crate::samples::Samples;
use crate::table::Table;
use crate::{Error, Version};

const LOAD_ERROR: Family<2> = Family::gauge(
    "pg_exporter_user_queries_load_error",
    "Whether the file of custom queries could not be used.",
    ["filename", "hashsum"],
);

/// The custom queries, and the file that they came from.
#[derive(Debug, Default)]
pub struct Queries {
    source: Option<Source>,
    queries: Vec<Rc<Query>>,
}

#[derive(Debug)]
struct Source {
    path: PathBuf,
    /// SHA-256 of the file in hexadecimal; empty where it could not be read.
    hash: String,
    is_usable: bool,
}

/// One query and the results that it keeps.
#[derive(Debug)]
pub struct Query {
    definition: Definition,
    /// The newest result of each data source, with `cache_seconds`.
    kept: RefCell<HashMap<String, (Instant, Rc<Table>)>>,
}

impl Queries {
    /// Reads a file. A file that cannot be used is said in the log and in a metric; `before` stays in force then.
    #[must_use]
    pub fn load(path: &Path, before: &Self) -> Self {
        let (hash, loaded) = file::load(path);
        let is_usable = loaded.is_ok();
        let queries = match loaded {
            Ok(definitions) => {
                log::info!(path:% = path.display(), queries = definitions.len(); "custom queries loaded");
                definitions.into_iter().map(Query::new).map(Rc::new).collect()
            }
            Err(error) => {
                log::error!(error:%; "custom queries not loaded");
                before.queries.clone()
            }
        };
        Self {
            source: Some(Source {
                path: path.to_owned(),
                hash,
                is_usable,
            }),
            queries,
        }
    }

    /// Writes whether the file could be used; nothing where none is named.
    pub fn write(&self, samples: &mut Samples<'_>) {
        if let Some(source) = &self.source {
            let error = f64::from(u8::from(!source.is_usable));
            let path = source.path.to_string_lossy();
            samples.sample(&LOAD_ERROR, [&path, &source.hash], error);
        }
    }

    /// The queries for the database of a data source.
    pub fn of(&self, version: Version) -> impl Iterator<Item = &Query> {
        let runs_on = move |query: &&Query| query.definition.runs_on.includes(version);
        self.queries.iter().map(Rc::as_ref).filter(runs_on)
    }

    /// The queries for the other databases of its server: those that are not for the first one only.
    pub fn of_databases(&self, version: Version) -> impl Iterator<Item = &Query> {
        self.of(version).filter(|query| !query.definition.is_for_first)
    }
}

impl Query {
    fn new(definition: Definition) -> Self {
        Self {
            definition,
            kept: RefCell::default(),
        }
    }

    /// Name of the section in the file, the beginning of its families' names.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.definition.name
    }

    /// The statement.
    #[must_use]
    pub fn sql(&self) -> Cow<'static, str> {
        Cow::Owned(self.definition.sql.clone())
    }

    /// The result that is still to be served instead of asking again.
    #[must_use]
    pub fn cached(&self, dsn: &Dsn) -> Option<Rc<Table>> {
        let kept = self.kept.borrow();
        let (read, table) = kept.get(&dsn.to_string())?;
        (read.elapsed() < self.definition.cache).then(|| table.clone())
    }

    /// Keeps a result, where the file asks for that.
    pub fn keep(&self, dsn: &Dsn, table: &Table) {
        if !self.definition.cache.is_zero() {
            let result = (Instant::now(), Rc::new(table.clone()));
            self.kept.borrow_mut().insert(dsn.to_string(), result);
        }
    }

    /// Writes the rows of a result.
    ///
    /// Fails with the last value that could not be used, after all others are written.
    pub fn write(&self, version: Version, table: &Table, samples: &mut Samples<'_>) -> Result<(), Error> {
        usage::write(&self.definition, version, table, samples)
    }
}
