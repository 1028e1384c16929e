//! The object `IssuerKeys`, one per issuer: its keys, fetched once for the whole fleet.
//!
//! One fetch is in flight at a time, and it belongs to the object: a caller that goes away takes
//! nothing with it, and those who wait get its result. A failure keeps what was there.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures_channel::oneshot;
use sealgate_core::{Code, Freshness, IssuerSetting, Jwks, UnixTime, may_force_refresh, may_retry};
use serde::{Deserialize, Serialize};
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use super::fetch_keys::fetch_keys;
use super::sql::{integer, query, run};
use crate::call::{Refusal, call, question, reply};
use crate::keys::Fetched;
use crate::problem::Problem;
use crate::{clock, log};

const BINDING: &str = "ISSUER_KEYS";
/// Seconds after a failed renewal ahead of expiry until the next.
const RENEWAL_PAUSE: u64 = 60;
/// Longer than a fetch may take.
const TIME_OUT: Duration = Duration::from_secs(15);
/// Seconds within which another question is not noted.
const ASKED: u64 = 60;
/// Seconds without a question after which keys are no longer renewed ahead of expiry.
const IDLE: u64 = 3600;

#[derive(Serialize, Deserialize)]
struct Question {
    issuer: String,
    jwks_uri: Option<String>,
    key_id: Option<String>,
}

/// Asks an issuer's object for keys, with `key_id` among them if that can be.
pub(crate) async fn ask(
    env: &Env,
    setting: &IssuerSetting,
    key_id: Option<&str>,
) -> std::result::Result<Fetched, Problem> {
    let question = Question {
        issuer: setting.issuer.clone(),
        jwks_uri: setting.jwks_uri.clone(),
        key_id: key_id.map(str::to_owned),
    };
    // Keys belong to an issuer and a place: while two configurations run side by side, neither may
    // get the other's keys or spend its cool-down. A space stands in no URL.
    let name = match &setting.jwks_uri {
        Some(uri) => format!("{} {uri}", setting.issuer),
        None => setting.issuer.clone(),
    };
    call(env, BINDING, &name, TIME_OUT, &question).await
}

/// The object.
#[durable_object]
pub struct IssuerKeys {
    shared: Rc<Shared>,
}

struct Shared {
    state: State,
    /// Those who wait for the fetch that is in flight; `None` when there is none.
    waiting: RefCell<Option<Vec<oneshot::Sender<()>>>>,
}

/// The one row of storage.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Kept {
    fetched: Option<Fetched>,
    forced_at: Option<UnixTime>,
    failed_at: Option<UnixTime>,
    asked_at: Option<UnixTime>,
    issuer: String,
    jwks_uri: Option<String>,
}

#[derive(Deserialize)]
struct Row {
    kept: String,
}

impl DurableObject for IssuerKeys {
    fn new(state: State, _env: Env) -> Self {
        Self {
            shared: Rc::new(Shared {
                state,
                waiting: RefCell::new(None),
            }),
        }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let question: Question = question(&mut request).await?;
        reply(self.answer(question).await?)
    }

    async fn alarm(&self) -> Result<Response> {
        let kept = self.shared.load()?;
        let now = clock::now();
        if kept
            .asked_at
            .is_some_and(|asked_at| now < asked_at.plus(IDLE))
        {
            // Cancelled means done: what was fetched is in storage.
            let _ = self.shared.refresh().await;
        }
        Response::empty()
    }
}

impl IssuerKeys {
    async fn answer(&self, question: Question) -> Result<std::result::Result<Fetched, Refusal>> {
        let now = clock::now();
        let mut kept = self.shared.load()?;
        kept.issuer = question.issuer;
        kept.jwks_uri = question.jwks_uri;
        let unknown = question.key_id.is_some_and(|key_id| !kept.has_key(&key_id));
        let (fetch, wait) = match kept.freshness(now) {
            Freshness::Fresh => {
                let force = unknown && may_force_refresh(kept.forced_at, now);
                if force {
                    kept.forced_at = Some(now);
                }
                // A fetch that is in flight may bring the key as well.
                (force, unknown)
            }
            // The issuer is down and may well hang again: what is kept serves meanwhile.
            Freshness::Stale if kept.failed_at.is_some() && !unknown => {
                (may_retry(kept.failed_at, now), false)
            }
            Freshness::Stale | Freshness::Gone => (may_retry(kept.failed_at, now), true),
        };
        // A flood of questions is not a flood of commits.
        let noted = kept
            .asked_at
            .is_some_and(|asked_at| now < asked_at.plus(ASKED));
        if fetch || !noted {
            kept.asked_at = Some(now);
            self.shared.store(&kept)?;
        }
        if fetch || self.shared.is_fetching() {
            let finished = self.shared.refresh();
            if wait {
                // Cancelled means done: what was fetched is in storage, and is read from there.
                let _ = finished.await;
                kept = self.shared.load()?;
            }
        }
        let usable = kept.freshness(clock::now()) != Freshness::Gone;
        Ok(kept
            .fetched
            .filter(|_| usable)
            .ok_or_else(|| Refusal::new(Code::IssuerUnreachable)))
    }
}

