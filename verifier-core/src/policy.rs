//! The owner's rules for a secret: a document with a condition over verified claims.

use thiserror::Error as ThisError;

/// What is wrong with a policy document.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum PolicyDefect {
    /// Not acceptable JSON.
    #[error("{0}")]
    Json(crate::json::JsonDefect),
}

/// A policy.
#[derive(Clone, Debug)]
pub struct Policy {
    issuers: Vec<String>,
    sha256: [u8; 32],
}

/// One clause of a condition and whether it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClauseVerdict {
    /// Its text.
    pub clause: String,
    /// Whether it holds.
    pub result: Result<(), crate::Error>,
}

impl Policy {
    /// Issuers whose tokens count; empty for any that the verifier trusts.
    pub fn issuers(&self) -> &[String] {
        &self.issuers
    }

    /// Whether tokens of `issuer` count.
    pub fn check_issuer(&self, issuer: &str) -> Result<(), crate::Error> {
        if self.issuers.iter().any(|other| other == issuer) {
            return Ok(());
        }
        Err(crate::Error::IssuerNotTrusted)
    }

    /// Refuses: conditions are not evaluated yet.
    pub fn evaluate(
        &self,
        _payload: &serde_json::Map<String, serde_json::Value>,
    ) -> Vec<ClauseVerdict> {
        vec![ClauseVerdict {
            clause: String::new(),
            result: Err(crate::Error::ConditionNotMet {
                clause: 0,
                reason: crate::ClauseDefect::NotEvaluable,
            }),
        }]
    }

    /// SHA-256 of the document.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }
}
