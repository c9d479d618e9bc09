//! `.my.cnf`. What is read is not larger than what was written, but for the variables in it.

#![no_main]

#[path = "../../src/my_cnf.rs"]
mod my_cnf;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let none = |_: &str| None;
    match my_cnf::parse(text, &none) {
        Ok(sections) => {
            let mut bytes = 0;
            for section in &sections {
                assert_eq!(sections.iter().filter(|other| other.name == section.name).count(), 1);
                for (key, value) in &section.entries {
                    assert!(!key.is_empty() && section.has(key));
                    assert!(value.is_none() || section.get(key).is_some() || section.entries.len() > 1);
                    bytes += key.len() + value.as_ref().map_or(0, String::len);
                }
            }
            assert!(bytes <= text.len());
        }
        Err(fault) => assert!(!fault.to_string().contains('\n')),
    }
    let _ = my_cnf::parse(text, &|name: &str| Some(name.to_owned()));
});
