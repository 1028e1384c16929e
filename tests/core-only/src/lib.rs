//! The core and nothing else as a wasm module: one entry point per public verb.
//!
//! A module can read a clock, draw randomness or call its host only through an import. So the
//! core's promise of none of that is one fact about this module: its import section is empty.
//! `cargo xtask test` builds it and reads the section. The module is never run: its inputs are
//! empty, hidden from the optimiser so that nothing is decided at compile time.

// `no_mangle` counts as unsafe, for two functions of one name could collide; these cannot.
#![allow(unsafe_code)]

use std::hint::black_box;

use sealgate_core::{
    EventLog, Evidence, EvidenceVerifier, Issuer, Jwks, KeySource, KeyTrust, LogKind, Policy,
    Roots, SignatureAnswer, UnixTime, Verifier, VtpmRoots, dangerous, wire,
};

/// `decode`: a token taken apart.
#[unsafe(no_mangle)]
pub extern "C" fn sealgate_decode() -> bool {
    dangerous::decode(&text()).is_ok()
}

/// `verify` with a published key set, the signature checked here.
#[unsafe(no_mangle)]
pub extern "C" fn sealgate_verify_jwks() -> bool {
    verifier(Jwks::parse(text().as_bytes()).map(KeySource::Jwks))
        .is_some_and(|verifier| verifier.verify(&text(), now()).is_ok())
}

/// `verify` with pinned roots and the chain in `x5c`.
#[unsafe(no_mangle)]
pub extern "C" fn sealgate_verify_roots() -> bool {
    verifier(Roots::parse_pem(&text()).map(KeySource::Roots))
        .is_some_and(|verifier| verifier.verify(&text(), now()).is_ok())
}

/// `verify` with the signature checked by the host, between the two halves.
#[unsafe(no_mangle)]
pub extern "C" fn sealgate_verify_in_two_halves() -> bool {
    verifier(Jwks::parse(text().as_bytes()).map(KeySource::Jwks)).is_some_and(|verifier| {
        let verification = verifier.begin(&text(), now());
        let keyed = verification
            .signature_check()
            .is_some_and(|check| !check.key().to_jwk().is_empty());
        keyed && verification.finish(SignatureAnswer::Valid).result.is_ok()
    })
}

/// `appraise`: the verdict on every check.
#[unsafe(no_mangle)]
pub extern "C" fn sealgate_appraise() -> bool {
    verifier(Jwks::parse(text().as_bytes()).map(KeySource::Jwks))
        .is_some_and(|verifier| verifier.appraise(&text(), now()).verified)
}

/// `policy`: read, linted.
#[unsafe(no_mangle)]
pub extern "C" fn sealgate_policy() -> bool {
    Policy::parse(text().as_bytes())
        .and_then(|policy| {
            policy
                .check_openness()
                .and_then(|()| policy.check_supported())
        })
        .is_ok()
}

/// An attestation read, and written again.
#[unsafe(no_mangle)]
pub extern "C" fn sealgate_attestation() -> bool {
    wire::decode_attestation(text().as_bytes())
        .is_ok_and(|attestation| !wire::encode(&attestation).is_empty())
}

/// `verify evidence`, with Google's roots and added ones, and a policy.
#[unsafe(no_mangle)]
pub extern "C" fn sealgate_verify_evidence() -> bool {
    let evidence = Evidence::parse(text().as_bytes());
    let roots = VtpmRoots::google().with_pem(&text());
    let policy = Policy::parse(text().as_bytes());
    let (Ok(roots), Ok(policy)) = (roots, policy) else {
        return false;
    };
    let verifier = EvidenceVerifier::new(KeyTrust::Roots(roots)).policy(policy);
    let evidence = evidence.as_ref().map_err(Clone::clone);
    verifier
        .judge(evidence, text().as_bytes(), now())
        .appraisal
        .verified
}

/// `eventlog`: a boot log read and described.
#[unsafe(no_mangle)]
pub extern "C" fn sealgate_event_log() -> bool {
    let text = text();
    let (log, defect) = EventLog::read(text.as_bytes(), LogKind::Tpm);
    let parts = log
        .events()
        .iter()
        .map(|event| event.describe().parts.len());
    parts.sum::<usize>() > 0 && defect.is_none()
}

fn verifier(keys: Result<KeySource, sealgate_core::Error>) -> Option<Verifier> {
    let policy = Policy::parse(text().as_bytes()).ok()?;
    let issuer = Issuer::new(text(), keys.ok()?);
    Some(
        Verifier::new(issuer, vec![text()])
            .nonces(vec![text()])
            .policy(policy),
    )
}

fn text() -> String {
    black_box(String::new())
}

fn now() -> UnixTime {
    UnixTime::from_secs(black_box(0))
}
