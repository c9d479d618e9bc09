//! Tasks that hung, from `/proc/sys/kernel/hung_task_detect_count`.
//!
//! The file exists since Linux 6.15, with `CONFIG_DETECT_HUNG_TASK`.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node, number};

const TASKS: Family<0> = Family::counter(
    "node_kernel_hung_tasks_total",
    "Tasks that the kernel has found hanging since boot.",
    [],
);

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let count = number::proc(&node.paths, "sys/kernel/hung_task_detect_count")?;
    out.sample(&TASKS, [], count as f64);
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
    fn counted_garbage_and_missing() {
        let name = "proc/sys/kernel/hung_task_detect_count";
        check(
            &[(name, "42\n")],
            expect![[r#"
            # HELP node_kernel_hung_tasks_total Tasks that the kernel has found hanging since boot.
            # TYPE node_kernel_hung_tasks_total counter
            node_kernel_hung_tasks_total 42
        "#]],
        );
        check(
            &[(name, "\n")],
            expect![[r#"
            parse sys/kernel/hung_task_detect_count line 1: "\n"
        "#]],
        );
        check(
            &[],
            expect![[r#"
            no data
        "#]],
        );
    }
}
