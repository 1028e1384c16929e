//! Whole attestations through the verifier: a real one, and made ones with one defect each.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use sealgate_core::{
    Code, Evidence, EvidenceOutcome, EvidenceVerifier, HashAlgorithm, KeyTrust, Policy, UnixTime,
    VtpmRoots, wire,
};
use sealgate_tests::desk::{Authority, Boot, KeyCertificate, Paper, UNRESTRICTED, Usage};
use sealgate_tests::{keys, tests_path};

/// 2026-11-24.
const NOW: UnixTime = UnixTime::from_secs(1_795_478_400);
const NONCE: &[u8] = b"sixteen bytes ok";

const SEPARATOR: u32 = 4;

fn data(below: &str) -> Vec<u8> {
    fs::read(tests_path(&format!("vectors/evidence/{below}"))).unwrap()
}

fn boot_log() -> Vec<u8> {
    data("logs/cos-101-amd-sev.bin")
}

fn sound() -> Paper {
    Paper::new(&boot_log(), NONCE)
}

/// The boot log after a change.
fn altered(change: impl FnOnce(&mut Boot)) -> Vec<u8> {
    let mut boot = Boot::parse(&boot_log()).unwrap();
    change(&mut boot);
    boot.to_bytes()
}

/// Log and registers after a change: a machine that really booted so.
fn booted(change: impl FnOnce(&mut Boot)) -> Paper {
    Paper::new(&altered(change), NONCE)
}

fn verifier() -> EvidenceVerifier {
    let roots = VtpmRoots::google()
        .with_pem(&Authority::Desk.pem())
        .unwrap();
    EvidenceVerifier::new(KeyTrust::Roots(roots))
}

#[track_caller]
fn judge(verifier: &EvidenceVerifier, paper: &Paper) -> EvidenceOutcome {
    let evidence = Evidence::parse(&paper.bytes()).unwrap();
    let outcome = verifier.judge(Ok(&evidence), NONCE, NOW);
    assert_eq!(outcome.appraisal.verified, outcome.result.is_ok());
    assert_eq!(
        outcome.appraisal.code,
        outcome.result.as_ref().err().map(|error| error.code())
    );
    outcome
}

#[track_caller]
fn refused(paper: &Paper, code: Code) {
    let outcome = judge(&verifier(), paper);
    assert_eq!(outcome.result.unwrap_err().code(), code);
}

#[track_caller]
fn condition(paper: &Paper, condition: &str) -> Option<Code> {
    let document = serde_json::json!({ "evidence": "required", "condition": condition });
    let policy = Policy::parse(document.to_string().as_bytes()).unwrap();
    judge(&verifier().policy(policy), paper)
        .result
        .err()
        .map(|error| error.code())
}

#[test]
fn a_real_attestation_verifies_to_googles_roots() {
    let given = data("attestations/gce-cos-85-no-nonce.pb");
    let evidence = Evidence::parse(&given).unwrap();
    let google = EvidenceVerifier::new(KeyTrust::Roots(VtpmRoots::google()));
    let outcome = google.judge(Ok(&evidence), b"", NOW);
    let proved = outcome.result.unwrap();
    assert_eq!(proved.unreadable(), []);
    let machine = proved.machine();
    assert_eq!(machine.attestation_key.root.as_deref(), Some("google"));
    let instance = machine.platform.instance_info.as_ref().unwrap();
    assert_eq!(instance.instance_id, 6_797_026_933_021_542_085);
    assert_eq!(instance.instance_name, "cos-test");
    assert_eq!(machine.platform.technology.as_deref(), Some("AMD_SEV"));
    assert!(machine.event_log.complete);
    assert_eq!(machine.quote.reset_count, Some(10));
    assert!(!machine.pcrs.contains_key("sha1"));
    assert_eq!(machine.pcrs["sha256"].len(), 24);
    let kernel = machine.linux_kernel.as_ref().unwrap();
    assert!(kernel.command_line.ends_with("b8ffc16\""));
    let refusal = google.verify(&evidence, b"another", NOW).unwrap_err();
    assert_eq!(refusal.code(), Code::QuoteNonceMismatch);
}

#[test]
fn a_machine_on_paper_verifies_and_its_state_is_whole() {
    let outcome = judge(&verifier(), &sound());
    let proved = outcome.result.unwrap();
    assert_eq!(proved.unreadable(), []);
    assert_eq!(
        proved.machine().attestation_key.root.as_deref(),
        Some("added")
    );
    let state = proved.state();
    assert_eq!(state.hash, i32::from(HashAlgorithm::Sha384.id()));
    let instance = state.platform.as_ref().unwrap().instance_info.as_ref();
    assert_eq!(instance.unwrap().instance_id, 9_560_342_035_431_930_290);
    assert!(state.secure_boot.is_some() && state.efi.is_some());
    assert!(state.grub.is_some() && state.linux_kernel.is_some());
    assert!(state.tee_attestation.is_none());
    assert!(
        outcome
            .appraisal
            .checks
            .iter()
            .all(|it| it.ok == Some(true))
    );
}

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
fn a_log_that_was_edited_does_not_replay() {
    let edited = |change: fn(&mut Boot)| Paper {
        log: altered(change),
        ..sound()
    };
    let dropped = edited(|boot| {
        boot.records.pop();
    });
    refused(&dropped, Code::LogReplayFailed);
    let moved = edited(|boot| {
        let first = boot.records.iter().position(|it| it.pcr == 8).unwrap();
        let second = boot.records.iter().rposition(|it| it.pcr == 8).unwrap();
        boot.records.swap(first, second);
    });
    refused(&moved, Code::LogReplayFailed);
    let added = edited(|boot| {
        let record = boot.records.last().unwrap().clone();
        boot.records.push(record);
    });
    refused(&added, Code::LogReplayFailed);
    let cut = Paper {
        log: boot_log()[..1000].to_vec(),
        ..sound()
    };
    refused(&cut, Code::LogMalformed);
}

