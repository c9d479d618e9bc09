//! What a program puts away at its end.

use std::cell::Cell;
use std::future::pending;
use std::rc::Rc;
use std::time::{Duration, Instant};

use exporter_http::flags::Settings;
use exporter_http::listen::{ListenAddress, Listener};
use exporter_http::{Exporter, Refused, Scrape, serve};
use metrics_registry::Exposition;

use crate::running::short;
use crate::sample::ABOUT;

struct Careful {
    put_away: Rc<Cell<bool>>,
    takes: Option<Duration>,
}

impl Exporter for Careful {
    async fn scrape(&self, _scrape: &Scrape, _out: &mut Exposition) -> Result<(), Refused> {
        Ok(())
    }

    async fn stop(&self, _time: Duration) {
        match self.takes {
            Some(time) => tokio::time::sleep(time).await,
            None => pending().await,
        }
        self.put_away.set(true);
    }
}

/// Serves and ends at once. Returns whether everything was put away, and how long the end took.
fn end(takes: Option<Duration>) -> (bool, Duration) {
    let put_away = Rc::new(Cell::new(false));
    let exporter = Careful {
        put_away: Rc::clone(&put_away),
        takes,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let begun = Instant::now();
    let served = tokio::task::LocalSet::new().block_on(&runtime, async {
        let anywhere = ListenAddress::Host {
            host: "127.0.0.1".to_owned(),
            port: 0,
        };
        let listeners = vec![Listener::bind(&anywhere)?];
        serve::until(
            &ABOUT,
            exporter,
            &Settings::default(),
            short(),
            listeners,
            async {},
        )
        .await
    });
    served.unwrap();
    (put_away.get(), begun.elapsed())
}

#[test]
fn the_process_waits_until_all_is_put_away() {
    assert!(end(Some(Duration::from_millis(50))).0);
}

#[test]
fn but_not_for_ever() {
    let (put_away, took) = end(None);
    assert!(!put_away);
    assert!(short().drain <= took && took < 10 * short().drain, "{took:?}");
}
