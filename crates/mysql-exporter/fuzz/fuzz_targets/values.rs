//! Values and versions that a server sends.

#![no_main]

#[path = "../../src/server.rs"]
mod server;
#[path = "../../src/value.rs"]
mod value;

use libfuzzer_sys::fuzz_target;
use server::Server;

fuzz_target!(|text: &str| {
    if let Some(seconds) = value::timestamp(text) {
        assert!(seconds.is_finite());
    }
    // A number is one for both, but for the words and dates that are no numbers.
    if let (Some(number), Some(status)) = (value::number(text), value::status(text)) {
        assert!(number == status || number.is_nan());
    }
    assert!(value::privilege(text).is_none() || text.len() == 1);
    let server = Server::parse(text);
    assert!(server.is_mariadb_since((0, 0, 0)) != server.is_mysql_since((0, 0, 0)));
});
