//! A server on a thread of its own, ended when dropped.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use exporter_http::flags::Settings;
use exporter_http::limits::Limits;
use exporter_http::listen::{ListenAddress, Listener};
use exporter_http::{About, StartError, serve};
use tokio::sync::oneshot;

use crate::sample::{ABOUT, Sample};

pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), StartError>>>,
}

/// Limits that a test can wait for.
pub fn short() -> Limits {
    Limits {
        header_read: Duration::from_millis(300),
        handshake: Duration::from_millis(300),
        idle: Duration::from_millis(300),
        body_read: Duration::from_millis(300),
        response_write: Duration::from_millis(300),
        linger: Duration::from_millis(300),
        drain: Duration::from_millis(1000),
        drain_unsent: Duration::from_millis(100),
        ..Limits::default()
    }
}

impl Running {
    pub fn start(settings: Settings, limits: Limits) -> Self {
        Self::start_as(&ABOUT, settings, limits)
    }

    pub fn plain() -> Self {
        Self::start(Settings::default(), Limits::default())
    }

    /// Clients that ask the same at once share a run.
    pub fn sharing() -> Self {
        Self::start_sample(&ABOUT, Settings::default(), Limits::default(), true)
    }

    pub fn start_as(about: &'static About, settings: Settings, limits: Limits) -> Self {
        Self::start_sample(about, settings, limits, false)
    }

    fn start_sample(about: &'static About, settings: Settings, limits: Limits, shares: bool) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            tokio::task::LocalSet::new().block_on(&runtime, async {
                let anywhere = ListenAddress::Host {
                    host: "127.0.0.1".to_owned(),
                    port: 0,
                };
                let mut listeners = vec![Listener::bind(&anywhere)?];
                sender.send(listeners[0].address()).unwrap();
                for address in &settings.listen {
                    listeners.push(Listener::bind(address)?);
                }
                let stop = async {
                    // An error is a sender that was dropped, which means stop too.
                    let _ = stopped.await;
                };
                let sample = Sample::new(shares);
                serve::until(about, sample, &settings, limits, listeners, stop).await
            })
        });
        Self {
            address: receiver.recv().unwrap().parse().unwrap(),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Tells it to end, without waiting.
    pub fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// Ends it and tells how it ended.
    pub fn end(mut self) -> Result<(), StartError> {
        self.stop();
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
