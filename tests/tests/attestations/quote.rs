//! Quotes and the registers beside them.

use sealgate_core::{Code, Evidence, EvidenceVerifier, HashAlgorithm, KeyTrust, wire};
use sealgate_tests::desk::Paper;

use crate::{NONCE, NOW, altered, data, judge, refused, sound, verifier};

#[test]
fn a_quote_for_another_nonce_is_refused() {
    let paper = Paper {
        nonce: b"another nonce 16".to_vec(),
        ..sound()
    };
    refused(&paper, Code::QuoteNonceMismatch);
}

#[test]
fn registers_beside_the_quote_must_be_those_it_was_made_over() {
    let evidence = |change: fn(&mut wire::attest::Attestation)| {
        let mut message = sound().message();
        change(&mut message);
        let evidence = Evidence::from_message(&message, b"");
        verifier()
            .judge(evidence.as_ref().map_err(Clone::clone), NONCE, NOW)
            .result
            .map(drop)
            .map_err(|error| error.code())
    };
    assert_eq!(evidence(|_| {}), Ok(()));
    let changed = evidence(|message| {
        let pcrs = message.quotes[0].pcrs.as_mut().unwrap();
        pcrs.pcrs.get_mut(&4).unwrap()[0] ^= 1;
    });
    assert_eq!(changed, Err(Code::QuotePcrsMismatch));
    let dropped = evidence(|message| {
        message.quotes[1].pcrs.as_mut().unwrap().pcrs.remove(&23);
    });
    assert_eq!(dropped, Err(Code::QuotePcrsMismatch));
    let renamed = evidence(|message| {
        let pcrs = message.quotes[0].pcrs.as_mut().unwrap();
        let value = pcrs.pcrs.remove(&23).unwrap();
        pcrs.pcrs.insert(24, value);
    });
    assert_eq!(renamed, Err(Code::QuoteMalformed));
    let forged = evidence(|message| {
        let last = message.quotes[0].raw_sig.last_mut().unwrap();
        *last ^= 1;
    });
    assert_eq!(forged, Err(Code::QuoteSignatureInvalid));
    let repeated = evidence(|message| {
        let quote = message.quotes[0].clone();
        message.quotes.push(quote);
    });
    assert_eq!(repeated, Err(Code::QuoteMalformed));
    let none = evidence(|message| message.quotes.clear());
    assert_eq!(none, Err(Code::QuoteMissing));
    let truncated = evidence(|message| {
        message.quotes[0].quote.pop();
    });
    assert_eq!(truncated, Err(Code::QuoteSignatureInvalid));
    let no_key = evidence(|message| message.ak_pub.clear());
    assert_eq!(no_key, Err(Code::AttestationKeyNotAllowed));
}

#[test]
fn all_quotes_are_of_one_boot() {
    let paper = Paper {
        banks: vec![(HashAlgorithm::Sha256, 7), (HashAlgorithm::Sha384, 8)],
        ..sound()
    };
    refused(&paper, Code::QuoteMalformed);
}

#[test]
fn sha1_is_believed_only_when_it_is_allowed() {
    let only = Paper {
        banks: vec![(HashAlgorithm::Sha1, 7)],
        ..sound()
    };
    refused(&only, Code::HashNotAllowed);
    let proved = judge(&verifier().allow_sha1(), &only).result.unwrap();
    assert!(proved.machine().pcrs.contains_key("sha1"));
    let both = Paper {
        banks: vec![(HashAlgorithm::Sha1, 7), (HashAlgorithm::Sha256, 7)],
        ..sound()
    };
    let proved = judge(&verifier(), &both).result.unwrap();
    assert!(!proved.machine().pcrs.contains_key("sha1"));
    let legacy = Paper::new(&data("logs/debian-10.bin"), NONCE);
    refused(&legacy, Code::LogIncomplete);
    let beside = Paper {
        banks: vec![(HashAlgorithm::Sha1, 7), (HashAlgorithm::Sha256, 7)],
        ..legacy
    };
    let refusal = judge(&verifier().allow_sha1(), &beside).result.unwrap_err();
    assert_eq!(refusal.code(), Code::LogIncomplete);
    let debug = EvidenceVerifier::new(KeyTrust::EvidenceItself).allow_sha1();
    let proved = judge(&debug, &beside).result.unwrap();
    assert_eq!(proved.machine().event_log.bank.as_deref(), Some("sha1"));
    assert!(!proved.machine().pcrs.contains_key("sha256"));
}

/// A bank that firmware does not measure is the guest's to fill with a boot that never happened.
#[test]
fn the_sender_does_not_choose_the_bank() {
    let without_sha256 = altered(|boot| {
        for record in &mut boot.records {
            record
                .digests
                .retain(|(id, _)| *id != HashAlgorithm::Sha256.id());
        }
    });
    let log_without = Paper {
        log: without_sha256,
        ..sound()
    };
    refused(&log_without, Code::LogEventInvalid);
    let quote_without = Paper {
        banks: vec![(HashAlgorithm::Sha384, 7)],
        ..sound()
    };
    refused(&quote_without, Code::QuoteMissing);
    let proved = judge(&verifier(), &sound()).result.unwrap();
    assert_eq!(proved.machine().event_log.bank.as_deref(), Some("sha256"));
    // A bank of the TPM that the firmware, and so the log, knows nothing of.
    let unmeasured = Paper {
        banks: vec![(HashAlgorithm::Sha256, 7), (HashAlgorithm::Sha512, 7)],
        ..sound()
    };
    let proved = judge(&verifier(), &unmeasured).result.unwrap();
    assert!(!proved.machine().pcrs.contains_key("sha512"));
}
