//! Whole attestations through the verifier: a real one, and made ones with one defect each.

use std::fs;

use sealgate_core::{Evidence, EvidenceVerifier, KeyTrust, UnixTime, VtpmRoots};
use sealgate_tests::tests_path;

/// 2026-11-24.
const NOW: UnixTime = UnixTime::from_secs(1_795_478_400);

fn real() -> Vec<u8> {
    fs::read(tests_path(
        "vectors/evidence/attestations/gce-cos-85-no-nonce.pb",
    ))
    .unwrap()
}

#[test]
fn a_real_attestation_verifies_to_googles_roots() {
    let evidence = Evidence::parse(&real()).unwrap();
    let verifier = EvidenceVerifier::new(KeyTrust::Roots(VtpmRoots::google()));
    let outcome = verifier.judge(Ok(&evidence), b"", NOW);
    assert_eq!(outcome.result.err(), None);
}
