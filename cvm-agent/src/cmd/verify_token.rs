//! `cvm-agent verify token`: the core's verdict, with what the command line trusts.

use std::path::Path;

use sealgate_core::{
    ChainDefect, Code, Error, EvidenceRule, Policy, UnverifiedToken, Verifier, dangerous,
};

use crate::cli::VerifyToken;
use crate::clock::At;
use crate::error::{Failure, text_too_large};
use crate::keys::{self, Source};
use crate::printable::json_pretty;
use crate::{Outcome, Output, input, report, table};

/// Runs the command.
pub(crate) fn run(arguments: &VerifyToken) -> Result<Outcome, Failure> {
    let source = check_usage(arguments)?;
    let given = input::token(&arguments.token)?;
    let token = given.text.as_str();
    let now = arguments
        .at
        .moment(dangerous::decode(token).ok().as_ref().map(|it| &it.payload))?;
    let issuer = keys::issuer(arguments, source, token)?;
    let mut verifier = Verifier::new(issuer, arguments.audience.clone());
    if !arguments.nonce.is_empty() {
        verifier = verifier.nonces(arguments.nonce.clone());
    }
    if let Some(path) = &arguments.policy {
        verifier = verifier.policy(policy(path)?);
    }
    let sealgate_core::Outcome {
        result,
        mut appraisal,
    } = verifier.judge(token, now);
    let failure = result.err().map(|error| {
        let remedy = remedy(&error, source, arguments.at, token);
        given.refused(error, remedy)
    });
    // The core has seen the start only, and would tell the size of that.
    if let Some(Failure::TextTooLarge { limit }) = failure {
        let hint = format!(
            "{}. {}",
            text_too_large(limit),
            Code::TokenTooLarge.remedy()
        );
        for check in appraisal
            .checks
            .iter_mut()
            .filter(|it| it.ok == Some(false))
        {
            check.hint = Some(hint.clone());
        }
    }
    let output = if arguments.json {
        Output::Json(json_pretty(&appraisal) + "\n")
    } else {
        let mut text = report::write(&appraisal, arguments.at, now, table::columns());
        text.push_str(&not_asked(arguments));
        Output::Human(text)
    };
    Ok(Outcome { output, failure })
}

/// Finds wrong calls before anything is read.
fn check_usage(arguments: &VerifyToken) -> Result<Source, Failure> {
    if arguments.audience.is_empty() {
        return Err(Failure::usage(
            "--audience is missing: a token made for somebody else verifies just as well, \
             and whoever it was made for could pass it on to you",
            "--audience with the value that was asked for when the token was made",
        ));
    }
    let files = [&arguments.jwks, &arguments.root, &arguments.policy];
    let stdin = files
        .into_iter()
        .flatten()
        .filter(|path| path.as_path() == Path::new("-"));
    if stdin.count() + usize::from(arguments.token == "-") > 1 {
        return Err(Failure::usage(
            "standard input (`-`) can be read only once",
            "name a file for all but one of them",
        ));
    }
    keys::source(arguments)
}

fn policy(path: &Path) -> Result<Policy, Failure> {
    let policy = input::policy(path)?;
    // A token alone cannot meet such a policy, and saying otherwise would be a pass unearned.
    if policy.evidence() == EvidenceRule::Required {
        return Err(Failure::FileUnusable {
            path: path.display().to_string(),
            error: Error::EvidenceNotSupported,
        });
    }
    Ok(policy)
}

/// What was not compared because nobody asked for it: people take "verified" for more than it is.
fn not_asked(arguments: &VerifyToken) -> String {
    let mut missing = Vec::new();
    if arguments.nonce.is_empty() {
        missing.push("the nonce (--nonce)");
    }
    if arguments.policy.is_none() {
        missing.push("which machine it is (--policy)");
    }
    if missing.is_empty() {
        String::new()
    } else {
        format!("\nnot asked: {}\n", missing.join(", "))
    }
}

/// What to try, where the command line decides what helps.
fn remedy(error: &Error, source: Source, at: At, token: &str) -> Option<&'static str> {
    let certificates =
        UnverifiedToken::parse(token).is_ok_and(|token| token.header().certificates().is_some());
    match (error, source) {
        (Error::KeyNotFound, _) if certificates => Some(
            "this token brings certificates along; if you expect a PKI token, \
             --pki takes Google's built-in root, --root PEM your own",
        ),
        (Error::KeyNotFound, Source::Archive) => Some(
            "the archive has Google's keys of some days only; \
             --issuer https://confidentialcomputing.googleapis.com fetches the present ones, \
             --jwks FILE takes those you kept",
        ),
        (Error::ChainInvalid(ChainDefect::Missing), _) => {
            Some("this is no PKI token; leave out --pki and --root")
        }
        (Error::TokenExpired { .. }, _) if at != At::Issued => {
            Some("take a fresh token, or judge a saved one with --at issued")
        }
        (Error::ConditionNotMet { .. }, _) => Some(
            "the report shows the clause; mend the policy, or take a token of the right machine",
        ),
        (Error::IssuerNotTrusted, _) => {
            Some("--issuer URL names the issuer, if it is another that you trust")
        }
        _ => None,
    }
}
