//! An issuer's keys as an isolate has them: its own memory, then the issuer's object.
//!
//! The memory is a copy with the object's own expiry, never a second lifetime. An isolate does not
//! wait for another request's fetch: the object fetches, once for everybody.

use std::cell::RefCell;
use std::collections::HashMap;

use sealgate_core::{Code, Freshness, IssuerSetting, Jwks, KeyTimes};
use serde::{Deserialize, Serialize};
use worker::Env;

use crate::objects::issuer_keys;
use crate::problem::Problem;
use crate::{clock, log};

thread_local! {
    /// Key sets by issuer: as many as the operator trusts. Losing it costs a call to the object.
    static KEPT: RefCell<HashMap<String, KeySet>> = RefCell::new(HashMap::new());
}

/// A key set, its text and how long it counts.
#[derive(Clone)]
pub(crate) struct KeySet {
    jwks: Jwks,
    fetched: Fetched,
}

/// A key set on its way from the object that fetched it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Fetched {
    pub(crate) text: String,
    pub(crate) times: KeyTimes,
}

impl KeySet {
    fn new(fetched: Fetched) -> Result<Self, Problem> {
        let jwks = Jwks::parse(fetched.text.as_bytes())?;
        Ok(Self { jwks, fetched })
    }

    pub(crate) fn jwks(&self) -> Jwks {
        self.jwks.clone()
    }

    pub(crate) fn text(&self) -> &str {
        &self.fetched.text
    }

    fn serves(&self, key_id: Option<&str>) -> bool {
        key_id.is_none_or(|key_id| self.jwks.has_key(key_id))
    }
}

/// The keys of `setting`'s issuer, with `key_id` among them if the issuer has it.
///
/// A `key_id` that is not there makes the object look again, once per cool-down; the answer may
/// still be without it.
pub(crate) async fn of(
    env: &Env,
    setting: &IssuerSetting,
    key_id: Option<&str>,
) -> Result<KeySet, Problem> {
    let kept = KEPT.with_borrow(|kept| kept.get(&setting.issuer).cloned());
    if let Some(set) = &kept
        && set.fetched.times.freshness(clock::now()) == Freshness::Fresh
        && set.serves(key_id)
    {
        return Ok(set.clone());
    }
    match issuer_keys::ask(env, setting, key_id).await {
        Ok(fetched) => {
            let set = KeySet::new(fetched)?;
            KEPT.with_borrow_mut(|kept| kept.insert(setting.issuer.clone(), set.clone()));
            Ok(set)
        }
        // The object itself failed, not the issuer: what is kept counts as long as it would there.
        Err(problem) if problem.code() == Code::GateUnavailable => kept
            .filter(|set| set.fetched.times.freshness(clock::now()) != Freshness::Gone)
            .inspect(|_| log::failure("keys", "the object did not answer; kept keys are used"))
            .ok_or(problem),
        Err(problem) => Err(problem),
    }
}
