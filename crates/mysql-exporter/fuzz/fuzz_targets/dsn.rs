//! `DATA_SOURCE_NAME` and addresses. An error never shows the text, which holds the password.

#![no_main]

#[path = "../../src/account.rs"]
mod account;
#[path = "../../src/dsn.rs"]
mod dsn;

use account::Address;
use libfuzzer_sys::fuzz_target;
use settings::Secret;

fuzz_target!(|text: &str| {
    match dsn::parse(text) {
        Ok(account) => {
            // Searching for the password would find it where a user has the same name.
            let mut other = account.clone();
            other.password = account.password.as_ref().map(|_| Secret::new("another".to_owned()));
            assert_eq!(format!("{account:?}"), format!("{other:?}"), "the password changes what is shown");
        }
        Err(error) => assert!(!error.to_string().contains('\n')),
    }
    if let Ok(address) = Address::parse(text) {
        assert_eq!(Address::parse(&address.to_string()), Ok(address));
    }
});
