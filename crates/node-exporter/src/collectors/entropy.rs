//! Randomness that the kernel holds ready, from `/proc/sys/kernel/random`.
//!
//! Since Linux 5.18 both numbers are 256 on every machine that has booted.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node, number};

const AVAILABLE: Family<0> = Family::gauge(
    "node_entropy_available_bits",
    "Entropy that the kernel's pool holds, in bits.",
    [],
);
const POOL_SIZE: Family<0> = Family::gauge(
    "node_entropy_pool_size_bits",
    "Entropy that the kernel's pool can hold, in bits.",
    [],
);

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let available = number::proc(&node.paths, "sys/kernel/random/entropy_avail")?;
    out.sample(&AVAILABLE, [], available as f64);
    let size = number::proc(&node.paths, "sys/kernel/random/poolsize")?;
    out.sample(&POOL_SIZE, [], size as f64);
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::collected;

    #[track_caller]
    fn check(files: &[(&str, &str)], expect: Expect) {
        expect.assert_eq(&collected(collect, &[], files));
    }

    #[test]
    fn both() {
        let files = [
            ("proc/sys/kernel/random/entropy_avail", "1337\n"),
            ("proc/sys/kernel/random/poolsize", "4096\n"),
        ];
        check(
            &files,
            expect![[r#"
            # HELP node_entropy_available_bits Entropy that the kernel's pool holds, in bits.
            # TYPE node_entropy_available_bits gauge
            node_entropy_available_bits 1337
            # HELP node_entropy_pool_size_bits Entropy that the kernel's pool can hold, in bits.
            # TYPE node_entropy_pool_size_bits gauge
            node_entropy_pool_size_bits 4096
        "#]],
        );
    }

    #[test]
    fn missing_and_garbage() {
        check(
            &[],
            expect![[r#"
            no data
        "#]],
        );
        check(
            &[("proc/sys/kernel/random/entropy_avail", "many\n")],
            expect![[r#"
                parse sys/kernel/random/entropy_avail line 1: "many\n"
            "#]],
        );
    }
}
