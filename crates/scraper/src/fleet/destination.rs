//! Where samples go: how each receiver does, and what of its plan is used.

use crate::fleet::html::Html;
use crate::fleet::quantity;
use crate::forward::budget::{Level, Row};

/// One receiver as the page shows it.
#[derive(Clone, Debug, Default)]
pub struct Destination {
    /// Its name.
    pub name: String,
    /// Where requests go.
    pub url: String,
    /// Samples that wait.
    pub waiting: usize,
    /// How old the newest sample is that it has, where others wait.
    pub behind_seconds: Option<f64>,
    /// Why it takes nothing; `None` where it does.
    pub error: Option<String>,
    /// What of its plan is used.
    pub budget: Vec<Row>,
    /// Series that are not sent because a limit is reached.
    pub refused_series: usize,
}

/// Writes the section; nothing where there is no receiver.
pub fn write(html: &mut Html, destinations: &[Destination]) {
    if destinations.is_empty() {
        return;
    }
    let taking = destinations.iter().filter(|one| one.error.is_none()).count();
    html.raw(r#"<section aria-labelledby="destinations"><div class="section"><h2 id="destinations">Destinations</h2><p>"#)
        .text(quantity::count(taking))
        .raw(" of ")
        .text(quantity::count(destinations.len()))
        .raw(" take samples</p></div>\n<ul class=\"destinations\">\n");
    for destination in destinations {
        write_one(html, destination);
    }
    html.raw("</ul></section>\n");
}

fn write_one(html: &mut Html, destination: &Destination) {
    html.raw(match destination.error {
        None => "<li class=\"up\">",
        Some(_) => "<li class=\"down\">",
    });
    html.raw("<p><b>").text(&destination.name).raw("</b> ");
    html.raw(match destination.error {
        None => r#"<span class="state"><span aria-hidden="true">✓</span> takes samples</span></p>"#,
        Some(_) => r#"<span class="state"><span aria-hidden="true">✕</span> takes none</span></p>"#,
    });
    html.raw("<p class=\"quiet\">")
        .text(&destination.url)
        .raw("</p><p>");
    match destination.waiting {
        0 => html.raw("Nothing waits"),
        waiting => html.text(quantity::count(waiting)).raw(" samples wait"),
    };
    if let Some(seconds) = destination.behind_seconds {
        html.raw(", ").text(quantity::span(seconds)).raw(" behind");
    }
    html.raw("</p>");
    if let Some(error) = &destination.error {
        html.raw("<p class=\"error\">").text(error).raw("</p>");
    }
    html.raw("<dl>");
    for row in &destination.budget {
        write_row(html, row);
    }
    html.raw("</dl>");
    if destination.refused_series != 0 {
        html.raw("<p class=\"error\">")
            .text(quantity::count(destination.refused_series))
            .raw(" new series are not sent until there is room for them.</p>");
    }
    html.raw("</li>\n");
}

fn write_row(html: &mut Html, row: &Row) {
    let (what, is_bytes) = match row.resource {
        "series" => ("Active series", false),
        "samples_per_day" => ("Samples today", false),
        "samples_per_month" => ("Samples this month", false),
        "bytes_per_day" => ("Bytes today", true),
        _ => ("Bytes this month", true),
    };
    html.raw(match row.level() {
        Level::Fine => "<div>",
        Level::Near => "<div class=\"warning\">",
        Level::Reached => "<div class=\"critical\">",
    });
    html.raw("<dt>").raw(what).raw("</dt><dd>");
    write_amount(html, row.used, is_bytes);
    if let Some(limit) = row.limit {
        html.raw(" of ");
        write_amount(html, limit, is_bytes);
    }
    html.raw(match row.level() {
        Level::Fine => "",
        Level::Near => " <span class=\"badge\">nearly used</span>",
        Level::Reached => " <span class=\"badge\">used up</span>",
    });
    html.raw("</dd></div>");
}

fn write_amount(html: &mut Html, amount: u64, is_bytes: bool) {
    match is_bytes {
        true => html.text(quantity::bytes(amount as f64)),
        false => html.text(quantity::count(usize::try_from(amount).unwrap_or(usize::MAX))),
    };
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(destination: Destination, expect: Expect) {
        let mut html = Html::default();
        write(&mut html, &[destination]);
        expect.assert_eq(&html.into_string());
    }

    #[test]
    fn one_that_works_and_has_no_limit() {
        let destination = Destination {
            name: "home".into(),
            url: "http://server:9090/api/v1/write".into(),
            budget: vec![Row {
                resource: "series",
                used: 1200,
                limit: None,
            }],
            ..Destination::default()
        };
        check(
            destination,
            expect![[r#"
            <section aria-labelledby="destinations"><div class="section"><h2 id="destinations">Destinations</h2><p>1 of 1 take samples</p></div>
            <ul class="destinations">
            <li class="up"><p><b>home</b> <span class="state"><span aria-hidden="true">✓</span> takes samples</span></p><p class="quiet">http://server:9090/api/v1/write</p><p>Nothing waits</p><dl><div><dt>Active series</dt><dd>1,200</dd></div></dl></li>
            </ul></section>
        "#]],
        );
    }

    #[test]
    fn one_that_fails_with_its_plan_used_up() {
        let row = |resource, used, limit| Row {
            resource,
            used,
            limit: Some(limit),
        };
        let destination = Destination {
            name: "<b>".into(),
            url: "https://cloud/write".into(),
            waiting: 12_345,
            behind_seconds: Some(90.0),
            error: Some("HTTP status 500".into()),
            budget: vec![row("series", 10, 10), row("bytes_per_month", 9 << 30, 10 << 30)],
            refused_series: 3,
        };
        check(
            destination,
            expect![[r#"
            <section aria-labelledby="destinations"><div class="section"><h2 id="destinations">Destinations</h2><p>0 of 1 take samples</p></div>
            <ul class="destinations">
            <li class="down"><p><b>&lt;b&gt;</b> <span class="state"><span aria-hidden="true">✕</span> takes none</span></p><p class="quiet">https://cloud/write</p><p>12,345 samples wait, 1 min behind</p><p class="error">HTTP status 500</p><dl><div class="critical"><dt>Active series</dt><dd>10 of 10 <span class="badge">used up</span></dd></div><div class="warning"><dt>Bytes this month</dt><dd>9.0 GiB of 10 GiB <span class="badge">nearly used</span></dd></div></dl><p class="error">3 new series are not sent until there is room for them.</p></li>
            </ul></section>
        "#]],
        );
    }
}
