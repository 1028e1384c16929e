//! Sound machines: attest, verify debug, verify evidence.

use std::fs;

use sealgate_core::wire;
use sealgate_core::wire::attest::Attestation;
use sealgate_tests::agent::stderr;
use sealgate_tests::desk::{Authority, KeyAlgorithm, Machine};

use crate::booted::{Booted, LOG, NONCE, log, read};

/// Every key, every algorithm, every format; every bank that the TPM has.
#[test]
fn every_form_of_attestation_is_read_back() {
    let booted = Booted::sound();
    for key in ["AK", "gceAK"] {
        for algorithm in KeyAlgorithm::ALL {
            for format in ["binarypb", "textproto"] {
                let case = format!("{key} {algorithm:?} {format}");
                let arguments = [
                    "--nonce",
                    NONCE,
                    "--key",
                    key,
                    "--algo",
                    algorithm.name(),
                    "--sha1",
                    "--format",
                    format,
                ];
                let output = booted
                    .agent
                    .attest_command(&booted.desk, &arguments)
                    .output();
                let output = output.expect("the agent runs");
                assert!(output.status.success(), "{case}: {}", stderr(&output));
                let evidence = output.stdout;

                let debug = ["verify", "debug", "--nonce", NONCE, "--format", format];
                let debug = booted
                    .agent
                    .feed(&debug, &evidence)
                    .expect("the agent runs");
                assert!(debug.status.success(), "{case}: {}", stderr(&debug));
                let state = String::from_utf8(debug.stdout).expect("text");
                assert!(state.contains("technology: AMD_SEV"), "{case}: {state}");

                let verdict = booted.appraise(&evidence);
                if key == "AK" {
                    verdict.refused("certificate_missing");
                } else {
                    verdict.verified();
                }
            }
        }
    }
}

#[test]
fn all_banks_are_quoted_and_sha1_is_believed_only_when_allowed() {
    let booted = Booted::sound();
    let evidence = booted.attest(KeyAlgorithm::Ecc);
    let banks: Vec<_> = read(&evidence)
        .quotes
        .iter()
        .map(|quote| quote.pcrs.as_ref().map_or(0, |pcrs| pcrs.hash))
        .collect();
    assert_eq!(banks, [0x0004, 0x000B, 0x000C]);
    let verdict = booted.appraise(&evidence);
    let machine = verdict.verified();
    let registers = booted.desk.registers("sha256").expect("registers");
    assert_eq!(machine["pcrs"]["sha256"]["4"], hex::encode(&registers[4]));
    // SHA-1 was quoted and is not believed.
    assert!(machine["pcrs"]["sha1"].is_null(), "{machine:#}");
    let verdict = booted.appraise_with(&evidence, &["--allow-sha1"]);
    let registers = booted.desk.registers("sha1").expect("registers");
    assert_eq!(
        verdict.verified()["pcrs"]["sha1"]["4"],
        hex::encode(&registers[4])
    );
}

/// What is not asked for is not quoted.
#[test]
fn sha1_is_quoted_on_request_only() {
    let booted = Booted::sound();
    let output = booted
        .agent
        .attest_command(&booted.desk, &["--nonce", NONCE])
        .output()
        .expect("the agent runs");
    let banks: Vec<_> = read(&output.stdout)
        .quotes
        .iter()
        .map(|quote| quote.pcrs.as_ref().map_or(0, |pcrs| pcrs.hash))
        .collect();
    assert_eq!(banks, [0x000B, 0x000C]);
}

/// The root alone is trusted: the intermediate comes with the evidence.
#[test]
fn an_intermediate_may_come_with_the_evidence() {
    let booted = Booted::sound();
    let mut message = booted.message();
    let root = sealgate_tests::certificate::pem(&Authority::Desk.root());
    let file = booted.desk.folder().join("root.pem");
    fs::write(&file, root).expect("a file");
    let roots = ["--root", file.to_str().expect("a path")];
    let appraise =
        |message: &Attestation| booted.agent.appraise(&wire::encode(message), NONCE, &roots);
    appraise(&message).refused("root_not_trusted");
    message.intermediate_certs = vec![Authority::Desk.intermediate()];
    appraise(&message).verified();
}

#[test]
fn the_machine_is_described() {
    let booted = Booted::sound();
    let verdict = booted.appraise(&booted.attest(KeyAlgorithm::Rsa));
    let machine = verdict.verified();
    assert_eq!(machine["platform"]["technology"], "AMD_SEV");
    assert_eq!(
        machine["platform"]["instance_info"]["project_id"],
        "desk-project"
    );
    // Above 2^63, where other readers give up.
    assert_eq!(
        machine["platform"]["instance_info"]["instance_id"],
        9_560_342_035_431_930_290_u64
    );
}

/// The firmware of a workstation, which starts its TPM at locality 3: a debugging verifier reads
/// it, and PCR 0 is explained.
#[test]
fn a_startup_locality_is_replayed() {
    let booted = Booted::start(&Machine::booted(log("glinux-alex.bin")));
    let evidence = booted.attest(KeyAlgorithm::Rsa);
    let verdict = booted.appraise(&evidence);
    let checks = verdict.document["checks"].as_array().expect("checks");
    for check in checks.iter().filter(|check| check["check"] == "replay") {
        if check["actual"]["bank"] == "sha256" {
            assert_eq!(check["ok"], true, "{check:#}");
        }
    }
}

/// The policy's view: `machine` of one and the same machine, met and not met.
#[test]
fn a_policy_over_the_machine_is_met_or_not() {
    let booted = Booted::start(&Machine::booted(log(LOG)));
    let evidence = booted.attest(KeyAlgorithm::Rsa);
    let file = booted.desk.folder().join("policy.json");
    let path = file.to_str().expect("a path").to_owned();
    let ask = |condition: &str| {
        let policy = serde_json::json!({
            "issuers": ["https://confidentialcomputing.googleapis.com"],
            "acknowledge": ["project_not_pinned"],
            "evidence": "required",
            "condition": condition,
        });
        fs::write(&file, policy.to_string()).expect("a file");
        booted.appraise_with(&evidence, &["--policy", &path])
    };
    ask("machine.platform.technology == \"AMD_SEV\"").verified();
    let verdict = ask("machine.platform.technology == \"AMD_SEV_SNP\"");
    assert_eq!(verdict.document["code"], "condition_not_met");
    assert_eq!(verdict.exit, Some(6));
}
