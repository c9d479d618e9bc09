use expect_test::{Expect, expect};

use super::*;

/// The data source in one line, or why it is none.
fn show(dsn: Result<Dsn, DsnError>) -> String {
    let dsn = match dsn {
        Ok(dsn) => dsn,
        Err(error) => return format!("error: {error}"),
    };
    let mut shown = format!("{dsn} {:?} label={}", dsn.sslmode, dsn.label);
    let password = dsn.password.as_ref().map(Secret::expose);
    for (name, value) in [
        ("password", password.map(str::to_owned)),
        (
            "root",
            dsn.sslrootcert.as_ref().map(|path| path.display().to_string()),
        ),
        (
            "cert",
            dsn.sslcert.as_ref().map(|path| path.display().to_string()),
        ),
        (
            "timeout",
            dsn.connect_timeout.map(|timeout| format!("{timeout:?}")),
        ),
        ("application", dsn.application_name.clone()),
    ] {
        if let Some(value) = value {
            shown.push_str(&format!(" {name}={value}"));
        }
    }
    for (name, value) in &dsn.session {
        shown.push_str(&format!(" [{name}={value}]"));
    }
    shown
}

#[track_caller]
fn check(texts: &[&str], expect: Expect) {
    let shown: Vec<String> = texts.iter().map(|text| show(Dsn::parse(text, &[]))).collect();
    expect.assert_eq(&shown.join("\n"));
}

