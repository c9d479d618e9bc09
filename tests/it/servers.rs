//! Real servers on loopback, each with a data directory, a socket and a port of its own; gone when the test is.

// The paths are spelled out because the benchmarks take this file from another folder.
#[path = "servers/mariadb.rs"]
pub mod mariadb;
#[path = "servers/mysql.rs"]
pub mod mysql;
#[path = "servers/nginx.rs"]
pub mod nginx;
#[path = "servers/pgbouncer.rs"]
pub mod pgbouncer;
#[path = "servers/postgres.rs"]
pub mod postgres;
#[path = "servers/postgres_programs.rs"]
pub mod postgres_programs;
#[path = "servers/scratch.rs"]
pub mod scratch;
#[path = "servers/silent.rs"]
pub mod silent;
