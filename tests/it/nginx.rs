//! The nginx exporter before real nginx servers, beside Debian's own exporters.
//!
//! nginx runs as one process without a master, on sockets and folders of the test's own, and ends with the test.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::daemon::{Daemon, binary, until};
use crate::{http, peer};

/// An nginx with a page of `stub_status` and an access log.
pub struct Nginx {
    folder: TempDir,
    child: Child,
}

impl Nginx {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let child = Self::run(folder.path());
        Self { folder, child }
    }

    /// Starts it on the socket in `folder`, and waits until it answers.
    #[track_caller]
    fn run(folder: &Path) -> Child {
        let at = folder.display();
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary: String = temporary
            .iter()
            .map(|name| format!("{name}_temp_path {at}/{name};\n"))
            .collect();
        let configuration = format!(
            "daemon off; master_process off; pid {at}/nginx.pid; error_log {at}/error.log;\n\
             events {{ worker_connections 64; }}\n\
             http {{ {temporary} access_log {at}/access.log;\n\
             log_format time '$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"-\" \"-\" rt=$request_time';\n\
             log_format lines escape=json '{{\"status\":\"$status\",\"request_method\":\"$request_method\",\"agent\":\"$http_user_agent\",\
             \"body_bytes_sent\":\"$body_bytes_sent\",\"request_time\":\"$request_time\"}}';\n\
             server {{ listen unix:{at}/nginx.sock; listen unix:{at}/proxied.sock proxy_protocol;\n\
             location = /stub_status {{ stub_status; access_log off; }}\n\
             location /small {{ return 200 small; access_log {at}/access.log; access_log {at}/time.log time; access_log {at}/json.log lines; }}\n\
             location / {{ return 404; }} }} }}\n"
        );
        fs::write(folder.join("nginx.conf"), configuration).unwrap();
        // It ends with the test even where that is killed.
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "nginx", "-p"])
            .arg(folder)
            .arg("-e")
            .arg(folder.join("error.log"))
            .arg("-c")
            .arg(folder.join("nginx.conf"))
            .stdin(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("setpriv and nginx: {error}; `make test` installs them"));
        until("nginx to listen", || {
            std::os::unix::net::UnixStream::connect(folder.join("nginx.sock")).ok()
        });
        child
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `--nginx.scrape-uri` of its page.
    pub fn uri(&self) -> String {
        format!("unix:{}:/stub_status", self.path("nginx.sock").display())
    }

    /// Sends so many requests, each on a connection of its own.
    pub fn request(&self, path: &str, count: usize) {
        for _ in 0..count {
            let output = Command::new("curl")
                .args(["-s", "-o", "/dev/null", "--unix-socket"])
                .arg(self.path("nginx.sock"))
                .arg(format!("http://nginx{path}"))
                .status();
            assert!(output.expect("curl; `make test` installs it").success());
        }
    }

    /// Lets it open its logs again, as logrotate does.
    fn reopen(&self) {
        let status = Command::new("kill")
            .args(["-USR1", &self.child.id().to_string()])
            .status();
        assert!(status.unwrap().success());
    }

    fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // A killed nginx leaves its sockets, and would not bind again.
        let _ = fs::remove_file(self.path("nginx.sock"));
        let _ = fs::remove_file(self.path("proxied.sock"));
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        self.stop();
    }
}

fn exporter(flags: &[String]) -> Daemon {
    Daemon::start(
        Command::new(binary("pi-nginx-exporter"))
            .arg("--web.listen-address=127.0.0.1:0")
            .args(flags),
    )
}

fn metrics(daemon: &Daemon) -> String {
    http::get(&daemon.address, "/metrics").text()
}

/// Value of the sample that begins so.
#[track_caller]
fn value(text: &str, sample: &str) -> f64 {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {sample} in:\n{text}"))
        .parse()
        .unwrap()
}

#[test]
fn two_sockets_report_different_numbers() {
    let (one, other) = (Nginx::start(), Nginx::start());
    let (few, many) = (one.uri(), other.uri());
    let exporter = exporter(&[&few, &many].map(|uri| format!("--nginx.scrape-uri={uri}")));
    other.request("/small", 30);
    let text = metrics(&exporter);
    let requests = |uri| value(&text, &format!("nginx_http_requests_total{{addr=\"{uri}\"}}"));
    assert_eq!(value(&text, &format!("nginx_up{{addr=\"{few}\"}}")), 1.0);
    assert_eq!(requests(&many) - requests(&few), 30.0, "{text}");
}

#[test]
fn one_connection_however_often_it_is_scraped() {
    let nginx = Nginx::start();
    let exporter = exporter(&[format!("--nginx.scrape-uri={}", nginx.uri())]);
    let accepted = |text: &str| value(text, "nginx_connections_accepted");
    let first = accepted(&metrics(&exporter));
    for _ in 0..20 {
        assert_eq!(accepted(&metrics(&exporter)), first);
    }
}

