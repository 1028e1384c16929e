//! Any bytes as the public area of an attestation key: an error or a key; never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate_core::AttestationKey;

fuzz_target!(|bytes: &[u8]| {
    if AttestationKey::parse(bytes).is_ok() {
        let longer = [bytes, &[0]].concat();
        assert!(AttestationKey::parse(&longer).is_err(), "bytes after it");
    }
});
