//! Files of targets that come, change, break and go.

use expect_test::{Expect, expect};
use tempfile::TempDir;

use super::*;
use crate::config::PromDuration;

struct Folder {
    folder: TempDir,
    watch: FileWatch,
    telemetry: Telemetry,
}

impl Folder {
    fn new(patterns: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let config = FileSd {
            files: patterns
                .iter()
                .map(|pattern| folder.path().join(pattern))
                .collect(),
            refresh_interval: PromDuration(Duration::from_secs(300)),
        };
        Self {
            folder,
            watch: FileWatch::new(config),
            telemetry: Telemetry::default(),
        }
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// Whether the targets changed, and which there are.
    #[track_caller]
    fn check(&mut self, expect: Expect) {
        let changed = self.watch.refresh(&self.telemetry);
        let folder = format!("{}/", self.folder.path().display());
        let found: String = self.watch.found().map(|labels| format!("{labels:?}\n")).collect();
        let errors = self.telemetry.file_read_errors.get();
        expect.assert_eq(&format!(
            "changed {changed}, errors {errors}\n{}",
            found.replace(&folder, "")
        ));
    }
}

#[test]
fn json_and_yaml() {
    let mut folder = Folder::new(&["*.json", "b.yml", "absent.yaml"]);
    folder.write(
        "a.json",
        r#"[{"targets": ["pi1:9100", "pi2:9100"], "labels": {"room": "attic"}}]"#,
    );
    folder.write("b.yml", "- targets: [pi3:9100]\n");
    folder.write("other.txt", "not read");
    folder.check(expect![[r#"
        changed true, errors 0
        {"__address__": "pi1:9100", "__meta_filepath": "a.json", "room": "attic"}
        {"__address__": "pi2:9100", "__meta_filepath": "a.json", "room": "attic"}
        {"__address__": "pi3:9100", "__meta_filepath": "b.yml"}
    "#]]);
    folder.check(expect![[r#"
        changed false, errors 0
        {"__address__": "pi1:9100", "__meta_filepath": "a.json", "room": "attic"}
        {"__address__": "pi2:9100", "__meta_filepath": "a.json", "room": "attic"}
        {"__address__": "pi3:9100", "__meta_filepath": "b.yml"}
    "#]]);
}

#[test]
fn a_changed_file_is_read_again() {
    let mut folder = Folder::new(&["a.yml"]);
    folder.check(expect![[r#"
        changed false, errors 0
    "#]]);
    folder.write("a.yml", "- targets: [one]\n");
    folder.check(expect![[r#"
        changed true, errors 0
        {"__address__": "one", "__meta_filepath": "a.yml"}
    "#]]);
    folder.write("a.yml", "- targets: [one, two]\n");
    folder.check(expect![[r#"
        changed true, errors 0
        {"__address__": "one", "__meta_filepath": "a.yml"}
        {"__address__": "two", "__meta_filepath": "a.yml"}
    "#]]);
}

#[test]
fn a_broken_file_keeps_its_last_list() {
    let mut folder = Folder::new(&["a.json"]);
    folder.write("a.json", r#"[{"targets": ["one"]}]"#);
    folder.check(expect![[r#"
        changed true, errors 0
        {"__address__": "one", "__meta_filepath": "a.json"}
    "#]]);
    for broken in ["[{", r#"[{"target": []}]"#, r#"[{"targets": ["http://one/"]}]"#] {
        folder.write("a.json", broken);
        assert!(!folder.watch.refresh(&folder.telemetry));
        assert_eq!(folder.watch.found().count(), 1);
    }
    folder.write("a.json", r#"[{"targets": ["two"]}]"#);
    folder.check(expect![[r#"
        changed true, errors 3
        {"__address__": "two", "__meta_filepath": "a.json"}
    "#]]);
}

#[test]
fn a_file_that_is_gone_has_no_targets() {
    let mut folder = Folder::new(&["t*.json"]);
    folder.write("t.json", r#"[{"targets": ["one"]}]"#);
    folder.check(expect![[r#"
        changed true, errors 0
        {"__address__": "one", "__meta_filepath": "t.json"}
    "#]]);
    std::fs::remove_file(folder.folder.path().join("t.json")).unwrap();
    folder.check(expect![[r#"
        changed true, errors 0
    "#]]);
}
