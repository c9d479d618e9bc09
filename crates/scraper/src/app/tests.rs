//! Flags and answers.

use super::*;

fn find(arguments: &[&str]) -> Option<PathBuf> {
    file_to_check(arguments.iter().map(std::ffi::OsString::from))
}

#[test]
fn check_config_is_found_anywhere() {
    assert_eq!(find(&["pi-scraper"]), None);
    assert_eq!(find(&["pi-scraper", "--config.file", "a"]), None);
    assert_eq!(
        find(&["pi-scraper", "--agent", "--check-config", "a"]),
        Some("a".into())
    );
    assert_eq!(find(&["pi-scraper", "--check-config=b"]), Some("b".into()));
}

#[test]
fn check_config_answers_in_one_line() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("p.yml");
    std::fs::write(
        &path,
        "scrape_configs: [{job_name: a, static_configs: [{targets: [x, y]}]}]",
    )
    .unwrap();
    assert_eq!(
        check(&path).unwrap(),
        format!("{}: valid: 1 jobs, 2 targets in the file", path.display())
    );
    std::fs::write(&path, "scrape_configs: [{job: a}]").unwrap();
    let line = check(&path).unwrap_err();
    assert!(line.starts_with(&format!("{}:1:", path.display())), "{line}");
    assert!(line.contains("job"), "{line}");
}

#[test]
fn flags_are_those_of_prometheus() {
    let matches = flags()
        .try_get_matches_from([
            "pi-scraper",
            "--agent",
            "--web.enable-lifecycle",
            "--storage.agent.path=/x",
        ])
        .unwrap();
    assert_eq!(
        matches.get_one::<PathBuf>("config.file").unwrap(),
        Path::new("prometheus.yml")
    );
    assert!(matches.get_flag("agent") && matches.get_flag("web.enable-lifecycle"));
    flags().debug_assert();
}
