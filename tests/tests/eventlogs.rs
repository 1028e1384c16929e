//! Real boot logs: every value that their sources state for them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use sealgate_core::{
    ConfidentialTechnology, Database, Error, EventLog, EventType, ExplainedLog, Firmware, Gap,
    HashAlgorithm, LogDefect, LogFormat, LogKind, PcrBank, PcrIndex, WellKnownCertificate,
};
use sealgate_tests::log::own_bank;
use serde::Deserialize;
use sha2::{Digest, Sha256};

#[derive(Deserialize)]
struct Expected {
    logs: Vec<ExpectedLog>,
    ccel: ExpectedCcel,
    exit_boot_services_missing: ExpectedMissing,
}

#[derive(Deserialize)]
struct ExpectedLog {
    file: String,
    pcrs: BTreeMap<String, BTreeMap<u32, String>>,
    #[serde(default)]
    apps: BTreeMap<String, Vec<String>>,
    command_line: Option<String>,
}

#[derive(Deserialize)]
struct ExpectedCcel {
    file: String,
    bytes: usize,
    sha256: String,
    rtmrs: Vec<String>,
}

#[derive(Deserialize)]
struct ExpectedMissing {
    file: String,
    pcr5: BTreeMap<String, String>,
}

fn vectors() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors/evidence/logs")
}

