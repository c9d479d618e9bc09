//! Grafana's JSON.

use serde_json::{Value, json};

use super::panel::{COLUMNS, Dashboard, Kind, Panel};

/// Rows of the page that a large number and a graph take.
const HEIGHTS: (u64, u64) = (4, 8);

/// Writes a dashboard that imports into Grafana 11 and newer, and into Grafana Cloud.
pub fn write(dashboard: &Dashboard) -> Value {
    let mut panels = Vec::new();
    let mut id = 0;
    let mut y = 0;
    for row in &dashboard.rows {
        id += 1;
        panels.push(json!({
            "id": id, "type": "row", "title": row.title, "collapsed": false, "panels": [],
            "gridPos": {"x": 0, "y": y, "w": COLUMNS, "h": 1},
        }));
        y += 1;
        let (mut x, mut height) = (0, 0);
        for panel in &row.panels {
            if COLUMNS < x + panel.width {
                (x, y) = (0, y + height);
            }
            id += 1;
            height = if panel.kind == Kind::Stat {
                HEIGHTS.0
            } else {
                HEIGHTS.1
            };
            let mut value = write_panel(panel);
            value["id"] = json!(id);
            value["gridPos"] = json!({"x": x, "y": y, "w": panel.width, "h": height});
            panels.push(value);
            x += panel.width;
        }
        y += height;
    }
    json!({
        "uid": format!("pi-exporters-{}", dashboard.name),
        "title": dashboard.title,
        "description": dashboard.says,
        "tags": ["pi-exporters"],
        "schemaVersion": 39,
        "version": 1,
        "editable": true,
        "graphTooltip": 1,
        "refresh": "1m",
        "time": {"from": "now-24h", "to": "now"},
        "templating": {"list": variables(&dashboard.of)},
        "panels": panels,
    })
}

fn variables(metric: &str) -> Value {
    let label = |name: &str, matchers: &str| {
        let query = format!("label_values({metric}{matchers}, {name})");
        json!({
            "name": name, "label": name, "type": "query", "datasource": source(),
            "definition": query, "query": {"query": query, "refId": "variable"},
            "includeAll": true, "allValue": ".*", "multi": true, "refresh": 2, "sort": 1,
            "current": {"selected": true, "text": ["All"], "value": ["$__all"]},
        })
    };
    json!([
        {"name": "datasource", "label": "source", "type": "datasource", "query": "prometheus", "current": {}},
        label("job", ""),
        label("instance", "{job=~\"$job\"}"),
    ])
}

fn source() -> Value {
    json!({"type": "prometheus", "uid": "${datasource}"})
}

fn write_panel(panel: &Panel) -> Value {
    // A, B, C, as Grafana names queries.
    let targets: Vec<Value> = std::iter::zip('A'..='Z', &panel.queries)
        .map(|(letter, query)| {
            json!({
                "refId": letter.to_string(), "datasource": source(), "expr": query.expression,
                "legendFormat": query.legend, "range": true,
            })
        })
        .collect();
    let mut defaults = json!({
        "unit": panel.unit,
        "thresholds": {"mode": "absolute", "steps": steps(panel)},
        "mappings": mappings(panel),
        "color": {"mode": if panel.kind == Kind::Line { "palette-classic" } else { "thresholds" }},
        "custom": custom(panel),
    });
    if let Some(max) = panel.max {
        defaults["max"] = json!(max);
        defaults["min"] = json!(0);
    }
    json!({
        "type": match panel.kind {
            Kind::Bars => "bargauge",
            Kind::Line => "timeseries",
            Kind::Stat => "stat",
            Kind::State => "state-timeline",
        },
        "title": panel.title,
        "description": panel.says,
        "datasource": source(),
        "targets": targets,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": options(panel.kind),
    })
}

/// Colours from the lowest number up.
fn steps(panel: &Panel) -> Value {
    let step = |color: &str, value: Option<f64>| json!({"color": color, "value": value});
    match (panel.warn, panel.bad, panel.good) {
        (_, _, Some(good)) => json!([step("red", None), step("green", Some(good))]),
        (Some(warn), Some(bad), None) if bad < warn => {
            json!([
                step("red", None),
                step("yellow", Some(bad)),
                step("green", Some(warn))
            ])
        }
        (Some(warn), Some(bad), None) => {
            json!([
                step("green", None),
                step("yellow", Some(warn)),
                step("red", Some(bad))
            ])
        }
        (None, Some(bad), None) => json!([step("green", None), step("red", Some(bad))]),
        (_, None, None) => json!([step("green", None)]),
    }
}

fn mappings(panel: &Panel) -> Value {
    let words: serde_json::Map<String, Value> = panel
        .words
        .iter()
        .map(|(number, text)| (number.clone(), json!({"text": text})))
        .collect();
    if words.is_empty() {
        json!([])
    } else {
        json!([{"type": "value", "options": words}])
    }
}

fn custom(panel: &Panel) -> Value {
    match panel.kind {
        Kind::Line => json!({
            "lineWidth": 1,
            "fillOpacity": if panel.stack { 40 } else { 5 },
            "showPoints": "never",
            "stacking": {"mode": if panel.stack { "normal" } else { "none" }},
            "thresholdsStyle": {"mode": if panel.bad.is_some() { "dashed" } else { "off" }},
        }),
        Kind::State => json!({"fillOpacity": 70, "lineWidth": 0}),
        Kind::Bars | Kind::Stat => json!({}),
    }
}

fn options(kind: Kind) -> Value {
    let newest = json!({"calcs": ["lastNotNull"], "fields": "", "values": false});
    match kind {
        Kind::Bars => json!({"displayMode": "basic", "orientation": "horizontal", "reduceOptions": newest}),
        Kind::Line => json!({
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": true},
            "tooltip": {"mode": "multi", "sort": "desc"},
        }),
        Kind::Stat => {
            json!({"colorMode": "value", "graphMode": "area", "textMode": "auto", "reduceOptions": newest})
        }
        Kind::State => json!({
            "mergeValues": true, "showValue": "never", "rowHeight": 0.8,
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": true},
        }),
    }
}
