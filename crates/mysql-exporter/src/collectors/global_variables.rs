//! Settings of the server, from `SHOW GLOBAL VARIABLES`: every one that is a number or a switch is a gauge.
//!
//! Names: `mysql_global_variables_<variable>` gauge: a setting that is a number or a switch (1 is on), its name in lower case.

use metrics_registry::{Family, Kind};

use super::global_status::push_sanitized;
use crate::row::Row;
use crate::samples::Samples;
use crate::variables::Variables;
use crate::visit::{Answer, Visit};

const PREFIX: &str = "mysql_global_variables_";

const VERSION: Family<3> = Family::gauge(
    "mysql_version_info",
    "Version and distribution of the server.",
    ["innodb_version", "version", "version_comment"],
);
const ISOLATION: Family<1> = Family::gauge(
    "mysql_transaction_isolation",
    "How transactions are kept apart unless they say otherwise.",
    ["level"],
);
const GALERA_VARIABLES: Family<1> = Family::gauge(
    "mysql_galera_variables_info",
    "Name of the Galera cluster.",
    ["wsrep_cluster_name"],
);
const GALERA_CACHE: Family<0> = Family::gauge(
    "mysql_galera_gcache_size_bytes",
    "Size in bytes of the write-set cache of Galera.",
    [],
);

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move {
        let (mut name, mut words) = (String::new(), Words::default());
        visit
            .variables(Variables::Settings, |row, samples| {
                write(row, &mut name, &mut words, samples)
            })
            .await?;
        words.write(&mut visit.samples);
        Ok(())
    })
}

/// Settings that are words and become labels.
#[derive(Default)]
struct Words {
    innodb_version: String,
    version: String,
    version_comment: String,
    isolation: String,
    /// The name of `isolation` before MySQL 5.7.20 and MariaDB 11.1.
    isolation_before: String,
    cluster_name: String,
    provider_options: String,
}

impl Words {
    fn note(&mut self, key: &str, text: &str) {
        let field = match key {
            "innodb_version" => &mut self.innodb_version,
            "version" => &mut self.version,
            "version_comment" => &mut self.version_comment,
            "transaction_isolation" => &mut self.isolation,
            "tx_isolation" => &mut self.isolation_before,
            "wsrep_cluster_name" => &mut self.cluster_name,
            "wsrep_provider_options" => &mut self.provider_options,
            _ => return,
        };
        text.clone_into(field);
    }

    fn write(&self, samples: &mut Samples<'_>) {
        let version = [&self.innodb_version, &self.version, &self.version_comment];
        samples.sample(&VERSION, version.map(String::as_str), 1.0);
        let isolation = if self.isolation.is_empty() {
            &self.isolation_before
        } else {
            &self.isolation
        };
        if !isolation.is_empty() {
            samples.sample(&ISOLATION, [isolation], 1.0);
        }
        if !self.cluster_name.is_empty() {
            samples.sample(&GALERA_VARIABLES, [&self.cluster_name], 1.0);
        }
        if !self.provider_options.is_empty() {
            samples.sample(&GALERA_CACHE, [], cache_bytes(&self.provider_options));
        }
    }
}

fn write(row: &impl Row, name: &mut String, words: &mut Words, samples: &mut Samples<'_>) {
    name.clear();
    name.push_str(PREFIX);
    push_sanitized(name, &row.text(0));
    let key = name.get(PREFIX.len()..).unwrap_or_default();
    match row.status(1) {
        Ok(value) => {
            let help = format_args!("Setting {key}.");
            samples.dynamic(name, help, Kind::Gauge, &[], value);
        }
        Err(text) => words.note(key, &text),
    }
}

/// `gcache.size` of `wsrep_provider_options`; 0 where it is not there, as in the reference.
fn cache_bytes(options: &str) -> f64 {
    let size = options
        .split(';')
        .find_map(|option| option.trim().strip_prefix("gcache.size = "));
    let size = size.unwrap_or_default();
    let (digits, factor) = match size.strip_suffix(['M', 'G']) {
        Some(digits) if size.ends_with('M') => (digits, 1024.0 * 1024.0),
        Some(digits) => (digits, 1024.0 * 1024.0 * 1024.0),
        None => (size, 1.0),
    };
    digits.parse::<u64>().map_or(0.0, |size| size as f64 * factor)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::super::tests::samples;
    use super::*;

    #[track_caller]
    fn check(rows: &[&str], expect: Expect) {
        let (mut name, mut words) = (String::new(), Words::default());
        let mut text = samples("Variable_name|Value", rows, |row, out| {
            write(row, &mut name, &mut words, out)
        });
        text += &samples("", &[""], |_, out| words.write(out));
        expect.assert_eq(&text);
    }

    #[test]
    fn mysql_9() {
        check(
            &[
                "innodb_version|9.7.4",
                "version|9.7.4",
                "version_comment|MySQL Community Server - GPL",
                "transaction_isolation|REPEATABLE-READ",
                "read_only|OFF",
                "innodb_buffer_pool_size|134217728",
                "validate_password.length|8",
                "sql_mode|STRICT_TRANS_TABLES",
            ],
            expect![[r#"
                mysql_global_variables_innodb_buffer_pool_size 1.34217728e+08
                mysql_global_variables_read_only 0
                mysql_global_variables_validate_password_length 8
                mysql_transaction_isolation{level="REPEATABLE-READ"} 1
                mysql_version_info{innodb_version="9.7.4",version="9.7.4",version_comment="MySQL Community Server - GPL"} 1
            "#]],
        );
    }

    #[test]
    fn a_galera_cluster() {
        check(
            &[
                "version|10.11.6-MariaDB",
                "tx_isolation|READ-COMMITTED",
                "wsrep_cluster_name|pi",
                "wsrep_provider_options|base_dir = /; gcache.size = 128M; gcs.fc_limit = 16",
            ],
            expect![[r#"
                mysql_galera_gcache_size_bytes 1.34217728e+08
                mysql_galera_variables_info{wsrep_cluster_name="pi"} 1
                mysql_transaction_isolation{level="READ-COMMITTED"} 1
                mysql_version_info{innodb_version="",version="10.11.6-MariaDB",version_comment=""} 1
            "#]],
        );
    }
}
