//! What is trusted and expected of evidence, and the verdict on it.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::attestation::Evidence;
use super::verified::{Boot, VerifiedEvidence};
use crate::appraisal::{Appraisal, Keys, Report, Unreadable};
use crate::cert::{AkCertificate, VerifiedAkCertificate, VtpmRoots};
use crate::error::Error;
use crate::eventlog::{EventLog, ExplainedLog, LogKind};
use crate::policy::Policy;
use crate::time::UnixTime;
use crate::tpm::{AttestationKey, HashAlgorithm, PcrBank, QuoteDefect, VerifiedQuote};

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
    trust: KeyTrust,
    /// The weakest bank that is believed.
    weakest: HashAlgorithm,
    policy: Option<Policy>,
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

/// A verification under way.
struct Judgement<'v> {
    verifier: &'v EvidenceVerifier,
    report: Report,
}

impl Judgement<'_> {
    /// Everything that makes a fact of what the evidence says.
    fn prove(
        &mut self,
        evidence: &Evidence,
        nonce: &[u8],
        now: UnixTime,
    ) -> Option<VerifiedEvidence> {
        let certificate = match &self.verifier.trust {
            KeyTrust::EvidenceItself => None,
            KeyTrust::Roots(roots) => {
                let certificate = check_chain(evidence, roots, now);
                let actual = certificate.as_ref().map_or(Value::Null, describe);
                Some(
                    self.report
                        .step("chain", Value::Null, actual, certificate)?,
                )
            }
        };
        let key = AttestationKey::parse(&evidence.public_area).and_then(|key| {
            if let Some(certificate) = &certificate {
                certificate.check_key(&key)?;
            }
            Ok(key)
        });
        let key = self
            .report
            .step("attestation_key", Value::Null, Value::Null, key)?;
        let quotes = self.check_quotes(evidence, &key, nonce)?;
        self.report
            .step("boot", Value::Null, Value::Null, check_one_boot(&quotes))?;
        let log = EventLog::parse(&evidence.event_log, LogKind::Tpm);
        let actual = log
            .as_ref()
            .map_or(Value::Null, |log| json!({ "events": log.events().len() }));
        let log = self.report.step("log", Value::Null, actual, log)?;
        let log = self.replay(&log, &quotes)?;
        let boot = Boot {
            certificate,
            quotes,
            believed: self.verifier.weakest,
        };
        Some(VerifiedEvidence::new(boot, &log, evidence))
    }

    /// Every quote, also after one has failed; all must hold.
    fn check_quotes(
        &mut self,
        evidence: &Evidence,
        key: &AttestationKey,
        nonce: &[u8],
    ) -> Option<Vec<VerifiedQuote>> {
        let mut verified = Vec::<VerifiedQuote>::new();
        if evidence.quotes.is_empty() {
            let none = Err(Error::QuoteMissing);
            return self.report.step("quote", Value::Null, Value::Null, none);
        }
        let mut all = true;
        for quote in &evidence.quotes {
            let bank = quote.bank();
            let result = if verified
                .iter()
                .any(|other| other.pcrs().algorithm() == bank)
            {
                Err(Error::QuoteMalformed {
                    bank,
                    defect: QuoteDefect::Duplicate,
                })
            } else {
                quote.verify(key, nonce)
            };
            let actual = json!({ "bank": bank.name(), "registers": quote.pcrs().len() });
            match self.report.step("quote", Value::Null, actual, result) {
                Some(quote) => verified.push(quote),
                None => all = false,
            }
        }
        all.then_some(verified)
    }

    /// Replays the log in every bank that was quoted and is believed; the strongest one is the one
    /// that its events are read in. An empty log explains nothing, in any bank.
    fn replay<'a>(
        &mut self,
        log: &EventLog<'a>,
        quotes: &[VerifiedQuote],
    ) -> Option<ExplainedLog<'a>> {
        let mut banks: Vec<&PcrBank> = quotes.iter().map(VerifiedQuote::pcrs).collect();
        banks.sort_by_key(|bank| core::cmp::Reverse(bank.algorithm()));
        banks.retain(|bank| bank.algorithm() >= self.verifier.weakest);
        if !log.events().is_empty() {
            banks.retain(|bank| log.algorithms().contains(&bank.algorithm()));
        }
        let mut strongest = None;
        let mut all = true;
        for bank in &banks {
            let actual = json!({ "bank": bank.algorithm().name() });
            let explained = log.explain(bank);
            match self.report.step("replay", Value::Null, actual, explained) {
                Some(explained) => strongest = strongest.or(Some(explained)),
                None => all = false,
            }
        }
        if banks.is_empty() {
            let sha1 = |bank: &VerifiedQuote| bank.pcrs().algorithm() == HashAlgorithm::Sha1;
            let refused = Err(if quotes.iter().any(sha1) {
                Error::HashNotAllowed
            } else {
                Error::QuoteMissing
            });
            return self
                .report
                .step("replay", Value::Null, Value::Null, refused);
        }
        strongest.filter(|_| all)
    }

    fn check_complete(&mut self, proved: &VerifiedEvidence) {
        if matches!(self.verifier.trust, KeyTrust::Roots(_)) {
            let complete = proved.complete().clone();
            self.report
                .step("complete", Value::Null, Value::Null, complete);
        }
    }

    fn check_policy(&mut self, machine: &Map<String, Value>) {
        let Some(policy) = &self.verifier.policy else {
            return;
        };
        // No token is judged here: a clause over `assertion` lacks its claim.
        for verdict in policy.evaluate(&Map::new(), Some(machine)) {
            self.report.step(
                "condition",
                json!(verdict.clause),
                Value::Null,
                verdict.result,
            );
        }
    }
}

fn describe(certificate: &VerifiedAkCertificate) -> Value {
    json!({
        "root": certificate.root().name(),
        "root_sha256": hex::encode(certificate.root_sha256()),
        "not_after": certificate.not_after().to_rfc3339(),
    })
}

fn check_chain(
    evidence: &Evidence,
    roots: &VtpmRoots,
    now: UnixTime,
) -> Result<VerifiedAkCertificate, Error> {
    if evidence.certificate.is_empty() {
        return Err(Error::CertificateMissing);
    }
    AkCertificate::parse(&evidence.certificate)?.verify(&evidence.intermediates, roots, now)
}

/// All quotes are of one boot: otherwise registers of one could pass beside the log of another.
fn check_one_boot(quotes: &[VerifiedQuote]) -> Result<(), Error> {
    let boot = |quote: &VerifiedQuote| {
        let clock = quote.clock();
        (
            clock.reset_count,
            clock.restart_count,
            quote.firmware_version(),
        )
    };
    let mut boots = quotes.iter();
    let first = boots.next().map(boot);
    match boots.find(|quote| Some(boot(quote)) != first) {
        None => Ok(()),
        Some(quote) => Err(Error::QuoteMalformed {
            bank: quote.pcrs().algorithm(),
            defect: QuoteDefect::OtherBoot,
        }),
    }
}

fn unreadable(proved: &VerifiedEvidence) -> impl Iterator<Item = Unreadable> {
    proved.unreadable().iter().map(|(part, error)| Unreadable {
        part,
        code: error.code(),
        reason: error.to_string(),
    })
}
