//! Which accounts the flags, the environment and `.my.cnf` give.
//!
//! `DATA_SOURCE_NAME` is the account of `/metrics` where neither `--config.my-cnf` nor `--mysqld.username` is given:
//! those are how the reference is told since 0.15, the variable before. Else the section `[client]` is, whose gaps the
//! flags and `MYSQLD_EXPORTER_PASSWORD` fill. `[client.x]` takes what it does not say from `[client]`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use exporter_http::StartError;
use exporter_http::flags::{is_given, switch_value, text};
use settings::Secret;
use settings::secret::{credential, warn_if_others_read};

use crate::account::{Account, Address, Certificates, Encryption};
use crate::my_cnf::{self, Section};
use crate::{dsn, flags};

/// The section that `/metrics` uses.
pub const MAIN: &str = "client";

const PASSWORD: &str = "MYSQLD_EXPORTER_PASSWORD";
const DATA_SOURCE_NAME: &str = "DATA_SOURCE_NAME";

/// What the command line says of accounts.
#[derive(Clone, Debug)]
pub struct Sources {
    /// `.my.cnf`.
    file: PathBuf,
    /// Whether the file stands on the command line.
    file_given: bool,
    /// `--mysqld.address`.
    address: Address,
    /// `--mysqld.username`.
    user: Option<String>,
    /// `--tls.insecure-skip-verify`.
    skip_verify: bool,
}

/// The accounts by the name of their section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    sections: BTreeMap<String, Account>,
}

impl Accounts {
    /// The account of a section.
    #[must_use]
    pub fn get(&self, section: &str) -> Option<&Account> {
        self.sections.get(section)
    }
}

