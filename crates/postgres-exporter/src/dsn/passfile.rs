//! Passwords from `.pgpass`: lines of `host:port:database:user:password`, `*` for any, `\` before `:` and `\`.

use std::path::{Path, PathBuf};

use settings::Secret;

use super::Dsn;

/// Bytes of a password file; a line has about 60.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The password for this data source, from its `passfile`, `PGPASSFILE` or `~/.pgpass`.
///
/// As libpq does, a file that others may read is passed over, with a warning.
pub(super) fn find(dsn: &Dsn, user: &str) -> Option<Secret> {
    let path = dsn.passfile.clone().or_else(default_path)?;
    let text = read(&path)?;
    let database = dsn.database.as_deref().unwrap_or(user);
    let host = if dsn.is_socket() { "localhost" } else { &dsn.host };
    let wanted = [host, &dsn.port.to_string(), database, user];
    let by_directory = [&dsn.host, wanted[1], database, user];
    password(&text, &wanted).or_else(|| password(&text, &by_directory))
}

fn default_path() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty())?;
    Some(Path::new(&home).join(".pgpass"))
}

fn read(path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;
    let about = std::fs::metadata(path).ok()?;
    if !about.is_file() || FILE_BYTES_MAX < about.len() {
        return None;
    }
    if about.permissions().mode() & 0o077 != 0 {
        log::warn!(path:% = path.display(); "password file not used, others may read it; chmod 0600");
        return None;
    }
    match std::fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) => {
            log::warn!(path:% = path.display(), error:%; "password file not used");
            None
        }
    }
}

/// The password of the first line that fits host, port, database and user.
fn password(text: &str, wanted: &[&str; 4]) -> Option<Secret> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .find_map(|line| {
            let mut fields = fields(line);
            let password = fields.pop().filter(|_| fields.len() == wanted.len())?;
            let fits = |(field, wanted): (&String, &&str)| field == "*" || field == wanted;
            fields.iter().zip(wanted).all(fits).then(|| Secret::new(password))
        })
}

/// Four fields and all that follows them as the fifth.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        let count = fields.len();
        let Some(field) = fields.last_mut() else { break };
        match character {
            '\\' => field.push(characters.next().unwrap_or('\\')),
            ':' if count < 5 => fields.push(String::new()),
            _ => field.push(character),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# comment:5432:a:b:no\n\
        db.example:5432:app:monitor:first\n\
        db.example:*:*:monitor:with\\:colon\\\\\n\
        localhost:5432:*:*:local:with:colons\n\
        short:line\n\
        /run/pg:*:*:*:by directory\n";

    #[track_caller]
    fn check(wanted: [&str; 4], expect: Option<&str>) {
        let found = password(FILE, &wanted);
        assert_eq!(found.as_ref().map(Secret::expose), expect);
    }

    #[test]
    fn the_first_line_that_fits() {
        check(["db.example", "5432", "app", "monitor"], Some("first"));
        check(["db.example", "5433", "app", "monitor"], Some("with:colon\\"));
        check(["localhost", "5432", "x", "y"], Some("local:with:colons"));
        check(["/run/pg", "5432", "x", "y"], Some("by directory"));
        check(["comment", "5432", "a", "b"], None);
        check(["db.example", "5432", "app", "other"], None);
    }

    #[test]
    fn a_file_that_others_may_read_is_passed_over() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("pgpass");
        std::fs::write(&path, "*:*:*:*:secret\n").expect("written");
        let mode =
            |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("mode");
        let dsn = Dsn::parse(&format!("host=h passfile={}", path.display()), &[]).expect("a data source");
        mode(0o644);
        assert_eq!(find(&dsn, "u"), None);
        mode(0o600);
        assert_eq!(find(&dsn, "u").as_ref().map(Secret::expose), Some("secret"));
    }
}
