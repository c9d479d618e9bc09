//! Names of resources that are counted: `cpu`, `memory`, `hugepages-2Mi`, `nvidia.com/gpu`; and the units that they are counted in.

use crate::quantity::Amount;
use crate::wire::quantity::Quantity;

/// Longest name of a resource, without what stands before the slash.
const NAME_BYTES_MAX: usize = 63;
/// Longest domain before the slash.
const DOMAIN_BYTES_MAX: usize = 253;
/// What a quota puts before the name of a resource; names must leave room for it.
const REQUESTS: &str = "requests.";

/// The unit of a resource and the amount in it; nothing where nobody knows how it is counted.
pub fn unit_and_value(name: &str, quantity: &Quantity) -> Option<(&'static str, f64)> {
    let unit = match name {
        "cpu" => "core",
        "memory" | "storage" | "ephemeral-storage" => "byte",
        _ if name.starts_with("hugepages-") || name.starts_with("attachable-volumes-") => "byte",
        _ if is_extended(name) => "integer",
        _ => return None,
    };
    let amount = quantity.amount();
    let value = if unit == "core" {
        Amount::milli(amount)
    } else {
        amount.whole()
    };
    Some((unit, value))
}

/// Whether it is somebody's own resource: `example.com/thing`.
fn is_extended(name: &str) -> bool {
    let Some((domain, rest)) = name.split_once('/') else {
        return false;
    };
    !name.contains("kubernetes.io/")
        && !name.starts_with(REQUESTS)
        && REQUESTS.len() + domain.len() <= DOMAIN_BYTES_MAX
        && domain.split('.').all(is_domain_part)
        && rest.len() <= NAME_BYTES_MAX
        && is_qualified(rest)
}

fn is_domain_part(part: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    part.bytes().all(|byte| word(byte) || byte == b'-')
        && part.bytes().next().is_some_and(word)
        && part.bytes().next_back().is_some_and(word)
}

fn is_qualified(name: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric();
    name.bytes()
        .all(|byte| word(byte) || matches!(byte, b'-' | b'_' | b'.'))
        && name.bytes().next().is_some_and(word)
        && name.bytes().next_back().is_some_and(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expect: Option<(&str, f64)>) {
        let quantity = Quantity {
            text: "1500m".to_owned(),
        };
        assert_eq!(unit_and_value(name, &quantity), expect);
    }

    #[test]
    fn units() {
        check("cpu", Some(("core", 1.5)));
        check("memory", Some(("byte", 2.0)));
        check("ephemeral-storage", Some(("byte", 2.0)));
        check("hugepages-2Mi", Some(("byte", 2.0)));
        check("attachable-volumes-aws-ebs", Some(("byte", 2.0)));
        check("nvidia.com/gpu", Some(("integer", 2.0)));
    }

    #[test]
    fn unknown_resources_are_left_out() {
        for name in [
            "pods",
            "kubernetes.io/thing",
            "x.kubernetes.io/thing",
            "requests.example.com/x",
            "/x",
            "a/",
            "A.com/x",
            "a.com/x/y",
            "a.com/-x",
            "a..com/x",
        ] {
            check(name, None);
        }
        check(&format!("a.com/{}", "x".repeat(64)), None);
        check(&format!("{}/x", "a".repeat(245)), None);
    }
}
