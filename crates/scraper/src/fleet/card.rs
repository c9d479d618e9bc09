//! The card of one machine.

use crate::fleet::html::Html;
use crate::fleet::level::Level;
use crate::fleet::machine::{Facts, Machine};
use crate::fleet::target::{Role, State, Target};
use crate::fleet::{is_host, moment, quantity, tile};

/// A machine, and how it is now.
#[derive(Debug)]
pub struct Card<'f> {
    /// The machine.
    pub machine: &'f Machine,
    /// The node exporter that speaks for it.
    pub node: &'f Target,
    /// How that is.
    pub state: State,
    /// What else is scraped on the same host.
    others: Vec<&'f Target>,
}

impl<'f> Card<'f> {
    /// The card of a machine; `None` if no node exporter of it is a target any more.
    pub fn new(machine: &'f Machine, targets: &'f [Target], now_ms: i64) -> Option<Self> {
        let mut here: Vec<&Target> = targets
            .iter()
            .filter(|target| is_host(machine, target.host()))
            .collect();
        here.sort_by(|a, b| a.job.cmp(&b.job));
        let nodes = here.iter().enumerate().filter(|(_, target)| target.is_node());
        // One that answers before one that does not, and then the one whose numbers are shown.
        let (at, _) = nodes
            .min_by_key(|(_, target)| (target.state(now_ms) != State::Up, target.number != machine.source))?;
        let node = here.remove(at);
        Some(Self {
            machine,
            node,
            state: node.state(now_ms),
            others: here,
        })
    }

    /// What the last scrape said, unless that is too long ago to be true.
    pub fn facts(&self) -> Option<&'f Facts> {
        self.machine.facts.as_ref().filter(|_| self.state == State::Up)
    }

    /// How much the machine needs its owner.
    pub fn level(&self) -> Level {
        match self.state {
            State::Up => self.facts().map_or(Level::Fine, Facts::level),
            State::Down | State::Silent => Level::Critical,
        }
    }

    /// Writes the card; `number` is its place on the page.
    pub fn write(&self, html: &mut Html, number: usize, now_ms: i64) {
        html.raw(match (self.state, self.level()) {
            (State::Down | State::Silent, _) => r#"<article class="card down" data-state="down" id="m"#,
            (State::Up, Level::Fine) => r#"<article class="card up" data-state="up" id="m"#,
            (State::Up, Level::Warning) => r#"<article class="card up warned" data-state="up" id="m"#,
            (State::Up, Level::Critical) => r#"<article class="card up alarmed" data-state="up" id="m"#,
        });
        html.text(number)
            .raw(r#"" aria-labelledby="n"#)
            .text(number)
            .raw(r#""><header><h3 id="n"#)
            .text(number);
        html.raw(r#"">"#).text(self.machine.shown_name()).raw("</h3>");
        if *self.machine.host != *self.machine.shown_name() {
            html.raw(r#"<p class="host">"#)
                .text(&*self.machine.host)
                .raw("</p>");
        }
        self.write_state(html, now_ms);
        html.raw("</header>\n");
        self.write_outage(html, now_ms);
        if self.node.role != Role::Unknown {
            html.raw(r#"<dl class="tiles">"#);
            tile::write_all(html, self.machine, self.facts(), now_ms);
            html.raw("</dl>");
        }
        self.write_others(html, now_ms);
        html.raw("</article>\n");
    }

    fn write_state(&self, html: &mut Html, now_ms: i64) {
        match self.state {
            State::Up => {
                html.raw(r#"<p class="state up"><span class="mark" aria-hidden="true">✓</span> up"#);
                if let Some(uptime_seconds) = self.facts().and_then(|facts| facts.uptime_seconds) {
                    html.raw(r#" <span class="uptime">"#)
                        .text(quantity::span(uptime_seconds))
                        .raw("</span>");
                }
            }
            State::Down | State::Silent => {
                html.raw(r#"<p class="state down"><span class="mark" aria-hidden="true">✕</span> down "#);
                html.raw(r#"<span class="uptime">"#)
                    .text(quantity::span(self.outage_seconds(now_ms)))
                    .raw("</span>");
            }
        }
        html.raw("</p>");
    }

    fn write_outage(&self, html: &mut Html, now_ms: i64) {
        let reason = match (self.state, &*self.node.error) {
            (State::Up, _) => return,
            (State::Silent, _) => "The scraper has not asked it since.",
            (State::Down, "") => "The last scrape failed.",
            (State::Down, error) => error,
        };
        html.raw(r#"<p class="outage"><strong>"#)
            .text(reason)
            .raw("</strong> <span>");
        html.raw(match (self.state, self.node.role) {
            (State::Silent, _) => "Last scrape ",
            (_, Role::Unknown) => "No answer yet, first asked ",
            (_, _) => "Down since ",
        });
        write_time(html, self.outage_began_ms(), now_ms);
        html.raw("</span></p>\n");
    }

    /// The other exporters of the machine, so that one that is down is seen with the machine that it runs on.
    fn write_others(&self, html: &mut Html, now_ms: i64) {
        if self.others.is_empty() {
            return;
        }
        html.raw(r#"<ul class="others" aria-label="Also on this machine">"#);
        for target in &self.others {
            html.raw(match target.state(now_ms) {
                State::Up => r#"<li><span class="mark" aria-hidden="true">✓</span> "#,
                State::Down | State::Silent => {
                    r#"<li class="down"><span class="mark" aria-hidden="true">✕</span> "#
                }
            });
            html.text(&target.job);
            html.raw(match target.state(now_ms) {
                State::Up => r#"<span class="hidden"> up</span></li>"#,
                State::Down | State::Silent => " down</li>",
            });
        }
        html.raw("</ul>");
    }

    fn outage_began_ms(&self) -> i64 {
        match self.state {
            State::Silent => self.node.scraped_at_ms,
            State::Up | State::Down => self.node.since_ms,
        }
    }

    fn outage_seconds(&self, now_ms: i64) -> f64 {
        now_ms.saturating_sub(self.outage_began_ms()) as f64 / 1e3
    }
}

/// Writes a time that the script turns into the reader's own.
pub fn write_time(html: &mut Html, ms: i64, now_ms: i64) {
    html.raw(r#"<time datetime=""#)
        .text(moment::iso(ms))
        .raw(r#"">"#)
        .text(moment::short(ms, now_ms))
        .raw("</time>");
}
