//! The API of NGINX Plus (ngx_http_api_module), with `--nginx.plus`.
//!
//! The address leads to the root of the API, `http://host/api`. It lists the versions that the server speaks, of which
//! the highest known one is taken. Parts that the server does not have, because no stream or no cache is configured, answer 404
//! and are left out. One scrape is up to 17 requests on one connection.

mod row;
mod server;
mod shared;
mod upstreams;
mod zones;

use std::cell::Cell;
use std::collections::HashSet;

use hyper::StatusCode;
use metrics_registry::Family;
use serde_json::{Map, Value};

use self::row::{Row, number, write};
use crate::Error;
use crate::client::Client;
use crate::sink::Sink;

/// Newest version of the API that is known here.
const VERSION_MAX: u64 = 9;
/// Bytes of one answer; an upstream server has about 700.
const ANSWER_BYTES_MAX: usize = 8 << 20;
/// Classes of responses.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// Classes of sessions.
const SESSION_CLASSES: [&str; 3] = ["2xx", "4xx", "5xx"];
/// States of an upstream server; the number is the place, counted from 1.
const STATES: [&str; 6] = ["up", "draining", "down", "unavail", "checking", "unhealthy"];

/// Our own.
const DUPLICATES: Family<0> = Family::gauge(
    "nginxplus_duplicate_servers",
    "Servers that an upstream group lists twice under one address, and that are left out.",
    [],
);

/// Parts of the API, and the version that brought each.
const PARTS: [(&str, u64); 16] = [
    ("connections", 1),
    ("http/requests", 1),
    ("ssl", 1),
    ("http/server_zones", 1),
    ("http/upstreams", 1),
    ("http/caches", 1),
    ("stream/server_zones", 1),
    ("stream/upstreams", 1),
    ("stream/zone_sync", 3),
    ("http/location_zones", 5),
    ("resolvers", 5),
    ("http/limit_reqs", 6),
    ("http/limit_conns", 6),
    ("stream/limit_conns", 6),
    ("workers", 9),
    ("license", 9),
];

/// What survives a scrape.
#[derive(Debug, Default)]
pub struct State {
    /// The version of the API that the server spoke last; asked again after a fault, as after an upgrade.
    version: Cell<Option<u64>>,
}

/// What the API says, by part.
#[derive(Debug, Default)]
pub struct Plus {
    parts: Map<String, Value>,
}

impl Plus {
    /// Asks for every part. Fails where the API does not answer, or answers something else.
    pub async fn read(client: &Client, state: &State) -> Result<Self, Error> {
        let root = client.target.path.trim_end_matches('/');
        let version = match state.version.take() {
            Some(version) => version,
            None => version(client, root).await?,
        };
        let mut plus = Self::default();
        for (part, since) in PARTS {
            if version < since {
                continue;
            }
            let path = format!("{root}/{version}/{part}");
            match json(client, &path).await {
                Ok(value) => plus.insert(part, value),
                Err(Error::Status {
                    status: StatusCode::NOT_FOUND,
                    ..
                }) if part != "connections" => {}
                Err(error) => return Err(error),
            }
        }
        state.version.set(Some(version));
        Ok(plus)
    }

    /// Puts a part in, as the API answers it: `http/caches`.
    pub fn insert(&mut self, part: &str, value: Value) {
        self.parts.insert(part.to_owned(), value);
    }

    /// Writes the samples.
    pub fn write(&self, sink: &mut Sink<'_>) {
        self.whole(sink, "connections", server::CONNECTIONS);
        self.whole(sink, "http/requests", server::REQUESTS);
        self.whole(sink, "ssl", server::SSL);
        self.whole(sink, "license", server::LICENSE);
        self.whole(sink, "stream/zone_sync", shared::ZONE_SYNC);
        for worker in items(self.parts.get("workers")) {
            let [id, pid] =
                ["id", "pid"].map(|key| worker.get(key).map(Value::to_string).unwrap_or_default());
            write(sink, server::WORKER, [&id, &pid], worker);
        }
        self.server_zones(sink);
        self.each(sink, "http/caches", shared::CACHE);
        self.each(sink, "resolvers", shared::RESOLVER);
        self.each(sink, "http/limit_reqs", shared::LIMIT_REQUEST);
        self.each(sink, "http/limit_conns", shared::LIMIT_CONNECTION);
        self.each(sink, "stream/limit_conns", shared::STREAM_LIMIT_CONNECTION);
        let synchronized = self
            .parts
            .get("stream/zone_sync")
            .and_then(|sync| sync.get("zones"));
        for (zone, object) in members(synchronized) {
            write(sink, shared::ZONE_SYNC_ZONE, [zone], object);
        }
        let duplicates = self.upstreams(sink) + self.stream_upstreams(sink);
        sink.sample(&DUPLICATES, [], duplicates as f64);
    }

    fn whole(&self, sink: &mut Sink<'_>, part: &str, rows: &[Row<0>]) {
        if let Some(object) = self.parts.get(part) {
            write(sink, rows, [], object);
        }
    }

    fn each(&self, sink: &mut Sink<'_>, part: &str, rows: &[Row<1>]) {
        for (name, object) in members(self.parts.get(part)) {
            write(sink, rows, [name], object);
        }
    }

