//! Logins for `/probe`, from the YAML file of `--config.file`.
//!
//! ```yaml
//! auth_modules:
//!   monitor:
//!     type: userpass
//!     userpass: {username: prometheus, password: …}   # or password_file: /run/secrets/…
//!     options: {sslmode: disable}
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use settings::document::{self, Limits, Node};
use settings::{Keys, Read, Refused, Secret};

use crate::dsn::password_file::PasswordFile;
use crate::dsn::{Dsn, DsnError};

const LIMITS: Limits = Limits {
    bytes: 1 << 20,
    depth: 16,
    parts: 20_000,
};

/// The logins by their names.
#[derive(Clone, Debug, Default)]
pub struct AuthModules(BTreeMap<String, AuthModule>);

#[derive(Clone, Debug)]
struct AuthModule {
    username: String,
    password: Option<Secret>,
    password_file: Option<PathBuf>,
    options: BTreeMap<String, String>,
}

impl AuthModules {
    /// Reads the file. Warns where others may read it.
    pub fn load(path: &Path) -> Result<Self, document::Error> {
        let text = document::load(path, &LIMITS)?;
        settings::secret::warn_if_others_read(path);
        document::parse(path, &text, &LIMITS)
    }

    /// Puts a login and its options on a target. Fails on a name that the file does not have.
    pub fn apply(&self, name: &str, dsn: &mut Dsn) -> Result<(), DsnError> {
        let module = self
            .0
            .get(name)
            .ok_or_else(|| DsnError(format!("auth_module {} not found", name.escape_debug())))?;
        for (key, value) in &module.options {
            dsn.set(key, value.clone())?;
        }
        dsn.user = Some(module.username.clone());
        dsn.password.clone_from(&module.password);
        dsn.password_file = match &module.password_file {
            Some(path) => Some(PasswordFile::new(path).map_err(|error| DsnError(error.to_string()))?),
            None => None,
        };
        Ok(())
    }
}

impl Read for AuthModules {
    fn read(node: Node) -> Result<Self, Refused> {
        let mut keys = Keys::of(node, &["auth_modules"])?;
        Ok(Self(keys.take("auth_modules")?.unwrap_or_default()))
    }
}

impl Read for AuthModule {
    fn read(node: Node) -> Result<Self, Refused> {
        let place = node.place;
        let mut keys = Keys::of(node, &["type", "userpass", "options"])?;
        match keys.take::<String>("type")?.as_deref() {
            Some("userpass") => {}
            _ => return Err((place, "expected type: userpass, the only one there is".into())),
        }
        let UserPass {
            username,
            password,
            password_file,
        } = keys
            .take("userpass")?
            .ok_or_else(|| (place, "expected userpass with a username".into()))?;
        Ok(Self {
            username,
            password,
            password_file,
            options: keys.take("options")?.unwrap_or_default(),
        })
    }
}

struct UserPass {
    username: String,
    password: Option<Secret>,
    password_file: Option<PathBuf>,
}

impl Read for UserPass {
    fn read(node: Node) -> Result<Self, Refused> {
        let place = node.place;
        let mut keys = Keys::of(node, &["username", "password", "password_file"])?;
        Ok(Self {
            username: keys
                .take("username")?
                .ok_or_else(|| (place, "expected a username".into()))?,
            password: keys.take("password")?,
            password_file: keys.take("password_file")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modules(text: &str) -> Result<AuthModules, String> {
        document::parse(Path::new("postgres_exporter.yml"), text, &LIMITS).map_err(|error| error.to_string())
    }

    #[test]
    fn a_login_and_options_are_put_on_a_target() {
        let text = "auth_modules:\n  foo:\n    type: userpass\n    userpass: {username: me, password: hunter2}\n    \
            options: {sslmode: disable, dbname: app}\n";
        let modules = modules(text).expect("a file that is right");
        assert!(!format!("{modules:?}").contains("hunter2"));
        let mut dsn = Dsn::target("db:5433", &[]).expect("a target");
        assert_eq!(modules.apply("foo", &mut dsn), Ok(()));
        assert_eq!(dsn.to_string(), "me@db:5433/app");
        assert_eq!(dsn.password.as_ref().map(Secret::expose), Some("hunter2"));
        let error = modules.apply("bar", &mut dsn).expect_err("no such module");
        assert_eq!(error.to_string(), "auth_module bar not found");
    }

    #[test]
    fn refused() {
        for (text, expect) in [
            (
                "auth_module: {}",
                "postgres_exporter.yml:1:1: unknown key \"auth_module\", did you mean \"auth_modules\"?",
            ),
            (
                "auth_modules: {a: {type: token}}",
                "postgres_exporter.yml:1:19: expected type: userpass, the only one there is",
            ),
            (
                "auth_modules: {a: {type: userpass, userpass: {password: x}}}",
                "postgres_exporter.yml:1:46: expected a username",
            ),
        ] {
            assert_eq!(modules(text).expect_err(text), expect);
        }
        assert!(modules("").is_ok());
    }
}
