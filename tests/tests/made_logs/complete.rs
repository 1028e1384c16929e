//! What a release needs.

use sealgate_core::{Error, EventLog, Gap, LogDefect, LogKind, PcrBank};
use sealgate_tests::log::{MadeLog, own_bank, separator};

use super::{BANK, defect, is_separator, pcr};

#[test]
fn completeness() {
    let gap = |change: &dyn Fn(&mut MadeLog), bank: &dyn Fn(&mut PcrBank)| {
        let mut made = MadeLog::good();
        change(&mut made);
        let bytes = made.to_bytes();
        let log = EventLog::parse(&bytes, LogKind::Tpm).expect("a log");
        let mut pcrs = own_bank(&log, BANK);
        bank(&mut pcrs);
        log.explain(&pcrs).expect("explained").check_complete()
    };
    let incomplete = |gap| Err(Error::LogIncomplete(gap));
    assert_eq!(gap(&|_| {}, &|_| {}), Ok(()));
    assert_eq!(
        gap(&|log| log.records.clear(), &|_| {}),
        incomplete(Gap::Empty)
    );
    for register in 0..8 {
        let without = gap(
            &|log| log.records.retain(|record| !is_separator(record, register)),
            &|_| {},
        );
        assert_eq!(without, incomplete(Gap::NoSeparator(pcr(register))));
        let twice = gap(&|log| log.records.push(separator(register)), &|_| {});
        assert_eq!(defect(register, twice), LogDefect::Repeated);
    }
    for register in 0..24 {
        let stripped = gap(
            &|log| log.records.retain(|record| record.register != register),
            &|pcrs| {
                pcrs.insert(pcr(register), &[1; 32]).expect("a value");
            },
        );
        match register {
            0..10 => assert_eq!(stripped, incomplete(Gap::Unexplained(pcr(register)))),
            _ => assert_eq!(stripped, Ok(())),
        }
        let quoted_without = {
            let mut made = MadeLog::good();
            made.records.retain(|record| record.register != register);
            let bytes = made.to_bytes();
            let log = EventLog::parse(&bytes, LogKind::Tpm).expect("a log");
            let whole = own_bank(&log, BANK);
            let mut part = PcrBank::new(BANK);
            for (index, value) in whole.iter().filter(|(index, _)| *index != pcr(register)) {
                part.insert(index, value.as_bytes()).expect("a value");
            }
            log.explain(&part).expect("explained").check_complete()
        };
        match register {
            0..16 => assert_eq!(quoted_without, incomplete(Gap::NotQuoted(pcr(register)))),
            _ => assert_eq!(quoted_without, Ok(())),
        }
    }
    // Registers 8 and 9 may be empty: not every loader measures there.
    let without_grub = gap(
        &|log| log.records.retain(|record| record.register < 8),
        &|_| {},
    );
    assert_eq!(without_grub, Ok(()));
}

#[test]
fn an_empty_log_is_visible() {
    let log = EventLog::parse(&[], LogKind::Tpm).expect("a log");
    assert!(log.events().is_empty());
    let explained = log.explain(&own_bank(&log, BANK)).expect("explained");
    assert_eq!(
        explained.check_complete(),
        Err(Error::LogIncomplete(Gap::Empty))
    );
    assert_eq!(
        explained.secure_boot(),
        Err(Error::LogIncomplete(Gap::NoSecureBoot))
    );
    assert_eq!(explained.efi(), Ok(None));
    assert_eq!(explained.grub(), Ok(None));
    let platform = explained.platform().expect("a platform");
    assert_eq!((platform.firmware, platform.technology), (None, None));
}