    fn server_zones(&self, sink: &mut Sink<'_>) {
        self.each(sink, "http/server_zones", zones::SERVER_ZONE);
        self.each(sink, "http/location_zones", zones::LOCATION_ZONE);
        self.each(sink, "stream/server_zones", zones::STREAM_SERVER_ZONE);
        for (zone, object) in members(self.parts.get("http/server_zones")) {
            responses(object, |code, count| {
                sink.sample(&zones::SERVER_ZONE_RESPONSES, [code, zone], count)
            });
            codes(object, |code, count| {
                sink.sample(&zones::SERVER_ZONE_CODES, [code, zone], count)
            });
        }
        for (zone, object) in members(self.parts.get("http/location_zones")) {
            responses(object, |code, count| {
                sink.sample(&zones::LOCATION_ZONE_RESPONSES, [code, zone], count)
            });
            codes(object, |code, count| {
                sink.sample(&zones::LOCATION_ZONE_CODES, [code, zone], count)
            });
        }
        for (zone, object) in members(self.parts.get("stream/server_zones")) {
            for class in SESSION_CLASSES {
                let count = number(object, &format!("/sessions/{class}"));
                sink.sample(&zones::STREAM_SERVER_ZONE_SESSIONS, [class, zone], count);
            }
        }
    }

    /// Returns how many servers were left out.
    fn upstreams(&self, sink: &mut Sink<'_>) -> usize {
        let mut duplicates = 0;
        for (group, object) in members(self.parts.get("http/upstreams")) {
            write(sink, upstreams::GROUP, [group], object);
            duplicates += peers(object, |server, peer| {
                let labels = [server, group];
                sink.sample(&upstreams::STATE, labels, state(peer));
                write(sink, upstreams::SERVER, labels, peer);
                if has_health_checks(peer) {
                    write(sink, upstreams::SERVER_HEALTH, labels, peer);
                }
                responses(peer, |code, count| {
                    sink.sample(&upstreams::RESPONSES, [code, server, group], count)
                });
                codes(peer, |code, count| {
                    sink.sample(&upstreams::CODES, [code, server, group], count)
                });
            });
        }
        duplicates
    }

    /// Returns how many servers were left out.
    fn stream_upstreams(&self, sink: &mut Sink<'_>) -> usize {
        let mut duplicates = 0;
        for (group, object) in members(self.parts.get("stream/upstreams")) {
            write(sink, upstreams::STREAM_GROUP, [group], object);
            duplicates += peers(object, |server, peer| {
                let labels = [server, group];
                sink.sample(&upstreams::STREAM_STATE, labels, state(peer));
                write(sink, upstreams::STREAM_SERVER, labels, peer);
                if has_health_checks(peer) {
                    write(sink, upstreams::STREAM_SERVER_HEALTH, labels, peer);
                }
            });
        }
        duplicates
    }
}

/// Asks which versions there are, and takes the newest one that is known here.
async fn version(client: &Client, root: &str) -> Result<u64, Error> {
    let path = format!("{root}/");
    let versions = json(client, &path).await?;
    let known = items(Some(&versions))
        .filter_map(Value::as_u64)
        .filter(|version| *version <= VERSION_MAX);
    known.max().ok_or_else(|| Error::Unexpected {
        path,
        what: "not the list of versions of the API of NGINX Plus",
        found: versions.to_string(),
    })
}

async fn json(client: &Client, path: &str) -> Result<Value, Error> {
    let body = client.get(path, ANSWER_BYTES_MAX).await?;
    serde_json::from_slice(&body).map_err(|_| Error::Unexpected {
        path: path.to_owned(),
        what: "not JSON",
        found: String::from_utf8_lossy(&body).into_owned(),
    })
}

fn members(object: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    let members = object.and_then(Value::as_object).into_iter().flatten();
    members.map(|(name, value)| (name.as_str(), value))
}

fn items(list: Option<&Value>) -> impl Iterator<Item = &Value> {
    list.and_then(Value::as_array).into_iter().flatten()
}

/// Calls `each` with every server of a group once, and returns how many were there again.
fn peers(group: &Value, mut each: impl FnMut(&str, &Value)) -> usize {
    let mut seen = HashSet::new();
    let mut duplicates = 0;
    for peer in items(group.get("peers")) {
        let server = peer.get("server").and_then(Value::as_str).unwrap_or_default();
        match seen.insert(server) {
            true => each(server, peer),
            false => duplicates += 1,
        }
    }
    duplicates
}

/// The state as a number; 0 is one that is not known here.
fn state(peer: &Value) -> f64 {
    let name = peer.get("state").and_then(Value::as_str).unwrap_or_default();
    STATES
        .iter()
        .position(|state| *state == name)
        .map_or(0.0, |index| index as f64 + 1.0)
}

fn has_health_checks(peer: &Value) -> bool {
    let checks = peer.get("health_checks").and_then(Value::as_object);
    checks.is_some_and(|checks| !checks.is_empty())
}

fn responses(object: &Value, mut each: impl FnMut(&str, f64)) {
    for class in CLASSES {
        each(class, number(object, &format!("/responses/{class}")));
    }
}

/// The codes that the server has answered with; since API version 7.
fn codes(object: &Value, mut each: impl FnMut(&str, f64)) {
    for (code, count) in members(object.pointer("/responses/codes")) {
        each(code, count.as_f64().unwrap_or(0.0));
    }
}

#[cfg(test)]
mod tests;
