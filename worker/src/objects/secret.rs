//! The object `Secret`, one per secret: its value, its policy, the tokens that were used, and a
//! record of releases.
//!
//! Whatever changes it is one turn without an await in one transaction: read what is there, decide,
//! write. The runtime holds the answer back until the transaction is on disk.

mod questions;
mod store;
mod turns;

use sealgate_core::{Facts, SecretName};
use std::time::Duration;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use self::questions::Question;
use super::sql::transaction;
use crate::call::{Refusal, TIME_OUT, call, question, reply};
use crate::config::Config;
use crate::problem::Problem;
use crate::{clock, log};

pub(crate) use self::questions::{Condition, Metadata, NewValue, Released};

const BINDING: &str = "SECRET";

/// Releases a secret to the machine that `facts` are about, if its policy agrees.
pub(crate) async fn release(
    env: &Env,
    name: &SecretName,
    facts: Facts,
) -> std::result::Result<Released, Problem> {
    ask(env, name, Question::Release { facts }).await
}

/// Stores a version.
pub(crate) async fn put(
    env: &Env,
    name: &SecretName,
    new: NewValue,
    condition: Condition,
) -> std::result::Result<Metadata, Problem> {
    ask(env, name, Question::Put { new, condition }).await
}

/// Replaces the policy.
pub(crate) async fn put_policy(
    env: &Env,
    name: &SecretName,
    policy: String,
    condition: Condition,
) -> std::result::Result<Metadata, Problem> {
    ask(env, name, Question::PutPolicy { policy, condition }).await
}

/// What may be known of a secret.
pub(crate) async fn metadata(
    env: &Env,
    name: &SecretName,
) -> std::result::Result<Metadata, Problem> {
    ask(env, name, Question::Metadata).await
}

/// Erases value and policy.
pub(crate) async fn delete(
    env: &Env,
    name: &SecretName,
    condition: Condition,
) -> std::result::Result<(), Problem> {
    ask(env, name, Question::Delete { condition }).await
}

async fn ask<A: serde::de::DeserializeOwned>(
    env: &Env,
    name: &SecretName,
    question: Question,
) -> std::result::Result<A, Problem> {
    call(
        env,
        BINDING,
        name.as_str(),
        TIME_OUT,
        &(name.as_str(), question),
    )
    .await
}

/// The object.
#[durable_object]
pub struct Secret {
    state: State,
    env: Env,
}

impl DurableObject for Secret {
    fn new(state: State, env: Env) -> Self {
        Self { state, env }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let (name, question): (String, Question) = question(&mut request).await?;
        let Ok(name) = SecretName::parse(&name) else {
            return Err(worker::Error::RustError("not a name".to_owned()));
        };
        match question {
            Question::Release { facts } => {
                let keys = match Config::new(&self.env).root_keys() {
                    Ok(keys) => keys,
                    Err(problem) => return reply::<()>(Err(Refusal::from(&problem))),
                };
                let turn = move |sql: &_| turns::release(sql, &name, &keys, &facts, clock::now());
                let answer = transaction(&self.state, turn)?.and_then(|committed| committed);
                if answer.is_ok()
                    && let Err(error) = self.plan_sweep().await
                {
                    // Used rows that nobody sweeps cost space; the token is used up, so answer.
                    log::failure("sweep", &error.to_string());
                }
                reply(answer)
            }
            Question::Put { new, condition } => {
                let keys = match Config::new(&self.env).root_keys() {
                    Ok(keys) => keys,
                    Err(problem) => return reply::<()>(Err(Refusal::from(&problem))),
                };
                let mut nonce = [0; 12];
                getrandom::fill(&mut nonce)
                    .map_err(|error| worker::Error::RustError(error.to_string()))?;
                let turn = move |sql: &_| {
                    turns::put(sql, &name, &keys, nonce, &new, condition, clock::now())
                };
                reply(transaction(&self.state, turn)?)
            }
            Question::PutPolicy { policy, condition } => {
                let turn = move |sql: &_| turns::put_policy(sql, policy, condition, clock::now());
                reply(transaction(&self.state, turn)?)
            }
            Question::Metadata => reply(transaction(&self.state, turns::metadata)?),
            Question::Delete { condition } => {
                let turn = move |sql: &_| turns::delete(sql, condition, clock::now());
                reply(transaction(&self.state, turn)?)
            }
        }
    }

    /// Forgets uses that no token can repeat any more.
    async fn alarm(&self) -> Result<Response> {
        let swept = transaction(&self.state, |sql| turns::sweep(sql, clock::now()))?;
        if let Ok(Some(next)) = swept {
            let pause = next.since(clock::now()).max(1);
            self.state
                .storage()
                .set_alarm(Duration::from_secs(pause))
                .await?;
        }
        Response::empty()
    }
}

impl Secret {
    /// Sees to it that there is an alarm for the uses that were just recorded.
    async fn plan_sweep(&self) -> Result<()> {
        let storage = self.state.storage();
        if storage.get_alarm().await?.is_none() {
            storage.set_alarm(turns::SWEEP_AFTER).await?;
        }
        Ok(())
    }
}
