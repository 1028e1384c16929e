//! Certificates of attestation keys, and keys, that prove less than they should.

use sealgate_core::wire::attest::Attestation;
use sealgate_tests::desk::{
    Authority, Instance, KeyAlgorithm, KeyCertificate, KeyKind, Machine, Usage,
};

use crate::booted::{Booted, LOG, NONCE, log, read};
use crate::tools;

fn with(certificate: KeyCertificate) -> Booted {
    Booted::start(&Machine {
        certificate,
        ..Machine::booted(log(LOG))
    })
}

#[test]
fn a_certificate_of_another_key_is_refused() {
    let booted = Booted::sound();
    let mut message = booted.message();
    message.ak_cert = read(&booted.attest(KeyAlgorithm::Ecc)).ak_cert;
    booted
        .appraise_message(&message)
        .refused("attestation_key_mismatch");
}

#[test]
fn another_key_than_the_certificates_is_refused() {
    let booted = Booted::sound();
    let ecc = read(&booted.attest(KeyAlgorithm::Ecc));
    let message = Attestation {
        ak_cert: booted.message().ak_cert,
        ..ecc
    };
    booted
        .appraise_message(&message)
        .refused("attestation_key_mismatch");
}

/// The same names, other keys.
#[test]
fn a_foreign_root_is_refused() {
    let booted = with(KeyCertificate {
        authority: Authority::Stranger,
        ..KeyCertificate::default()
    });
    let mut message = booted.message();
    let verdict = booted.appraise_message(&message);
    assert_eq!(verdict.document["verified"], false);
    assert_eq!(
        verdict.document["code"], "chain_invalid",
        "{:#}",
        verdict.document
    );
    message.intermediate_certs = vec![Authority::Stranger.intermediate()];
    let verdict = booted.appraise_message(&message);
    assert_eq!(verdict.document["verified"], false);
    assert_eq!(
        verdict.document["code"], "chain_invalid",
        "{:#}",
        verdict.document
    );
}

/// Without the operator's root, only Google's count.
#[test]
fn the_desks_authority_is_not_trusted_by_itself() {
    let booted = Booted::sound();
    let evidence = booted.attest(KeyAlgorithm::Rsa);
    booted
        .agent
        .appraise(&evidence, NONCE, &[])
        .refused("root_not_trusted");
}

#[test]
fn an_expired_certificate_is_refused() {
    let booted = with(KeyCertificate {
        validity: ("240101000000Z", "260930235959Z"),
        ..KeyCertificate::default()
    });
    let evidence = booted.attest(KeyAlgorithm::Rsa);
    booted.appraise(&evidence).refused("certificate_expired");
    booted
        .appraise_with(&evidence, &["--at", "2026-09-30T23:59:59Z"])
        .verified();
    booted
        .appraise_with(&evidence, &["--at", "2023-12-31T23:59:59Z"])
        .refused("certificate_not_yet_valid");
}

#[test]
fn a_certificate_of_an_endorsement_key_is_refused() {
    let booted = with(KeyCertificate {
        usage: Usage::Endorsement,
        ..KeyCertificate::default()
    });
    booted
        .appraise(&booted.attest(KeyAlgorithm::Rsa))
        .refused("chain_invalid");
}

#[test]
fn instance_information_is_read_or_absent_or_refused() {
    let booted = with(KeyCertificate {
        instance: None,
        ..KeyCertificate::default()
    });
    let verdict = booted.appraise(&booted.attest(KeyAlgorithm::Rsa));
    assert!(verdict.verified()["platform"]["instance_info"].is_null());

    for production in [None, Some(false)] {
        let instance = Instance {
            production,
            ..Instance::default()
        };
        let booted = with(KeyCertificate {
            instance: Some(instance.to_der()),
            ..KeyCertificate::default()
        });
        let verdict = booted.appraise(&booted.attest(KeyAlgorithm::Rsa));
        assert!(
            verdict.verified()["platform"]["instance_info"].is_null(),
            "{production:?}"
        );
    }

    let mut cut = Instance::default().to_der();
    cut.pop();
    let booted = with(KeyCertificate {
        instance: Some(cut),
        ..KeyCertificate::default()
    });
    let verdict = booted.appraise(&booted.attest(KeyAlgorithm::Rsa));
    assert_eq!(verdict.document["verified"], false);
    assert_eq!(verdict.document["code"], "instance_info_invalid");
}

/// A certified key that signs anything could sign a forged quote. The agent does not quote with it,
/// and nobody believes who does.
#[test]
fn an_unrestricted_key_is_refused() {
    let booted = Booted::start(&Machine {
        key: KeyKind::Unrestricted,
        ..Machine::booted(log(LOG))
    });
    let evidence = tools::attest(&booted.desk, KeyAlgorithm::Rsa, KeyKind::Unrestricted);
    booted
        .appraise_message(&evidence)
        .refused("attestation_key_not_allowed");
    // What the key may sign stands in the evidence alone: the certificate is of the bare key. Who
    // issues certificates to unrestricted keys is believed, as SECURITY.md says.
    let mut message = evidence;
    message.ak_pub[5] |= 1;
    let verdict = booted.appraise_message(&message);
    assert_eq!(
        verdict.document["verified"], true,
        "attributes are vouched for by the authority alone"
    );
}
