//! InfluxDB's template: `influx apply --file pi-fleet.json`, or *Settings*, *Templates*.
//!
//! A metric is a measurement with the field `value`, its labels are tags, as `influxdb_write` of `pi-scraper` writes them.

use serde_json::{Value, json};

use super::panel::{Dashboard, Kind, Panel};

/// Columns of a page there; Grafana has twice as many.
const COLUMNS: u64 = 12;
/// Rows of every cell.
const HEIGHT: u64 = 3;

/// What the queries are written with.
const FUNCTIONS: &str = r#"metric = (name) => from(bucket: v.bucket)
  |> range(start: v.timeRangeStart, stop: v.timeRangeStop)
  |> filter(fn: (r) => r._measurement == name and r._field == "value")
  |> aggregateWindow(every: v.windowPeriod, fn: last, createEmpty: false)
highest = (tables=<-) => tables |> group(columns: ["instance", "_time"]) |> max() |> group(columns: ["instance"])
sum_of = (tables=<-) => tables |> group(columns: ["instance", "_time"]) |> sum() |> group(columns: ["instance"])
mean_of = (tables=<-) => tables |> group(columns: ["instance", "_time"]) |> mean() |> group(columns: ["instance"])
both = (a, b, key) => union(tables: [metric(name: a), metric(name: b)])
  |> map(fn: (r) => ({r with side: if r._measurement == a then "a" else "b"}))
  |> group(columns: key)
  |> pivot(rowKey: ["_time"], columnKey: ["side"], valueColumn: "_value")
ratio = (part, whole, key) => both(a: part, b: whole, key: key)
  |> map(fn: (r) => ({r with _value: r.a / r.b}))
difference_of = (a, b, key) => both(a: a, b: b, key: key)
  |> map(fn: (r) => ({r with _value: r.a - r.b}))
"#;

/// Writes the panels that have Flux, as one dashboard.
pub fn write(dashboard: &Dashboard) -> Value {
    let (mut x, mut y) = (0, 0);
    let mut charts = Vec::new();
    for panel in dashboard.panels() {
        let width = panel.width / 2;
        if COLUMNS < x + width {
            (x, y) = (0, y + HEIGHT);
        }
        charts.extend(chart(panel, x, y, width));
        x += width;
    }
    json!([{
        "apiVersion": "influxdata.com/v2alpha1",
        "kind": "Dashboard",
        "metadata": {"name": dashboard.name},
        "spec": {"name": dashboard.title, "description": dashboard.says, "charts": charts},
    }])
}

fn chart(panel: &Panel, x: u64, y: u64, width: u64) -> Option<Value> {
    let flux = panel.flux.as_ref()?;
    let mut chart = json!({
        "name": panel.title,
        "note": panel.says,
        "xPos": x, "yPos": y, "width": width, "height": HEIGHT,
        "queries": [{"query": format!("{FUNCTIONS}{flux}")}],
    });
    if panel.kind == Kind::Stat {
        chart["kind"] = json!("Single_Stat");
        chart["decimalPlaces"] = json!(1);
        chart["colors"] = json!([{"name": "laser", "type": "text", "hex": "#00C9FF", "value": 0}]);
    } else {
        chart["kind"] = json!("Xy");
        chart["geom"] = json!("line");
        chart["position"] = json!("overlaid");
        chart["xCol"] = json!("_time");
        chart["yCol"] = json!("_value");
        chart["colors"] =
            json!([{"name": "Nineteen Eighty Four", "type": "scale", "hex": "#31C0F6", "value": 0}]);
        chart["axes"] = json!([
            {"name": "x", "scale": "linear"},
            {"name": "y", "scale": "linear", "base": "10", "suffix": suffix(&panel.unit)},
        ]);
    }
    Some(chart)
}

fn suffix(unit: &str) -> &'static str {
    match unit {
        "celsius" => " °C",
        "Bps" => " B/s",
        "bytes" | "decbytes" => " B",
        "s" => " s",
        "d" => " d",
        _ => "",
    }
}