#[test]
fn uris() {
    check(
        &[
            "postgresql://",
            "postgresql://me@/db?host=/run/postgresql",
            "postgresql://me:p%40ss@db.example:6543/app?sslmode=disable",
            "postgres://me:a@b:c@db",
            "postgresql://%2Frun%2Fpostgresql/db",
            "postgresql://[::1]:5433/db",
            "postgresql://[fe80::1]/",
            "postgresql://h/db?connect_timeout=10&statement_timeout=1s&search_path=a%2Cb&application_name=x+y",
            "postgresql://h/db?options=-c%20geqo%3Doff%20--work-mem=4MB",
            "postgresql://h?sslmode=verify-full&sslrootcert=/ca.pem&sslcert=/c.pem&sslkey=/k.pem",
            "postgresql://h/d%C3%A9?user=over&password=ridden#fragment",
        ],
        expect![[r#"
            localhost:5432 Require label=localhost:5432
            me@/run/postgresql:5432/db Require label=/run/postgresql:5432
            me@db.example:6543/app Disable label=db.example:6543 password=p@ss
            me@db:5432 Require label=db:5432 password=a@b:c
            /run/postgresql:5432/db Require label=/run/postgresql:5432
            ::1:5433/db Require label=::1:5433
            fe80::1:5432 Require label=fe80::1:5432
            h:5432/db Require label=h:5432 timeout=10s application=x y [statement_timeout=1s] [search_path=a,b]
            h:5432/db Require label=h:5432 [geqo=off] [work_mem=4MB]
            h:5432 VerifyFull label=h:5432 root=/ca.pem cert=/c.pem
            over@h:5432/dé Require label=h:5432 password=ridden"#]],
    );
}

#[test]
fn uris_that_are_refused() {
    check(
        &[
            "postgresql://h:0/",
            "postgresql://h:70000/",
            "postgresql://me:pa:ss/wo@h/",
            "postgresql://[::1/",
            "postgresql://[::1]5432/",
            "postgresql://::1/",
            "postgresql://a,b/",
            "postgresql://h/?sslmode=yes",
            "postgresql://h/?connect_timeout=soon-and-very-secret-password",
            "postgresql://h/?flag",
            "postgresql://h/%ff",
            "postgresql://h/?sslcert=/c.pem",
            "postgresql://h/?service=x",
            "postgresql://h/?a%20b=1",
            "postgresql://h/?options=fast",
        ],
        expect![[r#"
            error: port: the value is not a port from 1 to 65535
            error: port: the value is not a port from 1 to 65535
            error: host: an IPv6 address stands in brackets; : and / in a password are written %3A and %2F
            error: host: expected ] after the IPv6 address
            error: host: expected : after ]
            error: host: an IPv6 address stands in brackets; : and / in a password are written %3A and %2F
            error: host: several hosts in one data source are not supported
            error: sslmode: "yes" is not one of disable, allow, prefer, require, verify-ca, verify-full
            error: connect_timeout: the value is not a whole number of seconds
            error: a query parameter without a value
            error: dbname: not UTF-8
            error: sslcert and sslkey belong together
            error: service: service files are not supported
            error: a key that is no name of a setting
            error: options: expected -c name=value"#]],
    );
}

#[test]
fn keywords_and_values() {
    check(
        &[
            "user=prometheus host=/run/postgresql dbname=postgres",
            " user = me  password = 'two words' host=h\tport=1 ",
            r"password='it\'s' user=a\ b",
            "host='' port='' dbname=''",
            "host=h statement_timeout=2000 my.extension_setting=on",
            "host=a host=b",
            "password=a=b",
            "options='-c geqo=off -cjit=on'",
            "host=h keepalives=1 target_session_attrs=any sslsni=1",
        ],
        expect![[r#"
            prometheus@/run/postgresql:5432/postgres Require label=/run/postgresql:5432
            me@h:1 Require label=h:1 password=two words
            a b@localhost:5432 Require label=localhost:5432 password=it's
            localhost:5432 Require label=localhost:5432
            h:5432 Require label=h:5432 [statement_timeout=2000] [my.extension_setting=on]
            b:5432 Require label=b:5432
            localhost:5432 Require label=localhost:5432 password=a=b
            localhost:5432 Require label=localhost:5432 [geqo=off] [jit=on]
            h:5432 Require label=h:5432"#]],
    );
}

#[test]
fn keywords_that_are_refused() {
    check(
        &[
            "",
            "   ",
            "host",
            "=x",
            "two words=x",
            "password='open",
            r"password=\",
            "host=h a\0b=c",
            "sslmode=secretpassword-that-is-long",
            "sslpassword=x",
            "mysql://h",
        ],
        expect![[r#"
            error: empty
            error: empty
            error: expected key=value pairs or postgresql://
            error: expected one word before each =
            error: expected one word before each =
            error: password: the closing ' is missing
            error: password: ends with \
            error: contains a zero byte
            error: sslmode: the value is not one of disable, allow, prefer, require, verify-ca, verify-full
            error: sslpassword: keys with a passphrase are not supported
            error: expected key=value pairs or postgresql://"#]],
    );
}

#[test]
fn the_environment_fills_what_is_not_said() {
    let environment = [
        ("host".to_owned(), "from-environment".to_owned()),
        ("sslmode".to_owned(), "disable".to_owned()),
        ("password".to_owned(), "secret".to_owned()),
    ];
    let shown = [
        Dsn::parse("user=a", &environment),
        Dsn::parse("postgresql://h/?sslmode=prefer&password=own", &environment),
    ];
    expect![[r#"
        a@from-environment:5432 Disable label=localhost:5432 password=secret
        h:5432 Prefer label=h:5432 password=own"#]]
    .assert_eq(&shown.map(show).join("\n"));
}

#[test]
fn targets_of_probes() {
    let shown: Vec<String> = [
        "db:5432",
        "db",
        "db/app?sslmode=disable",
        "postgresql://u@db/app",
        "host=db port=7",
        "[::1]:1",
        "db:x",
    ]
    .iter()
    .map(|text| show(Dsn::target(text, &[])))
    .collect();
    expect![[r#"
        db:5432 Require label=db:5432
        db:5432 Require label=db:5432
        db:5432/app Disable label=db:5432
        u@db:5432/app Require label=db:5432
        db:7 Require label=db:7
        ::1:1 Require label=::1:1
        error: port: the value is not a port from 1 to 65535"#]]
    .assert_eq(&shown.join("\n"));
}

#[test]
fn secrets_are_not_shown() {
    let dsn = Dsn::parse("postgresql://me:hunter2@h/db?password=hunter2", &[]).expect("a data source");
    assert!(!format!("{dsn} {dsn:?} {dsn:#?}").contains("hunter2"));
}
