//! Every vector of `vectors/token/`, natively.

use std::collections::BTreeSet;

use sealgate_core::{Code, Error, Outcome, SignatureAnswer, SignatureCheck, dangerous};
use sealgate_tests::vectors::{self, Vector};
use sealgate_tests::{generate, repository};

/// Fewer than this means that vectors were lost.
const AT_LEAST: usize = 597;

/// Runs `check` on every vector and says at the end which ones failed.
fn run(check: impl Fn(&Vector) -> Result<(), String>) {
    let paths = vectors::paths().expect("the vectors can be listed");
    let vectors = vectors::load().expect("the vectors can be read");
    let mut executed = 0;
    let mut failed = Vec::new();
    for (path, vector) in &vectors {
        if let Err(difference) = check(vector) {
            failed.push(format!("{path}: {difference}"));
        }
        executed += 1;
    }
    assert!(
        failed.is_empty(),
        "{} of {executed} fail:\n{}",
        failed.len(),
        failed.join("\n")
    );
    assert_eq!(executed, paths.len(), "every file was run");
    assert!(executed >= AT_LEAST, "only {executed} vectors");
    println!("{executed} vectors");
}

fn verdict<T>(result: &Result<T, Error>) -> &str {
    match result {
        Ok(_) => "ok",
        Err(error) => error.code().as_str(),
    }
}

fn expect(vector: &Vector, actual: &str) -> Result<(), String> {
    if vector.expect == actual {
        return Ok(());
    }
    Err(format!(
        "expected {}, got {actual} ({})",
        vector.expect, vector.comment
    ))
}

#[test]
fn files_are_what_the_generator_makes() {
    let made = generate::vectors();
    let present = vectors::load().expect("the vectors can be read");
    let different: Vec<_> = made
        .keys()
        .chain(present.keys())
        .filter(|path| made.get(*path) != present.get(*path))
        .collect();
    assert!(
        different.is_empty(),
        "run `cargo run -p sealgate-tests --bin generate` and look at what changed: {different:?}"
    );
    let page = std::fs::read_to_string(repository().join("docs/errors.md")).unwrap_or_default();
    assert_eq!(
        page,
        generate::errors_page(),
        "docs/errors.md is not the table of codes"
    );
}

#[test]
fn verify_gives_the_expected_code() {
    run(|vector| {
        let result = vector
            .verifier()
            .and_then(|verifier| verifier.verify(&vector.token.to_text(), vector.now()));
        expect(vector, verdict(&result))
    });
}

#[test]
fn appraise_agrees_with_verify() {
    run(|vector| {
        let Ok(verifier) = vector.verifier() else {
            return Ok(());
        };
        let appraisal = verifier.appraise(&vector.token.to_text(), vector.now());
        expect(vector, appraisal.code.map_or("ok", Code::as_str))?;
        if appraisal.verified != (vector.expect == "ok") {
            return Err(format!("verified is {}", appraisal.verified));
        }
        let first = appraisal.checks.iter().find_map(|check| check.code);
        if first != appraisal.code {
            return Err(format!("the first failed check says {first:?}"));
        }
        if appraisal.verified && appraisal.checks.iter().any(|check| check.ok != Some(true)) {
            return Err("verified, with a check that did not pass".to_owned());
        }
        Ok(())
    });
}

/// Runs a verification as a host with its own crypto does.
fn by_host(
    vector: &Vector,
    answer: impl Fn(&SignatureCheck) -> SignatureAnswer,
) -> Option<Outcome> {
    let verification = vector
        .verifier()
        .ok()?
        .begin(&vector.token.to_text(), vector.now());
    let answer = verification.signature_check().map(answer);
    // What the host answers does not count when there was nothing to ask.
    Some(verification.finish(answer.unwrap_or(SignatureAnswer::Valid)))
}

#[test]
fn steps_agree_with_verify() {
    run(|vector| match by_host(vector, SignatureCheck::verify) {
        Some(outcome) => expect(vector, verdict(&outcome.result)),
        None => Ok(()),
    });
}

#[test]
fn nothing_passes_when_the_host_says_invalid() {
    run(
        |vector| match by_host(vector, |_| SignatureAnswer::Invalid) {
            Some(outcome) if outcome.result.is_ok() || outcome.appraisal.verified => {
                Err("verified without a signature".to_owned())
            }
            Some(outcome) if outcome.appraisal.claims.is_some() => {
                Err("shows claims that nobody signed".to_owned())
            }
            _ => Ok(()),
        },
    );
}

#[test]
fn reading_shows_the_claims() {
    run(|vector| {
        if vector.claims.is_empty() {
            return Ok(());
        }
        let decoded =
            dangerous::decode(&vector.token.to_text()).map_err(|error| error.to_string())?;
        let payload = serde_json::Value::Object(decoded.payload);
        for (pointer, expected) in &vector.claims {
            if payload.pointer(pointer) != Some(expected) {
                return Err(format!("{pointer} is {:?}", payload.pointer(pointer)));
            }
        }
        Ok(())
    });
}

#[test]
fn vectors_name_codes_and_cover_the_verifier() {
    let vectors = vectors::load().expect("the vectors can be read");
    let named: BTreeSet<_> = vectors
        .values()
        .map(|vector| vector.expect.as_str())
        .collect();
    for name in &named {
        assert!(
            *name == "ok" || Code::ALL.iter().any(|code| code.as_str() == *name),
            "{name} is no code"
        );
    }
    for code in [
        Code::AlgorithmNotAllowed,
        Code::AudienceMismatch,
        Code::CertificateExpired,
        Code::CertificateNotYetValid,
        Code::ChainInvalid,
        Code::ClaimInvalid,
        Code::ClaimMissing,
        Code::ConditionNotMet,
        Code::ConditionTooCostly,
        Code::HeaderNotAllowed,
        Code::IssuerNotTrusted,
        Code::JwksInvalid,
        Code::KeyAmbiguous,
        Code::KeyNotFound,
        Code::KeyNotUsable,
        Code::NonceMismatch,
        Code::PolicyInvalid,
        Code::RootNotTrusted,
        Code::RootsInvalid,
        Code::SignatureInvalid,
        Code::TokenExpired,
        Code::TokenLifetimeTooLong,
        Code::TokenMalformed,
        Code::TokenNotYetValid,
        Code::TokenTooLarge,
    ] {
        assert!(named.contains(code.as_str()), "no vector ends with {code}");
    }
}
