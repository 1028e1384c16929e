//! `cvm-agent verify evidence`: the core's verdict on a machine's own evidence.

use std::path::Path;

use sealgate_core::{
    Error, Evidence, EvidenceOutcome, EvidenceRule, EvidenceVerifier, KeyTrust, Policy, VtpmRoots,
};

use crate::attestation::{self, Given};
use crate::cli::VerifyEvidence;
use crate::error::Failure;
use crate::evidence_report::EvidenceReport;
use crate::keys::ROOTS_BYTES;
use crate::printable::json_pretty;
use crate::{Outcome, Output, certificates, input, table};

/// Runs the command.
pub(crate) fn run(arguments: &VerifyEvidence) -> Result<Outcome, Failure> {
    let nonce = check_usage(arguments)?;
    let now = arguments.at.moment(None)?;
    let policy = arguments.policy.as_deref().map(policy).transpose()?;
    let pins_nothing = policy
        .as_ref()
        .is_some_and(|policy| policy.check_openness().is_err());
    let verifier = verifier(arguments, policy)?;
    let Given { bytes, message } = attestation::read(&arguments.evidence, arguments.format)?;
    let certificate = message
        .as_ref()
        .ok()
        .and_then(|message| certificates::validity(&message.ak_cert));
    let (evidence, unread) = match message {
        Ok(message) => (Evidence::from_message(&message, &bytes), None),
        Err(unread) => (Err(unread.error.clone()), Some(unread)),
    };
    let EvidenceOutcome {
        result,
        proved,
        mut appraisal,
    } = verifier.judge(evidence.as_ref().map_err(Clone::clone), nonce, now);
    let failure = result.err().map(|error| match unread {
        Some(unread) => unread.failure(),
        None => {
            let remedy = remedy(&error, arguments);
            if let Some(remedy) = remedy {
                let mut checks = appraisal.checks.iter_mut();
                if let Some(check) = checks.find(|check| check.ok == Some(false)) {
                    check.hint = Some(format!("{error}. {remedy}"));
                }
            }
            Failure::Refused { error, remedy }
        }
    });
    // Where a text ends to be an attestation only its reader knows.
    if let Some(failure @ Failure::TextUnreadable { .. }) = &failure {
        let hint = format!("{failure}. {}", failure.remedy().unwrap_or_default());
        let failed = appraisal.checks.iter_mut();
        for check in failed.filter(|check| check.ok == Some(false)) {
            check.hint = Some(hint.clone());
        }
    }
    let output = if arguments.json {
        Output::Json(json_pretty(&appraisal) + "\n")
    } else {
        let evidence = evidence.as_ref().ok();
        let report = EvidenceReport {
            arguments,
            pins_nothing,
            appraisal: &appraisal,
            evidence,
            proved: proved.as_ref(),
            certificate,
            error: match &failure {
                Some(Failure::Refused { error, .. }) => Some(error),
                _ => None,
            },
        };
        Output::Human(report.render(table::columns()))
    };
    Ok(Outcome { output, failure })
}

/// Finds wrong calls before anything is read; the nonce.
fn check_usage(arguments: &VerifyEvidence) -> Result<&[u8], Failure> {
    let nonce = match (&arguments.nonce, arguments.no_nonce) {
        (Some(nonce), _) if !nonce.is_empty() => nonce.as_bytes(),
        (_, true) => &[],
        (Some(_), false) => {
            return Err(Failure::usage(
                "the nonce is empty: anybody who has such evidence may show it, at any time",
                "--nonce with the value that was given to `attest`, or --no-nonce if there was none",
            ));
        }
        (None, false) => {
            return Err(Failure::usage(
                "--nonce is missing: old evidence of another day verifies just as well",
                "--nonce with the value that was given to `attest`",
            ));
        }
    };
    let files = arguments.root.iter().chain(&arguments.policy);
    let stdin = files.filter(|path| path.as_path() == Path::new("-"));
    if stdin.count() + usize::from(arguments.evidence == "-") > 1 {
        return Err(Failure::usage(
            "standard input (`-`) can be read only once",
            "name a file for all but one of them",
        ));
    }
    Ok(nonce)
}

fn verifier(
    arguments: &VerifyEvidence,
    policy: Option<Policy>,
) -> Result<EvidenceVerifier, Failure> {
    let mut roots = VtpmRoots::google();
    for path in &arguments.root {
        let path = path.display().to_string();
        let bytes = input::read("the root", &path, ROOTS_BYTES)?;
        roots = roots
            .with_pem(&String::from_utf8_lossy(&bytes))
            .map_err(|error| Failure::FileUnusable { path, error })?;
    }
    let mut verifier = EvidenceVerifier::new(KeyTrust::Roots(roots));
    if arguments.allow_sha1 {
        verifier = verifier.allow_sha1();
    }
    if let Some(policy) = policy {
        verifier = verifier.policy(policy);
    }
    Ok(verifier)
}

fn policy(path: &Path) -> Result<Policy, Failure> {
    let policy = input::policy(path)?;
    if policy.evidence() != EvidenceRule::Required {
        return Err(Failure::FileUnsuited {
            path: path.display().to_string(),
            reason: "is a policy on tokens: it requires no evidence",
            remedy: "a policy with `\"evidence\": \"required\"` and a condition over `machine`, \
                     or `cvm-agent verify token`",
        });
    }
    Ok(policy)
}

/// What to try, where the command line decides what helps.
fn remedy(error: &Error, arguments: &VerifyEvidence) -> Option<&'static str> {
    match error {
        Error::RootNotTrusted if arguments.root.is_empty() => Some(
            "no root of Google vouches for this TPM; --root PEM adds one that you trust, \
             `verify debug` asks for none",
        ),
        Error::QuoteNonceMismatch { .. } if arguments.no_nonce => {
            Some("this evidence was made for a nonce: give it with --nonce")
        }
        Error::ConditionNotMet { .. } | Error::ClaimMissing { .. } => Some(
            "the report shows the clause, `--json` all of `machine`; mend the policy, \
             or take evidence of the right machine",
        ),
        _ => None,
    }
}
