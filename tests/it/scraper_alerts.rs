//! Alerts of the scraper, from a target's number to a receiver that fails, hangs and forgets.
//!
//! Times are a tenth and less of what they are outside: 0.2 s between scrapes.

mod peers;

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use self::peers::{Mode, Receiver, Target};
use crate::daemon::{self, Daemon, PATIENCE, until};
use crate::fleet::metric;
use crate::http;
use crate::peer;
use crate::servers::scratch::free_port;
use crate::sid;

const HOT: &str = "temp{room=\"attic\"} 85.5\n";
const COLD: &str = "temp{room=\"attic\"} 40\n";

/// The rule of most tests.
const RULE: &str = "{alert: Hot, expr: 'temp > 80', labels: {severity: critical}, \
                    annotations: {summary: '{{ $labels.room }} has {{ $value }}'}}";

/// A folder with a configuration and what the scraper keeps.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn config(&self) -> PathBuf {
        self.0.path().join("prometheus.yml")
    }

    fn state(&self) -> PathBuf {
        self.0.path().join("data/alerts.json")
    }

    /// Writes the configuration: targets, receivers and rules as YAML flow.
    fn configure(&self, targets: &[&Target], receivers: &str, rules: &str) {
        let targets: Vec<String> = targets
            .iter()
            .map(|target| format!("'{}'", target.address))
            .collect();
        let text = format!(
            "global: {{scrape_interval: 200ms, scrape_timeout: 200ms, external_labels: {{site: home}}}}\n\
             scrape_configs: [{{job_name: pi, static_configs: [{{targets: [{}]}}]}}]\n\
             alerts:\n  external_url: http://pi.example\n  group_wait: 0s\n  receivers: [{receivers}]\n  rules: [{rules}]\n",
            targets.join(", ")
        );
        std::fs::write(self.config(), text).unwrap();
    }

    fn scraper(&self) -> Daemon {
        let data = format!("--storage.agent.path={}", self.0.path().join("data").display());
        daemon::scraper(&self.config(), &[&data, "--clock.wait=0s"])
    }
}

fn webhook(receiver: &Receiver) -> String {
    format!(
        "{{name: hook, type: webhook, url: 'http://{}/', timeout: 500ms}}",
        receiver.address
    )
}

fn json(scraper: &Daemon, path: &str) -> Value {
    serde_json::from_str(&http::get(&scraper.address, path).text()).unwrap()
}

fn end(mut scraper: Daemon) {
    scraper.signal("TERM");
    assert_eq!(scraper.wait().code(), Some(0), "{}", scraper.log());
}

#[test]
fn told_once_when_it_fires_and_once_when_it_is_over() {
    let (home, receiver, target) = (Home::new(), Receiver::start(), Target::start(COLD));
    home.configure(&[&target], &webhook(&receiver), RULE);
    let scraper = home.scraper();
    target.wait_for_scrapes(3);
    assert!(receiver.requests().is_empty() && !home.state().exists());
    target.show(HOT);
    let requests = receiver.wait_for(Mode::Takes, 1);
    assert!(
        requests[0].head.starts_with("POST / HTTP/1.1\r\n"),
        "{}",
        requests[0].head
    );
    let alert = &requests[0].body["alerts"][0];
    assert_eq!(alert["labels"]["site"], "home");
    assert_eq!(alert["labels"]["instance"], target.address.as_str());
    assert_eq!(alert["annotations"]["summary"], "attic has 85.5");
    assert_eq!(alert["generatorURL"], "http://pi.example/#alerts");

    let shown = json(&scraper, "/api/v1/alerts");
    assert_eq!(shown["data"]["alerts"][0]["state"], "firing", "{shown}");
    assert_eq!(shown["data"]["alerts"][0]["value"], "8.55e+01", "{shown}");
    let shown = json(&scraper, "/api/v1/rules");
    let rule = &shown["data"]["groups"][0]["rules"][0];
    assert_eq!(
        (rule["state"].as_str(), rule["query"].as_str()),
        (Some("firing"), Some("temp > 80"))
    );
    let page = http::get(&scraper.address, "/").text();
    assert!(
        page.contains("<h2 id=\"alerts\">Alerts</h2><p>1 fires</p>"),
        "{page}"
    );
    assert!(page.contains("<b>Hot</b> attic has 85.5"), "{page}");
    assert_eq!(metric(&scraper, "scraper_alerts"), 1.0);

    target.wait_for_scrapes(10);
    assert_eq!(receiver.told(), ["firing Hot attic"]);
    target.show(COLD);
    receiver.wait_for(Mode::Takes, 2);
    target.wait_for_scrapes(5);
    assert_eq!(receiver.told(), ["firing Hot attic", "resolved Hot attic"]);
    assert_eq!(
        json(&scraper, "/api/v1/alerts")["data"]["alerts"],
        serde_json::json!([])
    );
    assert_eq!(metric(&scraper, "prometheus_notifications_sent_total"), 2.0);
    assert_eq!(metric(&scraper, "prometheus_notifications_errors_total"), 0.0);
}