impl Sources {
    /// Reads the flags. Fails with one line that names the flag.
    pub fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        let address = text(matches, flags::ADDRESS);
        // Without a port, as `localhost`, the reference refuses to start; nothing is lost by taking the usual one.
        let address = Address::parse(address)
            .or_else(|error| Address::parse(&format!("{address}:3306")).map_err(|_| error))
            .map_err(|error| StartError(format!("--{}: {error}", flags::ADDRESS)))?;
        Ok(Self {
            file: PathBuf::from(text(matches, flags::MY_CNF)),
            file_given: is_given(matches, flags::MY_CNF),
            address,
            user: Some(text(matches, flags::USER).to_owned()).filter(|user| !user.is_empty()),
            skip_verify: switch_value(matches, flags::SKIP_VERIFY) == Some(true),
        })
    }

    /// Reads the environment and the file. Fails with one line where there is no account at all.
    pub fn load(&self) -> Result<Accounts, String> {
        let data_source = secret(DATA_SOURCE_NAME)?.filter(|text| !text.is_empty());
        if let Some(text) = data_source {
            if !self.file_given && self.user.is_none() {
                return self.of_data_source(&text);
            }
            log::info!(
                "{DATA_SOURCE_NAME} is not used, because --{} or --{} is given",
                flags::MY_CNF,
                flags::USER
            );
        }
        let password = secret(PASSWORD)?;
        let sections = match self.my_cnf() {
            Some(path) => read(&path)?,
            None => Vec::new(),
        };
        self.of_sections(&sections, password.as_ref())
    }

    fn of_data_source(&self, text: &Secret) -> Result<Accounts, String> {
        let mut account =
            dsn::parse(text.expose()).map_err(|error| format!("{DATA_SOURCE_NAME}: {error}"))?;
        if account.user.is_empty() {
            return Err(format!("{DATA_SOURCE_NAME}: no user before the '@'"));
        }
        if self.skip_verify && account.encryption == Encryption::Checked {
            account.encryption = Encryption::Unchecked;
        }
        let sections = BTreeMap::from([(MAIN.to_owned(), account)]);
        Ok(Accounts { sections })
    }

    /// The file to read: the one that is given, else `.my.cnf` here, else the one at home, as before 0.15.
    fn my_cnf(&self) -> Option<PathBuf> {
        if self.file.exists() {
            return Some(self.file.clone());
        }
        if self.file_given {
            log::warn!(path:% = self.file.display(); "--{} names no file", flags::MY_CNF);
            return None;
        }
        let home = PathBuf::from(std::env::var_os("HOME")?).join(".my.cnf");
        home.exists().then_some(home)
    }

    fn of_sections(&self, sections: &[Section], password: Option<&Secret>) -> Result<Accounts, String> {
        let empty = Section {
            name: MAIN.to_owned(),
            entries: Vec::new(),
        };
        let main = sections
            .iter()
            .find(|section| section.name == MAIN)
            .unwrap_or(&empty);
        let others = sections.iter().filter(|section| section.name != MAIN);
        let mut accounts = Accounts::default();
        let mut problems = Vec::new();
        for section in std::iter::once(main).chain(others) {
            match self.account(section, sections, password) {
                Ok(account) => {
                    accounts.sections.insert(section.name.clone(), account);
                }
                Err(problem) if section.name.starts_with(MAIN) => {
                    problems.push(format!("[{}]: {problem}", section.name));
                }
                // A section of another program, such as [mysqldump].
                Err(_) => {}
            }
        }
        if accounts.sections.is_empty() {
            let problems = problems.join("; ");
            return Err(format!(
                "no account for the server: {problems}; give --{} and {PASSWORD}, or {} with [client] user= and password=, or {DATA_SOURCE_NAME}",
                flags::USER,
                self.file.display(),
            ));
        }
        for problem in problems {
            // [client] need not be there where every request names another section.
            log::warn!(problem; "a section of the configuration cannot be used");
        }
        Ok(accounts)
    }

    fn account(
        &self,
        section: &Section,
        all: &[Section],
        password: Option<&Secret>,
    ) -> Result<Account, String> {
        let chain = parents(section, all);
        let get = |key: &str| {
            chain
                .iter()
                .find_map(|section| section.get(key))
                .filter(|text| !text.is_empty())
        };
        let has = |key: &str| chain.iter().any(|section| section.has(key));
        // What the flags and the environment say belongs to [client] and those below it.
        let is_client = section.name == MAIN || section.name.starts_with("client.");
        let user = get("user")
            .or(self.user.as_deref().filter(|_| is_client))
            .ok_or("no user")?;
        let written = get("password").map(|text| Secret::new(text.to_owned()));
        let password = written.or_else(|| password.filter(|_| is_client).cloned());
        for key in ["tls-server-name", "tls-min-version", "tls-max-version"] {
            refuse(key, get(key))?;
        }
        Ok(Account {
            user: user.to_owned(),
            password: password.filter(|password| !password.is_empty()),
            address: self.address(get("socket"), get("host"), get("port"))?,
            encryption: self.encryption(&get, &has)?,
            certificates: Certificates {
                authority: get("ssl-ca").map(PathBuf::from),
                client: get("ssl-cert")
                    .map(PathBuf::from)
                    .zip(get("ssl-key").map(PathBuf::from)),
            },
            cleartext: has("enable-cleartext-plugin")
                && get("enable-cleartext-plugin").is_none_or(dsn::is_true),
        })
    }

    fn address(
        &self,
        socket: Option<&str>,
        host: Option<&str>,
        port: Option<&str>,
    ) -> Result<Address, String> {
        if let Some(path) = socket {
            return Ok(Address::Unix(PathBuf::from(path)));
        }
        let port = port.map(|text| text.parse().map_err(|_| format!("port {text:?} is no port")));
        let port = port.transpose()?;
        match (&self.address, host, port) {
            (Address::Unix(path), None, None) => Ok(Address::Unix(path.clone())),
            (Address::Unix(_), host, port) => {
                Ok(Address::tcp(host.unwrap_or_default(), port.unwrap_or(3306)))
            }
            (Address::Tcp { host, port }, given, given_port) => {
                Ok(Address::tcp(given.unwrap_or(host), given_port.unwrap_or(*port)))
            }
        }
    }

    fn encryption<'a>(
        &self,
        get: &impl Fn(&str) -> Option<&'a str>,
        has: &impl Fn(&str) -> bool,
    ) -> Result<Encryption, String> {
        // The first spelling is that of the reference.
        let skips = |key: &str| has(key) && get(key).is_none_or(dsn::is_true);
        let skip = self.skip_verify || skips("ssl-skip-verfication") || skips("ssl-skip-verification");
        let wanted = match (get("tls"), get("ssl-ca")) {
            (Some("preferred"), _) => Encryption::Preferred,
            (Some("skip-verify"), _) => Encryption::Unchecked,
            (Some(text), None) if dsn::is_false(text) => Encryption::Off,
            (Some(text), None) if !dsn::is_true(text) => {
                return Err(format!(
                    "tls={text}: none of true, false, preferred and skip-verify"
                ));
            }
            (Some(_), _) | (None, Some(_)) => Encryption::Checked,
            (None, None) => Encryption::WhereNeeded,
        };
        Ok(match wanted {
            Encryption::Checked if skip => Encryption::Unchecked,
            wanted => wanted,
        })
    }
}

/// The section and those above it: `client.a.b`, `client.a`, `client`.
fn parents<'a>(section: &'a Section, all: &'a [Section]) -> Vec<&'a Section> {
    let mut chain = vec![section];
    let mut name = section.name.as_str();
    while let Some((parent, _)) = name.rsplit_once('.') {
        chain.extend(all.iter().find(|other| other.name == parent));
        name = parent;
    }
    chain
}

