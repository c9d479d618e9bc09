//! The page as a whole: a summary, a card for each machine, a table of all targets.

use crate::fleet::Fleet;
use crate::fleet::card::{Card, write_time};
use crate::fleet::html::Html;
use crate::fleet::level::{self, Level, Thresholds};
use crate::fleet::quantity::{self, Quantity};
use crate::fleet::target::{State, Target};
use crate::fleet::targets;

/// How often the page asks for news: the shortest scrape interval, within these bounds.
const REFRESH_SECONDS_MIN: f64 = 1.0;
/// See [`REFRESH_SECONDS_MIN`].
const REFRESH_SECONDS_MAX: f64 = 15.0;

/// The whole document, style and script included.
pub fn document(fleet: &Fleet, now_ms: i64) -> String {
    let mut html = Html::default();
    let cards = fleet.cards(now_ms);
    html.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
    write_title(&mut html, fleet, &cards, now_ms);
    html.raw(concat!(
        r##"</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
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
    html.text(shortest.clamp(REFRESH_SECONDS_MIN, REFRESH_SECONDS_MAX))
        .raw(r#"" data-title=""#);
    write_title(html, fleet, cards, now_ms);
    html.raw("\">\n<header class=\"top\"><p class=\"asof\">Fleet at ");
    write_time(html, now_ms, now_ms);
    html.raw("</p>\n<h1>");
    write_count(html, fleet, cards, now_ms);
    html.raw("</h1>\n");
    write_troubles(html, fleet, cards, now_ms);
    html.raw("</header>\n");

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
        let up = targets_up(fleet, now_ms);
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
    html.raw("</main>\n");
}

/// `5 of 6 up`, with the number that matters in bold.
fn write_count(html: &mut Html, fleet: &Fleet, cards: &[Card<'_>], now_ms: i64) {
    match (cards.len(), fleet.targets.len()) {
        (0, 0) => html.raw("Nothing scraped yet"),
        (0, targets) => {
            let up = targets_up(fleet, now_ms);
            html.raw("<b>")
                .text(up)
                .raw(" of ")
                .text(targets)
                .raw("</b> targets up")
        }
        (machines, _) => html
            .raw("<b>")
            .text(machines_up(cards))
            .raw(" of ")
            .text(machines)
            .raw("</b> up"),
    };
}

fn write_title(html: &mut Html, fleet: &Fleet, cards: &[Card<'_>], now_ms: i64) {
    match (cards.len(), fleet.targets.len()) {
        (0, 0) => html.raw("Fleet"),
        (0, targets) => html
            .text(targets_up(fleet, now_ms))
            .raw(" of ")
            .text(targets)
            .raw(" up – Fleet"),
        (machines, _) => html
            .text(machines_up(cards))
            .raw(" of ")
            .text(machines)
            .raw(" up – Fleet"),
    };
}

fn machines_up(cards: &[Card<'_>]) -> usize {
    cards.iter().filter(|card| card.state == State::Up).count()
}

fn targets_up(fleet: &Fleet, now_ms: i64) -> usize {
    fleet
        .targets
        .iter()
        .filter(|target| target.state(now_ms) == State::Up)
        .count()
}

/// What needs the owner, worst first, each with a link to where it is shown.
fn write_troubles(html: &mut Html, fleet: &Fleet, cards: &[Card<'_>], now_ms: i64) {
    if fleet.targets.is_empty() {
        html.raw("<p class=\"calm\">Results appear within one scrape interval of each target.</p>\n");
        return;
    }
    let mut troubles: Vec<Trouble> = cards
        .iter()
        .enumerate()
        .flat_map(|(number, card)| of_card(number, card))
        .collect();
    let of_a_card = |target: &Target| cards.iter().any(|card| card.node.number == target.number);
    let others = fleet
        .targets
        .iter()
        .filter(|target| target.state(now_ms) != State::Up && !of_a_card(target));
    troubles.extend(others.map(of_target));
    troubles.sort_by_key(|trouble| std::cmp::Reverse(trouble.level));
    if troubles.is_empty() {
        html.raw("<p class=\"calm\">Nothing needs your attention.</p>\n");
        return;
    }
    html.raw("<ul class=\"troubles\">\n");
    for Trouble {
        level,
        link,
        who,
        what,
    } in troubles
    {
        html.raw(match level {
            Level::Critical => "<li class=\"critical\"><a href=\"#",
            Level::Fine | Level::Warning => "<li class=\"warning\"><a href=\"#",
        });
        html.text(link)
            .raw("\"><b>")
            .text(who)
            .raw("</b> ")
            .text(what)
            .raw("</a></li>\n");
    }
    html.raw("</ul>\n");
}

struct Trouble {
    level: Level,
    link: String,
    who: String,
    what: String,
}

fn of_card(number: usize, card: &Card<'_>) -> Vec<Trouble> {
    let trouble = |level, what| {
        let (link, who) = (format!("m{number}"), card.machine.shown_name().to_owned());
        Trouble {
            level,
            link,
            who,
            what,
        }
    };
    let Some(facts) = card.facts() else {
        return Vec::from_iter(
            (card.state != State::Up).then(|| trouble(Level::Critical, "is down".to_owned())),
        );
    };
    let memory = facts.memory.map(|memory| memory.used_percent);
    let disk = facts.disk.map(|disk| disk.used_percent);
    let place = facts
        .disk
        .map(|disk| disk.mount_point.to_string())
        .unwrap_or_default();
    let check = |number: Option<f64>, thresholds: &Thresholds, shown: fn(f64) -> Quantity, of: &str| {
        let number = number?;
        let level = thresholds.level(number);
        let word = thresholds.word(level);
        (level != Level::Fine).then(|| trouble(level, format!("{of}{word} {}", shown(number))))
    };
    let found = [
        check(
            facts.temperature_celsius,
            &level::TEMPERATURE,
            quantity::celsius,
            "",
        ),
        check(disk, &level::DISK, quantity::percent, &format!("{place} ")),
        check(memory, &level::MEMORY, quantity::percent, "memory "),
    ];
    found.into_iter().flatten().collect()
}

fn of_target(target: &Target) -> Trouble {
    Trouble {
        level: Level::Critical,
        link: "targets".to_owned(),
        who: target.job.clone(),
        what: format!("on {} is down", target.host()),
    }
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
