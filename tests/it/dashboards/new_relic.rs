//! New Relic's JSON: *Dashboards*, *Import dashboard*, which asks for the account.

use serde_json::{Value, json};

use super::panel::{Dashboard, Kind, Panel};

/// Columns of a page there; Grafana has twice as many.
const COLUMNS: u64 = 12;
/// Rows of every widget.
const HEIGHT: u64 = 3;

/// Writes the panels that have NRQL, on one page.
pub fn write(dashboard: &Dashboard) -> Value {
    let (mut column, mut row) = (1, 1);
    let mut widgets = Vec::new();
    for panel in dashboard.panels() {
        let width = panel.width / 2;
        if COLUMNS < column + width - 1 {
            (column, row) = (1, row + HEIGHT);
        }
        widgets.extend(widget(panel, column, row, width));
        column += width;
    }
    json!({
        "name": dashboard.title,
        "description": dashboard.says,
        "permissions": "PUBLIC_READ_WRITE",
        "pages": [{"name": dashboard.title, "description": dashboard.says, "widgets": widgets}],
        "variables": [],
    })
}

fn widget(panel: &Panel, column: u64, row: u64, width: u64) -> Option<Value> {
    let query = panel.nrql.as_ref()?;
    let visualization = match panel.kind {
        Kind::Stat => "viz.billboard",
        Kind::Bars => "viz.bar",
        Kind::Line | Kind::State if query.contains("TIMESERIES") => "viz.line",
        Kind::Line | Kind::State => "viz.table",
    };
    Some(json!({
        "title": panel.title,
        "layout": {"column": column, "row": row, "width": width, "height": HEIGHT},
        "visualization": {"id": visualization},
        "linkedEntityGuids": null,
        "rawConfiguration": {
            "nrqlQueries": [{"accountIds": [], "query": query}],
            "platformOptions": {"ignoreTimeRange": false},
        },
    }))
}
