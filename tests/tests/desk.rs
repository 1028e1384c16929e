//! The Confidential VM on the desk is what it says: registers, keys and certificates.
//!
//! `cargo xtask test` installs `swtpm` and `tpm2-tools`, which this needs.

#![cfg(feature = "e2e")]

use std::fs;
use std::path::Path;

use sealgate_tests::desk::{Boot, Desk, KeyAlgorithm, KeyCertificate, KeyKind, Machine};
use sealgate_tests::tests_path;
use serde_json::Value;

const LOGS: &str = "vectors/evidence/logs";

fn log(file: &str) -> Vec<u8> {
    fs::read(tests_path(LOGS).join(file)).expect("a log")
}

/// Every log of a TPM that was published with the values of its registers.
#[test]
fn registers_equal_those_published_with_each_log() {
    let expected: Value = serde_json::from_slice(&log("expected.json")).expect("JSON");
    let mut compared = 0;
    for entry in expected["logs"].as_array().expect("logs") {
        let file = entry["file"].as_str().expect("a file");
        if Path::new(file)
            .extension()
            .is_none_or(|extension| extension != "bin")
        {
            continue;
        }
        let desk = Desk::start(&Machine::booted(log(file))).expect("a desk");
        for (bank, registers) in entry["pcrs"].as_object().expect("banks") {
            let actual = desk.registers(bank).expect("registers");
            for (index, value) in registers.as_object().expect("registers") {
                let index: usize = index.parse().expect("an index");
                assert_eq!(
                    hex::encode(&actual[index]),
                    value.as_str().expect("hexadecimal"),
                    "{file}, {bank}, register {index}"
                );
                compared += 1;
            }
        }
    }
    assert!(compared >= 100, "{compared} registers were compared");
}

#[test]
fn the_nv_memory_holds_templates_and_certificates_of_the_keys() {
    let desk = Desk::start(&Machine::default()).expect("a desk");
    for (algorithm, certificate, template) in [
        (KeyAlgorithm::Rsa, "0x01C10000", "0x01C10001"),
        (KeyAlgorithm::Ecc, "0x01C10002", "0x01C10003"),
    ] {
        let key = Desk::key(algorithm, KeyKind::Restricted).expect("a key");
        let stored = desk.tool("tpm2_nvread", &["-C", "o", certificate]);
        assert_eq!(
            stored.expect("an index"),
            KeyCertificate::default().issue(key)
        );
        let stored = desk.tool("tpm2_nvread", &["-C", "o", template]);
        assert_eq!(stored.expect("an index").len(), 24);
    }
}

#[test]
fn desks_are_apart() {
    let log = log("cos-85-amd-sev.bin");
    let booted = Desk::start(&Machine::booted(log)).expect("a desk");
    let fresh = Desk::start(&Machine::default()).expect("a desk");
    assert_ne!(booted.tcti(), fresh.tcti());
    assert_ne!(
        booted.registers("sha256").expect("registers")[0],
        fresh.registers("sha256").expect("registers")[0]
    );
}

#[test]
fn nothing_is_left_of_a_desk() {
    let desk = Desk::start(&Machine::default()).expect("a desk");
    let (folder, port) = (desk.folder().to_owned(), desk.port());
    drop(desk);
    assert!(!folder.exists());
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn a_log_taken_apart_is_the_same_when_put_together() {
    for file in fs::read_dir(tests_path(LOGS)).expect("a folder") {
        let file = file.expect("an entry").path();
        if file.extension().is_some_and(|extension| extension == "bin") {
            let bytes = fs::read(&file).expect("a log");
            // Files of confidential computing logs end in padding, which is no record.
            if let Some(boot) = Boot::parse(&bytes) {
                assert_eq!(boot.to_bytes(), bytes, "{}", file.display());
            }
        }
    }
}
