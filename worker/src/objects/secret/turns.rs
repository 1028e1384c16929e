//! What happens to a secret, each in one synchronous turn inside one transaction.

use std::time::Duration;

use sealgate_core::limits::{CLOCK_SKEW, TOKEN_LIFETIME, USED_MARGIN};
use sealgate_core::{
    Code, Error, Facts, Policy, RootKeys, SecretName, UnixTime, admit, object_time,
};
use worker::SqlStorage;

use super::questions::{Condition, Metadata, NewValue, Released};
use super::store::{self, Row};
use crate::call::Refusal;
use crate::config::Config;
use crate::log;

/// How long after a use its memory may end: no token lives longer than this.
pub(super) const SWEEP_AFTER: Duration =
    Duration::from_secs(TOKEN_LIFETIME + CLOCK_SKEW + USED_MARGIN);

/// Decides, uses the token up, records, and reads the value: all of it, or nothing.
///
/// A token that is too late is refused by an inner `Err`, which is committed: the object keeps the
/// time at which it saw that.
pub(super) fn release(
    sql: &SqlStorage,
    name: &SecretName,
    keys: &RootKeys,
    facts: &Facts,
    clock: UnixTime,
) -> Result<Result<Released, Refusal>, Refusal> {
    let mut row = load(sql)?;
    let now = see(&mut row, clock);
    let (Some(policy), Some(sealed)) = (&row.policy, row.sealed()) else {
        return Err(Refusal::new(Code::SecretNotFound));
    };
    let policy = Policy::parse(policy.as_bytes()).map_err(|error| Refusal::new(error.code()))?;
    let until = match admit(&policy, facts, now) {
        Ok(until) => until,
        Err(error @ Error::TokenExpired { .. }) => {
            row.store(sql).map_err(broken)?;
            return Ok(Err(Refusal::new(error.code())));
        }
        Err(error) => return Err(Refusal::new(error.code())),
    };
    // Opened before anything is used up: a root key that is gone must not cost a token.
    let value = keys
        .open(name, row.version, &sealed)
        .ok_or_else(|| Refusal::from(&Config::unopened()))?;
    // Also claimed where reuse is allowed: a policy that forbids it later holds for tokens that
    // were used before.
    let first = store::claim(sql, &facts.token_sha256, until).map_err(broken)?;
    if !first && !policy.reuse() {
        return Err(Refusal::new(Code::TokenAlreadyUsed));
    }
    let policy_sha256 = hex::encode(policy.sha256());
    store::record(sql, now, row.version, &facts.token_sha256, &policy_sha256).map_err(broken)?;
    row.released = row.released.saturating_add(1);
    row.store(sql).map_err(broken)?;
    Ok(Ok(Released {
        version: row.version,
        value: value.to_vec(),
    }))
}

/// Stores a version. A secret that is new needs a policy; one that is there takes another policy
/// only from somebody who has seen the present one.
pub(super) fn put(
    sql: &SqlStorage,
    name: &SecretName,
    keys: &RootKeys,
    nonce: [u8; 12],
    new: &NewValue,
    condition: Condition,
    clock: UnixTime,
) -> Result<Metadata, Refusal> {
    let mut row = load(sql)?;
    check(&row, condition)?;
    let exists = row.policy.is_some();
    match &new.policy {
        None if !exists => return Err(Refusal::new(Code::PolicyRequired)),
        Some(_) if exists && condition == Condition::None => {
            return Err(Refusal::new(Code::PreconditionFailed));
        }
        None => {}
        Some(policy) => row.policy = Some(policy.clone()),
    }
    store::prepare(sql).map_err(broken)?;
    let now = advance(&mut row, clock);
    if !exists {
        row.created_at = now.as_secs();
    }
    row.version = row.version.saturating_add(1);
    let sealed = keys
        .seal(name, row.version, &new.value, nonce)
        .ok_or_else(|| Refusal::new(Code::InternalError))?;
    row.key_id = Some(sealed.key_id);
    row.value = Some(hex::encode(sealed.bytes));
    row.store(sql).map_err(broken)?;
    describe(&row, !exists)
}

