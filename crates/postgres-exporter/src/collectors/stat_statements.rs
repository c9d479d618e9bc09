//! Statements by time, from the extension pg_stat_statements in this database.
//!
//! The view is read once, and without the texts unless they are asked for: they can be hundreds of megabytes.
//! Statements run at top level and inside of functions are added up, because no label tells them apart.

use clap::{Arg, ArgMatches};
use exporter_http::flags::text;
use metrics_registry::Family;

use super::{Context, Sql, Statement};
use crate::Error;
use crate::flags;
use crate::samples::Samples;
use crate::session::quoted;
use crate::table::Table;

const FAMILIES: [Family<3>; 5] = [
    Family::counter(
        "pg_stat_statements_calls_total",
        "How often the statement was run.",
        ["datname", "queryid", "user"],
    ),
    Family::counter(
        "pg_stat_statements_seconds_total",
        "Seconds that the statement took.",
        ["datname", "queryid", "user"],
    ),
    Family::counter(
        "pg_stat_statements_rows_total",
        "Rows that the statement returned or changed.",
        ["datname", "queryid", "user"],
    ),
    Family::counter(
        "pg_stat_statements_block_read_seconds_total",
        "Seconds that the statement spent reading blocks, with track_io_timing.",
        ["datname", "queryid", "user"],
    ),
    Family::counter(
        "pg_stat_statements_block_write_seconds_total",
        "Seconds that the statement spent writing blocks, with track_io_timing.",
        ["datname", "queryid", "user"],
    ),
];
const QUERY: Family<2> = Family::counter(
    "pg_stat_statements_query_id",
    "Always 1; the label holds the text of the statement.",
    ["query", "queryid"],
);

pub(super) const STATEMENTS: &[Statement] = &[Statement { sql, write }];

const INCLUDE_QUERY: &str = "collector.stat_statements.include_query";
const QUERY_LENGTH: &str = "collector.stat_statements.query_length";
const LIMIT: &str = "collector.stat_statements.limit";
const EXCLUDE_DATABASES: &str = "collector.stat_statements.exclude_databases";
const EXCLUDE_USERS: &str = "collector.stat_statements.exclude_users";

/// What `--collector.stat_statements.…` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Whether the texts are served.
    pub include_query: bool,
    /// Characters of a text.
    pub query_length: u32,
    /// Most statements.
    pub limit: u32,
    /// Databases that are left out.
    pub exclude_databases: Vec<String>,
    /// Users that are left out.
    pub exclude_users: Vec<String>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            include_query: false,
            query_length: 120,
            limit: 100,
            exclude_databases: Vec::new(),
            exclude_users: Vec::new(),
        }
    }
}

impl Wanted {
    pub(crate) fn from_flags(matches: &ArgMatches) -> Self {
        let number = |name, default| text(matches, name).parse().unwrap_or(default);
        Self {
            include_query: flags::is_on(matches, INCLUDE_QUERY, false),
            query_length: number(QUERY_LENGTH, 120),
            limit: number(LIMIT, 100),
            exclude_databases: flags::list(matches, EXCLUDE_DATABASES),
            exclude_users: flags::list(matches, EXCLUDE_USERS),
        }
    }
}

pub(super) fn flags() -> Vec<Arg> {
    let number = |name: &'static str, help: &'static str, default: &'static str| {
        flags::value(name, "COUNT", help, default).value_parser(flags::is_number)
    };
    let names = |name: &'static str, help: &'static str| flags::value(name, "NAMES", help, "");
    let mut all = flags::switch(INCLUDE_QUERY, "Serve the texts of statements too", false);
    all.extend([
        number(QUERY_LENGTH, "Characters of a text that are served", "120"),
        number(LIMIT, "Most statements that are served", "100"),
        names(
            EXCLUDE_DATABASES,
            "Databases whose statements are left out, separated by commas",
        ),
        names(
            EXCLUDE_USERS,
            "Users whose statements are left out, separated by commas",
        ),
    ]);
    all
}

fn sql(context: &Context<'_>) -> Sql {
    let wanted = &context.plan.stat_statements;
    let time = if context.is_from(13) {
        "total_exec_time"
    } else {
        "total_time"
    };
    let [read, written] = if context.is_from(17) {
        ["shared_blk_read_time", "shared_blk_write_time"]
    } else {
        ["blk_read_time", "blk_write_time"]
    };
    let text = match wanted.include_query {
        true => format!("min(left(query, {}))", wanted.query_length),
        false => "NULL".to_owned(),
    };
    let without = |column: &str, names: &[String]| match names {
        [] => String::new(),
        names => {
            let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
            format!(" AND {column} NOT IN ({})", names.join(", "))
        }
    };
    let databases = without("d.datname", &wanted.exclude_databases);
    let users = without("pg_get_userbyid(userid)", &wanted.exclude_users);
    let (texts, limit) = (wanted.include_query, wanted.limit);
    // The tenth that takes least time is left out, as in the reference.
    Some(
        format!(
            "WITH statements AS (SELECT * FROM pg_stat_statements({texts})) \
             SELECT d.datname, queryid, pg_get_userbyid(userid), sum(calls), sum({time}) / 1000.0, sum(rows), \
             sum({read}) / 1000.0, sum({written}) / 1000.0, {text} \
             FROM statements JOIN pg_database d ON d.oid = dbid \
             WHERE {time} > (SELECT percentile_cont(0.1) WITHIN GROUP (ORDER BY {time}) FROM statements)\
             {databases}{users} GROUP BY 1, 2, 3 ORDER BY 5 DESC LIMIT {limit}"
        )
        .into(),
    )
}

fn write(context: &Context<'_>, table: &Table, samples: &mut Samples<'_>) -> Result<(), Error> {
    let known = |text: Option<&'_ str>| text.unwrap_or("unknown").to_owned();
    let mut told: Vec<String> = Vec::new();
    for row in table.rows() {
        let labels = [0, 1, 2].map(|column| known(row.text(column)));
        let [datname, queryid, user] = &labels;
        for (index, family) in FAMILIES.iter().enumerate() {
            let value = row.number(3 + index).unwrap_or(0.0);
            samples.sample(family, [datname, queryid, user], value);
        }
        // The same statement of another user or database has the same number and text.
        if context.plan.stat_statements.include_query && !told.contains(queryid) {
            let query = known(row.text(3 + FAMILIES.len()));
            samples.sample(&QUERY, [&query, queryid], 1.0);
            told.push(queryid.clone());
        }
    }
    Ok(())
}
