//! What the monitoring account may, and who sees what is secret.

use crate::container::Container;

/// Makes a table with something in it, in both databases.
const TABLES: &str = "mariadb -e \"CREATE DATABASE shop; CREATE TABLE shop.orders (id INT); INSERT INTO shop.orders VALUES (7)\"; \
    runuser -u postgres -- psql -qc \"CREATE TABLE orders (id int); INSERT INTO orders VALUES (7)\"";

#[track_caller]
fn mysql_refuses(container: &Container, statement: &str) {
    let said = container.refused(&format!(
        "runuser -u prometheus -- mariadb --no-defaults -S /run/mysqld/mysqld.sock -e \"{statement}\""
    ));
    assert!(said.contains("denied"), "{statement}: {said}");
}

#[track_caller]
fn postgres_refuses(container: &Container, statement: &str) {
    // What only the session's own default forbids is no protection: it is lifted first.
    let said = container.refused(&format!(
        "runuser -u prometheus -- psql -X -v ON_ERROR_STOP=1 -d postgres -c \"SET default_transaction_read_only = off\" -c \"{statement}\""
    ));
    assert!(
        said.contains("permission denied") || said.contains("must be"),
        "{statement}: {said}"
    );
}

#[test]
fn the_accounts_see_no_data_and_write_nothing() {
    let container = Container::installed();
    container.check(TABLES);
    container.check("pi-setup --yes");
    for statement in [
        "SELECT * FROM mysql.user",
        "SELECT * FROM mysql.global_priv",
        "SELECT * FROM shop.orders",
        "INSERT INTO shop.orders VALUES (8)",
        "DELETE FROM shop.orders",
        "CREATE DATABASE theirs",
        "CREATE TABLE shop.theirs (id INT)",
        "CREATE USER 'x'@'localhost'",
        "SET GLOBAL max_connections = 7",
        "FLUSH LOGS",
    ] {
        mysql_refuses(&container, statement);
    }
    for statement in [
        "SELECT * FROM orders",
        "SELECT * FROM pg_authid",
        "INSERT INTO orders VALUES (8)",
        "DELETE FROM orders",
        "CREATE TABLE theirs (id int)",
        "CREATE DATABASE theirs",
        "CREATE ROLE theirs",
        "ALTER SYSTEM SET max_connections = 7",
        "COPY (SELECT 1) TO '/tmp/theirs'",
        "SELECT pg_read_file('/etc/passwd')",
    ] {
        postgres_refuses(&container, statement);
    }
    // Another user of the system gets in as neither.
    container.refused(
        "runuser -u www-data -- mariadb --no-defaults -u prometheus -S /run/mysqld/mysqld.sock -e 'SELECT 1'",
    );
    container.refused("runuser -u www-data -- psql -U prometheus -d postgres -c 'SELECT 1'");
}

#[test]
fn without_sockets_a_password_is_seen_by_nobody() {
    let container = Container::installed();
    // PostgreSQL asks everybody but its administrator for a password.
    container.check(
        "sed -i 's/^local  *all  *all  *peer/local all all scram-sha-256/' /etc/postgresql/15/main/pg_hba.conf; \
         systemctl reload postgresql",
    );
    // Logging everything is the worst that an owner can do.
    container.check("runuser -u postgres -- psql -qc \"ALTER SYSTEM SET log_statement = 'all'\" -c 'SELECT pg_reload_conf()' >/dev/null");
    container.check("pi-setup --yes");
    container.metrics(9187, "\npg_up 1\n");
    let file = "/etc/credstore/pi-postgres-exporter.data_source_name";
    assert_eq!(
        container.check(&format!("stat -c '%a %U' {file}")).trim(),
        "600 root"
    );
    let source = container.check(&format!("cat {file}"));
    let password = source
        .split_whitespace()
        .find_map(|word| word.strip_prefix("password="))
        .unwrap()
        .to_owned();
    assert_eq!(password.len(), 64);

    // The search itself must not be found: the word comes from a file.
    container.check(&format!(
        "sed -n 's/.*password=\\([0-9a-f]*\\).*/\\1/p' {file} >/root/needle; chmod 600 /root/needle"
    ));
    let found = container.check(
        "for process in /proc/[0-9]*; do \
            ! grep -aqsf /root/needle $process/cmdline $process/environ || echo $process; \
         done; \
         journalctl --no-pager | grep -cf /root/needle || true; \
         grep -rlsf /root/needle /var/log || true; \
         systemctl show '*' | grep -cf /root/needle || true",
    );
    assert_eq!(
        found.split_whitespace().collect::<Vec<_>>(),
        ["0", "0"],
        "{found}"
    );
    let readable = container.check(
        "runuser -u nobody -- sh -c \"find /etc /var /run /tmp /usr/lib/systemd -type f -readable -print0 2>/dev/null\" | \
            xargs -0 grep -lsf /root/needle || true",
    );
    assert_eq!(readable, "");
    container.check("pi-setup uninstall --yes");
    assert!(
        !container.run(&format!("test -e {file}")).status.success(),
        "the password is still there"
    );
}
