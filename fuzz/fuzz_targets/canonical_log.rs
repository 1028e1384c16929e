//! Any bytes as a canonical event log: an error, or a log that explains no registers but its own;
//! never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate_core::{CanonicalLog, HashAlgorithm, PcrBank, PcrIndex};

fuzz_target!(|bytes: &[u8]| {
    let Ok(log) = CanonicalLog::parse(bytes) else {
        return;
    };
    assert_eq!(log.is_empty(), log.len() == 0);
    for algorithm in HashAlgorithm::ALL {
        let mut registers = PcrBank::new(algorithm);
        for index in PcrIndex::all() {
            registers.insert(index, &vec![0; algorithm.digest_bytes()]);
        }
        let _ = log.explain(&registers);
    }
});
