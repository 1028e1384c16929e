//! Register 0, and separators in disguise.

use sealgate_core::{EventType, LogDefect};
use sealgate_tests::log::{MadeLog, Record};

use super::{Change, check, defect, is_separator, read};

#[test]
fn platforms() {
    let version: Change = |log| {
        log.records[0] = log.records[0].clone().measuring("another version");
    };
    let unverified: Change = |log| {
        log.records[1] = log.records[1].clone().measuring("another technology");
    };
    let unknown: Change = |log| log.records[1].data[16] = 5;
    let foreign: Change = |log| log.records[1].data = b"another firmware's information".to_vec();
    let error: Change = |log| {
        log.find(|record| is_separator(record, 0)).data = vec![1, 0, 0, 0];
    };
    let renamed: Change = |log| log.records[1].event_type = EventType::S_CRTM_VERSION;
    let posted: Change = |log| log.records[1].event_type = EventType::POST_CODE;
    let second: Change = |log| log.records.insert(0, log.records[0].clone());
    let hidden: Change = |log| {
        log.records[1] = log.records[1].clone().measuring("another technology");
        log.records[1].event_type = EventType::new(0x1234);
    };
    check(
        0,
        |log| log.platform().map(drop),
        &[
            ("version unverified", version, LogDefect::Digest),
            ("technology unverified", unverified, LogDefect::Digest),
            ("technology unknown", unknown, LogDefect::NonHostInfo),
            ("technology of another", foreign, LogDefect::NonHostInfo),
            ("technology as a version", renamed, LogDefect::NonHostInfo),
            ("second version", second, LogDefect::Repeated),
            ("technology as a post code", posted, LogDefect::Disguised),
            ("technology of no known type", hidden, LogDefect::Type),
            ("error separator", error, LogDefect::Separator),
        ],
    );
    // What is measured after the separator says nothing about the platform.
    let late = read(
        |log| {
            let technology = log.records.remove(1);
            log.records.push(technology);
        },
        |log| log.platform(),
    );
    assert_eq!(late.expect("a platform").technology, None);
    let twice = read(
        |log| log.records.insert(1, log.records[1].clone()),
        |log| log.platform(),
    );
    assert_eq!(twice.expect("a platform").non_host_infos, 2);
}

/// Both separators, under another type and with other data: the digests of both are known.
#[test]
fn a_disguised_separator_is_seen() {
    for data in [[0; 4], [0xFF; 4]] {
        for register in [0, 4, 5, 7] {
            let disguise = |log: &mut MadeLog| {
                let found = log.find(|record| is_separator(record, register));
                *found =
                    Record::new(register, EventType::POST_CODE, "nothing to see").measuring(data);
            };
            let read = read(disguise, |log| {
                log.platform()?;
                log.efi()?;
                log.secure_boot()?;
                Ok(())
            });
            assert_eq!(defect(register, read), LogDefect::Disguised);
            let complete = self::read(disguise, |log| log.check_complete());
            assert_eq!(defect(register, complete), LogDefect::Disguised);
        }
    }
}
