//! What a unit is told, as a drop-in of systemd. Everything in it comes before what the owner says in `/etc/default`.

use crate::daemon::Daemon;

/// The folder of systemd for secrets of services.
pub const CREDENTIALS: &str = "/etc/credstore";

/// What is told to one unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitSettings {
    /// Addresses to listen on; empty is the daemon's own default.
    pub listen: Vec<String>,
    /// Variables, none of them secret.
    pub variables: Vec<(&'static str, String)>,
    /// Variables that the unit sets and that must not count, because a credential does.
    pub unset: Vec<&'static str>,
    /// Networks that may connect; empty is everybody.
    pub allow_from: Vec<String>,
}

/// Where the drop-in is.
#[must_use]
pub fn path(daemon: Daemon) -> String {
    format!("/etc/systemd/system/{}.service.d/50-pi-setup.conf", daemon.name())
}

/// Where a credential of a daemon is.
#[must_use]
pub fn credential(daemon: Daemon, name: &str) -> String {
    format!("{CREDENTIALS}/{}.{name}", daemon.name())
}

impl UnitSettings {
    /// The text of the drop-in; nothing where nothing is to be told.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        if *self == Self::default() {
            return None;
        }
        let mut text = "# Written by pi-setup, and taken back by: pi-setup uninstall\n\
            # /etc/default is read after this and wins.\n[Service]\n"
            .to_owned();
        if !self.listen.is_empty() {
            let flags: Vec<_> = self
                .listen
                .iter()
                .map(|address| format!("--web.listen-address={address}"))
                .collect();
            text.push_str(&format!("Environment=\"LISTEN={}\"\n", flags.join(" ")));
        }
        for (name, value) in &self.variables {
            // systemd reads a per cent sign as the beginning of a specifier.
            text.push_str(&format!("Environment=\"{name}={}\"\n", value.replace('%', "%%")));
        }
        for name in &self.unset {
            text.push_str(&format!("UnsetEnvironment={name}\n"));
        }
        if !self.allow_from.is_empty() {
            text.push_str(&format!(
                "IPAddressDeny=any\nIPAddressAllow=localhost {}\n",
                self.allow_from.join(" ")
            ));
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn nothing_to_say() {
        assert_eq!(UnitSettings::default().text(), None);
    }

    #[test]
    fn everything() {
        let settings = UnitSettings {
            listen: vec!["127.0.0.1:9104".to_owned(), "100.64.0.1:9104".to_owned()],
            variables: vec![("SCRAPE_URI", "http://127.0.0.1:80/a%20b".to_owned())],
            unset: vec!["DATA_SOURCE_NAME"],
            allow_from: vec!["10.0.0.0/8".to_owned(), "fd00::1".to_owned()],
        };
        expect![[r#"
            # Written by pi-setup, and taken back by: pi-setup uninstall
            # /etc/default is read after this and wins.
            [Service]
            Environment="LISTEN=--web.listen-address=127.0.0.1:9104 --web.listen-address=100.64.0.1:9104"
            Environment="SCRAPE_URI=http://127.0.0.1:80/a%%20b"
            UnsetEnvironment=DATA_SOURCE_NAME
            IPAddressDeny=any
            IPAddressAllow=localhost 10.0.0.0/8 fd00::1
        "#]]
        .assert_eq(&settings.text().unwrap());
    }
}