fn bytes(file: &str) -> Vec<u8> {
    fs::read(vectors().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn expected() -> Expected {
    serde_json::from_slice(&bytes("expected.json")).expect("what is expected")
}

fn algorithm(name: &str) -> HashAlgorithm {
    HashAlgorithm::from_name(name).expect("a hash")
}

#[track_caller]
fn with<T>(file: &str, check: impl FnOnce(&ExplainedLog<'_>) -> T) -> T {
    let bytes = bytes(file);
    let log = EventLog::parse(&bytes, LogKind::Tpm).expect("a log");
    let strongest = *log.algorithms().iter().max().expect("a hash");
    check(&log.explain(&own_bank(&log, strongest)).expect("explained"))
}

#[test]
fn every_stated_register_is_replayed() {
    let mut compared = 0;
    for expected in expected().logs {
        let bytes = bytes(&expected.file);
        assert_eq!(LogKind::detect(&bytes), LogKind::Tpm, "{}", expected.file);
        let log = EventLog::parse(&bytes, LogKind::Tpm).expect(&expected.file);
        for (bank, values) in &expected.pcrs {
            let replay: BTreeMap<_, _> = log
                .replay(algorithm(bank))
                .into_iter()
                .map(|replay| (replay.register, replay.value.expect("a value").to_string()))
                .collect();
            assert_eq!(&replay, values, "{} {bank}", expected.file);
            compared += values.len();
        }
    }
    assert_eq!(compared, 139);
}

#[test]
fn every_stated_bank_explains_its_log() {
    for expected in expected().logs {
        let bytes = bytes(&expected.file);
        let log = EventLog::parse(&bytes, LogKind::Tpm).expect(&expected.file);
        for (name, values) in &expected.pcrs {
            let mut bank = PcrBank::new(algorithm(name));
            for (register, value) in values {
                let register = PcrIndex::new(*register).expect("a register");
                bank.insert(register, &hex::decode(value).expect("hex"))
                    .expect("a value");
            }
            let explained = log.explain(&bank).expect(&expected.file);
            assert_eq!(explained.bank().name(), name);
            assert!(explained.events().iter().all(|event| !event.inferred));
            // Only registers with events are stated; a release wants 0 to 15.
            assert!(matches!(
                explained.check_complete(),
                Err(Error::LogIncomplete(Gap::NotQuoted(_)))
            ));
        }
    }
}

#[test]
fn every_stated_application_is_found() {
    let mut compared = 0;
    for expected in expected().logs {
        let bytes = bytes(&expected.file);
        let log = EventLog::parse(&bytes, LogKind::Tpm).expect(&expected.file);
        for (bank, apps) in &expected.apps {
            let bank = own_bank(&log, algorithm(bank));
            let log = log.explain(&bank).expect(&expected.file);
            let found: Vec<_> = match log.efi().expect(&expected.file) {
                Some(efi) => efi.apps,
                // The log ends before boot services do: nothing tells these from what a later
                // program measured, so they are nobody's applications.
                None => {
                    assert_eq!(expected.file, "debian-10.bin");
                    log.events()
                        .iter()
                        .filter(|event| {
                            event.event_type == EventType::EFI_BOOT_SERVICES_APPLICATION
                        })
                        .map(|event| event.digest)
                        .collect()
                }
            };
            let found: Vec<_> = found.iter().map(ToString::to_string).collect();
            assert_eq!(&found, apps, "{}", expected.file);
            compared += 1;
        }
    }
    assert_eq!(compared, 13);
}

#[test]
fn every_stated_command_line_is_found() {
    let mut compared = 0;
    for expected in expected().logs {
        let Some(command_line) = expected.command_line else {
            continue;
        };
        with(&expected.file, |log| {
            let kernel = log.linux_kernel().expect("GRUB").expect("a kernel");
            assert_eq!(kernel.command_line, command_line);
        });
        compared += 1;
    }
    assert_eq!(compared, 3);
}

#[test]
fn cloud_machines_are_complete() {
    for file in [
        "cos-85-amd-sev.bin",
        "cos-101-amd-sev.bin",
        "debian-10.bin",
        "eventlogwithsp800155.bin",
        "rhel8-uefi.bin",
        "ubuntu-2404-amd-sevsnp.bin",
    ] {
        with(file, |log| {
            assert_eq!(log.check_complete(), Ok(()), "{file}");
            let platform = log.platform().expect(file);
            assert_eq!(platform.non_host_infos, 1, "{file}");
            assert!(matches!(platform.firmware, Some(Firmware::GceVersion(_))));
            let secure_boot = log.secure_boot().expect(file);
            assert!(!secure_boot.db.certificates.is_empty(), "{file}");
            assert!(secure_boot.dbx.others.is_empty(), "{file}");
            let kernel = log.linux_kernel().expect(file);
            let efi = log.efi().expect(file);
            // A legacy log has no room for GRUB's measurements, nor for the end of boot services.
            assert_eq!(efi.is_none(), file == "debian-10.bin", "{file}");
            assert_eq!(kernel.is_none(), file == "debian-10.bin", "{file}");
        });
    }
}

#[test]
fn a_confidential_machine_says_so() {
    for (file, technology) in [
        ("cos-85-amd-sev.bin", ConfidentialTechnology::AmdSev),
        ("rhel8-uefi.bin", ConfidentialTechnology::NotConfidential),
        (
            "ubuntu-2404-amd-sevsnp.bin",
            ConfidentialTechnology::AmdSevSnp,
        ),
    ] {
        with(file, |log| {
            let platform = log.platform().expect(file);
            assert_eq!(platform.technology, Some(technology), "{file}");
        });
    }
}

#[test]
fn the_keys_of_secure_boot_are_known() {
    let known = |database: &Database| -> Vec<_> {
        let certificates = database.certificates.iter();
        certificates
            .map(|certificate| certificate.well_known)
            .collect()
    };
    with("rhel8-uefi.bin", |log| {
        let secure_boot = log.secure_boot().expect("secure boot");
        assert!(secure_boot.enabled);
        assert!(!secure_boot.dma_protection_disabled);
        let windows = Some(WellKnownCertificate::WindowsProductionPca2011);
        let others = Some(WellKnownCertificate::MicrosoftUefiCa2011);
        assert_eq!(
            known(&secure_boot.pk),
            [Some(WellKnownCertificate::GceDefaultPk)]
        );
        assert_eq!(
            known(&secure_boot.kek),
            [Some(WellKnownCertificate::MicrosoftKekCa2011)]
        );
        assert_eq!(known(&secure_boot.db), [others, windows]);
        assert_eq!(known(&secure_boot.dbx), [None; 3]);
        assert_eq!(secure_boot.dbx.hashes.len(), 183);
        // The key that allowed shim, and shim's own, which allowed GRUB.
        assert_eq!(known(&secure_boot.authority), [others, None]);
    });
    with("ubuntu-2404-amd-sevsnp.bin", |log| {
        let secure_boot = log.secure_boot().expect("secure boot");
        assert!(!secure_boot.enabled);
        assert_eq!(secure_boot.dbx.hashes.len(), 371);
        assert!(secure_boot.authority.is_empty());
    });
}

#[test]
fn grub_says_what_it_did() {
    with("cos-85-amd-sev.bin", |log| {
        let grub = log.grub().expect("GRUB").expect("GRUB");
        let files: Vec<_> = grub
            .files
            .iter()
            .map(|file| String::from_utf8_lossy(&file.untrusted_filename))
            .collect();
        assert_eq!(
            files,
            ["(hd0,gpt12)/efi/boot/grub.cfg\0", "/syslinux/vmlinuz.A\0"]
        );
        assert_eq!(
            grub.commands.first().map(String::as_str),
            Some("grub_cmd: defaultA=2\0")
        );
    });
}

/// A workstation whose firmware measures an empty `SecureBoot`, and starts an application without
/// saying so: two parts that cannot be read, and the others can.
#[test]
fn a_part_that_cannot_be_read_leaves_the_others() {
    with("arch-linux-workstation.bin", |log| {
        assert!(matches!(
            log.secure_boot(),
            Err(Error::LogEventInvalid {
                register: 7,
                defect: LogDefect::SecureBootLength(0),
                ..
            })
        ));
        assert!(matches!(
            log.efi(),
            Err(Error::LogEventInvalid {
                register: 4,
                defect: LogDefect::ApplicationBeforeBoot,
                ..
            })
        ));
        let platform = log.platform().expect("a platform");
        assert!(matches!(platform.firmware, Some(Firmware::ScrtmVersion(_))));
        assert_eq!(platform.technology, None);
        assert_eq!(log.grub(), Ok(None));
        assert_eq!(log.linux_kernel(), Ok(None));
        assert_eq!(log.check_complete(), Ok(()));
    });
}

#[test]
fn a_machine_without_grub_has_none() {
    with("glinux-alex.bin", |log| {
        assert_eq!(log.grub(), Ok(None));
        assert_eq!(log.linux_kernel(), Ok(None));
        assert!(!log.secure_boot().expect("secure boot").enabled);
    });
}

#[test]
fn a_tdx_log_is_replayed_with_its_padding() {
    let expected = expected().ccel;
    let cut = bytes(&expected.file);
    let mut whole = cut.clone();
    whole.resize(expected.bytes, 0xFF);
    assert_eq!(hex::encode(Sha256::digest(&whole)), expected.sha256);
    assert_eq!(LogKind::detect(&whole), LogKind::Ccel);
    for bytes in [&whole, &cut] {
        let log = EventLog::parse(bytes, LogKind::Ccel).expect("a log");
        assert_eq!(log.format(), LogFormat::CryptoAgile);
        assert_eq!(log.algorithms(), [HashAlgorithm::Sha384]);
        assert_eq!(log.events().len(), 44);
        let replay: Vec<_> = log
            .replay(HashAlgorithm::Sha384)
            .into_iter()
            .map(|replay| (replay.register, replay.value.expect("a value").to_string()))
            .collect();
        let rtmrs: Vec<_> = (1..).zip(expected.rtmrs.clone()).collect();
        assert_eq!(replay, rtmrs);
    }
    let refusal = EventLog::parse(&whole, LogKind::Tpm).unwrap_err();
    assert_eq!(
        refusal,
        Error::LogMalformed {
            offset: cut.len(),
            number: 44,
            defect: LogDefect::Padding
        }
    );
}

#[test]
fn the_end_of_boot_services_is_inferred() {
    let expected = expected().exit_boot_services_missing;
    let bytes = bytes(&expected.file);
    let log = EventLog::parse(&bytes, LogKind::Tpm).expect("a log");
    for (bank, value) in &expected.pcr5 {
        let mut bank = own_bank(&log, algorithm(bank));
        let register = PcrIndex::new(5).expect("a register");
        bank.insert(register, &hex::decode(value).expect("hex"))
            .expect("a value");
        let explained = log.explain(&bank).expect("explained");
        let inferred: Vec<_> = explained
            .events()
            .iter()
            .filter(|event| event.inferred)
            .map(|event| (event.number, String::from_utf8_lossy(event.data)))
            .collect();
        assert_eq!(
            inferred,
            [
                (38, "Exit Boot Services Invocation".into()),
                (39, "Exit Boot Services Returned with Success".into())
            ]
        );
    }
}

#[test]
fn a_short_first_event_makes_no_header() {
    let bytes = bytes("short_no_action_eventlog");
    let log = EventLog::parse(&bytes, LogKind::Tpm).expect("a log");
    assert_eq!(log.format(), LogFormat::Legacy);
    assert_eq!(log.events().len(), 1);
    assert!(log.replay(HashAlgorithm::Sha1).is_empty());
}
