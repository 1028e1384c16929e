//! `cvm-agent verify debug`: the state that an attestation proves under its own key.

use sealgate_core::wire::attest::attestation::TeeAttestation;
use sealgate_core::{Error, Evidence, EvidenceOutcome, EvidenceVerifier, KeyTrust};

use crate::attestation::Unread;
use crate::cli::VerifyDebug;
use crate::error::Failure;
use crate::evidence_report::unexplained;
use crate::output::Destination;
use crate::{Outcome, Output, attestation, clock, note, textproto};

/// Runs the command.
pub(crate) fn run(arguments: &VerifyDebug) -> Result<Outcome, Failure> {
    let say = |message: &str| {
        if !arguments.quiet {
            note(message);
        }
    };
    let given = attestation::read(&arguments.input, Some(arguments.format))?;
    let report = given
        .message
        .as_ref()
        .ok()
        .and_then(|message| message.tee_attestation.as_ref());
    if let Some(report) = report.map(processor) {
        say(&format!(
            "the attestation carries a report of {report}, which is not verified here and not printed"
        ));
    } else if arguments.tee_nonce.is_some() {
        say("--tee-nonce has nothing to be compared with: the attestation carries no report");
    }
    let message = given.message.map_err(Unread::failure)?;
    let evidence = Evidence::from_message(&message, &given.bytes)?;
    let mut verifier = EvidenceVerifier::new(KeyTrust::EvidenceItself);
    if arguments.allow_sha1 {
        verifier = verifier.allow_sha1();
    }
    let nonce = arguments.nonce.as_bytes();
    let EvidenceOutcome {
        result, appraisal, ..
    } = verifier.judge(Ok(&evidence), nonce, clock::now()?);
    if arguments.verbose {
        for check in &appraisal.checks {
            let verdict = match check.ok {
                Some(true) => "ok",
                Some(false) => "failed",
                None => "not reached",
            };
            say(&format!("{}: {verdict}", check.check));
        }
    }
    if let Err(Error::LogReplayFailed { bank, mismatches }) = &result {
        for mismatch in mismatches {
            say(&unexplained(*bank, mismatch));
        }
    }
    let verified = result?;
    say(
        "nobody vouches for the key that signed this: anybody with a TPM, or without one, can have \
         made it",
    );
    if nonce.is_empty() {
        say("the quotes were made for no nonce: they may be of any day");
    }
    if verified.machine().platform.technology.is_none() {
        say(
            "the boot log does not show the machine's confidential technology: that the state has \
             none, which is read as NONE, is only the default",
        );
    }
    let text = textproto::machine_state(verified.state());
    let destination = Destination::new(arguments.output.as_deref());
    let unreadable = verified.unreadable();
    Ok(Outcome {
        output: Output::Payload(text.into_bytes(), destination),
        failure: (!unreadable.is_empty()).then(|| Failure::PartsUnreadable {
            parts: unreadable.to_vec(),
        }),
    })
}

fn processor(report: &TeeAttestation) -> &'static str {
    match report {
        TeeAttestation::SevSnpAttestation(_) => "AMD SEV-SNP",
        TeeAttestation::TdxAttestation(_) => "Intel TDX",
    }
}
