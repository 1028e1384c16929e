//! What is trusted and expected of evidence, and the verdict on it.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::attestation::Evidence;
use super::judgement::Judgement;
use super::verified::VerifiedEvidence;
use crate::appraisal::{Appraisal, Keys, Report, Unreadable};
use crate::cert::VtpmRoots;
use crate::error::Error;
use crate::policy::Policy;
use crate::time::UnixTime;
use crate::tpm::HashAlgorithm;

/// Whose word it is that a quote's key is a TPM's.
#[derive(Clone, Debug)]
pub enum KeyTrust {
    /// Nobody's: the key that the evidence brings is taken as it is. For debugging; anybody can
    /// make such evidence. No log needs to be complete.
    EvidenceItself,
    /// A certificate's that leads to one of these roots, as a release needs it.
    Roots(VtpmRoots),
}

/// Verifies evidence. Cheap to keep and to use again.
#[derive(Clone, Debug)]
pub struct EvidenceVerifier {
    pub(super) trust: KeyTrust,
    /// The weakest bank that is believed.
    pub(super) weakest: HashAlgorithm,
    pub(super) policy: Option<Policy>,
}

/// The result of a verification and the report on it.
#[derive(Clone, Debug)]
pub struct EvidenceOutcome {
    /// The verified evidence, or the first check that failed.
    pub result: Result<VerifiedEvidence, Error>,
    /// What quotes, certificate and log were found to prove, also when a check after that failed:
    /// the log is not complete, or the policy does not hold.
    pub proved: Option<VerifiedEvidence>,
    /// Every check.
    pub appraisal: Appraisal,
}

impl EvidenceVerifier {
    /// A verifier that trusts keys as `trust` says, and no SHA-1 bank.
    pub fn new(trust: KeyTrust) -> Self {
        Self {
            trust,
            weakest: HashAlgorithm::Sha256,
            policy: None,
        }
    }

    /// Believes a SHA-1 bank too. Its registers can be made to collide.
    #[must_use]
    pub fn allow_sha1(mut self) -> Self {
        self.weakest = HashAlgorithm::Sha1;
        self
    }

    /// Requires that the evidence meets a policy over `machine`.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Verifies evidence made for `nonce`, at the time `now`.
    pub fn verify(
        &self,
        evidence: &Evidence,
        nonce: &[u8],
        now: UnixTime,
    ) -> Result<VerifiedEvidence, Error> {
        self.judge(Ok(evidence), nonce, now).result
    }

    /// Verifies evidence, or what kept it from being read, and reports on every check.
    pub fn judge(
        &self,
        evidence: Result<&Evidence, Error>,
        nonce: &[u8],
        now: UnixTime,
    ) -> EvidenceOutcome {
        let mut judgement = Judgement {
            verifier: self,
            report: Report::default(),
        };
        let sha256 = evidence.as_ref().ok().map(|evidence| evidence.sha256);
        let evidence = judgement
            .report
            .step("evidence", Value::Null, Value::Null, evidence);
        let proved = evidence.and_then(|evidence| judgement.prove(evidence, nonce, now));
        let machine = proved.as_ref().map(|proved| proved.machine().to_map());
        if let (Some(proved), Some(machine)) = (&proved, &machine) {
            judgement.check_complete(proved);
            judgement.check_policy(machine);
        }
        let report = judgement.report;
        let code = report.error().map(Error::code);
        let result = match (report.error().cloned(), &proved) {
            (None, Some(proved)) => Ok(proved.clone()),
            (Some(error), _) => Err(error),
            // Unreachable: a step that yields nothing has left its error. Refused all the same.
            (None, None) => Err(Error::QuoteMissing),
        };
        let appraisal = Appraisal {
            schema: Appraisal::SCHEMA,
            tool: Appraisal::TOOL,
            verified: result.is_ok(),
            code,
            evaluated_at: now.to_rfc3339(),
            token_sha256: None,
            evidence_sha256: sha256.map(hex::encode),
            keys: self.keys(evidence),
            policy_sha256: self
                .policy
                .as_ref()
                .map(|policy| hex::encode(policy.sha256())),
            checks: report.finish(self.planned()),
            claims: None,
            machine,
            unreadable: proved.iter().flat_map(unreadable).collect(),
        };
        EvidenceOutcome {
            result,
            proved,
            appraisal,
        }
    }

    fn keys(&self, evidence: Option<&Evidence>) -> Keys {
        match &self.trust {
            KeyTrust::Roots(roots) => Keys {
                source: "vTPM roots".to_owned(),
                sha256: hex::encode(roots.sha256()),
            },
            KeyTrust::EvidenceItself => Keys {
                source: "the evidence itself".to_owned(),
                sha256: evidence
                    .map(|evidence| hex::encode(Sha256::digest(&evidence.public_area)))
                    .unwrap_or_default(),
            },
        }
    }

    fn planned(&self) -> impl Iterator<Item = &'static str> {
        let for_release = matches!(self.trust, KeyTrust::Roots(_));
        [
            ("evidence", true),
            ("chain", for_release),
            ("attestation_key", true),
            ("quote", true),
            ("boot", true),
            ("log", true),
            ("replay", true),
            ("complete", for_release),
            ("condition", self.policy.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, wanted)| wanted.then_some(name))
    }
}

fn unreadable(proved: &VerifiedEvidence) -> impl Iterator<Item = Unreadable> {
    proved.unreadable().iter().map(|(part, error)| Unreadable {
        part,
        code: error.code(),
        reason: error.to_string(),
    })
}
