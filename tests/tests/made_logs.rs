//! Boot logs that are good but for one thing, and what is said about it.

#[path = "made_logs/complete.rs"]
mod complete;
#[path = "made_logs/describe.rs"]
mod describe;
#[path = "made_logs/efi.rs"]
mod efi;
#[path = "made_logs/grub.rs"]
mod grub;
#[path = "made_logs/parse.rs"]
mod parse;
#[path = "made_logs/platform.rs"]
mod platform;
#[path = "made_logs/property.rs"]
mod property;
#[path = "made_logs/replay.rs"]
mod replay;
#[path = "made_logs/secure_boot.rs"]
mod secure_boot;

use sealgate_core::{
    Database, Efi, Error, EventLog, EventType, ExplainedLog, Firmware, Grub, HashAlgorithm,
    LinuxKernel, LogDefect, LogFormat, LogKind, PcrIndex,
};
use sealgate_tests::log::{CERTIFICATE, MadeLog, Record, own_bank, utf16};

const BANK: HashAlgorithm = HashAlgorithm::Sha256;

/// A change to a good log.
type Change = fn(&mut MadeLog);

fn pcr(register: u32) -> PcrIndex {
    PcrIndex::new(register).expect("a register")
}

/// The good log with a change, held against what it itself makes of the registers.
#[track_caller]
fn read<T>(
    change: impl FnOnce(&mut MadeLog),
    part: impl FnOnce(&ExplainedLog<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut log = MadeLog::good();
    change(&mut log);
    let bytes = log.to_bytes();
    let log = EventLog::parse(&bytes, LogKind::Tpm).expect("a log");
    part(&log.explain(&own_bank(&log, BANK)).expect("explained"))
}

/// The defect of an event of `register`.
#[track_caller]
fn defect<T: std::fmt::Debug>(register: u32, read: Result<T, Error>) -> LogDefect {
    match read {
        Err(Error::LogEventInvalid {
            register: actual,
            defect,
            ..
        }) if actual == register => defect,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn check(
    register: u32,
    part: impl Fn(&ExplainedLog<'_>) -> Result<(), Error>,
    cases: &[(&str, Change, LogDefect)],
) {
    assert_eq!(read(|_| {}, &part), Ok(()), "the good log");
    for (name, change, expected) in cases {
        assert_eq!(defect(register, read(change, &part)), *expected, "{name}");
    }
}

fn is_variable(record: &Record, name: &str) -> bool {
    record.event_type == EventType::EFI_VARIABLE_DRIVER_CONFIG
        && record.data.get(32..32 + 2 * name.len()) == Some(&utf16(name))
}

fn is_separator(record: &Record, register: u32) -> bool {
    record.register == register && record.event_type == EventType::SEPARATOR
}

#[test]
fn the_good_log_is_read_whole() {
    for (algorithms, bank) in [
        (None, HashAlgorithm::Sha1),
        (Some(HashAlgorithm::ALL.to_vec()), HashAlgorithm::Sha512),
    ] {
        let mut made = MadeLog::good();
        made.algorithms = algorithms;
        let bytes = made.to_bytes();
        let log = EventLog::parse(&bytes, LogKind::Tpm).expect("a log");
        assert_eq!(log.format() == LogFormat::Legacy, made.algorithms.is_none());
        let log = log.explain(&own_bank(&log, bank)).expect("explained");
        assert_eq!(log.check_complete(), Ok(()));
        let platform = log.platform().expect("a platform");
        assert_eq!(platform.firmware, Some(Firmware::GceVersion(2)));
        assert_eq!(platform.non_host_infos, 1);
        let secure_boot = log.secure_boot().expect("secure boot");
        assert!(secure_boot.enabled);
        assert_eq!(secure_boot.dbx, Database::default());
        assert_eq!(secure_boot.authority.certificates[0].der, CERTIFICATE);
        let digest = |text: &str| bank.digest(&[text.as_bytes()]);
        assert_eq!(
            log.efi(),
            Ok(Some(Efi {
                apps: vec![digest("shim"), digest("grub")],
                ..Efi::default()
            }))
        );
        let Grub { files, commands } = log.grub().expect("GRUB").expect("GRUB");
        assert_eq!(files[1].digest, digest("kernel"));
        assert_eq!(commands[1], "kernel_cmdline: /vmlinuz ro\0");
        assert_eq!(
            log.linux_kernel(),
            Ok(Some(LinuxKernel {
                command_line: "/vmlinuz ro\0".to_owned()
            }))
        );
    }
}
