//! What the command line asks for, from beginning to end.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use serde_json::json;

use crate::command_line::{self, Action, Asked, Wishes};
use crate::facts::Facts;
use crate::journal::{Entry, Journal};
use crate::machine::Machine;
use crate::plan::Plan;
use crate::step::Step;
use crate::{Error, check, detect, doctor, perform, targets};

/// Held while something is changed, so that two runs do not meet.
const LOCK: &str = "/run/lock/pi-setup";

/// Runs the program to its end.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match run(arguments, &mut std::io::stdout().lock()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Without a terminal only the exit code can tell.
            let _ = writeln!(std::io::stderr(), "pi-setup: error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Does what the command line asks for; `false` where the doctor finds a fault or the owner says no.
pub fn run(arguments: impl IntoIterator<Item = OsString>, out: &mut impl Write) -> Result<bool, Error> {
    let asked = command_line::parse(arguments)?;
    if let Action::Print(text) = &asked.action {
        say(out, text.trim_end());
        return Ok(true);
    }
    let machine = Machine::new(asked.root.clone(), asked.stop_after);
    may_look(&machine)?;
    let _lock = lock(&machine)?;
    match asked.action {
        Action::Uninstall { drop_db_users } => uninstall(&machine, &asked, drop_db_users, out),
        Action::Doctor => {
            let journal = Journal::load(&machine)?;
            let facts = detect::facts(&machine, &journal.wishes)?;
            Ok(doctor::examine(&machine, &facts, &journal, asked.json, out))
        }
        _ => setup(&machine, &asked, out),
    }
}

fn may_look(machine: &Machine) -> Result<(), Error> {
    let who = machine.ask("id", &["-u"])?;
    if who.out.trim() != "0" {
        return Err(Error::Usage(
            "only root sees what runs here: sudo pi-setup".to_owned(),
        ));
    }
    Ok(())
}

fn lock(machine: &Machine) -> Result<std::fs::File, Error> {
    let refuse = |source| Error::Write {
        path: LOCK.into(),
        source,
    };
    let path = machine.path(LOCK);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(refuse)?;
    }
    let file = std::fs::File::create(path).map_err(refuse)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => Err(Error::Usage("another pi-setup is at work".to_owned())),
    }
}

fn setup(machine: &Machine, asked: &Asked, out: &mut impl Write) -> Result<bool, Error> {
    let only_tell = asked.dry_run || (asked.json && !asked.yes);
    let mut journal = Journal::load(machine)?;
    if !only_tell && journal.open_from.is_some() {
        if !asked.json {
            say(
                out,
                "an earlier run was stopped half-way; taking back what it did",
            );
        }
        take_back(machine, &mut journal)?;
    }
    let wishes = asked.wishes.over(journal.wishes.clone());
    let facts = detect::facts(machine, &wishes)?;
    if !facts.systemd {
        return Err(Error::Usage(
            "systemd does not run here; the daemons can be started by hand, see their man pages".to_owned(),
        ));
    }
    let plan = complete(machine, &facts, &wishes);
    if !asked.json {
        show(&facts, &plan, out);
    }
    if !only_tell && !plan.steps.is_empty() {
        if !asked.yes && !agreed(out) {
            say(out, "nothing was changed");
            return Ok(false);
        }
        carry_out(machine, &mut journal, &wishes, &plan, asked, out)?;
    }
    tell_targets(asked, only_tell, &facts, &plan, &wishes, out);
    Ok(true)
}

fn complete(machine: &Machine, facts: &Facts, wishes: &Wishes) -> Plan {
    let mut plan = Plan::new(facts, wishes);
    plan.add_targets(facts, wishes, |path| machine.look(path));
    plan
}

/// Does the steps, each in the journal before it is begun. What a failed run did is taken back.
fn carry_out(
    machine: &Machine,
    journal: &mut Journal,
    wishes: &Wishes,
    plan: &Plan,
    asked: &Asked,
    out: &mut impl Write,
) -> Result<(), Error> {
    journal.open_from = Some(journal.entries.len());
    let done = do_all(machine, journal, wishes, plan, asked, out);
    if let Err(error) = done {
        if !asked.json {
            say(out, &format!("failed: {error}\ntaking back what was done"));
        }
        take_back(machine, journal)?;
        return Err(error);
    }
    journal.open_from = None;
    journal.wishes = wishes.clone();
    journal.save(machine)
}

fn do_all(
    machine: &Machine,
    journal: &mut Journal,
    wishes: &Wishes,
    plan: &Plan,
    asked: &Asked,
    out: &mut impl Write,
) -> Result<(), Error> {
    let mut plan = plan.clone();
    if matches!(plan.steps.first(), Some(Step::Install { .. })) {
        do_one(machine, journal, plan.steps.remove(0), asked, out)?;
        // A package may have brought settings of the one whose place it took.
        plan = complete(machine, &detect::facts(machine, wishes)?, wishes);
    }
    for step in plan.steps {
        do_one(machine, journal, step, asked, out)?;
    }
    if !asked.json {
        say(out, "waiting until every daemon answers");
    }
    check::wait(&plan.monitored)
}

