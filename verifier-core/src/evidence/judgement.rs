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
use crate::eventlog::{EventLog, ExplainedLog, Gap, LogKind};
use crate::time::UnixTime;
use crate::tpm::{AttestationKey, HashAlgorithm, PcrBank, QuoteDefect, VerifiedQuote};

impl EvidenceVerifier {
    /// The bank that the log is read in: SHA-256, which every firmware measures.
    ///
    /// A bank that the firmware leaves alone is the guest's to write: it can extend a whole boot into
    /// it that never happened, and send the log of that. So the sender does not choose the bank, and
    /// under trusted roots nothing stands in for SHA-256, except SHA-1 where nothing better was
    /// quoted and it is allowed.
    fn reading_bank(
        &self,
        log: &EventLog<'_>,
        quotes: &[VerifiedQuote],
    ) -> Result<HashAlgorithm, Error> {
        let mut quoted: Vec<_> = quotes
            .iter()
            .map(|quote| quote.pcrs().algorithm())
            .collect();
        quoted.sort();
        let debugging = matches!(self.trust, KeyTrust::EvidenceItself);
        if debugging {
            let usable = |bank: &HashAlgorithm| *bank >= self.weakest && has_digests(log, *bank);
            let preferred = [HashAlgorithm::Sha256];
            let mut choices = preferred.iter().chain(quoted.iter().rev());
            if let Some(bank) = choices.find(|bank| quoted.contains(bank) && usable(bank)) {
                return Ok(*bank);
            }
        }
        let bank = if quoted.contains(&HashAlgorithm::Sha256) {
            HashAlgorithm::Sha256
        } else if quoted != [HashAlgorithm::Sha1] {
            return Err(Error::QuoteMissing);
        } else if self.weakest == HashAlgorithm::Sha1 {
            HashAlgorithm::Sha1
        } else {
            return Err(Error::HashNotAllowed);
        };
        if has_digests(log, bank) {
            Ok(bank)
        } else {
            Err(Error::LogIncomplete(Gap::NoDigests(bank)))
        }
    }
}

/// Whether the log can be replayed in a bank; an empty one can in any.
fn has_digests(log: &EventLog<'_>, bank: HashAlgorithm) -> bool {
    log.events().is_empty() || log.algorithms().contains(&bank)
}

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
        let (log, banks) = self.replay(&log, &quotes)?;
        let boot = Boot {
            certificate,
            quotes,
            banks,
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

    /// Replays the log in every bank that was quoted, is believed, and that the log has digests of;
    /// an empty log in every one. The log as it is read, and the banks that it explains.
    fn replay<'a>(
        &mut self,
        log: &EventLog<'a>,
        quotes: &[VerifiedQuote],
    ) -> Option<(ExplainedLog<'a>, Vec<HashAlgorithm>)> {
        let reading = match self.verifier.reading_bank(log, quotes) {
            Ok(reading) => reading,
            Err(error) => {
                let refused = Err(error);
                return self
                    .report
                    .step("replay", Value::Null, Value::Null, refused);
            }
        };
        let mut banks: Vec<&PcrBank> = quotes.iter().map(VerifiedQuote::pcrs).collect();
        banks.retain(|bank| {
            bank.algorithm() >= self.verifier.weakest && has_digests(log, bank.algorithm())
        });
        banks.sort_by_key(|bank| bank.algorithm() != reading);
        let mut read = None;
        let mut replayed = Vec::new();
        let mut all = true;
        for bank in banks {
            let explained = log.explain(bank);
            let actual = describe_replay(bank.algorithm(), explained.as_ref().err());
            match self.report.step("replay", Value::Null, actual, explained) {
                Some(explained) => {
                    replayed.push(bank.algorithm());
                    read = read.or(Some(explained));
                }
                None => all = false,
            }
        }
        read.filter(|_| all).map(|log| (log, replayed))
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
