//! Writes the man page and the shell completions of every program from its own command line: `manual FOLDER`.
//!
//! They are made when the packages are, and not in the daemons, which stay small.

use std::path::Path;
use std::process::ExitCode;

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};

/// One program: its command line and what its man page says of files.
struct Program {
    command: Command,
    files: Vec<(String, &'static str)>,
}

fn daemon(command: Command, credentials: &'static [&'static str]) -> Program {
    let name = command.get_name().to_owned();
    let mut files = vec![
        (
            format!("/etc/default/{name}"),
            "ARGS: arguments of the service; written once, when the package is installed.",
        ),
        (
            format!("/usr/lib/systemd/system/{name}.service"),
            "The service. Its .socket is off unless enabled.",
        ),
    ];
    files.extend(credentials.iter().map(|credential| {
        (
            format!("/etc/credstore/{name}.{credential}"),
            "A secret that systemd hands to the service; owner root, mode 0600. Does not have to exist.",
        )
    }));
    Program { command, files }
}

fn programs() -> Vec<Program> {
    use exporter_http::flags::command;
    vec![
        daemon(
            command(&node_exporter::flags::ABOUT, node_exporter::flags::command()),
            &[],
        ),
        daemon(
            command(&mysql_exporter::flags::ABOUT, mysql_exporter::flags::command()),
            &["data_source_name", "mysqld_exporter_password"],
        ),
        daemon(
            command(
                &postgres_exporter::flags::ABOUT,
                postgres_exporter::flags::command(),
            ),
            &["data_source_name", "data_source_pass"],
        ),
        daemon(
            command(&nginx_exporter::flags::ABOUT, nginx_exporter::flags::command()),
            &[],
        ),
        daemon(
            command(
                &kube_state_exporter::flags::ABOUT,
                kube_state_exporter::flags::command(),
            ),
            &["kubeconfig"],
        ),
        daemon(command(&scraper::app::ABOUT, scraper::app::flags()), &[]),
        Program {
            command: setup::command_line::command(),
            files: vec![
                (
                    "/var/lib/pi-exporters/setup.json".to_owned(),
                    "What was changed, and what was there before.",
                ),
                (
                    "/etc/systemd/system/*.service.d/50-pi-setup.conf".to_owned(),
                    "What it says to the services.",
                ),
            ],
        },
    ]
}

/// The man page. Its synopsis is short: clap's own lists some hundred flags.
fn man_page(program: &Program) -> std::io::Result<Vec<u8>> {
    let name = program.command.get_name().to_owned();
    let man = Man::new(program.command.clone())
        .source("Pi Exporters")
        .manual("Pi Exporters");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    let mut synopsis = Roff::new();
    synopsis.control("SH", ["SYNOPSIS"]);
    let arguments = if program.command.has_subcommands() {
        " [flags] [doctor|uninstall]"
    } else {
        " [--flag=value ...] [@file]"
    };
    synopsis.text([bold(name.as_str()), roman(arguments)]);
    synopsis.to_writer(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if program.command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    let mut files = Roff::new();
    files.control("SH", ["FILES"]);
    for (path, meaning) in &program.files {
        files.control("TP", []);
        files.text([italic(path.as_str())]);
        files.text([roman(*meaning)]);
    }
    files.to_writer(&mut page)?;
    Ok(page)
}

fn write(program: &mut Program, folder: &Path) -> std::io::Result<()> {
    let name = program.command.get_name().to_owned();
    let folder = folder.join(&name);
    std::fs::create_dir_all(&folder)?;
    program.command.build();
    std::fs::write(folder.join(format!("{name}.1")), man_page(program)?)?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut program.command, &name, &folder)?;
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a command of the build")]
fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("usage: manual FOLDER");
        return ExitCode::FAILURE;
    };
    for mut program in programs() {
        if let Err(error) = write(&mut program, Path::new(&folder)) {
            eprintln!("{}: {error}", program.command.get_name());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
