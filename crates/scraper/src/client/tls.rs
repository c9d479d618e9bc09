//! The TLS side of one job or receiver: read when it is first needed, and again when its files change.

use std::cell::RefCell;
use std::path::Path;
use std::time::SystemTime;

use http_client::TlsSettings;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::target::Url;

/// The setting that says whom to trust.
const CA_SETTING: &str = "tls_config ca_file";

/// The TLS side of one job. Certificates are read again when their files change.
#[derive(Debug)]
pub struct Trust {
    settings: TlsSettings,
    loaded: RefCell<Option<Loaded>>,
}

struct Loaded {
    changed: Vec<Option<SystemTime>>,
    connector: TlsConnector,
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loaded")
            .field("changed", &self.changed)
            .finish_non_exhaustive()
    }
}

impl Trust {
    /// Takes the settings; reads no file.
    pub fn new(settings: TlsSettings) -> Self {
        Self {
            settings,
            loaded: RefCell::default(),
        }
    }

    /// What a connection to `url` is made with. Fails with a reason that names the file.
    pub fn connector(&self, url: &Url) -> Result<(TlsConnector, ServerName<'static>), String> {
        let name = self.settings.name_of(url.host())?;
        Ok((self.current()?, name))
    }

    fn current(&self) -> Result<TlsConnector, String> {
        let changed: Vec<_> = self.settings.files().map(changed).collect();
        if let Some(loaded) = &*self.loaded.borrow()
            && loaded.changed == changed
        {
            return Ok(loaded.connector.clone());
        }
        let connector = self.settings.connector(CA_SETTING)?;
        *self.loaded.borrow_mut() = Some(Loaded {
            changed,
            connector: connector.clone(),
        });
        Ok(connector)
    }
}

fn changed(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .ok()
}
