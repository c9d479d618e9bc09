//! Fills one part of the store and keeps it filled, for as long as the process lives.
//!
//! The list comes as the first events of a watch where the server can do that, object by object; else in pages. Which of
//! the two is found out once for each reader. A watch that ends in time goes on from its version; after any fault the
//! list is read again beside what is known, because a server that was away may have come back with other objects.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::backoff::Backoff;
use super::event::{Event, Objects};
use super::frames::Frames;
use super::list::Page;
use super::request::{Paging, Request, Scope};
use super::turns::Turns;
use crate::api::{Answer, Api};
use crate::error::Error;
use crate::resource::{Object, Rendered};
use crate::shard::Shard;
use crate::store::Part;
use crate::subject::Subject;
use crate::telemetry::{Counts, PartState};

/// Bytes of one page. A hundred objects of etcd's largest size.
const PAGE_BYTES_MAX: usize = 256 << 20;
/// Buffers of rendered text larger than this are given back after the object.
const KEPT_TEXT_BYTES: usize = 256 << 10;

/// Watches do not follow each other more quickly.
const WATCH_MIN: Duration = Duration::from_secs(1);

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// How long a watch is asked to last. The server ends it, and it goes on from there.
    pub watch: Duration,
    /// How long nothing may arrive while a list is under way.
    pub list_silence: Duration,
    /// How much later than asked a watch may end before the connection counts as dead.
    pub watch_grace: Duration,
}

/// Everything that the readers of a process share.
#[derive(Clone, Debug)]
pub struct Shared {
    /// The server.
    pub api: Rc<Api>,
    /// Who may read a list now.
    pub lists: Turns,
    /// Which objects are ours.
    pub shard: Shard,
    /// How long things may take.
    pub timing: Timing,
}

/// How the list is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Streaming,
    Paged,
}

/// Reads one kind of object, in one namespace or in all.
pub struct Reader {
    shared: Shared,
    subject: Rc<Subject>,
    scope: Scope,
    part: Rc<Part>,
    counts: Rc<Counts>,
    state: Rc<PartState>,
    way: Way,
    /// The version to go on from; `None` where the list must be read.
    position: Option<String>,
    rendered: Rendered,
    backoff: Backoff,
    /// The fault that was told last, so that a lasting one is told once.
    told: Option<String>,
    /// Whether an object could not be read, told once.
    told_object: bool,
}

impl Reader {
    /// A reader that fills `part`.
    pub fn new(
        shared: Shared,
        subject: Rc<Subject>,
        scope: Scope,
        part: Rc<Part>,
        counts: Rc<Counts>,
        state: Rc<PartState>,
        seed: u64,
    ) -> Self {
        Self {
            shared,
            subject,
            scope,
            part,
            counts,
            state,
            way: Way::Streaming,
            position: None,
            rendered: Rendered::default(),
            backoff: Backoff::new(seed),
            told: None,
            told_object: false,
        }
    }

    /// Reads until it is dropped.
    pub async fn run(mut self) {
        loop {
            let started = Instant::now();
            let is_watch = self.position.is_some() || self.way == Way::Streaming;
            let result = match self.position.take() {
                Some(version) => self.watch(version).await,
                None => self.fill().await,
            };
            let was_watching = self.state.lost();
            let Err(error) = result else {
                // A server that ends watches at once must not be asked in a loop.
                let early = match is_watch {
                    true => WATCH_MIN.saturating_sub(started.elapsed()),
                    false => Duration::ZERO,
                };
                tokio::time::sleep(early).await;
                continue;
            };
            self.position = None;
            if matches!(error, Error::Expired) || was_watching && error.is_passing() {
                log::debug!(resource = self.subject.name, error:%; "watch lost, the list is read again");
                tokio::time::sleep(self.backoff.wait(None)).await;
                continue;
            }
            if self.way == Way::Streaming && error.is_unsupported() {
                log::debug!(resource = self.subject.name, error:%; "no streaming list here, reading pages");
                self.way = Way::Paged;
                if matches!(error, Error::Refused { .. }) {
                    continue;
                }
            }
            match error.concerns_all() {
                true => self.shared.api.tell(&error),
                false => self.tell(&error),
            }
            if error.is_lasting() {
                self.state.refused();
            }
            if let Error::Refused { code: 401, .. } = error {
                self.shared.api.renew().await;
            }
            tokio::time::sleep(self.backoff.wait(error.retry_after())).await;
        }
    }

    /// Reads the list, and in the streaming way what happens after it.
    async fn fill(&mut self) -> Result<(), Error> {
        match self.way {
            Way::Streaming => self.streaming_list().await,
            Way::Paged => match self.paged_list(Paging::Pages).await {
                Err(Error::Expired) => self.paged_list(Paging::Whole).await,
                result => result,
            },
        }
    }

    async fn streaming_list(&mut self) -> Result<(), Error> {
        let turn = self.shared.lists.take().await;
        let lasts = self.watch_time();
        let request = Request::streaming_list(&self.subject, &self.scope, lasts);
        self.part.begin();
        let opened = self.shared.api.get(&request).await;
        self.counts.watch(opened.is_ok());
        let mut frames = frames(opened?);
        let silence = self.shared.timing.list_silence;
        loop {
            let event = match next(&mut frames, silence).await {
                Err(Error::Stalled(silence)) => Err(Error::ListStalled(silence)),
                event => event,
            };
            let event = event?.ok_or(Error::Incomplete)?;
            let event = Event::parse(frames.format(), self.subject.wire, &event)?;
            if self.apply(event)? {
                break;
            }
        }
        drop(turn);
        self.filled();
        self.follow(frames, lasts).await
    }