/// Refuses what the encryption here cannot do, rather than to do less than was asked for.
fn refuse(key: &str, value: Option<&str>) -> Result<(), String> {
    match (key, value) {
        (_, None) | ("tls-min-version", Some("TLSv1.2" | "1.2" | "TLS12")) => Ok(()),
        ("tls-max-version", Some("TLSv1.3" | "1.3" | "TLS13")) => Ok(()),
        ("tls-server-name", Some(_)) => {
            Err("tls-server-name is not supported: connect by the name that the certificate has".to_owned())
        }
        (key, Some(value)) => Err(format!(
            "{key}={value} is not supported: TLS 1.2 and 1.3 are offered"
        )),
    }
}

/// A secret by its name: the variable, the file that `NAME_FILE` names, or the credential `name` of systemd.
fn secret(name: &str) -> Result<Option<Secret>, String> {
    if let Ok(text) = std::env::var(name) {
        return Ok(Some(Secret::new(text)));
    }
    let named = std::env::var_os(format!("{name}_FILE")).map(PathBuf::from);
    match named.or_else(|| credential(&name.to_ascii_lowercase())) {
        Some(path) => Secret::from_file(&path)
            .map(Some)
            .map_err(|error| error.to_string()),
        None => Ok(None),
    }
}

fn read(path: &Path) -> Result<Vec<Section>, String> {
    let shown = path.display();
    let text = std::fs::read(path).map_err(|error| format!("{shown}: {error}"))?;
    let text = String::from_utf8_lossy(&text);
    let sections = my_cnf::parse(&text, &|name| std::env::var(name).ok())
        .map_err(|fault| format!("{shown}: {fault}"))?;
    if sections.iter().any(|section| section.has("password")) {
        warn_if_others_read(path);
    }
    Ok(sections)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(flags: &[&str], password: &str, text: &str, expect: Expect) {
        let matches = flags::command().get_matches_from([&["x"], flags].concat());
        let sources = Sources::new(&matches).unwrap();
        let sections = my_cnf::parse(text, &|_| None).unwrap();
        let password = Some(Secret::new(password.to_owned())).filter(|password| !password.is_empty());
        let shown = match sources.of_sections(&sections, password.as_ref()) {
            Err(problem) => problem,
            Ok(accounts) => accounts
                .sections
                .iter()
                .map(|(name, account)| {
                    let Account {
                        user,
                        password,
                        address,
                        encryption,
                        ..
                    } = account;
                    let password = password.as_ref().map_or("-", Secret::expose);
                    format!("[{name}] {user} {password} {address} {encryption:?}\n")
                })
                .collect(),
        };
        expect.assert_eq(&shown);
    }

    #[test]
    fn flags_and_the_environment_alone() {
        check(
            &["--mysqld.username=u", "--mysqld.address=db:3307"],
            "p",
            "",
            expect![[r#"
                [client] u p db:3307 WhereNeeded
            "#]],
        );
        check(
            &["--mysqld.username=u", "--mysqld.address=unix:///s"],
            "",
            "",
            expect![[r#"
                [client] u - unix:///s WhereNeeded
            "#]],
        );
    }

    #[test]
    fn the_file_beats_the_flags_and_children_inherit() {
        check(
            &["--mysqld.username=u", "--mysqld.address=db:3307"],
            "p",
            "[client]\nuser=f\nhost=h\n[client.a]\npassword=q\nssl-ca=/ca\n[client.b]\nsocket=/s\nssl_ca=/ca\nssl-skip-verfication\n[mysqldump]\nquick\n[other]\nuser=o\ntls=true\n",
            expect![[r#"
                [client] f p h:3307 WhereNeeded
                [client.a] f q h:3307 Checked
                [client.b] f p unix:///s Unchecked
                [other] o - db:3307 Checked
            "#]],
        );
    }

    #[test]
    fn client_need_not_be_there() {
        check(
            &["--tls.insecure-skip-verify"],
            "",
            "[client.a]\nuser=a\ntls=true\n",
            expect![[r#"
                [client.a] a - localhost:3306 Unchecked
            "#]],
        );
    }

    #[test]
    fn nobody_to_log_in() {
        check(
            &[],
            "",
            "[client]\nhost=h\n[client.a]\nuser=a\ntls-server-name=x\n",
            expect![
                "no account for the server: [client]: no user; [client.a]: tls-server-name is not supported: connect by the name that the certificate has; give --mysqld.username and MYSQLD_EXPORTER_PASSWORD, or .my.cnf with [client] user= and password=, or DATA_SOURCE_NAME"
            ],
        );
    }
}
