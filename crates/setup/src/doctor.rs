//! Looks at every link of the chain, from the unit to the clock.

use std::io::Write;

use serde::Serialize;
use serde_json::json;

use crate::check;
use crate::daemon::Daemon;
use crate::facts::{Account, Facts};
use crate::journal::Journal;
use crate::machine::Machine;
use crate::plan::Plan;
use crate::unit_settings::CREDENTIALS;

/// What was looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// How it is.
    pub state: State,
    /// What, and what to do.
    pub text: String,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Ok,
    /// It works, and could be better.
    Warn,
    /// It does not work.
    Fail,
}

/// Tells what is found; `false` where something does not work.
pub fn examine(
    machine: &Machine,
    facts: &Facts,
    journal: &Journal,
    as_json: bool,
    out: &mut impl Write,
) -> bool {
    let findings = findings(machine, facts, journal);
    if as_json {
        // A reader that is gone is no fault.
        let _ = writeln!(out, "{:#}", json!({"findings": findings}));
    } else {
        for finding in &findings {
            let state = match finding.state {
                State::Ok => "ok  ",
                State::Warn => "warn",
                State::Fail => "FAIL",
            };
            let _ = writeln!(out, "{state}  {}", finding.text);
        }
    }
    findings.iter().all(|finding| finding.state != State::Fail)
}

fn findings(machine: &Machine, facts: &Facts, journal: &Journal) -> Vec<Finding> {
    let plan = Plan::new(facts, &journal.wishes);
    let mut all = Vec::new();
    let mut found = |state, text: String| all.push(Finding { state, text });
    if journal.open_from.is_some() {
        found(
            State::Fail,
            "a run was stopped half-way: sudo pi-setup takes it back and goes on".to_owned(),
        );
    }
    for monitored in &plan.monitored {
        let name = monitored.daemon.name();
        let installed = facts.daemon(monitored.daemon);
        match (installed.installed, installed.active, installed.enabled) {
            (false, ..) => found(State::Fail, format!("{name} is not installed: sudo pi-setup")),
            (_, false, _) => found(State::Fail, format!("{name} does not run: journalctl -u {name}")),
            (_, _, false) => found(
                State::Warn,
                format!("{name} does not start at boot: systemctl enable {name}"),
            ),
            _ => found(State::Ok, format!("{name} runs and starts at boot")),
        }
        if installed.active {
            match check::problem(monitored) {
                None => found(State::Ok, format!("{name} answers at {}", monitored.address)),
                Some(problem) => found(State::Fail, format!("{name}: {problem}")),
            }
        }
        let limited = installed
            .told
            .as_deref()
            .is_some_and(|told| told.contains("IPAddressDeny=any"));
        if !journal.wishes.allow_from.is_empty() && monitored.daemon != Daemon::Scraper && !limited {
            found(
                State::Fail,
                format!("{name} is open to everybody, and should not be: sudo pi-setup"),
            );
        }
    }
    accounts(facts, &mut found);
    secrets(machine, &mut found);
    for note in &plan.notes {
        found(State::Warn, note.clone());
    }
    let clock = machine.ask("timedatectl", &["show", "--property=NTPSynchronized", "--value"]);
    match clock.ok().and_then(|said| said.text()).as_deref() {
        Some("yes") => found(State::Ok, "the clock is set by a time server".to_owned()),
        _ => found(
            State::Warn,
            "the clock is not set by a time server: timedatectl set-ntp true".to_owned(),
        ),
    }
    all
}

fn accounts(facts: &Facts, found: &mut impl FnMut(State, String)) {
    let mysql = facts
        .mysql
        .iter()
        .map(|server| ("MySQL".to_owned(), server.account));
    let postgres = facts
        .postgres
        .iter()
        .map(|server| (format!("PostgreSQL on port {}", server.port), server.account));
    for (server, account) in mysql.chain(postgres) {
        match account {
            Account::Usable => found(
                State::Ok,
                format!("{server}: the exporter logs in without a password"),
            ),
            Account::Other => found(
                State::Ok,
                format!("{server}: the user prometheus exists, and has a password"),
            ),
            Account::Absent => found(
                State::Warn,
                format!("{server}: no user prometheus: sudo pi-setup"),
            ),
        }
    }
}

fn secrets(machine: &Machine, found: &mut impl FnMut(State, String)) {
    for name in machine
        .names(CREDENTIALS)
        .iter()
        .filter(|name| name.starts_with("pi-"))
    {
        let path = format!("{CREDENTIALS}/{name}");
        match machine.mode(&path) {
            Some(mode) if mode & 0o077 == 0 => found(State::Ok, format!("{path} is for root only")),
            _ => found(
                State::Fail,
                format!("others than root read {path}: chmod 600 {path}"),
            ),
        }
    }
}
