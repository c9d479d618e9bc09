//! `DATA_SOURCE_NAME` and addresses. An error never shows the text, which holds the password.

#![no_main]

#[path = "../../src/account.rs"]
mod account;
#[path = "../../src/dsn.rs"]
mod dsn;

use account::Address;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match dsn::parse(text) {
        Ok(account) => {
            let shown = format!("{account:?}");
            let password = account.password.as_ref().map_or("", |password| password.expose());
            // A short password may be part of anything that is shown.
            let elsewhere = account.user.contains(password) || account.address.to_string().contains(password);
            assert!(password.len() < 12 || elsewhere || !shown.contains(password), "{shown}");
        }
        Err(error) => assert!(!error.to_string().contains('\n')),
    }
    if let Ok(address) = Address::parse(text) {
        assert_eq!(Address::parse(&address.to_string()), Ok(address));
    }
});
