//! The key that signed, and who vouches for it.

use sealgate_core::{Code, EvidenceVerifier, KeyTrust, VtpmRoots};
use sealgate_tests::desk::{Authority, KeyCertificate, Paper, UNRESTRICTED, Usage};
use sealgate_tests::keys;

use crate::{judge, refused, sound};

#[test]
fn an_unrestricted_key_is_refused() {
    let paper = Paper {
        attributes: UNRESTRICTED,
        ..sound()
    };
    refused(&paper, Code::AttestationKeyNotAllowed);
}

#[test]
fn the_certificate_must_be_there_and_the_keys_own() {
    let without = Paper {
        certificate: None,
        ..sound()
    };
    refused(&without, Code::CertificateMissing);
    let swapped = Paper {
        certified: &keys::STRANGER,
        ..sound()
    };
    refused(&swapped, Code::AttestationKeyMismatch);
}

#[test]
fn the_chain_must_hold() {
    let with = |certificate: KeyCertificate| Paper {
        certificate: Some(certificate),
        ..sound()
    };
    let foreign = with(KeyCertificate {
        authority: Authority::Stranger,
        ..KeyCertificate::default()
    });
    // Under the same names, so that only the signature tells.
    refused(&foreign, Code::ChainInvalid);
    let google = EvidenceVerifier::new(KeyTrust::Roots(VtpmRoots::google()));
    let refusal = judge(&google, &sound()).result.unwrap_err();
    assert_eq!(refusal.code(), Code::RootNotTrusted);
    let expired = with(KeyCertificate {
        validity: ("200101000000Z", "210101000000Z"),
        ..KeyCertificate::default()
    });
    refused(&expired, Code::CertificateExpired);
    let early = with(KeyCertificate {
        validity: ("300101000000Z", "310101000000Z"),
        ..KeyCertificate::default()
    });
    refused(&early, Code::CertificateNotYetValid);
    let endorsement = with(KeyCertificate {
        usage: Usage::Endorsement,
        ..KeyCertificate::default()
    });
    refused(&endorsement, Code::ChainInvalid);
    let rubbish = with(KeyCertificate {
        instance: Some(vec![0x30, 0x01]),
        ..KeyCertificate::default()
    });
    refused(&rubbish, Code::InstanceInfoInvalid);
}

#[test]
fn debugging_trusts_the_key_and_asks_for_less() {
    let debug = EvidenceVerifier::new(KeyTrust::EvidenceItself);
    let paper = Paper {
        certificate: None,
        registers: (0..15).collect(),
        ..sound()
    };
    let proved = judge(&debug, &paper).result.unwrap();
    assert_eq!(proved.machine().attestation_key.root, None);
    assert_eq!(proved.machine().platform.instance_info, None);
    assert!(!proved.machine().event_log.complete);
    let unrestricted = Paper {
        attributes: UNRESTRICTED,
        ..paper
    };
    let refusal = judge(&debug, &unrestricted).result.unwrap_err();
    assert_eq!(refusal.code(), Code::AttestationKeyNotAllowed);
}
