//! Open file handles of the whole system, from `/proc/sys/fs/file-nr`.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const ALLOCATED: Family<0> = Family::gauge(
    "node_filefd_allocated",
    "File handles that the kernel has allocated.",
    [],
);
const MAXIMUM: Family<0> = Family::gauge(
    "node_filefd_maximum",
    "File handles that the kernel would allocate at most.",
    [],
);

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let handles = FileHandles::parse(&node.paths.read_proc_table("sys/fs/file-nr")?)?;
    out.sample(&ALLOCATED, [], handles.allocated as f64);
    out.sample(&MAXIMUM, [], handles.maximum as f64);
    Ok(())
}

/// The limit is 2^63 - 1 on current systems and loses its last digits as a sample.
#[derive(Debug, PartialEq, Eq)]
struct FileHandles {
    allocated: u64,
    maximum: u64,
}

impl FileHandles {
    /// Fails with `Parse` where there are not three fields, of which the first and the last are numbers.
    fn parse(text: &str) -> Result<Self, Error> {
        let mut fields = text.split_ascii_whitespace();
        let mut number = |skip| fields.nth(skip).and_then(|field| field.parse().ok());
        match (number(0), number(1)) {
            (Some(allocated), Some(maximum)) => Ok(Self { allocated, maximum }),
            _ => Err(Error::parse("sys/fs/file-nr", 1, text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        match FileHandles::parse(text) {
            Ok(handles) => expect.assert_debug_eq(&handles),
            Err(error) => expect.assert_eq(&error.to_string()),
        }
    }

    #[test]
    fn no_limit() {
        check(
            "1024\t0\t9223372036854775807\n",
            expect![[r#"
                FileHandles {
                    allocated: 1024,
                    maximum: 9223372036854775807,
                }
            "#]],
        );
    }

    #[test]
    fn short_line() {
        check(
            "1024\t0\n",
            expect![[r#"parse sys/fs/file-nr line 1: "1024\t0\n""#]],
        );
    }

    #[test]
    fn garbage() {
        check("a b c", expect![[r#"parse sys/fs/file-nr line 1: "a b c""#]]);
    }
}
