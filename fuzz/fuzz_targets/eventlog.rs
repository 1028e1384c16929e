//! Any bytes as a boot log: an error or a log, replayed, described and read part by part against
//! what it itself makes of the registers; never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate_core::{EventLog, HashAlgorithm, LogKind, PcrBank, PcrIndex};

fuzz_target!(|bytes: &[u8]| {
    let (log, error) = EventLog::read(bytes, LogKind::detect(bytes));
    assert_eq!(
        EventLog::parse(bytes, log.kind()).err(),
        error,
        "reading and parsing agree"
    );
    for event in log.events() {
        event.describe();
    }
    for algorithm in HashAlgorithm::ALL {
        let mut bank = PcrBank::new(algorithm);
        for replay in log.replay(algorithm) {
            if let (Some(register), Ok(value)) = (PcrIndex::new(replay.register), replay.value) {
                bank.insert(register, value.as_bytes());
            }
        }
        if let Ok(log) = log.explain(&bank) {
            let _ = log.check_complete();
            let _ = log.platform();
            let _ = log.secure_boot();
            let _ = log.efi();
            let _ = log.grub();
            let _ = log.linux_kernel();
        }
    }
});