fn do_one(
    machine: &Machine,
    journal: &mut Journal,
    step: Step,
    asked: &Asked,
    out: &mut impl Write,
) -> Result<(), Error> {
    if !asked.json {
        say(out, &format!("  {}", step.title()));
    }
    let before = perform::before(machine, &step)?;
    journal.entries.push(Entry {
        step: step.clone(),
        before,
    });
    journal.save(machine)?;
    perform::perform(machine, &step)
}

/// Takes back the open run, the last step first. Each one that is taken back is out of the journal at once.
fn take_back(machine: &Machine, journal: &mut Journal) -> Result<(), Error> {
    let from = journal.open_from.unwrap_or_default();
    while from < journal.entries.len() {
        let Some(entry) = journal.entries.last() else {
            break;
        };
        perform::undo(machine, entry, false)?;
        journal.entries.pop();
        if journal.entries.len() == from {
            journal.open_from = None;
        }
        journal.save(machine)?;
    }
    journal.open_from = None;
    Ok(())
}

fn uninstall(
    machine: &Machine,
    asked: &Asked,
    drop_db_users: bool,
    out: &mut impl Write,
) -> Result<bool, Error> {
    let mut journal = Journal::load(machine)?;
    let open_from = journal.open_from.unwrap_or(journal.entries.len());
    if journal.entries.is_empty() {
        if !asked.json {
            say(out, "nothing to take back");
        }
        return Ok(true);
    }
    if !asked.json {
        for entry in journal.entries.iter().rev() {
            say(out, &format!("  take back: {}", entry.step.title()));
        }
    }
    if asked.dry_run || (asked.json && !asked.yes) {
        if asked.json {
            say(out, &format!("{:#}", json!({"take_back": journal.entries})));
        }
        return Ok(true);
    }
    if !asked.yes && !agreed(out) {
        say(out, "nothing was changed");
        return Ok(false);
    }
    while let Some(entry) = journal.entries.last() {
        let is_open = open_from < journal.entries.len();
        perform::undo(machine, entry, !drop_db_users && !is_open)?;
        journal.entries.pop();
        journal.open_from = journal.open_from.filter(|from| *from < journal.entries.len());
        journal.save(machine)?;
    }
    Ok(true)
}

fn show(facts: &Facts, plan: &Plan, out: &mut impl Write) {
    let board = facts.board.as_deref().unwrap_or("no board");
    say(
        out,
        &format!("{} ({board}, {})", facts.hostname, facts.architecture),
    );
    for line in found(facts) {
        say(out, &format!("  found {line}"));
    }
    for note in &plan.notes {
        say(out, &format!("  note: {note}"));
    }
    if plan.steps.is_empty() {
        say(out, "nothing to do");
        return;
    }
    say(out, "to do:");
    for (index, step) in plan.steps.iter().enumerate() {
        say(out, &format!("  {}. {}", index + 1, step.title()));
    }
}

fn found(facts: &Facts) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(mysql) = &facts.mysql {
        lines.push(format!("MySQL {}", mysql.version));
    }
    lines.extend(
        facts
            .postgres
            .iter()
            .map(|server| format!("PostgreSQL {} on port {}", server.version, server.port)),
    );
    if let Some(nginx) = &facts.nginx {
        let status = nginx.status_uri.as_deref().unwrap_or("without stub_status");
        lines.push(format!("nginx, {status}"));
    }
    if facts.k3s {
        lines.push("k3s".to_owned());
    }
    if facts.docker {
        lines.push("Docker".to_owned());
    }
    lines.extend(
        facts
            .debian_exporters
            .iter()
            .map(|name| format!("{name}, whose place is taken")),
    );
    lines
}

fn tell_targets(
    asked: &Asked,
    only_tell: bool,
    facts: &Facts,
    plan: &Plan,
    wishes: &Wishes,
    out: &mut impl Write,
) {
    let targets = plan.targets(facts, wishes);
    if asked.json {
        let answer = json!({"facts": facts, "wishes": wishes, "plan": plan, "done": !only_tell});
        say(out, &format!("{answer:#}"));
        return;
    }
    if !only_tell && !plan.steps.is_empty() {
        say(out, "done; every daemon answers");
    }
    say(
        out,
        &format!(
            "\nfor the prometheus.yml of the machine that scrapes:\n\n{}",
            targets::jobs(&targets)
        ),
    );
}

fn agreed(out: &mut impl Write) -> bool {
    let _ = write!(out, "do this? [y/N] ");
    let _ = out.flush();
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}

fn say(out: &mut impl Write, line: &str) {
    // A reader that is gone (`| head`) is no fault; what is under way is done all the same.
    let _ = writeln!(out, "{line}");
}
