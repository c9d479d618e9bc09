//! Writes the fleet page of six made-up Pis to standard output, to work on its style without a fleet:
//! `cargo run -p scraper --example fleet_preview > page.html`.

use std::f64::consts::TAU;
use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use scraper::fleet::{Fleet, Observation};

const INTERVAL_MS: i64 = 15_000;
const SCRAPES: i64 = 240;

/// What a made-up machine is like.
struct Pi {
    name: &'static str,
    host: &'static str,
    uptime_hours: f64,
    cpu_percent: f64,
    memory_percent: f64,
    memory_bytes: f64,
    disk_percent: f64,
    disk_bytes: f64,
    disk_mount: &'static str,
    celsius: f64,
    bytes_per_second: f64,
    /// Scrapes from this number on fail.
    fails_from: i64,
    /// Scrapes before this number did not happen.
    starts_at: i64,
}

const USUAL: Pi = Pi {
    name: "",
    host: "",
    uptime_hours: 300.0,
    cpu_percent: 12.0,
    memory_percent: 38.0,
    memory_bytes: 3.98e9,
    disk_percent: 46.0,
    disk_bytes: 31.3e9,
    disk_mount: "/",
    celsius: 48.0,
    bytes_per_second: 9e3,
    fails_from: i64::MAX,
    starts_at: 0,
};

const PIS: [Pi; 6] = [
    Pi {
        name: "pi-kitchen",
        host: "192.168.1.21",
        ..USUAL
    },
    Pi {
        name: "pi-nas",
        host: "nas.lan",
        disk_percent: 96.6,
        disk_bytes: 1.97e12,
        disk_mount: "/srv/backups",
        bytes_per_second: 8e6,
        memory_percent: 71.0,
        memory_bytes: 8.3e9,
        ..USUAL
    },
    Pi {
        name: "pi-garage",
        host: "192.168.1.23",
        celsius: 79.0,
        cpu_percent: 71.0,
        uptime_hours: 26.4,
        ..USUAL
    },
    Pi {
        name: "pi-attic",
        host: "192.168.1.24",
        fails_from: 201,
        ..USUAL
    },
    Pi {
        name: "pi-door",
        host: "pi-door",
        starts_at: 228,
        uptime_hours: 0.06,
        memory_bytes: 4.5e8,
        memory_percent: 88.0,
        ..USUAL
    },
    Pi {
        name: "pi-weather",
        host: "192.168.1.26",
        cpu_percent: 3.0,
        celsius: f64::NAN,
        bytes_per_second: 120.0,
        disk_bytes: 7.9e9,
        ..USUAL
    },
];

fn main() -> io::Result<()> {
    let now_ms = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as i64);
    let mut fleet = Fleet::new();
    for (index, pi) in PIS.iter().enumerate() {
        let mut counters = Counters::default();
        for scrape in pi.starts_at..SCRAPES {
            let at_ms = now_ms - (SCRAPES - 1 - scrape) * INTERVAL_MS - 2000 - 700 * index as i64;
            // One scrape in the middle was lost, as happens on a wireless network.
            let up = scrape < pi.fails_from && scrape != 140;
            play(&mut fleet, pi, scrape, at_ms, up, &mut counters);
        }
    }
    let other = |job, instance, url, up, error| Observation {
        target: instance,
        job,
        instance,
        url,
        scraped_at_ms: now_ms - 4200,
        interval_seconds: 15.0,
        up,
        error,
        duration_seconds: 0.0231,
        series: if up { 1243 } else { 0 },
    };
    fleet
        .begin(other(
            "mysql",
            "nas.lan:9104",
            "http://nas.lan:9104/metrics",
            true,
            None,
        ))
        .finish();
    fleet
        .begin(other(
            "nginx",
            "nas.lan:9113",
            "http://nas.lan:9113/metrics",
            false,
            Some("server returned HTTP status 503 Service Unavailable"),
        ))
        .finish();
    fleet
        .begin(other(
            "postgres <b>&\"",
            "db.lan:9187",
            "javascript:alert(1)",
            true,
            None,
        ))
        .finish();
    io::stdout().write_all(fleet.page(now_ms).as_bytes())
}

