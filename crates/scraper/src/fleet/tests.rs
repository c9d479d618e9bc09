//! The page as its reader sees it: scrapes in, text out.

use expect_test::{Expect, expect};

use super::*;

const START_MS: i64 = 1_800_000_000_000;

/// A scrape of a target whose id is its instance.
#[derive(Clone, Copy)]
struct Scrape<'a> {
    job: &'a str,
    instance: &'a str,
    at_seconds: i64,
    /// The name of the machine for a node exporter, nothing for another one, or the error.
    found: Result<Option<&'a str>, &'a str>,
}

fn node<'a>(instance: &'a str, at_seconds: i64, name: &'a str) -> Scrape<'a> {
    Scrape {
        job: "node",
        instance,
        at_seconds,
        found: Ok(Some(name)),
    }
}

fn other<'a>(job: &'a str, instance: &'a str, at_seconds: i64) -> Scrape<'a> {
    Scrape {
        job,
        instance,
        at_seconds,
        found: Ok(None),
    }
}

fn failed<'a>(job: &'a str, instance: &'a str, at_seconds: i64, error: &'a str) -> Scrape<'a> {
    Scrape {
        job,
        instance,
        at_seconds,
        found: Err(error),
    }
}

fn play(fleet: &mut Fleet, scrape: Scrape<'_>) {
    let mut visit = fleet.begin(Observation {
        target: scrape.instance,
        job: scrape.job,
        instance: scrape.instance,
        url: "http://pi/metrics",
        scraped_at_ms: START_MS + 1000 * scrape.at_seconds,
        interval_seconds: 15.0,
        up: scrape.found.is_ok(),
        error: scrape.found.err(),
        duration_seconds: 0.012,
        series: 42,
    });
    if let Ok(Some(name)) = scrape.found {
        let none = |_: &str| None;
        let labels = |wanted: &str| match wanted {
            "nodename" => Some(name),
            "type" => Some("cpu-thermal"),
            "device" => Some("/dev/mmcblk0p2"),
            "fstype" => Some("ext4"),
            "mountpoint" => Some("/"),
            _ => None,
        };
        visit.sample("node_uname_info", labels, 1.0);
        visit.sample("node_time_seconds", none, 1e6 + scrape.at_seconds as f64);
        visit.sample("node_boot_time_seconds", none, 1e6 - 7260.0);
        visit.sample("node_memory_MemTotal_bytes", none, 4e9);
        visit.sample("node_memory_MemAvailable_bytes", none, 3e9);
        visit.sample("node_filesystem_size_bytes", labels, 32e9);
        visit.sample("node_filesystem_free_bytes", labels, 1e9);
        visit.sample("node_filesystem_avail_bytes", labels, 1e9);
        visit.sample("node_thermal_zone_temp", labels, 71.6);
    }
    visit.finish();
}

