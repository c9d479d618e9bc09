//! The variables of a server: what it counts (`SHOW GLOBAL STATUS`) and how it is set (`SHOW GLOBAL VARIABLES`).
//!
//! They are 1,200 rows, nearly all of what a scrape reads, and the driver takes longer for a row than the collectors do.
//! MariaDB has the same in information_schema, and gives it as one row. MySQL's tables lack a part (`Com_*`), so it is
//! asked by SHOW, and so is whoever does not give one row.

use std::borrow::Cow;

use crate::Error;
use crate::row::Row;
use crate::samples::Samples;
use crate::visit::Visit;

/// Between a name and its value; no name and hardly a value has it.
const UNIT_SEPARATOR: char = '\x1f';
/// Between one variable and the next.
const RECORD_SEPARATOR: char = '\x1e';
/// What MariaDB may join to one text; 650 settings have 20 kB.
pub const JOINED_BYTES_MAX: usize = 16 << 20;

/// Which variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variables {
    /// What the server counts.
    Status,
    /// How it is set.
    Settings,
}

/// A variable: its name and its value.
#[derive(Clone, Copy, Debug)]
pub struct Variable<'a> {
    /// As the server spells it, in the case it likes.
    pub name: &'a str,
    /// Empty where it has none.
    pub value: &'a str,
}

impl Row for Variable<'_> {
    fn width(&self) -> usize {
        2
    }

    fn name(&self, column: usize) -> &str {
        ["Variable_name", "Value"]
            .get(column)
            .copied()
            .unwrap_or_default()
    }

    fn bytes(&self, column: usize) -> Option<&[u8]> {
        [self.name, self.value].get(column).map(|text| text.as_bytes())
    }

    fn text(&self, column: usize) -> Cow<'_, str> {
        [self.name, self.value]
            .get(column)
            .copied()
            .unwrap_or_default()
            .into()
    }
}

impl Variables {
    const fn show(self) -> &'static str {
        match self {
            Self::Status => "SHOW GLOBAL STATUS",
            Self::Settings => "SHOW GLOBAL VARIABLES",
        }
    }

    /// The separators stand in the text themselves: what a backslash means depends on the server's sql_mode.
    const fn joined(self) -> &'static str {
        match self {
            Self::Status => {
                "SELECT SUM(LENGTH(variable_name) + LENGTH(variable_value) + 2), \
                 GROUP_CONCAT(variable_name, '\x1f', variable_value SEPARATOR '\x1e') \
                 FROM information_schema.global_status"
            }
            Self::Settings => {
                "SELECT SUM(LENGTH(variable_name) + LENGTH(variable_value) + 2), \
                 GROUP_CONCAT(variable_name, '\x1f', variable_value SEPARATOR '\x1e') \
                 FROM information_schema.global_variables"
            }
        }
    }
}

impl Visit<'_> {
    /// Gives every variable to `each`.
    pub async fn variables(
        &mut self,
        variables: Variables,
        mut each: impl FnMut(&Variable<'_>, &mut Samples<'_>),
    ) -> Result<(), Error> {
        if self.server.is_mariadb && self.joined(variables, &mut each).await? {
            return Ok(());
        }
        self.rows(variables.show(), |row, samples| {
            let (name, value) = (row.text(0), row.text(1));
            let variable = Variable {
                name: &name,
                value: &value,
            };
            each(&variable, samples);
        })
        .await
    }

    /// Whether the server gave them as one row that is whole.
    async fn joined(
        &mut self,
        variables: Variables,
        each: &mut impl FnMut(&Variable<'_>, &mut Samples<'_>),
    ) -> Result<bool, Error> {
        let mut is_whole = false;
        let asked = self.rows(variables.joined(), |row, samples| {
            if let Some(joined) = whole(row) {
                is_whole = true;
                for variable in joined.split(RECORD_SEPARATOR).filter_map(variable) {
                    each(&variable, samples);
                }
            }
        });
        match asked.await {
            Ok(()) => Ok(is_whole),
            // A proxy that calls itself MariaDB may not know the tables.
            Err(error) if !error.is_broken() && !error.is_timeout() => {
                log::debug!(error:%; "variables are not given as one row");
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

/// The variables as one text; nothing where it has not the length that the server counted, because it was cut.
fn whole(row: &impl Row) -> Option<Cow<'_, str>> {
    let joined = row.text(1);
    // No separator stands behind the last one.
    let length = joined.len() + RECORD_SEPARATOR.len_utf8();
    (row.number(0) == Some(length as f64)).then_some(joined)
}

fn variable(record: &str) -> Option<Variable<'_>> {
    let (name, value) = record.split_once(UNIT_SEPARATOR)?;
    Some(Variable { name, value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::made::Made;

    #[track_caller]
    fn check(length: &str, joined: Option<&str>, expect: Option<&[(&str, &str)]>) {
        let row = Made {
            names: vec!["length".to_owned(), "joined".to_owned()],
            cells: vec![Some(length.to_owned()), joined.map(str::to_owned)],
        };
        let joined = whole(&row);
        let found = joined.as_ref().map(|joined| {
            let records = joined.split(RECORD_SEPARATOR).filter_map(variable);
            records
                .map(|variable| (variable.name, variable.value))
                .collect::<Vec<_>>()
        });
        assert_eq!(found.as_deref(), expect);
    }

    #[test]
    fn a_row_of_variables() {
        let two = "UPTIME\x1f12\x1eSSL_CIPHER\x1f";
        check("22", Some(two), Some(&[("UPTIME", "12"), ("SSL_CIPHER", "")]));
        // Cut, in the last one too.
        check("23", Some(two), None);
        check("22", None, None);
        check("", Some(two), None);
        // A value with a separator costs itself alone.
        check(
            "12",
            Some("A\x1f1\x1e2\x1eB\x1f1\x1f2"),
            Some(&[("A", "1"), ("B", "1\x1f2")]),
        );
    }
}
