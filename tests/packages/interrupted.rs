//! A run that is killed after any of its changes: the next one, or `uninstall`, gets to a clean state.

use crate::container::{Container, difference};
use crate::monitored::ACCOUNTS;

/// Exit of a shell whose program was ended by SIGABRT.
const KILLED: i32 = 134;
/// More changes than a run makes.
const CHANGES_MAX: u32 = 200;

#[test]
fn killed_after_every_change() {
    let container = Container::installed();
    let clean = container.tree();
    let mut killed = 0;
    for change in 1..CHANGES_MAX {
        let output = container.run(&format!("pi-setup --yes --stop-after {change}; exit $?"));
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        let ended = output.status.success();
        assert!(
            ended || output.status.code() == Some(KILLED),
            "change {change}: {:?} {said}",
            output.status
        );
        killed += u32::from(!ended);
        // Every other time the next run finishes what was begun; else it is taken back at once.
        if change % 2 == 0 || ended {
            let said = container.check("pi-setup --yes");
            let whole = said.contains("done; every daemon answers") || said.contains("nothing to do");
            assert!(whole, "change {change}: {said}");
        }
        let said = container.check("pi-setup uninstall --yes --drop-db-users");
        let left = difference(&clean, &container.tree());
        assert!(left.is_empty(), "change {change}: {left:#?}\n{said}");
        let users = container.check(ACCOUNTS);
        assert_eq!(
            users.split_whitespace().collect::<Vec<_>>(),
            ["0", "0"],
            "change {change}"
        );
        if ended {
            assert!(10 < killed, "only {killed} changes");
            return;
        }
    }
    panic!("a run makes more than {CHANGES_MAX} changes");
}
