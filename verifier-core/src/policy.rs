//! The owner's rules for a secret: a document with a condition over verified claims.
//!
//! ```json
//! { "issuers": ["https://confidentialcomputing.googleapis.com"], "binding": "challenge",
//!   "reuse": false, "evidence": "none", "acknowledge": [],
//!   "condition": "assertion.submods.gce.project_id == \"my-project\"" }
//! ```
//!
//! The condition is CEL, as Google's Workload Identity Federation has it. It is checked and bounded
//! when the document is parsed, bounded again over the very token and facts before it is evaluated, and
//! passes only by being true: whatever cannot be evaluated is a refusal with its reason.

mod bound;
mod condition;
mod defect;
mod functions;
mod gate;
mod openness;
mod path;
mod size;
#[cfg(test)]
mod tests;
mod value;

use core::fmt;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

pub use self::defect::{ConditionDefect, Place, PolicyDefect};

use self::condition::Condition;
use self::path::Variables;
use crate::error::Error;
use crate::issuer::GOOGLE_ISSUER;
use crate::json::parse_object;
use crate::limits::{POLICY_BYTES, POLICY_ISSUERS};

/// How a release is bound to the machine that asks for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Binding {
    /// Whoever holds the token gets the secret.
    Bearer,
    /// The token answers a challenge and names the key that the secret is sealed to.
    #[default]
    Challenge,
}

/// Whether a release needs evidence of what booted, beside the token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EvidenceRule {
    /// The token is enough.
    #[default]
    None,
    /// Evidence must be verified; conditions may use `machine`.
    Required,
}

/// What became of one clause of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClauseVerdict {
    /// The clause as its owner wrote it.
    pub clause: String,
    /// True, or the refusal.
    pub result: Result<(), Error>,
}

/// A policy: parsed, checked, and cheap to clone.
#[derive(Clone)]
pub struct Policy(Arc<Rules>);

struct Rules {
    document: String,
    issuers: Vec<String>,
    binding: Binding,
    reuse: bool,
    evidence: EvidenceRule,
    project_not_pinned: bool,
    condition: Condition,
}

impl Policy {
    /// Parses a policy document.
    ///
    /// Checked: form, members, and everything about the condition that does not depend on a token.
    /// Not checked: whether it is too open ([`Self::check_openness`]), whether this build offers
    /// what it asks for ([`Self::check_supported`]), whether its issuers are trusted anywhere.
    pub fn parse(document: &[u8]) -> Result<Self, Error> {
        Rules::parse(document)
            .map(|rules| Self(Arc::new(rules)))
            .map_err(Error::PolicyInvalid)
    }

    /// The policy that has only a condition, for tokens of any issuer.
    pub fn from_condition(text: &str) -> Result<Self, Error> {
        Self::bare(text, EvidenceRule::None, &json!({ "condition": text }))
    }

    /// The policy that has only a condition, and requires evidence: it may use `machine`.
    pub fn from_machine_condition(text: &str) -> Result<Self, Error> {
        let document = json!({ "evidence": "required", "condition": text });
        Self::bare(text, EvidenceRule::Required, &document)
    }

    fn bare(condition: &str, evidence: EvidenceRule, document: &Value) -> Result<Self, Error> {
        let condition = Condition::parse(condition, evidence)
            .map_err(|defect| Error::PolicyInvalid(defect.into()))?;
        Ok(Self(Arc::new(Rules {
            document: document.to_string(),
            issuers: Vec::new(),
            binding: Binding::default(),
            reuse: false,
            evidence,
            project_not_pinned: false,
            condition,
        })))
    }

    /// The issuers whose tokens it takes; none means any that the verifier trusts.
    pub fn issuers(&self) -> &[String] {
        &self.0.issuers
    }

    /// How a release is bound to the machine.
    pub fn binding(&self) -> Binding {
        self.0.binding
    }

    /// Whether one token may be used more than once.
    pub fn reuse(&self) -> bool {
        self.0.reuse
    }

    /// Whether evidence is needed.
    pub fn evidence(&self) -> EvidenceRule {
        self.0.evidence
    }

    /// The condition as it was written.
    pub fn condition(&self) -> &str {
        self.0.condition.text()
    }

    /// The document as it was written: what to store, and what [`Self::sha256`] is over.
    pub fn document(&self) -> &str {
        &self.0.document
    }

