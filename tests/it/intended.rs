//! The intended differences that `docs/migrating.md` tells, held against those that are there.
//!
//! Under a heading, each row of the table `family | difference | why` names families, `*` for any characters,
//! and `missing`, `new`, `type`, `labels` or `values`. A difference without a row fails, and so does a row without a difference.

use std::collections::BTreeSet;

use crate::families::Difference;
use crate::peer::checkout;

/// One section's rows, and which were needed.
pub struct Intended {
    rows: Vec<(String, String)>,
    used: BTreeSet<usize>,
    unexpected: BTreeSet<String>,
}

impl Intended {
    /// Reads the tables under the heading `heading` of `docs/migrating.md`.
    #[track_caller]
    pub fn read(heading: &str) -> Self {
        let text = std::fs::read_to_string(checkout().join("docs/migrating.md")).unwrap();
        let (_, section) = text
            .split_once(&format!("\n{heading}\n"))
            .unwrap_or_else(|| panic!("docs/migrating.md has no {heading:?}"));
        let section = section.split("\n#").next().unwrap();
        let rows: Vec<_> = section.lines().filter_map(row).flatten().collect();
        Self {
            rows,
            used: BTreeSet::new(),
            unexpected: BTreeSet::new(),
        }
    }

    /// Holds the differences seen at `place` against the rows.
    pub fn check(&mut self, place: &str, differences: &[Difference]) {
        for difference in differences {
            let kind = match difference.said.as_str() {
                word @ ("missing" | "new") => word,
                labels if labels.starts_with('{') => "labels",
                values if values.starts_with("values") => "values",
                _ => "type",
            };
            let mut rows = self.rows.iter();
            match rows.position(|(pattern, what)| what == kind && matches(pattern, &difference.name)) {
                Some(row) => {
                    self.used.insert(row);
                }
                None => {
                    let line = format!("{place}: {} {}", difference.name, difference.said);
                    self.unexpected.insert(line);
                }
            }
        }
    }

    /// Fails where a difference had no row or a row no difference.
    #[track_caller]
    pub fn finish(self) {
        let rows = self.rows.iter().enumerate();
        let unused: Vec<_> = rows
            .filter(|(row, _)| !self.used.contains(row))
            .map(|(_, row)| row)
            .collect();
        assert!(
            self.unexpected.is_empty() && unused.is_empty(),
            "differences that docs/migrating.md does not tell: {:#?}\nrows that nothing showed: {unused:#?}",
            self.unexpected
        );
    }
}

/// Patterns and kind of a table's row; `None` for what is no such row.
fn row(line: &str) -> Option<Vec<(String, String)>> {
    let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
    let (families, kind) = (cells.next()?, cells.next()?);
    if !["missing", "new", "type", "labels", "values"].contains(&kind) {
        return None;
    }
    let families = families.split(',').map(|family| family.trim().trim_matches('`'));
    Some(
        families
            .map(|family| (family.to_owned(), kind.to_owned()))
            .collect(),
    )
}

/// Whether `name` is `pattern`, in which `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(left) = name.strip_prefix(head) else {
        return false;
    };
    (0..=left.len()).any(|at| left.is_char_boundary(at) && matches(rest, &left[at..]))
}

#[test]
fn a_row_names_families_and_a_kind() {
    let rows = row("| `a_*`, `b` | new | because |").unwrap();
    assert_eq!(
        rows,
        [
            ("a_*".to_owned(), "new".to_owned()),
            ("b".to_owned(), "new".to_owned())
        ]
    );
    assert_eq!(row("| family | difference | why |"), None);
    assert!(matches("a_*_total", "a_b_c_total"));
    assert!(!matches("a_*_total", "a_b_c_totals"));
}
