//! One number of a machine: what it is, how much, what that means, and its last hour.

use crate::fleet::file_system::Fill;
use crate::fleet::history::Track;
use crate::fleet::html::Html;
use crate::fleet::level::{self, Level, Thresholds};
use crate::fleet::machine::{Facts, Machine};
use crate::fleet::quantity::{self, Quantity};
use crate::fleet::sparkline::{self, Scale};

/// Percentages are drawn on their whole scale, so that a low line is a low number.
const PERCENT: Scale = Scale {
    lowest: 0.0,
    highest: 100.0,
};
/// From a cold room to where a Pi has long slowed down.
const CELSIUS: Scale = Scale {
    lowest: 30.0,
    highest: 90.0,
};
/// The least top of the scale of the network, so that an idle one looks idle.
const BYTES_PER_SECOND_MIN: f32 = 10.0 * 1024.0;

/// Writes the six tiles of a machine; without facts they show a dash and the past.
pub fn write_all(html: &mut Html, machine: &Machine, facts: Option<&Facts>, now_ms: i64) {
    let memory = facts.and_then(|facts| facts.memory);
    let disk = facts.and_then(|facts| facts.disk);
    let number = |fact: fn(&Facts) -> Option<f64>| facts.and_then(fact);
    let tiles = [
        Tile {
            label: "CPU",
            value: number(|facts| facts.cpu_percent),
            ..Tile::new(Track::Cpu, quantity::percent)
        },
        Tile {
            label: "Memory",
            value: memory.map(|memory| memory.used_percent),
            thresholds: Some(&level::MEMORY),
            caption: memory.map(|memory| Caption::part(None, memory.used_bytes, memory.size_bytes)),
            ..Tile::new(Track::Memory, quantity::percent)
        },
        Tile {
            label: "Disk",
            value: disk.map(|disk| disk.used_percent),
            thresholds: Some(&level::DISK),
            caption: disk.map(|disk| Caption::part(Some(&disk), disk.used_bytes, disk.size_bytes)),
            ..Tile::new(Track::Disk, quantity::percent)
        },
        Tile {
            label: "Temp",
            value: number(|facts| facts.temperature_celsius),
            thresholds: Some(&level::TEMPERATURE),
            ..Tile::new(Track::Temperature, quantity::celsius)
        },
        Tile {
            label: "Net in",
            value: number(|facts| facts.received_per_second),
            ..Tile::new(Track::Received, quantity::bytes_per_second)
        },
        Tile {
            label: "Net out",
            value: number(|facts| facts.sent_per_second),
            ..Tile::new(Track::Sent, quantity::bytes_per_second)
        },
    ];
    for tile in tiles {
        tile.write(html, machine, now_ms);
    }
}

struct Tile {
    label: &'static str,
    value: Option<f64>,
    shown: fn(f64) -> Quantity,
    thresholds: Option<&'static Thresholds>,
    /// What stands below the line; the hour's peak if there is nothing else to say.
    caption: Option<Caption>,
    track: Track,
}

struct Caption {
    place: Option<String>,
    amount: String,
}

impl Caption {
    fn part(place: Option<&Fill>, used_bytes: f64, size_bytes: f64) -> Self {
        Self {
            place: place.map(|fill| fill.mount_point.to_string()),
            amount: quantity::part_of(quantity::bytes(used_bytes), quantity::bytes(size_bytes)).to_string(),
        }
    }
}

impl Tile {
    fn new(track: Track, shown: fn(f64) -> Quantity) -> Self {
        Self {
            label: "",
            value: None,
            shown,
            thresholds: None,
            caption: None,
            track,
        }
    }

    fn write(&self, html: &mut Html, machine: &Machine, now_ms: i64) {
        let points = machine
            .history
            .points(self.track, now_ms, machine.interval_seconds);
        let lowest = points
            .iter()
            .map(|point| point.value)
            .fold(f32::INFINITY, f32::min);
        let highest = points
            .iter()
            .map(|point| point.value)
            .fold(f32::NEG_INFINITY, f32::max);
        let level = match (self.thresholds, self.value) {
            (Some(thresholds), Some(value)) => thresholds.level(value),
            _ => Level::Fine,
        };
        html.raw(match level {
            Level::Fine => r#"<div class="tile"><dt>"#,
            Level::Warning => r#"<div class="tile warning"><dt>"#,
            Level::Critical => r#"<div class="tile critical"><dt>"#,
        });
        html.raw(self.label);
        if let Some(thresholds) = self.thresholds.filter(|_| level != Level::Fine) {
            html.raw(r#" <span class="badge">"#)
                .raw(thresholds.word(level))
                .raw("</span>");
        }
        html.raw(r#"</dt><dd class="value">"#);
        match self.value.map(self.shown) {
            Some(value) => html
                .raw("<b>")
                .text(value.digits())
                .raw("</b>\u{a0}<small>")
                .raw(value.unit)
                .raw("</small>"),
            None => html.raw(r#"<b aria-hidden="true">–</b><span class="hidden">unknown</span>"#),
        };
        html.raw(r#"</dd><dd class="past">"#);

        let limit = self
            .thresholds
            .map(|thresholds| thresholds.warning as f32)
            .filter(|limit| *limit <= highest);
        let title = match points.is_empty() {
            true => format!("{}: nothing known of the last hour", self.label),
            false => format!("{} in the last hour: {}", self.label, self.range(lowest, highest)),
        };
        sparkline::write(html, &points, self.scale(highest), limit, &title);
        html.raw(r#"</dd><dd class="caption">"#);
        match &self.caption {
            Some(Caption {
                place: Some(place),
                amount,
            }) => html
                .raw(r#"<span class="place">"#)
                .text(place)
                .raw("</span> <span>")
                .text(amount)
                .raw("</span>"),
            Some(Caption { place: None, amount }) => html.text(amount),
            None if points.is_empty() => html.raw("\u{a0}"),
            None => html.raw("peak ").text((self.shown)(highest.into())),
        };
        html.raw("</dd></div>\n");
    }

    fn range(&self, lowest: f32, highest: f32) -> String {
        let (lowest, highest) = ((self.shown)(lowest.into()), (self.shown)(highest.into()));
        let (lowest, highest) = (lowest.to_string(), highest.to_string());
        if lowest == highest {
            lowest
        } else {
            format!("{lowest} to {highest}")
        }
    }

    fn scale(&self, highest: f32) -> Scale {
        match self.track {
            Track::Cpu | Track::Memory | Track::Disk => PERCENT,
            Track::Temperature => CELSIUS,
            Track::Received | Track::Sent => Scale {
                lowest: 0.0,
                highest: highest.max(BYTES_PER_SECOND_MIN),
            },
        }
    }
}
