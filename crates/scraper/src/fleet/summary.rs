//! What there is to know in one glance: how many are up, and what needs the owner.

use crate::alerts::ReceiverStatus;
use crate::fleet::Fleet;
use crate::fleet::alerts::Row;
use crate::fleet::card::Card;
use crate::fleet::destination::Destination;
use crate::fleet::html::Html;
use crate::fleet::level::{self, Level, Thresholds};
use crate::fleet::quantity::{self, Quantity};
use crate::fleet::target::{State, Target};
use crate::forward::budget;

/// `5 of 6 up`, with the number that matters in bold.
pub fn write_count(html: &mut Html, fleet: &Fleet, cards: &[Card<'_>], now_ms: i64) {
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

/// The same for the browser's tab.
pub fn write_title(html: &mut Html, fleet: &Fleet, cards: &[Card<'_>], now_ms: i64) {
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

/// How many targets answer.
pub fn targets_up(fleet: &Fleet, now_ms: i64) -> usize {
    fleet
        .targets
        .iter()
        .filter(|target| target.state(now_ms) == State::Up)
        .count()
}

/// What needs the owner, worst first, each with a link to where it is shown.
pub fn write_troubles(html: &mut Html, fleet: &Fleet, cards: &[Card<'_>], now_ms: i64) {
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
    troubles.extend(fleet.beside.destinations.iter().flat_map(of_destination));
    troubles.extend(fleet.beside.alerts.iter().filter(|row| row.fires).map(of_alert));
    troubles.extend(fleet.beside.alert_receivers.iter().filter_map(of_alert_receiver));
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

fn of_alert(row: &Row) -> Trouble {
    Trouble {
        level: row.level(),
        link: "alerts".to_owned(),
        who: row.name.clone(),
        what: row.summary.clone(),
    }
}

fn of_alert_receiver(receiver: &ReceiverStatus) -> Option<Trouble> {
    receiver.error.as_ref().map(|_| Trouble {
        level: Level::Warning,
        link: "alerts".to_owned(),
        who: receiver.name.clone(),
        what: "takes no alerts".to_owned(),
    })
}

/// A receiver that takes nothing, and limits of its plan that are near or reached.
fn of_destination(destination: &Destination) -> Vec<Trouble> {
    let trouble = |level, what: String| Trouble {
        level,
        link: "destinations".to_owned(),
        who: destination.name.clone(),
        what,
    };
    let failing = destination.error.as_ref();
    let failing = failing.map(|_| trouble(Level::Warning, "takes no samples".to_owned()));
    let limits = destination.budget.iter().filter_map(|row| {
        let what = row.resource.replace('_', " ");
        match row.level() {
            budget::Level::Fine => None,
            budget::Level::Near => Some(trouble(Level::Warning, format!("budget of {what} nearly used"))),
            budget::Level::Reached => Some(trouble(Level::Critical, format!("budget of {what} used up"))),
        }
    });
    failing.into_iter().chain(limits).collect()
}