#[test]
fn pending_alerts_are_not_told() {
    let (home, receiver, target) = (Home::new(), Receiver::start(), Target::start(HOT));
    home.configure(
        &[&target],
        &webhook(&receiver),
        "{alert: Hot, expr: temp > 80, for: 1500ms}",
    );
    let scraper = home.scraper();
    until("a pending alert", || {
        (json(&scraper, "/api/v1/alerts")["data"]["alerts"][0]["state"] == "pending").then_some(())
    });
    target.show(COLD);
    until("its end", || {
        json(&scraper, "/api/v1/alerts")["data"]["alerts"]
            .as_array()?
            .is_empty()
            .then_some(())
    });
    target.show(HOT);
    receiver.wait_for(Mode::Takes, 1);
    assert_eq!(receiver.told(), ["firing Hot attic"]);
}

#[test]
fn whatever_a_receiver_does_each_is_told_once() {
    for mode in [Mode::Fails, Mode::Hangs, Mode::Resets, Mode::TooMany] {
        let (home, receiver, target) = (Home::new(), Receiver::start(), Target::start(COLD));
        home.configure(&[&target], &webhook(&receiver), RULE);
        let scraper = home.scraper();
        receiver.set(mode);
        target.show(HOT);
        let tried = receiver.wait_for(mode, 2);
        let waited = tried[1].at - tried[0].at;
        if mode == Mode::TooMany {
            assert!(Duration::from_secs(2) <= waited, "{waited:?}");
        }
        assert!(Duration::from_millis(450) <= waited, "{mode:?} {waited:?}");
        let page = http::get(&scraper.address, "/").text();
        assert!(page.contains("takes no alerts"), "{page}");
        receiver.set(Mode::Takes);
        receiver.wait_for(Mode::Takes, 1);
        let before = receiver.count(mode);
        receiver.set(mode);
        target.show(COLD);
        receiver.wait_for(mode, before + 1);
        receiver.set(Mode::Takes);
        receiver.wait_for(Mode::Takes, 2);
        target.wait_for_scrapes(3);
        assert_eq!(
            receiver.told(),
            ["firing Hot attic", "resolved Hot attic"],
            "{mode:?}"
        );
        assert!(0.0 < metric(&scraper, "prometheus_notifications_errors_total"));
        assert_eq!(
            scraper.log().matches("alerts are not taken").count(),
            2,
            "{}",
            scraper.log()
        );
    }
}

