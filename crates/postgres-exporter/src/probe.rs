//! `/probe?target=…&auth_module=…`: servers that the scraper names.
//!
//! Their connections are kept like those of the data sources, for the last few targets.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use exporter_http::{Refused, Scrape};

use crate::auth_modules::AuthModules;
use crate::dsn::Dsn;
use crate::dsn::sources;
use crate::samples::Extra;
use crate::server::Server;

/// Targets whose connections are kept.
const KEPT_MAX: usize = 32;
/// A target that nobody asks for is closed after this time.
const IDLE_MAX: Duration = Duration::from_secs(900);

/// The targets of the last probes.
#[derive(Default)]
pub struct Targets(RefCell<Vec<Target>>);

struct Target {
    /// What the request named; it may hold a password and is never shown.
    named: (String, String),
    server: Rc<Server>,
    used: Instant,
}

impl Targets {
    /// The server that a request names. Fails on a request without target, with an unknown login, or that makes no sense.
    pub fn server(&self, scrape: &Scrape, modules: &AuthModules) -> Result<Rc<Server>, Refused> {
        let one = |name| scrape.query_all(name).next().unwrap_or_default().to_owned();
        let named = (one("target"), one("auth_module"));
        if named.0.is_empty() {
            return Err(Refused("target is required".into()));
        }
        let mut targets = self.0.borrow_mut();
        targets.retain(|target| target.used.elapsed() < IDLE_MAX);
        if let Some(target) = targets.iter_mut().find(|target| target.named == named) {
            target.used = Instant::now();
            return Ok(target.server.clone());
        }
        let environment = sources::environment(&sources::of_process);
        let mut dsn =
            Dsn::target(&named.0, &environment).map_err(|error| Refused(format!("target: {error}")))?;
        if !named.1.is_empty() {
            let applied = modules.apply(&named.1, &mut dsn);
            applied.map_err(|error| Refused(error.to_string()))?;
        }
        if KEPT_MAX <= targets.len() {
            let oldest = targets.iter().enumerate().min_by_key(|(_, target)| target.used);
            if let Some((index, _)) = oldest {
                targets.swap_remove(index);
            }
        }
        let server = Rc::new(Server::new(dsn, Extra::default()));
        targets.push(Target {
            named,
            server: server.clone(),
            used: Instant::now(),
        });
        Ok(server)
    }

    /// Closes all, so that the next probes use logins that were read again.
    pub fn clear(&self) {
        self.0.borrow_mut().clear();
    }
}
