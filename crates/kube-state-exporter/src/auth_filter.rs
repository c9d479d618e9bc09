//! Who may have samples, as the API server says: `--auth-filter`.
//!
//! A client sends a token of a service account (`Authorization: Bearer …`). The server says whose it is (`TokenReview`), and
//! whether they may `get` the path (`SubjectAccessReview`). Both answers are remembered for a while, so that a scraper's
//! token costs two requests a minute. Needs `create` on `tokenreviews` and `subjectaccessreviews`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use exporter_http::{Admission, Caller};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::Api;
use crate::error::Error;

/// How long a yes is believed: a token that is revoked is refused after this.
const ALLOWED_TTL: Duration = Duration::from_secs(60);
/// How long a no is believed: rights that are given count after this.
const REFUSED_TTL: Duration = Duration::from_secs(10);
/// Answers that are remembered: a few scrapers, and some that guess.
const ANSWERS_MAX: usize = 100;
/// Questions at a time, so that guessing does not keep the API server busy.
const QUESTIONS_MAX: usize = 4;
/// Longest token; those of service accounts have about a thousand bytes.
const TOKEN_BYTES_MAX: usize = 16 << 10;

const TOKEN_REVIEWS: &str = "/apis/authentication.k8s.io/v1/tokenreviews";
const ACCESS_REVIEWS: &str = "/apis/authorization.k8s.io/v1/subjectaccessreviews";

/// Asks, and remembers answers.
#[derive(Debug, Default)]
pub struct AuthFilter {
    answers: RefCell<BTreeMap<Key, (Instant, Admission)>>,
    /// Makes keys that nobody can guess; tokens themselves are not kept.
    hashers: [RandomState; 2],
    questions: Cell<usize>,
}

type Key = [u64; 2];

impl AuthFilter {
    /// Whether `caller` may have what they ask for.
    pub async fn admit(&self, api: &Api, caller: &Caller<'_>) -> Admission {
        let Some(token) = caller.authorization.and_then(bearer) else {
            return Admission::Unknown;
        };
        let question = (token, caller.method, caller.path);
        let key = [0, 1].map(|at: usize| self.hashers[at].hash_one(question));
        if let Some(known) = self.known(&key) {
            return known;
        }
        if QUESTIONS_MAX <= self.questions.get() {
            return Admission::Unavailable("too many tokens wait to be looked at".to_owned());
        }
        let _asking = Asking::begin(&self.questions);
        match ask(api, caller, token).await {
            Ok(answer) => {
                self.remember(key, answer.clone());
                answer
            }
            Err(error) => {
                log::warn!(error:%; "client not admitted, the API server does not say who they are; {}", cure(&error));
                Admission::Unavailable("the API server does not say who you are".to_owned())
            }
        }
    }

    fn known(&self, key: &Key) -> Option<Admission> {
        let answers = self.answers.borrow();
        let (until, answer) = answers.get(key)?;
        (Instant::now() < *until).then(|| answer.clone())
    }

    fn remember(&self, key: Key, answer: Admission) {
        let now = Instant::now();
        let mut answers = self.answers.borrow_mut();
        answers.retain(|_, (until, _)| now < *until);
        if ANSWERS_MAX <= answers.len() {
            // Guessing must not push out the scraper.
            let refused = answers
                .iter()
                .find(|(_, (_, answer))| *answer != Admission::Allowed);
            let Some(refused) = refused.map(|(key, _)| *key) else {
                return;
            };
            answers.remove(&refused);
        }
        let ttl = match answer {
            Admission::Allowed => ALLOWED_TTL,
            _ => REFUSED_TTL,
        };
        answers.insert(key, (now + ttl, answer));
    }
}

/// Counts a question until it is answered or the client leaves.
struct Asking<'a>(&'a Cell<usize>);

impl<'a> Asking<'a> {
    fn begin(count: &'a Cell<usize>) -> Self {
        count.set(count.get() + 1);
        Self(count)
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// The token in an `Authorization` header.
fn bearer(header: &[u8]) -> Option<&str> {
    let (scheme, token) = std::str::from_utf8(header).ok()?.trim().split_once(' ')?;
    let token = token.trim();
    let readable =
        !token.is_empty() && token.len() <= TOKEN_BYTES_MAX && !token.contains(char::is_whitespace);
    (readable && scheme.eq_ignore_ascii_case("bearer")).then_some(token)
}

async fn ask(api: &Api, caller: &Caller<'_>, token: &str) -> Result<Admission, Error> {
    let review: TokenReview = api.ask(TOKEN_REVIEWS, &token_review(token)).await?;
    let Some(user) = review.user() else {
        return Ok(Admission::Unknown);
    };
    let review: AccessReview = api.ask(ACCESS_REVIEWS, &access_review(&user, caller)).await?;
    Ok(review.admission(&user))
}

fn cure(error: &Error) -> &'static str {
    match error {
        Error::Refused { code: 403, .. } => {
            "allow create on tokenreviews and subjectaccessreviews in the ClusterRole"
        }
        _ => "trying again at the next request",
    }
}

fn token_review(token: &str) -> Value {
    json!({
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenReview",
        "spec": {"token": token},
    })
}

fn access_review(user: &User, caller: &Caller<'_>) -> Value {
    json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {
            "user": user.username,
            "uid": user.uid,
            "groups": user.groups,
            "extra": user.extra,
            "nonResourceAttributes": {"path": caller.path, "verb": caller.method.to_lowercase()},
        },
    })
}

#[derive(Deserialize)]
struct TokenReview {
    #[serde(default)]
    status: TokenStatus,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TokenStatus {
    authenticated: bool,
    user: User,
}

/// Who a token belongs to.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct User {
    username: String,
    uid: String,
    groups: Vec<String>,
    extra: BTreeMap<String, Vec<String>>,
}

impl TokenReview {
    fn user(self) -> Option<User> {
        let is_known = self.status.authenticated && !self.status.user.username.is_empty();
        is_known.then_some(self.status.user)
    }
}

#[derive(Deserialize)]
struct AccessReview {
    #[serde(default)]
    status: AccessStatus,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct AccessStatus {
    allowed: bool,
    denied: bool,
}

impl AccessReview {
    fn admission(&self, user: &User) -> Admission {
        match self.status {
            AccessStatus {
                allowed: true,
                denied: false,
            } => Admission::Allowed,
            _ => Admission::Forbidden(format!(
                "{} may not get this path; bind a ClusterRole with nonResourceURLs: [\"/metrics\"], verbs: [\"get\"]",
                user.username
            )),
        }
    }
}

#[cfg(test)]
mod tests;
