//! What fires or is pending, and who is told of it.

use crate::alerts::alert::Status;
use crate::alerts::rule::ALERT_NAME;
use crate::alerts::{Alerts, summary};
use crate::clock;
use crate::fleet::Beside;
use crate::fleet::card::write_time;
use crate::fleet::html::Html;
use crate::fleet::level::Level;
use crate::fleet::quantity;

/// Most alerts that are shown.
const ROWS_MAX: usize = 100;

/// One alert as the page shows it.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The rule's name.
    pub name: String,
    /// What is the matter, in a sentence.
    pub summary: String,
    /// The label `severity`.
    pub severity: String,
    /// Whether it fires; else it is pending.
    pub fires: bool,
    /// Since when, in milliseconds since 1970.
    pub since_ms: i64,
}

impl Row {
    /// How bad it is, by its label `severity`.
    pub fn level(&self) -> Level {
        match self.severity.as_str() {
            "critical" => Level::Critical,
            _ => Level::Warning,
        }
    }
}

/// What is pending or fires, what fires first.
pub fn rows(alerts: &Alerts) -> Vec<Row> {
    let now_ms = clock::now_ms();
    let mut rows: Vec<Row> = alerts.with(|_, active| {
        let rows = active.iter().map(|alert| Row {
            name: alert.labels.get(ALERT_NAME).cloned().unwrap_or_default(),
            summary: summary(alert),
            severity: alert.labels.get("severity").cloned().unwrap_or_default(),
            fires: alert.status() == Some(Status::Firing),
            since_ms: alert.fired.unwrap_or(alert.active).ms(now_ms),
        });
        rows.collect()
    });
    rows.sort_by_key(|row| !row.fires);
    rows
}

/// Writes the section; nothing where the configuration has no alerts.
pub fn write(html: &mut Html, beside: &Beside, now_ms: i64) {
    if beside.alert_receivers.is_empty() {
        return;
    }
    let firing = beside.alerts.iter().filter(|row| row.fires).count();
    html.raw(r#"<section aria-labelledby="alerts"><div class="section"><h2 id="alerts">Alerts</h2><p>"#);
    match firing {
        0 => html.raw("None fires"),
        1 => html.raw("1 fires"),
        many => html.text(quantity::count(many)).raw(" fire"),
    };
    html.raw("</p></div>\n");
    let failing = beside
        .alert_receivers
        .iter()
        .filter_map(|one| Some((&one.name, one.error.as_ref()?)));
    let failing: Vec<_> = failing.collect();
    if !beside.alerts.is_empty() || !failing.is_empty() {
        html.raw("<ul class=\"destinations\">\n");
        for row in beside.alerts.iter().take(ROWS_MAX) {
            write_row(html, row, now_ms);
        }
        for (name, error) in failing {
            html.raw("<li class=\"down\"><p><b>")
                .text(name)
                .raw("</b> <span class=\"state\"><span aria-hidden=\"true\">✕</span> takes no alerts</span></p><p class=\"error\">")
                .text(error)
                .raw("</p></li>\n");
        }
        html.raw("</ul>");
    }
    if let Some(more @ 1..) = beside.alerts.len().checked_sub(ROWS_MAX) {
        html.raw("<p class=\"left-out\">")
            .text(quantity::count(more))
            .raw(" more.</p>");
    }
    html.raw("</section>\n");
}

fn write_row(html: &mut Html, row: &Row, now_ms: i64) {
    html.raw(match (row.fires, row.level()) {
        (false, _) => "<li>",
        (true, Level::Critical) => "<li class=\"down\">",
        (true, _) => "<li class=\"warning\">",
    });
    html.raw("<p><b>")
        .text(&row.name)
        .raw("</b> <span class=\"state\">");
    html.raw(if row.fires { "fires" } else { "pending" });
    html.raw("</span> since ");
    write_time(html, row.since_ms, now_ms);
    html.raw("</p><p>").text(&row.summary).raw("</p></li>\n");
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::alerts::ReceiverStatus;

    #[track_caller]
    fn check(beside: &Beside, expect: Expect) {
        let mut html = Html::default();
        write(&mut html, beside, 1_795_293_084_000);
        expect.assert_eq(&html.into_string());
    }

    fn receiver(error: Option<&str>) -> ReceiverStatus {
        ReceiverStatus {
            name: "<phone>".into(),
            error: error.map(str::to_owned),
        }
    }

    #[test]
    fn nothing_is_shown_without_rules() {
        check(&Beside::default(), expect![""]);
    }

    #[test]
    fn none_fires() {
        let beside = Beside {
            alert_receivers: vec![receiver(None)],
            ..Beside::default()
        };
        check(
            &beside,
            expect![[r#"
            <section aria-labelledby="alerts"><div class="section"><h2 id="alerts">Alerts</h2><p>None fires</p></div>
            </section>
        "#]],
        );
    }

    #[test]
    fn one_fires_and_its_receiver_does_not_answer() {
        let row = |name: &str, fires| Row {
            name: name.into(),
            summary: "pi3 has <81.5> °C".into(),
            severity: "critical".into(),
            fires,
            since_ms: 1_795_293_000_000,
        };
        let beside = Beside {
            alerts: vec![row("Hot", true), row("Full", false)],
            alert_receivers: vec![receiver(Some("HTTP status 500"))],
            ..Beside::default()
        };
        check(
            &beside,
            expect![[r#"
            <section aria-labelledby="alerts"><div class="section"><h2 id="alerts">Alerts</h2><p>1 fires</p></div>
            <ul class="destinations">
            <li class="down"><p><b>Hot</b> <span class="state">fires</span> since <time datetime="2026-11-21T20:30:00Z">20:30:00 UTC</time></p><p>pi3 has &lt;81.5&gt; °C</p></li>
            <li><p><b>Full</b> <span class="state">pending</span> since <time datetime="2026-11-21T20:30:00Z">20:30:00 UTC</time></p><p>pi3 has &lt;81.5&gt; °C</p></li>
            <li class="down"><p><b>&lt;phone&gt;</b> <span class="state"><span aria-hidden="true">✕</span> takes no alerts</span></p><p class="error">HTTP status 500</p></li>
            </ul></section>
        "#]],
        );
    }
}