impl Kept {
    fn freshness(&self, now: UnixTime) -> Freshness {
        self.fetched
            .as_ref()
            .map_or(Freshness::Gone, |fetched| fetched.times.freshness(now))
    }

    fn has_key(&self, key_id: &str) -> bool {
        self.fetched
            .as_ref()
            .and_then(|fetched| Jwks::parse(fetched.text.as_bytes()).ok())
            .is_some_and(|jwks| jwks.has_key(key_id))
    }
}

impl Shared {
    fn is_fetching(&self) -> bool {
        self.waiting.borrow().is_some()
    }

    /// The end of the fetch in flight, or of one that this starts. It goes on whoever stops
    /// waiting.
    fn refresh(self: &Rc<Self>) -> oneshot::Receiver<()> {
        let (done, finished) = oneshot::channel();
        let start = {
            let mut waiting = self.waiting.borrow_mut();
            let start = waiting.is_none();
            waiting.get_or_insert_default().push(done);
            start
        };
        if start {
            let shared = Rc::clone(self);
            self.state.wait_until(async move {
                if let Err(error) = shared.fetch().await {
                    log::failure("issuer keys", &error.to_string());
                }
                if let Err(error) = shared.set_alarm().await {
                    log::failure("issuer keys", &error.to_string());
                }
                // Dropping a sender wakes its receiver as well as sending does.
                shared.waiting.borrow_mut().take();
            });
        }
        finished
    }

    async fn fetch(&self) -> Result<()> {
        let kept = self.load()?;
        let setting = IssuerSetting {
            issuer: kept.issuer,
            jwks_uri: kept.jwks_uri,
        };
        let answer = fetch_keys(&setting).await;
        // Read again: questions were answered while the issuer was.
        let mut kept = self.load()?;
        match answer {
            Ok(fetched) => {
                kept.fetched = Some(fetched);
                kept.failed_at = None;
            }
            Err(reason) => {
                log::failure("issuer", &reason);
                kept.failed_at = Some(clock::now());
            }
        }
        self.store(&kept)
    }

    /// Renews ahead of expiry; after a failure, until the keys are gone.
    async fn set_alarm(&self) -> Result<()> {
        let kept = self.load()?;
        let now = clock::now();
        let Some(fetched) = &kept.fetched else {
            return Ok(());
        };
        if fetched.times.freshness(now) == Freshness::Gone {
            return Ok(());
        }
        let pause = match kept.failed_at {
            Some(_) => RENEWAL_PAUSE,
            None => fetched.times.renew_at().since(now).max(1),
        };
        self.state
            .storage()
            .set_alarm(Duration::from_secs(pause))
            .await
    }

    fn load(&self) -> Result<Kept> {
        let sql = self.state.storage().sql();
        run(
            &sql,
            "CREATE TABLE IF NOT EXISTS keys (id INTEGER PRIMARY KEY CHECK (id = 1), kept TEXT NOT NULL)",
            Vec::new(),
        )?;
        let rows: Vec<Row> = query(&sql, "SELECT kept FROM keys", Vec::new())?;
        Ok(match rows.first() {
            None => Kept::default(),
            Some(row) => serde_json::from_str(&row.kept)?,
        })
    }

    fn store(&self, kept: &Kept) -> Result<()> {
        run(
            &self.state.storage().sql(),
            "INSERT INTO keys VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET kept = excluded.kept",
            vec![integer(1), serde_json::to_string(kept)?.into()],
        )
    }
}
