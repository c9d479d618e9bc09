//! Counters of TokuDB, from `SHOW ENGINE TOKUDB STATUS`. The collector fails where the engine is not there.
//!
//! Names: `mysql_engine_tokudb_<title>` untyped: a counter of the engine under its title, lower case, words joined by `_`.

use metrics_registry::Kind;

use crate::row::Row;
use crate::samples::Samples;
use crate::value;
use crate::visit::{Answer, Visit};

const QUERY: &str = "SHOW ENGINE TOKUDB STATUS";
const PREFIX: &str = "mysql_engine_tokudb_";

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move { visit.rows(QUERY, write).await })
}

fn write(row: &impl Row, samples: &mut Samples<'_>) {
    if let Some(value) = value::status(&row.text(2)) {
        let title = row.text(1);
        let help = format_args!("Counter of TokuDB: {title}.");
        samples.dynamic(&name(&title), help, Kind::Untyped, &[], value);
    }
}

/// `cachetable: miss time > 1s` becomes `mysql_engine_tokudb_cachetable_miss_time__1s`.
fn name(title: &str) -> String {
    let mut name = PREFIX.to_owned();
    for character in title.chars() {
        match character {
            '>' | ',' | ':' | '(' | ')' => {}
            '+' | '/' => name.push_str("and"),
            'a'..='z' | '0'..='9' | '_' => name.push(character),
            'A'..='Z' => name.push(character.to_ascii_lowercase()),
            _ => name.push('_'),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::tests::samples;
    use super::*;

    #[test]
    fn names_from_titles() {
        let rows = [
            "TokuDB|indexer: number of calls to indexer->build() succeeded|1",
            "TokuDB|ft: promotion: roots+split/h1|2",
            "TokuDB|loader: time|never",
        ];
        expect![[r#"
            mysql_engine_tokudb_ft_promotion_rootsandsplitandh1 2
            mysql_engine_tokudb_indexer_number_of_calls_to_indexer_build_succeeded 1
        "#]]
        .assert_eq(&samples("Type|Name|Status", &rows, write));
    }
}