    /// The digest of the document's bytes.
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.0.document.as_bytes()).into()
    }

    /// Refuses a condition that every customer of Google could meet with a machine of their own.
    pub fn check_openness(&self) -> Result<(), Error> {
        let google =
            self.0.issuers.is_empty() || self.0.issuers.iter().any(|one| one == GOOGLE_ISSUER);
        if google && !self.0.project_not_pinned && !self.0.condition.is_pinned() {
            return Err(Error::PolicyTooOpen);
        }
        Ok(())
    }

    /// Refuses what a gate that knows neither challenges nor evidence cannot hold to.
    ///
    /// Nothing falls back: a policy that leaves `binding` out means `challenge`.
    pub fn check_supported(&self) -> Result<(), Error> {
        if self.0.binding != Binding::Bearer {
            return Err(Error::BindingNotSupported);
        }
        if self.0.evidence != EvidenceRule::None {
            return Err(Error::EvidenceNotSupported);
        }
        Ok(())
    }

    /// Whether tokens of `issuer` may meet this policy at all. The comparison is exact.
    pub fn check_issuer(&self, issuer: &str) -> Result<(), Error> {
        if self.0.issuers.is_empty() || self.0.issuers.iter().any(|one| one == issuer) {
            Ok(())
        } else {
            Err(Error::IssuerNotTrusted)
        }
    }

    /// Evaluates every clause over a verified token's payload and what verified evidence proves,
    /// also after one has failed.
    ///
    /// `machine` holds verified facts and nothing else ([`crate::Machine::to_map`]). Without it a
    /// policy that requires evidence has one more verdict, first: no evidence was verified. A
    /// policy that requires none does not look at it.
    pub fn evaluate(
        &self,
        payload: &Map<String, Value>,
        machine: Option<&Map<String, Value>>,
    ) -> Vec<ClauseVerdict> {
        let is_required = self.0.evidence == EvidenceRule::Required;
        let mut verdicts = self.0.condition.evaluate(Variables {
            assertion: payload,
            machine: machine.filter(|_| is_required),
        });
        if is_required && machine.is_none() {
            let verdict = ClauseVerdict {
                clause: "evidence".to_owned(),
                result: Err(Error::EvidenceNotSupported),
            };
            verdicts.insert(0, verdict);
        }
        verdicts
    }

    /// Issuer and condition: the first refusal, or none.
    pub fn check(
        &self,
        issuer: &str,
        payload: &Map<String, Value>,
        machine: Option<&Map<String, Value>>,
    ) -> Result<(), Error> {
        self.check_issuer(issuer)?;
        self.evaluate(payload, machine)
            .into_iter()
            .try_for_each(|verdict| verdict.result)
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Policy").field(&self.document()).finish()
    }
}

impl PartialEq for Policy {
    fn eq(&self, other: &Self) -> bool {
        self.document() == other.document()
    }
}

impl Eq for Policy {}

impl Rules {
    fn parse(document: &[u8]) -> Result<Self, PolicyDefect> {
        if document.len() > POLICY_BYTES {
            return Err(PolicyDefect::TooLarge);
        }
        let mut members = parse_object(document).map_err(PolicyDefect::Json)?;
        let issuers = match members.shift_remove("issuers") {
            None => Vec::new(),
            Some(value) => issuers(&value)?,
        };
        let binding = match members.shift_remove("binding") {
            None => Binding::default(),
            Some(value) => match value.as_str() {
                Some("bearer") => Binding::Bearer,
                Some("challenge") => Binding::Challenge,
                _ => return Err(member("binding", "\"challenge\" or \"bearer\"")),
            },
        };
        let reuse = match members.shift_remove("reuse") {
            None => false,
            Some(Value::Bool(reuse)) => reuse,
            Some(_) => return Err(member("reuse", "true or false")),
        };
        let evidence = match members.shift_remove("evidence") {
            None => EvidenceRule::default(),
            Some(value) => match value.as_str() {
                Some("none") => EvidenceRule::None,
                Some("required") => EvidenceRule::Required,
                _ => return Err(member("evidence", "\"none\" or \"required\"")),
            },
        };
        let project_not_pinned = match members.shift_remove("acknowledge") {
            None => false,
            Some(value) => acknowledges_project(&value)?,
        };
        let condition = match members.shift_remove("condition") {
            None => return Err(PolicyDefect::Missing("condition")),
            Some(Value::String(text)) => Condition::parse(&text, evidence)?,
            Some(_) => return Err(member("condition", "a string")),
        };
        if let Some((name, _)) = members.into_iter().next() {
            return Err(PolicyDefect::UnknownMember(name));
        }
        // `parse_object` accepts UTF-8 only.
        let document = String::from_utf8_lossy(document).into_owned();
        Ok(Self {
            document,
            issuers,
            binding,
            reuse,
            evidence,
            project_not_pinned,
            condition,
        })
    }
}

/// An empty list is refused: it could be read as nobody or as anybody.
fn issuers(value: &Value) -> Result<Vec<String>, PolicyDefect> {
    let defect = || member("issuers", "a list of 1 to 16 different issuer URLs");
    let entries = value.as_array().ok_or_else(defect)?;
    let mut issuers = Vec::<String>::new();
    for entry in entries {
        let issuer = entry.as_str().ok_or_else(defect)?;
        if issuer.is_empty() || issuers.iter().any(|one| one == issuer) {
            return Err(defect());
        }
        issuers.push(issuer.to_owned());
    }
    if issuers.is_empty() || issuers.len() > POLICY_ISSUERS {
        return Err(defect());
    }
    Ok(issuers)
}

fn acknowledges_project(value: &Value) -> Result<bool, PolicyDefect> {
    let defect = || member("acknowledge", "a list of words");
    let mut found = false;
    for entry in value.as_array().ok_or_else(defect)? {
        match entry.as_str().ok_or_else(defect)? {
            "project_not_pinned" => found = true,
            word => return Err(PolicyDefect::Acknowledge(word.to_owned())),
        }
    }
    Ok(found)
}

fn member(member: &'static str, expected: &'static str) -> PolicyDefect {
    PolicyDefect::Member { member, expected }
}