/// Each bank's digests are held to: a log may not be true in one and lie in another.
#[test]
fn a_log_that_lies_in_one_bank_does_not_replay() {
    for bank in [HashAlgorithm::Sha256, HashAlgorithm::Sha384] {
        let lying = altered(|boot| {
            let digests = &mut boot.records.last_mut().unwrap().digests;
            let digest = digests.iter_mut().find(|(id, _)| *id == bank.id());
            digest.unwrap().1[0] ^= 1;
        });
        let paper = Paper {
            log: lying,
            ..sound()
        };
        refused(&paper, Code::LogReplayFailed);
    }
}

#[test]
fn what_a_release_needs_must_be_there() {
    let stripped = Paper {
        log: Vec::new(),
        ..sound()
    };
    refused(&stripped, Code::LogIncomplete);
    let few = Paper {
        registers: (0..15).collect(),
        ..sound()
    };
    refused(&few, Code::LogIncomplete);
    let fewer = Paper {
        registers: (0..8).collect(),
        ..sound()
    };
    refused(&fewer, Code::LogNotQuoted);
    let unseparated = booted(|boot| {
        boot.records
            .retain(|it| it.pcr != 6 || it.kind != SEPARATOR);
    });
    refused(&unseparated, Code::LogIncomplete);
    let disguised = booted(|boot| {
        let separator = boot.records.iter_mut();
        let mut separators = separator.filter(|it| it.kind == SEPARATOR && it.pcr == 6);
        separators.next().unwrap().kind = 0x8000_0007;
    });
    refused(&disguised, Code::LogEventInvalid);
    let silent = Paper {
        log: altered(|boot| boot.records.retain(|it| it.pcr != 9)),
        ..sound()
    };
    refused(&silent, Code::LogIncomplete);
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
    refused(&legacy, Code::QuoteMissing);
}

#[test]
fn a_part_that_cannot_be_read_is_absent_and_takes_no_other_with_it() {
    // A type that has no place in register 7.
    let paper = booted(|boot| {
        let mut foreign = boot.records.iter().find(|it| it.pcr == 8).unwrap().clone();
        foreign.pcr = 7;
        boot.records.push(foreign);
    });
    let outcome = judge(&verifier(), &paper);
    let proved = outcome.result.unwrap();
    let [(part, error)] = proved.unreadable() else {
        panic!("{:?}", proved.unreadable());
    };
    assert_eq!(
        (*part, error.code()),
        ("secure_boot", Code::LogEventInvalid)
    );
    assert_eq!(proved.machine().secure_boot, None);
    assert_eq!(proved.state().secure_boot, None);
    assert!(proved.machine().linux_kernel.is_some());
    assert_eq!(outcome.appraisal.unreadable.len(), 1);
    assert_eq!(
        condition(&paper, "machine.secure_boot.enabled == false"),
        Some(Code::ClaimMissing)
    );
    assert_eq!(
        condition(&paper, "machine.platform.technology == \"AMD_SEV\""),
        None
    );
}

#[test]
fn conditions_hold_over_what_was_proved() {
    let paper = sound();
    for (text, code) in [
        ("machine.secure_boot.enabled", None),
        ("machine.platform.technology == \"AMD_SEV\"", None),
        (
            "machine.platform.technology == \"AMD_SEV_SNP\"",
            Some(Code::ConditionNotMet),
        ),
        (
            "machine.pcrs.sha256[\"4\"] == machine.pcrs.sha256[\"5\"]",
            Some(Code::ConditionNotMet),
        ),
        ("machine.pcrs.sha1[\"4\"] == \"\"", Some(Code::ClaimMissing)),
        (
            "machine.platform.instance_info.instance_id == 9560342035431930290u",
            None,
        ),
        (
            "machine.attestation_key.root == \"google\"",
            Some(Code::ConditionNotMet),
        ),
        (
            "machine.event_log.complete && machine.event_log.events > 40",
            None,
        ),
        (
            "machine.linux_kernel.command_line.contains(\"vmlinuz\")",
            None,
        ),
        ("assertion.swname == \"GCE\"", Some(Code::ClaimMissing)),
    ] {
        assert_eq!(condition(&paper, text), code, "{text}");
    }
}

#[test]
fn evidence_cut_anywhere_is_refused() {
    let bytes = sound().bytes();
    let whole = Evidence::parse(&bytes).unwrap();
    assert!(verifier().verify(&whole, NONCE, NOW).is_ok());
    for length in (0..bytes.len()).step_by(97) {
        let verdict = verifier().judge(
            Evidence::parse(&bytes[..length])
                .as_ref()
                .map_err(Clone::clone),
            NONCE,
            NOW,
        );
        assert!(verdict.result.is_err(), "{length} bytes");
    }
}
