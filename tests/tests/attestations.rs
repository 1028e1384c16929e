//! Whole attestations through the verifier: a real one, and made ones with one defect each.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "attestations/key.rs"]
mod key;
#[path = "attestations/log.rs"]
mod log;
#[path = "attestations/quote.rs"]
mod quote;

use std::fs;

use sealgate_core::{
    Code, Evidence, EvidenceOutcome, EvidenceVerifier, HashAlgorithm, KeyTrust, Policy, UnixTime,
    VtpmRoots,
};
use sealgate_tests::desk::{Authority, Boot, Paper};
use sealgate_tests::tests_path;

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
    assert_eq!(state.hash, i32::from(HashAlgorithm::Sha256.id()));
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