#[derive(Default)]
struct Counters {
    busy: f64,
    idle: f64,
    received: f64,
    sent: f64,
}

fn play(fleet: &mut Fleet, pi: &Pi, scrape: i64, at_ms: i64, up: bool, counters: &mut Counters) {
    let instance = format!("{}:9100", pi.host);
    let mut visit = fleet.begin(Observation {
        target: &instance,
        job: "node",
        instance: &instance,
        url: &format!("http://{instance}/metrics"),
        scraped_at_ms: at_ms,
        interval_seconds: INTERVAL_MS as f64 / 1e3,
        up,
        error: Some("connect: no route to host (os error 113)"),
        duration_seconds: 0.012 + 0.003 * wobble(scrape, 7.0),
        series: if up { 959 } else { 0 },
    });
    // Something runs every quarter of an hour.
    let burst = if scrape % 60 < 8 { 4.0 } else { 1.0 };
    let cpu = (pi.cpu_percent * burst * (1.0 + 0.4 * wobble(scrape, 5.0))).min(99.0);
    counters.busy += 0.6 * cpu;
    counters.idle += 0.6 * (100.0 - cpu);
    counters.received += 15.0 * pi.bytes_per_second * burst * (1.3 + wobble(scrape, 11.0));
    counters.sent += 3.0 * pi.bytes_per_second * (1.2 + wobble(scrape, 3.0));
    if up {
        let sample = &mut |name: &str, labels: &[(&str, &str)], value: f64| {
            visit.sample(
                name,
                |wanted| {
                    labels
                        .iter()
                        .find(|(name, _)| *name == wanted)
                        .map(|(_, value)| *value)
                },
                value,
            );
        };
        let seconds = at_ms as f64 / 1e3;
        sample("node_uname_info", &[("nodename", pi.name)], 1.0);
        sample("node_time_seconds", &[], seconds);
        sample("node_boot_time_seconds", &[], seconds - 3600.0 * pi.uptime_hours);
        sample(
            "node_cpu_seconds_total",
            &[("cpu", "0"), ("mode", "user")],
            counters.busy,
        );
        sample(
            "node_cpu_seconds_total",
            &[("cpu", "0"), ("mode", "idle")],
            counters.idle,
        );
        let memory = pi.memory_percent + 1.5 * wobble(scrape, 40.0);
        sample("node_memory_MemTotal_bytes", &[], pi.memory_bytes);
        sample(
            "node_memory_MemAvailable_bytes",
            &[],
            pi.memory_bytes * (1.0 - memory / 100.0),
        );
        let disk = [
            ("device", "/dev/sda1"),
            ("fstype", "ext4"),
            ("mountpoint", pi.disk_mount),
        ];
        let free = pi.disk_bytes * (1.0 - (pi.disk_percent - 0.01 * (SCRAPES - scrape) as f64) / 100.0);
        sample("node_filesystem_size_bytes", &disk, pi.disk_bytes);
        sample("node_filesystem_free_bytes", &disk, free);
        sample("node_filesystem_avail_bytes", &disk, free);
        let celsius = pi.celsius + 3.0 * wobble(scrape, 30.0) + burst;
        sample(
            "node_thermal_zone_temp",
            &[("type", "cpu-thermal"), ("zone", "0")],
            celsius,
        );
        sample(
            "node_network_receive_bytes_total",
            &[("device", "eth0")],
            counters.received,
        );
        sample(
            "node_network_transmit_bytes_total",
            &[("device", "eth0")],
            counters.sent,
        );
    }
    visit.finish();
}

/// Between -1 and 1, without a visible period.
fn wobble(scrape: i64, period: f64) -> f64 {
    let at = scrape as f64 / period * TAU;
    (at.sin() + (0.37 * at).sin() + (2.3 * at + 1.0).sin()) / 3.0
}