#[test]
fn a_receiver_that_refuses_one_rule_is_told_of_the_others() {
    let (home, receiver, target) = (Home::new(), Receiver::start(), Target::start(COLD));
    let rules = format!("{RULE}, {{alert: Warm, expr: temp > 60}}");
    home.configure(&[&target], &webhook(&receiver), &rules);
    let scraper = home.scraper();
    receiver.set(Mode::Refuses);
    target.show(HOT);
    let refused = receiver.wait_for(Mode::Refuses, 2);
    let mut names: Vec<&str> = refused
        .iter()
        .map(|request| request.body["groupLabels"]["alertname"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["Hot", "Warm"]);
    let line = scraper.wait_for_log("alerts are refused");
    assert!(line.contains("invalid_payload"), "{line}");
    receiver.set(Mode::Takes);
    target.wait_for_scrapes(5);
    assert!(receiver.told().is_empty());
    // What is new is told at once.
    target.show(COLD);
    receiver.wait_for(Mode::Takes, 2);
}

#[test]
fn a_fleet_in_one_message() {
    let (home, receiver) = (Home::new(), Receiver::start());
    let first = Target::start("temp{room=\"attic\"} 90\n");
    let second = Target::start("temp{room=\"cellar\"} 90\n");
    let hook = format!(
        "{{name: hook, type: webhook, url: 'http://{}/', group_wait: 1s}}",
        receiver.address
    );
    home.configure(&[&first, &second], &hook, RULE);
    let _scraper = home.scraper();
    receiver.wait_for(Mode::Takes, 1);
    first.show(COLD);
    receiver.wait_for(Mode::Takes, 2);
    // A target that is down has no temperature, and says so by `up`.
    second.show("");
    receiver.wait_for(Mode::Takes, 3);
    assert_eq!(
        receiver.told(),
        [
            "firing Hot attic,cellar",
            "resolved Hot attic",
            "resolved Hot cellar"
        ]
    );
}

#[test]
fn restarts_tell_nothing_twice_and_forget_no_end() {
    let (home, receiver, target) = (Home::new(), Receiver::start(), Target::start(HOT));
    home.configure(&[&target], &webhook(&receiver), RULE);
    let scraper = home.scraper();
    receiver.wait_for(Mode::Takes, 1);
    end(scraper);
    let state = std::fs::read_to_string(home.state()).unwrap();
    let scraper = home.scraper();
    target.wait_for_scrapes(6);
    assert_eq!(receiver.told(), ["firing Hot attic"]);
    assert_eq!(std::fs::read_to_string(home.state()).unwrap(), state);
    end(scraper);
    // It is over while nobody looks.
    target.show(COLD);
    let scraper = home.scraper();
    receiver.wait_for(Mode::Takes, 2);
    end(scraper);
    let scraper = home.scraper();
    target.wait_for_scrapes(6);
    assert_eq!(receiver.told(), ["firing Hot attic", "resolved Hot attic"]);

    // Killed while the receiver hangs, with an alert that fires and one that is over.
    target.show(HOT);
    receiver.wait_for(Mode::Takes, 3);
    receiver.set(Mode::Hangs);
    target.show(COLD);
    receiver.wait_for(Mode::Hangs, 1);
    until("the end on disk", || {
        let state = std::fs::read_to_string(home.state()).unwrap();
        (!state.contains("\"resolved_at_ms\":null")).then_some(())
    });
    drop(scraper);
    receiver.set(Mode::Takes);
    let _scraper = home.scraper();
    receiver.wait_for(Mode::Takes, 4);
    target.wait_for_scrapes(3);
    assert_eq!(receiver.told()[2..], ["firing Hot attic", "resolved Hot attic"]);
}

#[test]
fn repeated_while_it_fires() {
    let (home, receiver, target) = (Home::new(), Receiver::start(), Target::start(HOT));
    let hook = format!(
        "{{name: hook, type: webhook, url: 'http://{}/', repeat_interval: 1s}}",
        receiver.address
    );
    home.configure(&[&target], &hook, RULE);
    let _scraper = home.scraper();
    let requests = receiver.wait_for(Mode::Takes, 3);
    for pair in requests.windows(2) {
        let between = pair[1].at - pair[0].at;
        assert!(Duration::from_millis(900) <= between, "{between:?}");
        let starts = |request: &peers::Request| request.body["alerts"][0]["startsAt"].clone();
        assert_eq!(starts(&pair[0]), starts(&pair[1]));
    }
    target.show(COLD);
    until("its end", || {
        receiver
            .told()
            .iter()
            .any(|told| told.starts_with("resolved"))
            .then_some(())
    });
}

#[test]
fn a_reload_is_taken_whole() {
    let (home, receiver, target) = (Home::new(), Receiver::start(), Target::start(HOT));
    home.configure(&[&target], &webhook(&receiver), RULE);
    let scraper = home.scraper();
    receiver.wait_for(Mode::Takes, 1);
    // One that cannot be used changes nothing.
    home.configure(
        &[&target],
        &webhook(&receiver),
        "{alert: Hot, expr: 'rate(temp[5m]) > 80'}",
    );
    scraper.signal("HUP");
    let line = scraper.wait_for_log("configuration not taken");
    assert!(
        line.contains("prometheus.yml:7:") && line.contains("docker/prometheus"),
        "{line}"
    );
    target.wait_for_scrapes(3);
    assert_eq!(receiver.told(), ["firing Hot attic"]);
    // Another text of the same rule is no new alert; a rule that is gone is over.
    home.configure(&[&target], &webhook(&receiver), &RULE.replace("has", "shows"));
    scraper.signal("HUP");
    until("the new text", || {
        let summary = json(&scraper, "/api/v1/alerts")["data"]["alerts"][0]["annotations"]["summary"].clone();
        (summary == "attic shows 85.5").then_some(())
    });
    assert_eq!(receiver.told(), ["firing Hot attic"]);
    home.configure(&[&target], &webhook(&receiver), "{alert: Down, expr: up == 0}");
    scraper.signal("HUP");
    receiver.wait_for(Mode::Takes, 2);
    target.show("");
    receiver.wait_for(Mode::Takes, 3);
    assert_eq!(
        receiver.told(),
        ["firing Hot attic", "resolved Hot attic", "firing Down ?"]
    );
}

#[test]
fn a_target_that_is_gone() {
    let (home, receiver, target) = (Home::new(), Receiver::start(), Target::start(HOT));
    let rules = format!("{RULE}, {{alert: Gone, expr: 'absent(up{{job=\"pi\"}})'}}");
    home.configure(&[&target], &webhook(&receiver), &rules);
    let scraper = home.scraper();
    receiver.wait_for(Mode::Takes, 1);
    let other = Target::start(COLD);
    let text = std::fs::read_to_string(home.config()).unwrap();
    let text = text
        .replace("job_name: pi", "job_name: other")
        .replace(&target.address, &other.address);
    std::fs::write(home.config(), text).unwrap();
    scraper.signal("HUP");
    receiver.wait_for(Mode::Takes, 3);
    let mut told = receiver.told();
    told.sort();
    assert_eq!(told, ["firing Gone ?", "firing Hot attic", "resolved Hot attic"]);
}

#[test]
fn slack_and_discord_get_what_they_read_and_nobody_sees_their_addresses() {
    let (home, receiver, target) = (Home::new(), Receiver::start(), Target::start(COLD));
    std::fs::write(
        home.0.path().join("discord"),
        format!("http://{}/discord/hunter2\n", receiver.address),
    )
    .unwrap();
    let receivers = format!(
        "{{name: slack, type: slack, url: 'http://{}/services/hunter2', text: '{{{{ $summary }}}} since {{{{ $startsAt }}}}'}}, \
         {{name: discord, type: discord, url_file: discord}}",
        receiver.address
    );
    home.configure(&[&target], &receivers, RULE);
    let scraper = home.scraper();
    target.show(HOT);
    let requests = receiver.wait_for(Mode::Takes, 2);
    let to = |path: &str| {
        requests
            .iter()
            .find(|request| request.head.starts_with(&format!("POST {path} ")))
            .unwrap()
    };
    let slack = &to("/services/hunter2").body["attachments"][0];
    assert_eq!(
        (slack["title"].as_str(), slack["color"].as_str()),
        (Some("🔥 Hot: 1 firing"), Some("danger"))
    );
    assert!(
        slack["text"]
            .as_str()
            .unwrap()
            .starts_with("attic has 85.5 since 20"),
        "{slack}"
    );
    let discord = &to("/discord/hunter2").body;
    assert_eq!(discord["embeds"][0]["description"], "attic has 85.5", "{discord}");
    assert_eq!(discord["allowed_mentions"], serde_json::json!({"parse": []}));

    receiver.set(Mode::Refuses);
    target.show(COLD);
    receiver.wait_for(Mode::Refuses, 2);
    let shown = [
        "/",
        "/metrics",
        "/api/v1/status/config",
        "/api/v1/rules",
        "/api/v1/alerts",
    ]
    .map(|path| http::get(&scraper.address, path).text());
    assert!(!shown.concat().contains("hunter2"), "{shown:?}");
    assert!(!scraper.log().contains("hunter2"), "{}", scraper.log());
}

#[test]
fn an_address_in_a_file_that_is_not_there_yet() {
    let (home, receiver, target) = (Home::new(), Receiver::start(), Target::start(HOT));
    home.configure(&[&target], "{name: hook, type: webhook, url_file: hook}", RULE);
    let scraper = home.scraper();
    let line = scraper.wait_for_log("alerts are not taken");
    assert!(line.contains("hook") && line.contains("No such file"), "{line}");
    std::fs::write(
        home.0.path().join("hook"),
        format!("http://{}/", receiver.address),
    )
    .unwrap();
    receiver.wait_for(Mode::Takes, 1);
    scraper.wait_for_log("alerts are taken again");
}

#[test]
fn debians_alertmanager_has_it_and_its_end() {
    let alertmanager = sid::stable("prometheus-alertmanager").join("usr/bin/prometheus-alertmanager");
    let (home, hook, target) = (Home::new(), Receiver::start(), Target::start(COLD));
    let config = home.0.path().join("alertmanager.yml");
    let text = format!(
        "route: {{receiver: hook, group_wait: 0s, group_interval: 1s}}\n\
         receivers: [{{name: hook, webhook_configs: [{{url: 'http://{}/'}}]}}]\n",
        hook.address
    );
    std::fs::write(&config, text).unwrap();
    let address = format!("127.0.0.1:{}", free_port());
    let mut command = Command::new(alertmanager);
    command
        .arg(format!("--config.file={}", config.display()))
        .arg(format!(
            "--storage.path={}",
            home.0.path().join("alertmanager").display()
        ))
        .arg(format!("--web.listen-address={address}"))
        .arg("--cluster.listen-address=");
    let _alertmanager = Daemon::spawn(&mut command);
    until("the Alertmanager to answer", || {
        http::request(&address, "GET", "/-/ready", &[])
            .is_ok_and(|answer| answer.status == 200)
            .then_some(())
    });

    home.configure(
        &[&target],
        &format!("{{name: am, type: alertmanager, url: 'http://{address}'}}"),
        RULE,
    );
    let _scraper = home.scraper();
    target.show(HOT);
    let alerts = || -> Value { serde_json::from_str(&http::get(&address, "/api/v2/alerts").text()).unwrap() };
    let alert = until("the alert", || alerts().get(0).cloned());
    assert_eq!(alert["status"]["state"], "active", "{alert}");
    assert_eq!(alert["labels"]["severity"], "critical", "{alert}");
    assert_eq!(alert["annotations"]["summary"], "attic has 85.5", "{alert}");
    let of_it = hook.wait_for(Mode::Takes, 1);
    // What the scraper sends to a webhook has the same keys.
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let own = Receiver::start();
    home.configure(
        &[&target],
        &format!(
            "{}, {{name: am, type: alertmanager, url: 'http://{address}'}}",
            webhook(&own)
        ),
        RULE,
    );
    _scraper.signal("HUP");
    let ours = own.wait_for(Mode::Takes, 1);
    assert_eq!(keys(&ours[0].body), keys(&of_it[0].body));
    assert_eq!(
        keys(&ours[0].body["alerts"][0]),
        keys(&of_it[0].body["alerts"][0])
    );
    assert_eq!(ours[0].body["version"], of_it[0].body["version"]);
    assert_eq!(
        ours[0].body["groupKey"].as_str().unwrap().split('"').nth(1),
        Some("Hot")
    );
    assert_eq!(
        ours[0].body["alerts"][0]["fingerprint"],
        of_it[0].body["alerts"][0]["fingerprint"]
    );
    assert_eq!(
        ours[0].body["alerts"][0]["endsAt"],
        of_it[0].body["alerts"][0]["endsAt"]
    );

    target.show(COLD);
    until("its end", || alerts().as_array()?.is_empty().then_some(()));
    until("the end at its receiver", || {
        hook.requests()
            .iter()
            .any(|request| request.body["status"] == "resolved")
            .then_some(())
    });
    assert!(
        PATIENCE < Duration::from_secs(60),
        "an alert that is not sent again ends by itself later"
    );
}

#[test]
fn prometheus_takes_every_expression_that_is_taken() {
    let expressions = [
        "up == 0",
        "node_hwmon_temp_celsius{chip=~\"thermal.*\"} > 80",
        "a{b!=\"c\",d!~\"e|f\"} >= -1.5e3",
        "{__name__=~\"node_.*\", job='pi'} <= +Inf",
        "a{b=`\\d`} != .5",
        "a:b:c < 08e1",
        "a<5.",
        "absent(up{job=\"pi\"})",
        "absent ( up )",
        "a{} > 1E3",
        "a > -Inf",
        "a{b=\"ü\",c=\"\\n\\t\\\"\"} == 0.0001",
        "absent < 3",
        "by > 1",
        "offset > 1",
        "bool > 1",
        "on > 1",
        "ignoring > 1",
        "group_left > 1",
        "atan2 > 1",
        "and > 1",
        "unless > 1",
        "count_values > 1",
        "start > 1",
        "absent_over_time > 1",
        "inf > 1",
        "nan > 1",
        "sum > 1",
        "a > + 1",
        "a{b=\"c\",} > 1",
    ];
    let home = Home::new();
    let target = Target::start(COLD);
    let hook = "{name: hook, type: webhook, url: 'http://127.0.0.1:1/'}";
    for expression in expressions {
        let quoted = expression.replace('\'', "''");
        let rule = format!("{{alert: A, expr: '{quoted}'}}");
        home.configure(&[&target], hook, &rule);
        let ours = peer::run(
            daemon::binary("pi-scraper").to_str().unwrap(),
            &["--check-config", home.config().to_str().unwrap()],
            b"",
        );
        let rules = home.0.path().join("rules.yml");
        std::fs::write(&rules, format!("groups: [{{name: a, rules: [{rule}]}}]\n")).unwrap();
        let theirs = peer::run("promtool", &["check", "rules", rules.to_str().unwrap()], b"");
        assert!(
            theirs.status.success() || !ours.status.success(),
            "{expression}: {}",
            String::from_utf8_lossy(&theirs.stderr)
        );
    }
}

#[test]
fn examples_are_taken() {
    let page = std::fs::read_to_string(peer::checkout().join("docs/alerts.md")).unwrap();
    let example = page
        .split("```yaml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .unwrap();
    let package = std::fs::read_to_string(peer::checkout().join("packaging/deb/prometheus.yml")).unwrap();
    let commented = package.split("# alerts:\n").nth(1).unwrap();
    let lines = commented.lines().filter_map(|line| line.strip_prefix("# "));
    let package = format!(
        "alerts:\n{}",
        lines.map(|line| format!("{line}\n")).collect::<String>()
    );
    let home = Home::new();
    for text in [example.to_owned(), package] {
        std::fs::write(home.config(), &text).unwrap();
        let checked = peer::run(
            daemon::binary("pi-scraper").to_str().unwrap(),
            &["--check-config", home.config().to_str().unwrap()],
            b"",
        );
        let told = [checked.stdout, checked.stderr].concat();
        assert!(
            checked.status.success(),
            "{}{text}",
            String::from_utf8_lossy(&told)
        );
    }
}