#[test]
fn down_and_up_again() {
    let mut nginx = Nginx::start();
    let exporter = exporter(&[format!("--nginx.scrape-uri={}", nginx.uri())]);
    assert_eq!(value(&metrics(&exporter), "nginx_up"), 1.0);
    nginx.stop();
    for _ in 0..3 {
        assert_eq!(value(&metrics(&exporter), "nginx_up"), 0.0);
    }
    nginx.child = Nginx::run(nginx.folder.path());
    assert_eq!(value(&metrics(&exporter), "nginx_up"), 1.0);
    exporter.wait_for_log("nginx answers again");
    let log = exporter.log();
    assert_eq!(log.matches("nginx is down").count(), 1, "{log}");
    assert_eq!(log.matches("nginx answers again").count(), 1, "{log}");
}

#[test]
fn the_proxy_protocol_is_understood() {
    let nginx = Nginx::start();
    let uri = format!(
        "--nginx.scrape-uri=unix:{}:/stub_status",
        nginx.path("proxied.sock").display()
    );
    let with = exporter(&[uri.clone(), "--nginx.proxy-protocol".into()]);
    assert_eq!(value(&metrics(&with), "nginx_up"), 1.0);
    assert_eq!(value(&metrics(&exporter(&[uri])), "nginx_up"), 0.0);
}

#[test]
fn access_logs_across_rotation() {
    let nginx = Nginx::start();
    nginx.request("/small", 3);
    let flags = ["access.log", "time.log", "json.log,format=json"]
        .map(|log| format!("--nginx.access-log={}", nginx.path(log).display()));
    let exporter = exporter(&[&flags[..], &[format!("--nginx.scrape-uri={}", nginx.uri())]].concat());
    let of =
        |name: &str, log: &str, more: &str| format!("{name}{{log=\"{}\"{more}}}", nginx.path(log).display());
    let count = |log: &str| {
        of(
            "nginx_http_response_count_total",
            log,
            ",method=\"GET\",status=\"200\"",
        )
    };

    nginx.request("/small", 5);
    nginx.request("/nothing", 2);
    let text = metrics(&exporter);
    for log in ["access.log", "time.log", "json.log"] {
        assert_eq!(value(&text, &count(log)), 5.0, "{log}");
        assert_eq!(
            value(&text, &of("nginx_access_log_unparsed_lines_total", log, "")),
            0.0
        );
        let size = of("nginx_http_response_size_bytes_sum", log, ",status_class=\"2xx\"");
        assert_eq!(value(&text, &size), 25.0);
    }
    let missing = of(
        "nginx_http_response_count_total",
        "access.log",
        ",method=\"GET\",status=\"404\"",
    );
    assert_eq!(value(&text, &missing), 2.0);
    for (log, count) in [("time.log", 5.0), ("json.log", 5.0)] {
        let time = of(
            "nginx_http_response_time_seconds_count",
            log,
            ",status_class=\"2xx\"",
        );
        assert_eq!(value(&text, &time), count);
    }

    // logrotate: rename, and a moment later the signal to reopen.
    for log in ["access.log", "time.log", "json.log"] {
        fs::rename(nginx.path(log), nginx.path(&format!("{log}.1"))).unwrap();
    }
    nginx.request("/small", 4);
    nginx.reopen();
    until("nginx to reopen its logs", || {
        nginx.path("json.log").exists().then_some(())
    });
    nginx.request("/small", 3);
    let text = metrics(&exporter);
    for log in ["access.log", "time.log", "json.log"] {
        assert_eq!(value(&text, &count(log)), 12.0, "{log}");
        assert_eq!(
            value(&text, &of("nginx_access_log_rotations_total", log, "")),
            1.0
        );
    }

    // copytruncate.
    fs::OpenOptions::new()
        .write(true)
        .truncate(true)
        .open(nginx.path("access.log"))
        .unwrap();
    metrics(&exporter);
    nginx.request("/small", 6);
    assert_eq!(value(&metrics(&exporter), &count("access.log")), 18.0);
}

/// Families that one of nginx' exporters has: kind and label names.
fn catalogue(text: &str) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let mut families = BTreeMap::new();
    let mut newest = String::new();
    for line in text.lines() {
        if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
            newest = name.to_owned();
            families.insert(newest.clone(), (kind.to_owned(), BTreeSet::new()));
        } else if let Some((_, labels)) = line.split_once('{')
            && let Some((_, found)) = families.get_mut(&newest)
        {
            let names = labels
                .split("=\"")
                .filter_map(|part| part.rsplit(['{', ',', '"']).next());
            found.extend(
                names
                    .filter(|name| !name.starts_with([' ', '}']))
                    .map(str::to_owned),
            );
        }
    }
    families.retain(|name, _| name.starts_with("nginx"));
    families
}