/// Replaces the policy of a secret that is there.
pub(super) fn put_policy(
    sql: &SqlStorage,
    policy: String,
    condition: Condition,
    clock: UnixTime,
) -> Result<Metadata, Refusal> {
    let mut row = existing(sql, condition)?;
    row.policy = Some(policy);
    advance(&mut row, clock);
    row.store(sql).map_err(broken)?;
    describe(&row, false)
}

/// What may be known of a secret that is there.
pub(super) fn metadata(sql: &SqlStorage) -> Result<Metadata, Refusal> {
    describe(&load(sql)?, false)
}

/// Erases value and policy. Counters, uses and the record of releases stay.
pub(super) fn delete(
    sql: &SqlStorage,
    condition: Condition,
    clock: UnixTime,
) -> Result<(), Refusal> {
    let mut row = existing(sql, condition)?;
    (row.policy, row.key_id, row.value) = (None, None, None);
    advance(&mut row, clock);
    row.store(sql).map_err(broken)
}

/// Forgets uses that no token can repeat any more, and tells when the next one ends.
pub(super) fn sweep(sql: &SqlStorage, clock: UnixTime) -> Result<Option<UnixTime>, Refusal> {
    let mut row = load(sql)?;
    if row.version == 0 {
        return Ok(None);
    }
    // Kept together with the deletion: a clock set back later must not reach the time at which a
    // token whose use is forgotten was still good.
    let now = see(&mut row, clock);
    row.store(sql).map_err(broken)?;
    store::sweep(sql, now).map_err(broken)
}

/// The object's time, noted as seen.
fn see(row: &mut Row, clock: UnixTime) -> UnixTime {
    let now = object_time(UnixTime::from_secs(row.seen), clock);
    row.seen = now.as_secs();
    now
}

/// Notes a change: a new revision, at a time that is not before the last one.
fn advance(row: &mut Row, clock: UnixTime) -> UnixTime {
    let now = see(row, clock);
    row.updated_at = now.as_secs();
    row.revision = row.revision.saturating_add(1);
    now
}

fn check(row: &Row, condition: Condition) -> Result<(), Refusal> {
    let exists = row.policy.is_some();
    let holds = match condition {
        Condition::None => true,
        Condition::Absent => !exists,
        Condition::Exists => exists,
        Condition::Revision(revision) => exists && row.revision == revision,
    };
    holds
        .then_some(())
        .ok_or_else(|| Refusal::new(Code::PreconditionFailed))
}

fn describe(row: &Row, created: bool) -> Result<Metadata, Refusal> {
    let (Some(policy), Some(key_id)) = (&row.policy, &row.key_id) else {
        return Err(Refusal::new(Code::SecretNotFound));
    };
    let parsed = Policy::parse(policy.as_bytes()).map_err(|error| Refusal::new(error.code()))?;
    Ok(Metadata {
        created,
        version: row.version,
        revision: row.revision,
        created_at: UnixTime::from_secs(row.created_at),
        updated_at: UnixTime::from_secs(row.updated_at),
        key_id: key_id.clone(),
        policy: policy.clone(),
        policy_sha256: hex::encode(parsed.sha256()),
        released: row.released,
    })
}

/// The secret that is there, for a change under `condition`.
fn existing(sql: &SqlStorage, condition: Condition) -> Result<Row, Refusal> {
    let row = load(sql)?;
    check(&row, condition)?;
    if row.policy.is_none() {
        return Err(Refusal::new(Code::SecretNotFound));
    }
    Ok(row)
}

fn load(sql: &SqlStorage) -> Result<Row, Refusal> {
    Row::load(sql).map_err(broken)
}

/// Storage that cannot be read or written: a full disk, or a damaged file.
fn broken(error: worker::Error) -> Refusal {
    log::failure("storage", &error.to_string());
    Refusal::new(Code::GateUnavailable)
}
