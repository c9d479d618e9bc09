//! The page as a whole: a summary, a card for each machine, a table of all targets.

use crate::fleet::Fleet;
use crate::fleet::card::{Card, write_time};
use crate::fleet::html::Html;
use crate::fleet::quantity;
use crate::fleet::{alerts, destination, summary, targets};

/// How often the page asks for news: twice in the shortest scrape interval, within these bounds, so that a stopped
/// exporter is seen within two.
const REFRESH_SECONDS_MIN: f64 = 1.0;
/// See [`REFRESH_SECONDS_MIN`].
const REFRESH_SECONDS_MAX: f64 = 5.0;

/// The whole document, style and script included.
pub fn document(fleet: &Fleet, now_ms: i64) -> String {
    let mut html = Html::default();
    let cards = fleet.cards(now_ms);
    html.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
    summary::write_title(&mut html, fleet, &cards, now_ms);
    html.raw(concat!(
        r##"</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" media="(prefers-color-scheme: light)" content="#f3f4f6">
<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0e1114">
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%23c2185b'/%3E%3Cpath d='M2 9h3l2-5 3 8 2-3h2' fill='none' stroke='%23fff' stroke-width='1.6' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E">
<noscript><meta http-equiv="refresh" content="15"></noscript>
<style>
"##,
        include_str!("style.css"),
        "</style>\n</head>\n<body>\n<p id=\"connection\" role=\"status\"></p>\n",
    ));
    write_main(&mut html, fleet, &cards, now_ms);
    html.raw(concat!(
        "<script>\n",
        include_str!("script.js"),
        "</script>\n</body>\n</html>\n"
    ));
    html.into_string()
}

/// The `<main>` element alone, which the script puts in place of the one before.
pub fn fragment(fleet: &Fleet, now_ms: i64) -> String {
    let mut html = Html::default();
    write_main(&mut html, fleet, &fleet.cards(now_ms), now_ms);
    html.into_string()
}

fn write_main(html: &mut Html, fleet: &Fleet, cards: &[Card<'_>], now_ms: i64) {
    let shortest = fleet
        .targets
        .iter()
        .map(|target| target.interval_seconds)
        .fold(f64::INFINITY, f64::min);
    html.raw(r#"<main data-refresh-seconds=""#);
    html.text((shortest / 2.0).clamp(REFRESH_SECONDS_MIN, REFRESH_SECONDS_MAX))
        .raw(r#"" data-title=""#);
    summary::write_title(html, fleet, cards, now_ms);
    html.raw("\">\n<header class=\"top\"><p class=\"asof\">Fleet at ");
    write_time(html, now_ms, now_ms);
    html.raw("</p>\n<h1>");
    summary::write_count(html, fleet, cards, now_ms);
    html.raw("</h1>\n");
    summary::write_troubles(html, fleet, cards, now_ms);
    html.raw("</header>\n");
    alerts::write(html, &fleet.beside, now_ms);

    if !cards.is_empty() {
        html.raw(
            "<section aria-labelledby=\"machines\"><div class=\"section\"><h2 id=\"machines\">Machines</h2>",
        );
        html.raw("<p>Lines show the last hour.</p></div>\n<div class=\"cards\">\n");
        for (number, card) in cards.iter().enumerate() {
            card.write(html, number, now_ms);
        }
        html.raw("</div>");
        write_left_out(html, fleet.machines_left_out(), "machine");
        html.raw("</section>\n");
    }
    if !fleet.targets.is_empty() {
        let up = summary::targets_up(fleet, now_ms);
        html.raw(
            "<section aria-labelledby=\"targets\"><div class=\"section\"><h2 id=\"targets\">Targets</h2><p>",
        );
        html.text(quantity::count(up))
            .raw(" of ")
            .text(quantity::count(fleet.targets.len()))
            .raw(" up</p></div>\n");
        targets::write(html, &fleet.targets, now_ms);
        write_left_out(html, fleet.left_out.len(), "target");
        html.raw("</section>\n");
    }
    destination::write(html, &fleet.beside.destinations);
    if fleet.beside.dropped != 0 {
        html.raw("<p class=\"left-out\"><a href=\"/dropped\">")
            .text(quantity::count(fleet.beside.dropped))
            .raw(if fleet.beside.dropped == 1 {
                " target"
            } else {
                " targets"
            })
            .raw(" dropped by relabelling: why</a></p>\n");
    }
    html.raw("</main>\n");
}

fn write_left_out(html: &mut Html, number: usize, what: &'static str) {
    if number != 0 {
        html.raw("<p class=\"left-out\">")
            .text(quantity::count(number))
            .raw(" more ")
            .raw(what);
        html.raw(if number == 1 { " is" } else { "s are" })
            .raw(" scraped, but not shown.</p>\n");
    }
}
