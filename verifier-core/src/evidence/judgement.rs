//! The checks of evidence, one after the other.
//!
//! Up to the replay of the log a defect ends everything: nothing after it would mean anything. The
//! checks after it are all made and reported.

use serde_json::{Map, Value, json};

use super::attestation::Evidence;
use super::verified::{Boot, VerifiedEvidence};
use super::verifier::{EvidenceVerifier, KeyTrust};
use crate::appraisal::Report;
use crate::cert::{AkCertificate, VerifiedAkCertificate, VtpmRoots};
use crate::error::Error;
use crate::eventlog::{EventLog, ExplainedLog, LogKind};
use crate::time::UnixTime;
use crate::tpm::{AttestationKey, HashAlgorithm, PcrBank, QuoteDefect, VerifiedQuote};

/// A verification under way.
pub(super) struct Judgement<'v> {
    pub(super) verifier: &'v EvidenceVerifier,
    pub(super) report: Report,
}

impl Judgement<'_> {
    /// Everything that makes a fact of what the evidence says.
    pub(super) fn prove(
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
            let explained = log.explain(bank);
            let actual = describe_replay(bank.algorithm(), explained.as_ref().err());
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

    pub(super) fn check_complete(&mut self, proved: &VerifiedEvidence) {
        if matches!(self.verifier.trust, KeyTrust::Roots(_)) {
            let complete = proved.complete().clone();
            self.report
                .step("complete", Value::Null, Value::Null, complete);
        }
    }

    pub(super) fn check_policy(&mut self, machine: &Map<String, Value>) {
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

/// The bank and, where the log does not explain it, each such register.
fn describe_replay(bank: HashAlgorithm, error: Option<&Error>) -> Value {
    let mut described = json!({ "bank": bank.name() });
    if let (Some(Error::LogReplayFailed { mismatches, .. }), Some(members)) =
        (error, described.as_object_mut())
    {
        let registers: Vec<_> = mismatches
            .iter()
            .map(|mismatch| {
                json!({
                    "register": mismatch.register.value(),
                    "quoted": mismatch.quoted.to_string(),
                    "computed": mismatch.computed.to_string(),
                    "events": mismatch.events,
                    "explained_by": mismatch.explained_by,
                })
            })
            .collect();
        members.insert("registers".to_owned(), Value::Array(registers));
    }
    described
}

fn check_chain(
    evidence: &Evidence,
    roots: &VtpmRoots,
    now: UnixTime,
) -> Result<VerifiedAkCertificate, Error> {
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
