//! Evidence of which something is missing at the end.

use sealgate_core::wire::attest::Attestation;
use sealgate_core::{EvidenceVerifier, KeyTrust, UnixTime, VtpmRoots, wire};
use sealgate_tests::desk::{Authority, KeyAlgorithm};

use crate::booted::{Booted, NONCE};

/// A part of an attestation.
type Part = fn(&mut Attestation) -> &mut Vec<u8>;

#[test]
fn a_part_without_its_last_byte_is_refused() {
    let booted = Booted::sound();
    let whole = booted.message();
    let parts: [(&str, Part, &str); 5] = [
        ("key", |a| &mut a.ak_pub, "attestation_key_not_allowed"),
        (
            "quote",
            |a| &mut a.quotes[0].quote,
            "quote_signature_invalid",
        ),
        ("signature", |a| &mut a.quotes[1].raw_sig, "quote_malformed"),
        ("log", |a| &mut a.event_log, "log_malformed"),
        ("certificate", |a| &mut a.ak_cert, "chain_invalid"),
    ];
    for (name, part, code) in parts {
        let mut message = whole.clone();
        part(&mut message).pop();
        let verdict = booted.appraise_message(&message);
        assert_eq!(
            verdict.document["code"], code,
            "{name}: {:#}",
            verdict.document
        );
        assert_eq!(verdict.document["verified"], false, "{name}");
    }
}

/// Cut anywhere: refused, and never a crash. In process, since there are many places.
#[test]
fn evidence_cut_anywhere_is_refused() {
    let booted = Booted::sound();
    let roots = VtpmRoots::google().with_pem(&Authority::Desk.pem());
    let verifier = EvidenceVerifier::new(KeyTrust::Roots(roots.expect("roots")));
    let (nonce, now) = (
        hex::decode(NONCE).expect("hexadecimal"),
        UnixTime::from_secs(1_793_491_200),
    );
    for algorithm in KeyAlgorithm::ALL {
        let whole = booted.attest(algorithm);
        let verify = |evidence: &[u8]| {
            sealgate_core::Evidence::parse(evidence)
                .and_then(|evidence| verifier.verify(&evidence, &nonce, now))
        };
        assert!(verify(&whole).is_ok());
        for length in (0..whole.len()).step_by(61) {
            assert!(verify(&whole[..length]).is_err(), "{length}");
        }
        let message = crate::booted::read(&whole);
        let parts: [Part; 5] = [
            |a| &mut a.ak_pub,
            |a| &mut a.quotes[0].quote,
            |a| &mut a.quotes[1].raw_sig,
            |a| &mut a.ak_cert,
            |a| &mut a.event_log,
        ];
        for part in parts {
            let length = part(&mut message.clone()).len();
            for length in (0..length).step_by(1 + length / 200) {
                let mut cut = message.clone();
                part(&mut cut).truncate(length);
                assert!(verify(&wire::encode(&cut)).is_err());
            }
        }
    }
}