/// The binary of Debian's package in one of its releases, unpacked below `target/`.
fn debian(release: &str) -> PathBuf {
    let folder = peer::checkout()
        .join("target/peers")
        .join(format!("nginx-exporter-{release}"));
    let binary = folder.join("usr/bin/prometheus-nginx-exporter");
    if binary.exists() {
        return binary;
    }
    let lists = folder.join("lists");
    fs::create_dir_all(folder.join("cache/archives/partial")).unwrap();
    fs::create_dir_all(&lists).unwrap();
    let source = folder.join("debian.list");
    fs::write(
        &source,
        format!("deb http://deb.debian.org/debian {release} main\n"),
    )
    .unwrap();
    let apt = |arguments: &[&str]| {
        let status = Command::new("apt-get")
            .current_dir(&folder)
            .arg("-qq")
            .args(["-o", &format!("Dir::State::lists={}", lists.display())])
            .args(["-o", &format!("Dir::Cache={}", folder.join("cache").display())])
            .args(["-o", &format!("Dir::Etc::sourcelist={}", source.display())])
            .args([
                "-o",
                "Dir::Etc::sourceparts=/dev/null",
                "-o",
                "Acquire::Languages=none",
            ])
            .args(arguments)
            .stderr(Stdio::null())
            .status();
        assert!(status.unwrap().success(), "apt-get {arguments:?} of {release}");
    };
    apt(&["update"]);
    apt(&["download", "prometheus-nginx-exporter"]);
    let package = fs::read_dir(&folder).unwrap().filter_map(|entry| {
        let path = entry.unwrap().path();
        path.extension()
            .is_some_and(|extension| extension == "deb")
            .then_some(path)
    });
    let status = Command::new("dpkg-deb")
        .arg("-x")
        .arg(package.last().unwrap())
        .arg(&folder)
        .status();
    assert!(
        status.unwrap().success() && binary.exists(),
        "{}",
        binary.display()
    );
    // The lists of a whole release are larger than what was looked for.
    fs::remove_dir_all(lists).unwrap();
    binary
}

/// What Debian's exporter serves of this nginx.
fn of_debian(release: &str, nginx: &Nginx) -> String {
    // It cannot choose a port by itself; one that was free a moment ago is.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let address = format!("127.0.0.1:{port}");
    let _peer = Daemon::spawn(
        Command::new(debian(release))
            .arg(format!("--nginx.scrape-uri={}", nginx.uri()))
            .arg(format!("--web.listen-address={address}")),
    );
    until("Debian's exporter to answer", || {
        http::request(&address, "GET", "/metrics", &[])
            .ok()
            .filter(|answer| answer.status == 200)
    })
    .text()
}

#[test]
fn names_types_and_labels_of_debian_s() {
    let nginx = Nginx::start();
    let exporter = exporter(&[format!("--nginx.scrape-uri={}", nginx.uri())]);
    let mut ours = catalogue(&metrics(&exporter));
    assert_eq!(ours, catalogue(&of_debian("sid", &nginx)));

    // Version 0.11 has another name for what it was built from.
    let mut older = catalogue(&of_debian("bookworm", &nginx));
    assert!(older.remove("nginxexporter_build_info").is_some());
    assert!(ours.remove("nginx_exporter_build_info").is_some());
    assert_eq!(ours, older);
}

#[test]
fn flags_of_both_generations() {
    let nginx = Nginx::start();
    let older = exporter(&[
        "-nginx.scrape-uri".into(),
        nginx.uri(),
        "-nginx.ssl-verify=false".into(),
        "-nginx.retries=5".into(),
        "-prometheus.const-labels=site=a,room=b".into(),
    ]);
    assert_eq!(value(&metrics(&older), "nginx_up{room=\"b\",site=\"a\"}"), 1.0);

    let environment = Daemon::start(
        Command::new(binary("pi-nginx-exporter"))
            .env(
                "SCRAPE_URI",
                format!("{}\nhttp://127.0.0.1:1/none\n", nginx.uri()),
            )
            .env("LISTEN_ADDRESS", "127.0.0.1:0")
            .env("TELEMETRY_PATH", "/numbers")
            .env("CONST_LABELS", "site=a"),
    );
    let text = http::get(&environment.address, "/numbers").text();
    assert_eq!(
        value(&text, &format!("nginx_up{{addr=\"{}\",site=\"a\"}}", nginx.uri())),
        1.0
    );
    assert_eq!(
        value(&text, "nginx_up{addr=\"http://127.0.0.1:1/none\",site=\"a\"}"),
        0.0
    );
}
