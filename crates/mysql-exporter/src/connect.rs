//! Opens a connection: login, encryption, the session's limits.
//!
//! A login over a Unix socket or with `caching_sha2_password` may need an encrypted connection, because the driver
//! sends a password in the clear only through one. So a plain attempt that fails for this reason is repeated
//! encrypted, and the target remembers.

use std::cell::Cell;
use std::time::Duration;

use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _};

use crate::account::{Account, Address, Encryption};
use crate::error::{self, number};
use crate::row::Row as _;
use crate::server::Server;
use crate::variables::JOINED_BYTES_MAX;

/// What the flags say of a session.
#[derive(Clone, Copy, Debug)]
pub struct SessionSettings {
    /// Seconds that a statement waits for a metadata lock; nothing where the server's own is kept.
    pub lock_wait_seconds: Option<u64>,
    /// Whether scrapes are kept out of MariaDB's slow log.
    pub log_slow_filter: bool,
    /// Seconds that a statement may take; 0 for what the scrape has.
    pub query_seconds: u64,
}

/// Logs in and asks for the version. The caller gives the time.
pub async fn open(
    account: &Account,
    address: &Address,
    encrypted: &Cell<bool>,
) -> Result<(MySqlConnection, Server), String> {
    let first = match account.encryption {
        Encryption::WhereNeeded if encrypted.get() => MySqlSslMode::Required,
        Encryption::WhereNeeded | Encryption::Off => MySqlSslMode::Disabled,
        Encryption::Preferred => MySqlSslMode::Preferred,
        Encryption::Unchecked => MySqlSslMode::Required,
        Encryption::Checked => MySqlSslMode::VerifyIdentity,
    };
    let options = options(account, address);
    let mut attempt = options.clone().ssl_mode(first).connect().await;
    if let Err(refused) = &attempt
        && account.encryption == Encryption::WhereNeeded
        && !encrypted.get()
        && may_need_encryption(refused, address)
        && let Ok(connection) = options.ssl_mode(MySqlSslMode::Required).connect().await
    {
        encrypted.set(true);
        attempt = Ok(connection);
    }
    let mut connection = attempt.map_err(|error| reason(&error))?;
    let version = sqlx::raw_sql("SELECT VERSION()").fetch_one(&mut connection).await;
    let version = version.map_err(|error| reason(&error))?;
    let server = Server::parse(&version.text(0));
    Ok((connection, server))
}

fn options(account: &Account, address: &Address) -> MySqlConnectOptions {
    // Each of these settings would cost a statement per connection, and none of them is needed to read text.
    let mut options = MySqlConnectOptions::new()
        .username(&account.user)
        .enable_cleartext_plugin(account.cleartext)
        .statement_cache_capacity(0)
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .timezone(None)
        .set_names(false)
        .disable_statement_logging();
    if let Some(password) = &account.password {
        options = options.password(password.expose());
    }
    options = match address {
        Address::Tcp { host, port } => options.host(host).port(*port),
        Address::Unix(path) => options.socket(path),
    };
    if let Some(authority) = &account.certificates.authority {
        options = options.ssl_ca(authority);
    }
    if let Some((certificate, key)) = &account.certificates.client {
        options = options.ssl_client_cert(certificate).ssl_client_key(key);
    }
    options
}

fn may_need_encryption(error: &sqlx::Error, address: &Address) -> bool {
    match error::number_of(error) {
        Some(number::SECURE_TRANSPORT_REQUIRED) => true,
        // The server takes the socket for safe and waits for the password itself, which the driver does not send.
        Some(number::LOGIN_DENIED) => matches!(address, Address::Unix(_)),
        Some(_) => false,
        None => matches!(error, sqlx::Error::Configuration(_)),
    }
}

/// One line: what the server or the system said, and what to do where that is known.
fn reason(error: &sqlx::Error) -> String {
    let text = error::text(error);
    if let Some((_, rest)) = text.split_once("unknown authentication plugin: ") {
        // The driver adds where in its sources it says so.
        let plugin = rest.split(' ').next().unwrap_or(rest);
        return format!(
            "the user logs in with the plugin {plugin}, which is not supported here: let the monitoring user log in with mysql_native_password, caching_sha2_password or unix_socket"
        );
    }
    match error {
        sqlx::Error::Configuration(_) => {
            "the server takes this login only over TLS, and does not offer TLS".to_owned()
        }
        _ if error::number_of(error) == Some(number::LOGIN_DENIED) => {
            format!("{text}: check user and password")
        }
        _ => text,
    }
}

/// Limits the session's statements at the server, so that none goes on after its scrape.
///
/// A server that does not know a limit (a proxy) is used without; the log says so.
pub async fn limit(
    connection: &mut MySqlConnection,
    server: &Server,
    settings: &SessionSettings,
    statement: Duration,
) -> Result<(), sqlx::Error> {
    let sql = limits(server, settings, statement);
    match sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await {
        Ok(_) => Ok(()),
        Err(error @ sqlx::Error::Database(_)) => {
            log::warn!(error = error::text(&error); "the server does not take the limits of a session");
            Ok(())
        }
        Err(error) => Err(error),
    }
}

fn limits(server: &Server, settings: &SessionSettings, statement: Duration) -> String {
    let mut sql = if server.is_mariadb {
        format!(
            "SET SESSION max_statement_time={}, group_concat_max_len={JOINED_BYTES_MAX}",
            statement.as_secs()
        )
    } else {
        format!("SET SESSION max_execution_time={}", statement.as_millis())
    };
    if let Some(seconds) = settings.lock_wait_seconds {
        sql.push_str(&format!(", lock_wait_timeout={seconds}"));
    }
    if settings.log_slow_filter && server.is_mariadb {
        sql.push_str(", log_slow_filter='tmp_table_on_disk,filesort_on_disk'");
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_both_brands() {
        let settings = SessionSettings {
            lock_wait_seconds: Some(2),
            log_slow_filter: true,
            query_seconds: 0,
        };
        let sql = |version| limits(&Server::parse(version), &settings, Duration::from_secs(10));
        assert_eq!(
            sql("10.11.6-MariaDB"),
            "SET SESSION max_statement_time=10, group_concat_max_len=16777216, lock_wait_timeout=2, log_slow_filter='tmp_table_on_disk,filesort_on_disk'"
        );
        assert_eq!(
            sql("8.4.3"),
            "SET SESSION max_execution_time=10000, lock_wait_timeout=2"
        );
    }

    #[test]
    fn a_plugin_that_is_not_supported_is_named() {
        let error =
            sqlx::Error::Protocol("unknown authentication plugin: client_ed25519 (sqlx_mysql:36)".into());
        assert!(
            reason(&error)
                .starts_with("the user logs in with the plugin client_ed25519, which is not supported")
        );
    }
}
