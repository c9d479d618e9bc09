use std::io::Write as _;

use expect_test::{Expect, expect};

use super::*;

const ABOUT: About = About {
    binary: "pi-test-exporter",
    name: "test_exporter",
    title: "Test Exporter",
    description: "Serves what a test wants.",
    version: "1.2.3",
    listen_address: ":9999",
    negotiates_openmetrics: false,
};

fn parsed(arguments: &[&str]) -> Result<Wanted, StartError> {
    let own = Command::new("own")
        .arg(Arg::new("path.procfs").long("path.procfs").default_value("/proc"))
        .args(switch("collector.cpu", "CPU times", true));
    let arguments = ["exporter"].iter().chain(arguments).map(OsString::from);
    parse(&ABOUT, own, arguments, Ok)
}

/// Compares the settings, or the one line on the terminal.
#[track_caller]
fn check(arguments: &[&str], expect: Expect) {
    expect.assert_eq(&match parsed(arguments) {
        Ok(Wanted::Serve(settings, matches)) => format!(
            "{:?} {} {:?} {} {} {} cpu={:?} procfs={}\n",
            settings.listen,
            settings.telemetry_path,
            settings.config_file,
            settings.max_requests,
            settings.exporter_metrics,
            settings.systemd_socket,
            switch_value(&matches, "collector.cpu"),
            matches.get_one::<String>("path.procfs").unwrap(),
        ),
        Ok(Wanted::Print(text)) => text,
        Err(error) => format!("{error}\n"),
    });
}

#[test]
fn defaults() {
    check(
        &[],
        expect![[r#"
        [Any { port: 9999 }] /metrics None 40 true false cpu=None procfs=/proc
    "#]],
    );
}

#[test]
fn both_spellings_and_repeated_flags() {
    check(
        &[
            "--web.listen-address=127.0.0.1:1",
            "--web.listen-address",
            "unix:/run/x.sock",
            "--web.max-requests=1",
            "--web.max-requests",
            "0",
            "--path.procfs=/a",
            "--path.procfs=/b",
            "--web.disable-exporter-metrics",
            "--runtime.gomaxprocs=1",
        ],
        expect![[r#"
            [Host { host: "127.0.0.1", port: 1 }, Unix("/run/x.sock")] /metrics None 0 false false cpu=None procfs=/b
        "#]],
    );
}

#[test]
fn the_last_switch_wins() {
    check(
        &["--collector.cpu", "--no-collector.cpu"],
        expect![[r#"
        [Any { port: 9999 }] /metrics None 40 true false cpu=Some(false) procfs=/proc
    "#]],
    );
    check(
        &["--no-collector.cpu", "--collector.cpu", "--no-web.systemd-socket"],
        expect![[r#"
            [Any { port: 9999 }] /metrics None 40 true false cpu=Some(true) procfs=/proc
        "#]],
    );
}

#[test]
fn one_line_for_a_wrong_command_line() {
    check(
        &["--web.listen-adress=:1"],
        expect![[r#"
        unknown flag '--web.listen-adress' (did you mean '--web.listen-address'?), try --help
    "#]],
    );
    check(
        &["--nothing.like.it"],
        expect![[r#"
        unknown flag '--nothing.like.it', try --help
    "#]],
    );
    check(
        &["stray"],
        expect![[r#"
        unexpected argument 'stray', try --help
    "#]],
    );
    check(
        &["-x"],
        expect![[r#"
        unknown flag '-x', try --help
    "#]],
    );
    check(
        &["--log.level=loud"],
        expect![[r#"
        flag '--log.level': "loud" is not one of debug, info, warn, error, try --help
    "#]],
    );
    check(
        &["--log.level"],
        expect![[r#"
        flag '--log.level' needs a value, try --help
    "#]],
    );
    check(
        &["--web.max-requests=-1"],
        expect![[r#"
        flag '--web.max-requests': "-1" is not valid: -1 is not in 0..=4294967295, try --help
    "#]],
    );
    check(
        &["--web.max-requests=many"],
        expect![[r#"
        flag '--web.max-requests': "many" is not valid: invalid digit found in string, try --help
    "#]],
    );
    check(
        &["--web.listen-address=nowhere"],
        expect![[r#"
        --web.listen-address="nowhere": expected host:port, :port, [v6]:port or unix:/path
    "#]],
    );
    check(
        &["--web.telemetry-path=metrics"],
        expect![[r#"
        --web.telemetry-path="metrics": a path starts with '/' and has no query
    "#]],
    );
    check(
        &["--collector.cpu=yes"],
        expect![[r#"
        flag '--collector.cpu' takes no value, try --help
    "#]],
    );
    check(
        &["@/nonexistent"],
        expect![[r#"
        arguments file /nonexistent: No such file or directory (os error 2)
    "#]],
    );
}

#[test]
fn help_teaches() {
    check(
        &["-h"],
        expect![[r#"
            Serves what a test wants.

            usage: pi-test-exporter [--flag=value ...] [@file]

            Options:
                  --path.procfs <path.procfs>  [default: /proc]
                  --collector.cpu              CPU times [default: on]

            Shared flags:
                  --web.listen-address <ADDRESS>  Where to listen: host:port, :port, [v6]:port or unix:/path; may be given several times [default: :9999]
                  --web.telemetry-path <PATH>     Path under which the samples are served [default: /metrics]
                  --web.config.file <FILE>        YAML file with TLS, users, headers and rate limit; a change is picked up without a restart
                  --web.max-requests <COUNT>      Requests for samples that are answered at once; 0 is no limit [default: 40]
                  --web.disable-exporter-metrics  Leave out the numbers of this process (process_*, promhttp_*)
                  --web.systemd-socket            Serve on the sockets that systemd opened, instead of the listen addresses
                  --log.level <LEVEL>             Least severe messages that are logged [default: info] [possible values: debug, info, warn, error]
                  --log.format <FORMAT>           How a log line is written [default: logfmt] [possible values: logfmt, json]
                  --version                       Print version and build, and end
              -h, --help                          Print this, and end

            Examples:
              pi-test-exporter --web.listen-address=127.0.0.1:9100 --web.listen-address=unix:/run/exporter.sock
              pi-test-exporter --web.config.file=/etc/prometheus/web.yml    (TLS, passwords, rate limit)
              pi-test-exporter @/etc/default/flags                          (one argument a line)
              pi-test-exporter healthcheck --address=127.0.0.1:9100         (exit code 0 where a listener answers)
        "#]],
    );
}

#[test]
fn arguments_from_a_file() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"# a comment\n--web.max-requests=7\n\n--path.procfs\n/with space\n")
        .unwrap();
    check(
        &[&format!("@{}", file.path().display())],
        expect![[r#"
        [Any { port: 9999 }] /metrics None 7 true false cpu=None procfs=/with space
    "#]],
    );
}

#[test]
fn version_has_several_lines() {
    let Ok(Wanted::Print(text)) = parsed(&["--version"]) else {
        panic!("no text");
    };
    assert!(
        text.starts_with("test_exporter, version 1.2.3 (branch: "),
        "{text}"
    );
    assert!(text.lines().count() > 3, "{text}");
}