fn fleet(scrapes: &[Scrape<'_>]) -> Fleet {
    let mut fleet = Fleet::new();
    scrapes.iter().for_each(|scrape| play(&mut fleet, *scrape));
    fleet
}

/// Compares the text of the page, without its tags and with lines as they are in its source.
#[track_caller]
fn check(scrapes: &[Scrape<'_>], now_seconds: i64, expect: Expect) {
    expect.assert_eq(&text(&fleet(scrapes).fragment(START_MS + 1000 * now_seconds)));
}

fn text(html: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for character in html.chars() {
        match character {
            '<' => in_tag = true,
            '>' => {
                in_tag = false;
                text.push(' ');
            }
            _ if in_tag => {}
            _ => text.push(character),
        }
    }
    let lines = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines
        .filter(|line| !line.is_empty())
        .map(|line| line + "\n")
        .collect()
}

#[test]
fn nothing_yet() {
    check(
        &[],
        0,
        expect![[r#"
        Fleet at 08:00:00 UTC
        Nothing scraped yet
        Results appear within one scrape interval of each target.
    "#]],
    );
}

#[test]
fn a_machine_with_trouble_and_two_exporters() {
    check(
        &[
            node("pi4:9100", 0, "kitchen"),
            other("mysql", "pi4:9104", 1),
            node("pi4:9100", 15, "kitchen"),
        ],
        16,
        expect![[r#"
            Fleet at 08:00:16 UTC
            1 of 1 up
            kitchen / full 97 %
            kitchen warm 72 °C
            Machines Lines show the last hour.
            kitchen pi4 ✓ up 2 h 1 min
            CPU – unknown CPU: nothing known of the last hour
            Memory 25 % Memory in the last hour: 25 % 954 MiB of 3.7 GiB
            Disk full 97 % Disk in the last hour: 97 % / 29 of 30 GiB
            Temp warm 72 °C Temp in the last hour: 72 °C peak 72 °C
            Net in – unknown Net in: nothing known of the last hour
            Net out – unknown Net out: nothing known of the last hour
            ✓ mysql up
            Targets 2 of 2 up
            Job Instance
            State Duration
            Series Last scrape
            Last error
            mysql pi4:9104 ✓ up 12 ms 42 15 s ago
            node pi4:9100 ✓ up 12 ms 42 1 s ago
        "#]],
    );
}

#[test]
fn a_stopped_exporter_is_red_after_its_next_scrape() {
    check(
        &[
            node("pi4:9100", 0, "pi4"),
            failed("node", "pi4:9100", 15, "connection refused"),
            node("pi5:9100", 15, "pi5"),
        ],
        20,
        expect![[r#"
            Fleet at 08:00:20 UTC
            1 of 2 up
            pi4 is down
            pi5 / full 97 %
            pi5 warm 72 °C
            Machines Lines show the last hour.
            pi4 ✕ down 5 s
            connection refused Down since 08:00:15 UTC
            CPU – unknown CPU: nothing known of the last hour
            Memory – unknown Memory in the last hour: 25 % peak 25 %
            Disk – unknown Disk in the last hour: 97 % peak 97 %
            Temp – unknown Temp in the last hour: 72 °C peak 72 °C
            Net in – unknown Net in: nothing known of the last hour
            Net out – unknown Net out: nothing known of the last hour
            pi5 ✓ up 2 h 1 min
            CPU – unknown CPU: nothing known of the last hour
            Memory 25 % Memory in the last hour: 25 % 954 MiB of 3.7 GiB
            Disk full 97 % Disk in the last hour: 97 % / 29 of 30 GiB
            Temp warm 72 °C Temp in the last hour: 72 °C peak 72 °C
            Net in – unknown Net in: nothing known of the last hour
            Net out – unknown Net out: nothing known of the last hour
            Targets 1 of 2 up
            Job Instance
            State Duration
            Series Last scrape
            Last error
            node pi4:9100 ✕ down 12 ms 42 5 s ago connection refused
            node pi5:9100 ✓ up 12 ms 42 5 s ago
        "#]],
    );
}

#[test]
fn a_machine_that_is_not_asked_any_more_is_red_after_two_intervals() {
    let fleet = fleet(&[node("pi4:9100", 0, "pi4")]);
    assert!(fleet.fragment(START_MS + 30_000).contains("<b>1 of 1</b> up"));
    let silent = fleet.fragment(START_MS + 30_001);
    assert!(silent.contains("<b>0 of 1</b> up"));
    assert!(silent.contains("data-state=\"down\""));
    assert!(silent.contains("The scraper has not asked it since."));
    assert!(
        !silent.contains("72</b>"),
        "an old temperature is shown as if it were one of now"
    );
}

#[test]
fn a_machine_that_never_answered_has_a_card() {
    check(
        &[failed("home", "pi4:9100", 0, "timeout after 10 s")],
        4,
        expect![[r#"
            Fleet at 08:00:04 UTC
            0 of 1 up
            pi4 is down
            Machines Lines show the last hour.
            pi4 ✕ down 4 s
            timeout after 10 s No answer yet, first asked 08:00:00 UTC
            Targets 0 of 1 up
            Job Instance
            State Duration
            Series Last scrape
            Last error
            home pi4:9100 ✕ down 12 ms 42 4 s ago timeout after 10 s
        "#]],
    );
}

#[test]
fn targets_that_are_no_nodes_have_rows_only() {
    check(
        &[
            other("mysql", "db:9104", 0),
            failed("web", "web:9113", 0, "HTTP status 500"),
        ],
        4,
        expect![[r#"
            Fleet at 08:00:04 UTC
            1 of 2 targets up
            web on web is down
            Targets 1 of 2 up
            Job Instance
            State Duration
            Series Last scrape
            Last error
            mysql db:9104 ✓ up 12 ms 42 4 s ago
            web web:9113 ✕ down 12 ms 42 4 s ago HTTP status 500
        "#]],
    );
}

#[test]
fn the_first_node_exporter_of_a_host_speaks_until_it_is_gone() {
    let name = |fleet: &Fleet| fleet.machines[0].name.to_string();
    let mut fleet = fleet(&[node("pi4:9100", 0, "first"), node("pi4:9101", 1, "second")]);
    assert_eq!((fleet.machines.len(), name(&fleet).as_str()), (1, "first"));
    play(&mut fleet, failed("node", "pi4:9100", 15, "connection refused"));
    assert!(fleet.fragment(START_MS + 15_000).contains("<b>1 of 1</b> up"));
    play(&mut fleet, node("pi4:9101", 16, "second"));
    assert_eq!(name(&fleet), "second");
    play(&mut fleet, node("pi4:9100", 30, "first"));
    assert_eq!(name(&fleet), "second");
}

#[test]
fn a_forgotten_target_leaves_the_page_and_its_machines_history_waits() {
    let mut fleet = fleet(&[node("pi4:9100", 0, "pi4")]);
    fleet.forget("pi4:9100");
    fleet.forget("never known");
    assert!(!fleet.fragment(START_MS).contains("pi4"));
    play(&mut fleet, node("pi4:9101", 15, "pi4"));
    assert_eq!(
        fleet.machines[0]
            .history
            .points(history::Track::Memory, START_MS + 15_000, 15.0)
            .len(),
        2
    );
}

#[test]
fn what_has_no_room_is_counted_and_comes_when_there_is() {
    let mut fleet = Fleet::new();
    let instances: Vec<String> = (0..TARGETS_MAX + 2)
        .map(|number| format!("pi{number}:9100"))
        .collect();
    for _ in 0..2 {
        instances
            .iter()
            .for_each(|instance| play(&mut fleet, node(instance, 0, "")));
    }
    assert_eq!(
        (fleet.machines.len(), fleet.targets.len()),
        (MACHINES_MAX, TARGETS_MAX)
    );
    let page = fleet.fragment(START_MS);
    assert!(page.contains(&format!(
        "{} more machines are scraped, but not shown.",
        TARGETS_MAX - MACHINES_MAX
    )));
    assert!(page.contains("2 more targets are scraped, but not shown."));

    fleet.forget("pi0:9100");
    play(&mut fleet, node(&instances[TARGETS_MAX], 15, ""));
    let page = fleet.fragment(START_MS);
    assert!(page.contains("1 more target is scraped, but not shown."));
    assert!(page.contains(&format!(">pi{TARGETS_MAX}</h3>")));
    assert!(!page.contains(">pi0</h3>"));
}

#[test]
fn an_unfinished_visit_leaves_no_machine() {
    let mut fleet = Fleet::new();
    let mut visit = fleet.begin(Observation {
        target: "t",
        job: "",
        instance: "pi4:1",
        url: "",
        scraped_at_ms: START_MS,
        interval_seconds: 15.0,
        up: true,
        error: None,
        duration_seconds: 0.0,
        series: 0,
    });
    visit.sample("node_time_seconds", |_| None, 1.0);
    drop(visit);
    assert!(fleet.machines.is_empty());
}

#[test]
fn nothing_from_outside_becomes_markup() {
    let evil = "\"'><script>alert(1)</script>";
    let fleet = fleet(&[
        node(&format!("{evil}:9100"), 0, evil),
        failed(evil, "pi5", 0, evil),
        failed("node", &format!("{evil}x:9100"), 0, evil),
    ]);
    let page = fleet.page(START_MS);
    assert_eq!(
        page.matches("<script").count(),
        1,
        "more than the page's own script"
    );
    assert!(!page.contains(evil));
    assert!(page.contains("&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn absurd_numbers_are_survived() {
    let mut fleet = Fleet::new();
    for (at_ms, interval_seconds) in [
        (i64::MIN, f64::NAN),
        (i64::MAX, -1.0),
        (0, f64::INFINITY),
        (START_MS, 0.0),
    ] {
        let mut visit = fleet.begin(Observation {
            target: "t",
            job: "node",
            instance: "",
            url: "http://",
            scraped_at_ms: at_ms,
            interval_seconds,
            up: true,
            error: None,
            duration_seconds: f64::NAN,
            series: usize::MAX,
        });
        for value in [f64::NAN, f64::INFINITY, f64::MAX, f64::MIN, -0.0] {
            for name in [
                "node_time_seconds",
                "node_memory_MemTotal_bytes",
                "node_network_receive_bytes_total",
            ] {
                visit.sample(name, |_| Some(""), value);
            }
        }
        visit.finish();
        for now_ms in [i64::MIN, 0, START_MS, i64::MAX] {
            let page = fleet.fragment(now_ms);
            let cards = page.split("<table").next().unwrap();
            assert!(!cards.contains("NaN") && !cards.contains("inf"), "{cards}");
        }
    }
}

#[test]
fn the_page_names_no_other_origin() {
    let page = fleet(&[])
        .page(START_MS)
        .replace("http://www.w3.org/2000/svg", "");
    for foreign in ["http:", "https:", "src=", "@import", "url("] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    assert!(page.contains(&format!("fetch(\"{}\"", FRAGMENT_PATH.trim_start_matches('/'))));
}
