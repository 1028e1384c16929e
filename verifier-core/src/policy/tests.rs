//! Policies and conditions, over the payloads of real tokens.

mod cost;
mod document;
mod evaluation;
mod google_forms;
mod machine;
mod openness;
mod payloads;
mod stack;

use serde_json::{Map, Value};

use super::{ConditionDefect, Policy, PolicyDefect};
use crate::error::{ClauseDefect, Error};

#[track_caller]
fn policy(condition: &str) -> Policy {
    Policy::from_condition(condition).unwrap_or_else(|error| panic!("{condition}: {error}"))
}

/// What becomes of a condition over a payload.
#[track_caller]
fn outcome(condition: &str, payload: &Map<String, Value>) -> Result<(), Error> {
    policy(condition).check("https://issuer.example", payload, None)
}

#[track_caller]
fn passes(condition: &str, payload: &Map<String, Value>) {
    assert_eq!(outcome(condition, payload), Ok(()), "{condition}");
}

#[track_caller]
fn refused(condition: &str, payload: &Map<String, Value>, reason: ClauseDefect) {
    let error = Error::ConditionNotMet { clause: 0, reason };
    assert_eq!(outcome(condition, payload), Err(error), "{condition}");
}

#[track_caller]
fn lacks(condition: &str, payload: &Map<String, Value>, claim: &str) {
    let claim = claim.to_owned();
    assert_eq!(
        outcome(condition, payload),
        Err(Error::ClaimMissing { claim }),
        "{condition}"
    );
}

#[track_caller]
fn defect(condition: &str) -> ConditionDefect {
    match Policy::from_condition(condition) {
        Err(Error::PolicyInvalid(PolicyDefect::Condition(defect))) => defect,
        Err(error) => panic!("{condition}: {error}"),
        Ok(_) => panic!("{condition}: accepted"),
    }
}