    async fn paged_list(&mut self, paging: Paging) -> Result<(), Error> {
        let _turn = self.shared.lists.take().await;
        self.part.begin();
        let mut next = String::new();
        loop {
            let request = Request::list(&self.subject, &self.scope, paging, &next);
            let page = match self.shared.api.get(&request).await {
                Ok(answer) => {
                    let format = answer.format;
                    let silence = self.shared.timing.list_silence;
                    answer
                        .whole(PAGE_BYTES_MAX, silence)
                        .await
                        .map(|body| (format, body))
                }
                Err(error) => Err(error),
            };
            self.counts.list(page.is_ok());
            let (format, body) = page?;
            let page = Page::parse(format, &body)?;
            for object in page.objects() {
                self.put(object);
            }
            if page.next.is_empty() {
                self.position = Some(page.resource_version);
                break;
            }
            next = page.next;
        }
        self.filled();
        Ok(())
    }

    async fn watch(&mut self, version: String) -> Result<(), Error> {
        let lasts = self.watch_time();
        let request = Request::watch(&self.subject, &self.scope, lasts, &version);
        let opened = self.shared.api.get(&request).await;
        self.counts.watch(opened.is_ok());
        let frames = frames(opened?);
        self.position = Some(version);
        self.state.watching();
        self.follow(frames, lasts).await
    }

    /// Applies events until the server ends the watch. `position` is where to go on then.
    async fn follow(&mut self, mut frames: Frames, lasts: Duration) -> Result<(), Error> {
        let end = Instant::now() + lasts + self.shared.timing.watch_grace;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Some(event) = next(&mut frames, left).await? else {
                return Ok(());
            };
            let event = Event::parse(frames.format(), self.subject.wire, &event)?;
            self.apply(event)?;
            self.backoff.reset();
        }
    }

    /// Applies one event. Returns whether it ends a streaming list.
    fn apply(&mut self, event: Event<'_>) -> Result<bool, Error> {
        match event {
            Event::Put(objects) => objects.iter().for_each(|object| self.put(object)),
            Event::Gone(objects) => self.gone(&objects),
            Event::Bookmark {
                resource_version,
                list_end,
            } => {
                self.position = Some(resource_version);
                return Ok(list_end);
            }
            Event::Refused(status) if status.code == 410 || status.reason == "Expired" => {
                return Err(Error::Expired);
            }
            Event::Refused(status) => {
                return Err(Error::Refused {
                    code: status.code,
                    message: status.message,
                    retry_after: None,
                });
            }
            Event::Unknown => {}
        }
        Ok(false)
    }

    fn put(&mut self, object: Object<'_>) {
        if !self.render(object) {
            return;
        }
        if self.shared.shard.owns(&self.rendered.uid) {
            self.part.put(&self.rendered);
        } else {
            self.part.remove(&self.rendered);
        }
    }

    fn gone(&mut self, objects: &Objects<'_>) {
        for object in objects.iter() {
            if self.render(object) {
                self.part.remove(&self.rendered);
            }
        }
    }

    /// Renders into `self.rendered`. An object that cannot be read is counted, and what was known of it stays.
    fn render(&mut self, object: Object<'_>) -> bool {
        if KEPT_TEXT_BYTES < self.rendered.text.capacity() {
            self.rendered.text = Vec::new();
        }
        match (self.subject.render)(object, &mut self.rendered) {
            Ok(()) => {
                if !self.rendered.resource_version.is_empty() && self.position.is_some() {
                    self.position = Some(self.rendered.resource_version.clone());
                }
                true
            }
            Err(error) => {
                self.counts.undecodable();
                if !std::mem::replace(&mut self.told_object, true) {
                    log::warn!(resource = self.subject.name, error:%; "object not read, others of its kind may follow");
                }
                false
            }
        }
    }

    /// The list is complete.
    fn filled(&mut self) {
        self.part.complete();
        self.state.watching();
        self.backoff.reset();
        // The buffers of a burst; the next objects come one by one.
        self.rendered = Rendered::default();
        if self.told.take().is_some() {
            log::info!(resource = self.subject.name, namespace = self.namespace(); "objects are read again");
        }
        log::debug!(resource = self.subject.name, objects = self.part.len(); "list complete");
    }

    fn tell(&mut self, error: &Error) {
        let message = error.to_string();
        if self.told.as_ref() == Some(&message) {
            return;
        }
        let cure = error.cure().unwrap_or("trying on");
        log::warn!(resource = self.subject.name, namespace = self.namespace(), error = message.as_str(); "objects not read; {cure}");
        self.told = Some(message);
    }

    fn namespace(&self) -> &str {
        self.scope.namespace.as_deref().unwrap_or_default()
    }

    /// Up to twice the time that is set, so that the watches do not end together.
    fn watch_time(&mut self) -> Duration {
        self.shared.timing.watch.mul_f64(1.0 + self.backoff.jitter())
    }
}

fn frames(answer: Answer) -> Frames {
    Frames::new(answer.format, answer.body)
}

/// The next event; fails where nothing arrives within `silence`.
async fn next(frames: &mut Frames, silence: Duration) -> Result<Option<bytes::Bytes>, Error> {
    match tokio::time::timeout(silence, frames.next()).await {
        Ok(event) => Ok(event?),
        Err(_) => Err(Error::Stalled(silence)),
    }
}

#[cfg(test)]
mod tests;
