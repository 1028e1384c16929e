//! The verdict that everyone shares: command line, npm package, page, gate and its log.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::code::Code;
use crate::error::Error;

/// A verdict on a token or on a machine's evidence, check by check: the shape
/// `sealgate.appraisal.v1`.
///
/// It never holds the token. `claims` is the payload when the signature is valid, else null. What
/// only a verdict on evidence has is left out of one on a token.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Appraisal {
    /// Always `sealgate.appraisal.v1`.
    pub schema: &'static str,
    /// Program and version.
    pub tool: &'static str,
    /// Whether every check passed.
    pub verified: bool,
    /// The code of the first check that failed.
    pub code: Option<Code>,
    /// The time for which the verdict holds, RFC 3339.
    pub evaluated_at: String,
    /// Hexadecimal SHA-256 of the token's signing input (`header.payload`); null if it has none.
    pub token_sha256: Option<String>,
    /// Hexadecimal SHA-256 of the evidence as it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence_sha256: Option<String>,
    /// The keys that were trusted.
    pub keys: Keys,
    /// Hexadecimal SHA-256 of the policy as given; null without one.
    pub policy_sha256: Option<String>,
    /// The checks, in the order in which they are made.
    pub checks: Vec<Check>,
    /// The payload, once its signature was found valid.
    pub claims: Option<Map<String, Value>>,
    /// What verified evidence proves, as the conditions of a policy see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<Map<String, Value>>,
    /// What of verified evidence could not be read, and is therefore absent from `machine`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<Unreadable>,
}

/// A part of a machine's state that its evidence does not show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// The part, as `machine` would name it.
    pub part: &'static str,
    /// Why.
    pub code: Code,
    /// Why, for people.
    pub reason: String,
}

/// The keys that were trusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Keys {
    /// Where they come from, in the words of who gave them.
    pub source: String,
    /// Hexadecimal SHA-256 of the key set, or of the roots.
    pub sha256: String,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// Its name.
    pub check: &'static str,
    /// Passed, failed, or null: not reached because an earlier one failed.
    pub ok: Option<bool>,
    /// Why it failed.
    pub code: Option<Code>,
    /// What would have passed.
    pub expected: Value,
    /// What was there.
    pub actual: Value,
    /// What to do about it, for people.
    pub hint: Option<String>,
}

impl Check {
    pub(crate) fn new(
        check: &'static str,
        result: &Result<(), Error>,
        expected: Value,
        actual: Value,
    ) -> Self {
        let error = result.as_ref().err();
        Self {
            check,
            ok: Some(error.is_none()),
            code: error.map(Error::code),
            expected,
            actual,
            hint: error.map(|error| format!("{error}. {}", error.code().remedy())),
        }
    }

    pub(crate) fn not_reached(check: &'static str) -> Self {
        Self {
            check,
            ok: None,
            code: None,
            expected: Value::Null,
            actual: Value::Null,
            hint: None,
        }
    }
}

/// The checks made so far and the first error among them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    checks: Vec<Check>,
    error: Option<Error>,
}

impl Report {
    /// Notes a check; its value, when it passed.
    pub(crate) fn step<T>(
        &mut self,
        name: &'static str,
        expected: Value,
        actual: Value,
        result: Result<T, Error>,
    ) -> Option<T> {
        let (value, outcome) = match result {
            Ok(value) => (Some(value), Ok(())),
            Err(error) => (None, Err(error)),
        };
        self.checks
            .push(Check::new(name, &outcome, expected, actual));
        if let Err(error) = outcome {
            self.error.get_or_insert(error);
        }
        value
    }

    /// The first error.
    pub(crate) fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// The checks, with those of `planned` that were never come to as not reached.
    pub(crate) fn finish(self, planned: impl IntoIterator<Item = &'static str>) -> Vec<Check> {
        let mut checks = self.checks;
        for name in planned {
            if !checks.iter().any(|check| check.check == name) {
                checks.push(Check::not_reached(name));
            }
        }
        checks
    }
}

impl Appraisal {
    /// The name of the shape.
    pub const SCHEMA: &'static str = "sealgate.appraisal.v1";
    /// Program and version, as in `tool`.
    pub const TOOL: &'static str = concat!("sealgate/", env!("CARGO_PKG_VERSION"));
}
