//! `DATA_SOURCE_NAME` in the form of Go's MySQL driver: `user:password@protocol(address)/database?name=value`.
//!
//! The reference dropped it in 0.15; the packages of Debian 12 and many compose files have it.
//! As there, the last `/` ends the address and the last `@` before it ends the password, so that both may hold either.

use std::path::PathBuf;

use crate::account::{Account, Address, Certificates, Encryption};
use settings::Secret;

/// Bytes that are read; real ones are below 200.
const DSN_BYTES_MAX: usize = 4096;
/// Where Go's driver looks for a socket that is not named.
const SOCKET_DEFAULT: &str = "/tmp/mysql.sock";

/// Why a data source name cannot be used. Never shows the text, which holds the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DsnError {
    /// Longer than any real one.
    #[error("longer than {DSN_BYTES_MAX} bytes")]
    Long,
    /// No `/`.
    #[error("the slash before the name of the database is missing, as in user:password@tcp(host:3306)/")]
    Slash,
    /// `(` without `)`.
    #[error("the address does not end in ')' before the slash")]
    Parenthesis,
    /// Neither `tcp` nor `unix`.
    #[error("the protocol is neither tcp nor unix")]
    Protocol,
    /// No port, or none that is a number.
    #[error("the address is not host:port")]
    Address,
    /// `tls` with a name that this program does not know.
    #[error("tls is none of true, false, preferred and skip-verify; name a CA in .my.cnf instead")]
    Tls,
}

/// Reads a data source name. The database and unknown parameters are passed over.
pub fn parse(text: &str) -> Result<Account, DsnError> {
    if DSN_BYTES_MAX < text.len() {
        return Err(DsnError::Long);
    }
    let (left, right) = text.rsplit_once('/').ok_or(DsnError::Slash)?;
    let (login, place) = match left.rsplit_once('@') {
        Some((login, place)) => (login, place),
        None => ("", left),
    };
    let (user, password) = match login.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (login, None),
    };
    let mut account = Account {
        user: user.to_owned(),
        password: password.map(|password| Secret::new(password.to_owned())),
        address: address(place)?,
        encryption: Encryption::default(),
        certificates: Certificates::default(),
        cleartext: false,
    };
    let parameters = right.split_once('?').map_or("", |(_, parameters)| parameters);
    for parameter in parameters.split('&') {
        match parameter.split_once('=') {
            Some(("tls", value)) => account.encryption = encryption(value)?,
            Some(("allowCleartextPasswords", value)) => account.cleartext = is_true(value),
            _ => {}
        }
    }
    Ok(account)
}

fn address(place: &str) -> Result<Address, DsnError> {
    let (protocol, address) = match place.split_once('(') {
        Some((protocol, rest)) => (protocol, rest.strip_suffix(')').ok_or(DsnError::Parenthesis)?),
        None => (place, ""),
    };
    match protocol {
        "" | "tcp" if address.is_empty() => Ok(Address::default()),
        "" | "tcp" => {
            let named = |text: &str| {
                Address::parse(text)
                    .ok()
                    .filter(|address| matches!(address, Address::Tcp { .. }))
            };
            named(address)
                .or_else(|| named(&format!("{address}:3306")))
                .ok_or(DsnError::Address)
        }
        "unix" if address.is_empty() => Ok(Address::Unix(PathBuf::from(SOCKET_DEFAULT))),
        "unix" => Ok(Address::Unix(PathBuf::from(address))),
        _ => Err(DsnError::Protocol),
    }
}

fn encryption(value: &str) -> Result<Encryption, DsnError> {
    match value {
        "skip-verify" => Ok(Encryption::Unchecked),
        "preferred" => Ok(Encryption::Preferred),
        value if is_true(value) => Ok(Encryption::Checked),
        value if is_false(value) => Ok(Encryption::Off),
        _ => Err(DsnError::Tls),
    }
}

/// The spellings that Go's driver takes.
pub(crate) fn is_true(value: &str) -> bool {
    matches!(value, "1" | "true" | "TRUE" | "True")
}

/// The spellings that Go's driver takes.
pub(crate) fn is_false(value: &str) -> bool {
    matches!(value, "0" | "false" | "FALSE" | "False")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// User, password, address and encryption of a data source name.
    #[track_caller]
    fn check(text: &str, expected: Result<(&str, Option<&str>, &str, Encryption), DsnError>) {
        let read = parse(text);
        let read = read.as_ref().map_err(|error| *error).map(|account| {
            let password = account.password.as_ref().map(Secret::expose);
            (
                account.user.as_str(),
                password,
                account.address.to_string(),
                account.encryption,
            )
        });
        let expected =
            expected.map(|(user, password, address, tls)| (user, password, address.to_owned(), tls));
        assert_eq!(read, expected, "{text}");
    }

    #[test]
    fn what_debian_documents() {
        let plain = Encryption::WhereNeeded;
        check("login:password@(hostname:port)/dbname", Err(DsnError::Address));
        check(
            "login:password@(db:3306)/",
            Ok(("login", Some("password"), "db:3306", plain)),
        );
        check(
            "prometheus:nopassword@unix(/run/mysqld/mysqld.sock)/",
            Ok((
                "prometheus",
                Some("nopassword"),
                "unix:///run/mysqld/mysqld.sock",
                plain,
            )),
        );
        check(
            "debian-sys-maint@unix(/run/mysqld/mysqld.sock)/mysql",
            Ok(("debian-sys-maint", None, "unix:///run/mysqld/mysqld.sock", plain)),
        );
    }

    #[test]
    fn the_forms_of_the_driver() {
        let plain = Encryption::WhereNeeded;
        check("/", Ok(("", None, "127.0.0.1:3306", plain)));
        check("u@tcp/", Ok(("u", None, "127.0.0.1:3306", plain)));
        check("u:@tcp(db)/", Ok(("u", Some(""), "db:3306", plain)));
        check("u:p@tcp([::1]:3307)/", Ok(("u", Some("p"), "[::1]:3307", plain)));
        check(
            "u:p@ss/w:rd@tcp(db:1)/x",
            Ok(("u", Some("p@ss/w:rd"), "db:1", plain)),
        );
        check("u@unix/", Ok(("u", None, "unix:///tmp/mysql.sock", plain)));
        check(
            "u@tcp(db:1)/?tls=skip-verify&x",
            Ok(("u", None, "db:1", Encryption::Unchecked)),
        );
        check(
            "u@tcp(db:1)/?tls=true",
            Ok(("u", None, "db:1", Encryption::Checked)),
        );
        check(
            "u@tcp(db:1)/?timeout=5s&tls=false",
            Ok(("u", None, "db:1", Encryption::Off)),
        );
    }

    #[test]
    fn what_is_wrong_is_told_without_the_text() {
        check("u:secret@tcp(db:1)", Err(DsnError::Slash));
        check("u:secret@tcp(db:1/", Err(DsnError::Parenthesis));
        check("u:secret@udp(db:1)/", Err(DsnError::Protocol));
        check("u:secret@tcp(db:1)/?tls=custom", Err(DsnError::Tls));
        check(&"/".repeat(5000), Err(DsnError::Long));
        let shown = format!("{:?}", parse("u:secret@tcp(db:1)/"));
        assert!(
            !shown.contains("secret@") && shown.contains("<secret>"),
            "{shown}"
        );
    }
}
