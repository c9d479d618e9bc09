//! Dashboards: written from the tables in `docker/grafana/panels`, and every query run.
//!
//! `make dashboards` writes `docker/grafana/dashboards`, `docker/new-relic` and `docker/influxdb`; a test compares them
//! with what is committed. A table has the rows of a dashboard and the panels of a row; [`panel`] says what a panel has.

mod grafana;
mod influx;
mod new_relic;
mod panel;
mod room;

use std::path::PathBuf;

use serde_json::Value;

use self::panel::Dashboard;
use crate::{peer, served};

/// The dashboard that is also written for New Relic and InfluxDB.
const FOR_CLOUDS: &str = "pi-fleet";

fn docker() -> PathBuf {
    peer::checkout().join("docker")
}

/// Every dashboard, by the name of its file.
fn all() -> Vec<Dashboard> {
    let entries = std::fs::read_dir(docker().join("grafana/panels"))
        .unwrap()
        .flatten();
    let mut dashboards: Vec<_> = entries.map(|entry| Dashboard::load(&entry.path())).collect();
    dashboards.sort_by(|a, b| a.name.cmp(&b.name));
    dashboards
}

/// Path below `docker` and content of every file that is written.
fn written() -> Vec<(String, Value)> {
    let mut files = Vec::new();
    for dashboard in all() {
        files.push((
            format!("grafana/dashboards/{}.json", dashboard.name),
            grafana::write(&dashboard),
        ));
        if dashboard.name == FOR_CLOUDS {
            files.push((
                format!("new-relic/{}.json", dashboard.name),
                new_relic::write(&dashboard),
            ));
            files.push((
                format!("influxdb/{}.json", dashboard.name),
                influx::write(&dashboard),
            ));
        }
    }
    files
}

#[test]
fn files_are_those_of_the_tables() {
    let update = std::env::var_os("UPDATE").is_some();
    for (name, value) in written() {
        let path = docker().join(&name);
        let text = format!("{}\n", serde_json::to_string_pretty(&value).unwrap());
        if update {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            text == committed,
            "{} is not that of its table, run `make dashboards`",
            path.display()
        );
    }
}

#[test]
fn panels_name_what_is_served() {
    for dashboard in all() {
        for panel in dashboard.panels() {
            for query in &panel.queries {
                let unknown = served::unknown(&query.expression);
                assert!(
                    unknown.is_empty(),
                    "{}, {}: {unknown:?}",
                    dashboard.title,
                    panel.title
                );
            }
        }
    }
}

#[test]
fn panels_are_alike() {
    for dashboard in all() {
        let mut titles = std::collections::BTreeSet::new();
        for (row, panel) in dashboard
            .rows
            .iter()
            .flat_map(|row| row.panels.iter().map(move |p| (row, p)))
        {
            let place = format!("{}, {}, {}", dashboard.title, row.title, panel.title);
            assert!(titles.insert((&row.title, &panel.title)), "{place}: twice");
            for query in &panel.queries {
                assert!(!query.legend.is_empty(), "{place}: no legend");
                assert!(query.expression.contains("{job=~\"$job"), "{place}: of all jobs");
                let windows = query.expression.split("rate(").count() - 1;
                let own = query.expression.matches("[$__rate_interval]").count();
                assert_eq!(windows, own, "{place}: rates are over $__rate_interval");
            }
        }
        let both = dashboard
            .panels()
            .filter(|panel| panel.nrql.is_some() && panel.flux.is_some());
        let count = both.count();
        let wanted = if dashboard.name == FOR_CLOUDS {
            dashboard.panels().count()
        } else {
            0
        };
        assert_eq!(count, wanted, "{}: panels with NRQL and Flux", dashboard.title);
    }
}
