//! Replaying: what a log does not explain.

use sealgate_core::{Error, EventLog, EventType, HashAlgorithm, LogDefect, LogKind, PcrBank};
use sealgate_tests::log::{MadeLog, Record, application, own_bank, separator};

use super::BANK;

#[test]
fn a_replay_says_what_it_cannot_explain() {
    let good = MadeLog::good();
    let bytes = good.to_bytes();
    let log = EventLog::parse(&bytes, LogKind::Tpm).expect("a log");
    let pcrs = own_bank(&log, BANK);
    let replay = |change: &dyn Fn(&mut MadeLog)| {
        let mut made = good.clone();
        change(&mut made);
        let bytes = made.to_bytes();
        let log = EventLog::parse(&bytes, LogKind::Tpm).expect("a log");
        match log.explain(&pcrs).map(drop) {
            Err(Error::LogReplayFailed { bank, mismatches }) => {
                assert_eq!(bank, BANK);
                mismatches
                    .into_iter()
                    .map(|mismatch| {
                        assert_ne!(mismatch.computed, mismatch.quoted);
                        assert_eq!(pcrs.get(mismatch.register), Some(&mismatch.quoted));
                        let register = mismatch.register.value();
                        (register, mismatch.events, mismatch.explained_by)
                    })
                    .collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        }
    };
    let last = good.records.len();
    // An added event: up to the one before it the log explains the register.
    assert_eq!(
        replay(&|log| log.records.push(application("added"))),
        [(
            4,
            5,
            Some(good.place(|record| *record == application("grub")) + 1)
        )]
    );
    assert_eq!(
        replay(&|log| {
            log.records.push(application("added"));
            log.records.push(separator(11));
        })
        .len(),
        2
    );
    // A dropped one.
    assert_eq!(
        replay(&|log| log.records.retain(|record| *record != application("shim"))),
        [(4, 3, None)]
    );
    // A moved one.
    assert_eq!(
        replay(&|log| {
            let place = log.place(|record| *record == application("shim"));
            let shim = log.records.remove(place);
            log.records.push(shim);
        }),
        [(4, 4, None)]
    );
    // An altered digest.
    assert_eq!(
        replay(&|log| {
            let record = log.find(|record| record.register == 14 || record.register == 9);
            *record = record.clone().measuring("altered");
        }),
        [(9, 3, None)]
    );
    // Register 5 with other ends than those that firmware leaves out.
    assert_eq!(
        replay(&|log| log.records.truncate(last - 1)),
        [(5, 2, None)]
    );
}

/// Firmware that closes its log early: three endings, no other, and only of register 5.
#[test]
fn missing_ends_of_boot_services_are_inferred() {
    let texts = |endings: &[&str]| -> Vec<Record> {
        endings
            .iter()
            .map(|text| Record::new(5, EventType::EFI_ACTION, *text))
            .collect()
    };
    let (invocation, success, failure) = (
        "Exit Boot Services Invocation",
        "Exit Boot Services Returned with Success",
        "Exit Boot Services Returned with Failure",
    );
    let mut early = MadeLog::good();
    early
        .records
        .retain(|record| !record.data.starts_with(b"Exit"));
    let bytes = early.to_bytes();
    let log = EventLog::parse(&bytes, LogKind::Tpm).expect("a log");
    for (ending, inferred) in [
        (vec![invocation, success], true),
        (vec![invocation, failure], true),
        (vec![invocation, failure, success], true),
        (vec![invocation], false),
        (vec![success], false),
        (vec![success, invocation], false),
    ] {
        let mut whole = early.clone();
        whole.records.extend(texts(&ending));
        let whole = whole.to_bytes();
        let whole = EventLog::parse(&whole, LogKind::Tpm).expect("a log");
        let explained = log.explain(&own_bank(&whole, BANK));
        assert_eq!(explained.is_ok(), inferred, "{ending:?}");
        if let Ok(explained) = explained {
            let found: Vec<_> = explained
                .events()
                .iter()
                .filter(|event| event.inferred)
                .map(|event| (event.register.value(), event.event_type.value(), event.data))
                .collect();
            let expected: Vec<_> = ending.iter().map(|text| (5, 0, text.as_bytes())).collect();
            assert_eq!(found, expected);
            assert_eq!(explained.efi().expect("EFI").expect("EFI").apps.len(), 2);
        }
    }
}

#[test]
fn registers_that_were_not_quoted_have_no_events() {
    for register in [24, 4096] {
        let mut made = MadeLog::good();
        made.records.push(separator(register));
        let bytes = made.to_bytes();
        let log = EventLog::parse(&bytes, LogKind::Tpm).expect("a log");
        assert_eq!(
            log.explain(&own_bank(&log, BANK)).map(drop),
            Err(Error::LogNotQuoted { register })
        );
    }
    let bytes = MadeLog::good().to_bytes();
    let log = EventLog::parse(&bytes, LogKind::Tpm).expect("a log");
    assert_eq!(
        log.explain(&PcrBank::new(BANK)).map(drop),
        Err(Error::LogNotQuoted { register: 0 })
    );
    assert_eq!(
        log.explain(&own_bank(&log, HashAlgorithm::Sha384))
            .map(drop),
        Err(Error::LogEventInvalid {
            number: 1,
            register: 0,
            defect: LogDefect::DigestMissing(HashAlgorithm::Sha384)
        })
    );
}

#[test]
fn a_log_of_a_tdx_machine_explains_no_tpm() {
    let bytes = MadeLog::good().to_bytes();
    let log = EventLog::parse(&bytes, LogKind::Ccel).expect("a log");
    assert_eq!(
        log.explain(&own_bank(&log, BANK)).map(drop),
        Err(Error::LogMalformed {
            offset: 0,
            number: 0,
            defect: LogDefect::NotTpm
        })
    );
}

#[test]
fn register_0_starts_from_its_locality() {
    let started = |locality: &[u8], place: usize| {
        let mut made = MadeLog::good();
        let data = [b"StartupLocality\0", locality].concat();
        let mut record = Record::new(0, EventType::NO_ACTION, data);
        record.register = 0;
        made.records.insert(place, record);
        let bytes = made.to_bytes();
        let log = EventLog::parse(&bytes, LogKind::Tpm).expect("a log");
        log.replay(BANK)[0].value.clone().expect("a value")
    };
    let digests = |start: u8| {
        let mut first = vec![0; 32];
        first[31] = start;
        let good = MadeLog::good();
        good.records
            .iter()
            .filter(|record| record.register == 0)
            .fold(first, |value, record| {
                let digest = BANK.digest(&[&record.data]);
                BANK.digest(&[&value, digest.as_bytes()])
                    .as_bytes()
                    .to_vec()
            })
    };
    assert_eq!(started(&[3], 0).as_bytes(), digests(3));
    assert_eq!(started(&[4], 0).as_bytes(), digests(4));
    assert_eq!(started(&[0], 0).as_bytes(), digests(0));
    // No TPM starts from there, it is too long, or it is too late.
    assert_eq!(started(&[1], 0).as_bytes(), digests(0));
    assert_eq!(started(&[3, 0], 0).as_bytes(), digests(0));
    assert_eq!(started(&[3], 1).as_bytes(), digests(0));
}
