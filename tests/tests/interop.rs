//! What was exchanged with the real `gotpm` once: `cargo xtask interop` does it again.

use std::fs;

use sealgate_core::{Evidence, EvidenceVerifier, KeyTrust, UnixTime, VtpmRoots, wire};
use sealgate_tests::gotpm::{as_gotpm_says, machine_state, of_state, with_bank_of};
use sealgate_tests::tests_path;

const NONCE: &str = "5365616c6761746520696e7465726f70";
/// 2026-11-24.
const NOW: UnixTime = UnixTime::from_secs(1_795_478_400);

fn file(name: &str) -> Vec<u8> {
    fs::read(tests_path("vectors/evidence/interop").join(name)).expect("a file")
}

fn format(name: &str) -> &'static str {
    if name.ends_with(".pb") {
        "binarypb"
    } else {
        "textproto"
    }
}

fn roots() -> VtpmRoots {
    let pem = String::from_utf8(file("roots.pem")).expect("text");
    VtpmRoots::google().with_pem(&pem).expect("roots")
}

const FILES: [&str; 5] = [
    "gotpm-gceAK-rsa.pb",
    "gotpm-gceAK-rsa.textproto",
    "gotpm-gceAK-ecc.pb",
    "gotpm-gceAK-ecc.textproto",
    "ours-gceAK-rsa.pb",
];

#[test]
fn what_gotpm_attests_is_verified() {
    let nonce = hex::decode(NONCE).expect("hexadecimal");
    let verifier = EvidenceVerifier::new(KeyTrust::Roots(roots()));
    for name in FILES {
        let bytes = with_bank_of(&file(name), format(name), None).expect(name);
        let evidence = Evidence::parse(&bytes).expect(name);
        let verified = verifier.verify(&evidence, &nonce, NOW).expect(name);
        let certificate = verified.certificate().expect(name);
        let instance = certificate.instance().expect(name);
        assert_eq!(instance.project_id, "desk-project", "{name}");
        let other = verifier.verify(&evidence, &nonce[1..], NOW);
        let other = other.expect_err(name);
        assert_eq!(other.code().as_str(), "quote_nonce_mismatch", "{name}");
    }
}

/// Field by field, the state that gotpm printed.
#[test]
fn gotpm_says_the_same_of_what_we_attest() {
    let text = String::from_utf8(file("ours-gceAK-rsa.pb.state")).expect("text");
    let theirs = machine_state(&text).expect("a state");
    let bytes = with_bank_of(&file("ours-gceAK-rsa.pb"), "binarypb", Some(&theirs));
    let evidence = Evidence::parse(&bytes.expect("an attestation")).expect("evidence");
    let verified = EvidenceVerifier::new(KeyTrust::EvidenceItself)
        .verify(&evidence, &hex::decode(NONCE).expect("hexadecimal"), NOW)
        .expect("sound evidence");
    let ours = of_state(&wire::encode(verified.state())).expect("a state");
    assert_eq!(as_gotpm_says(ours, &theirs), theirs);
}
