//! Any bytes as an attestation: an error, or a message that is written and read as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate_core::wire;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(attestation) = wire::decode_attestation(bytes) {
        assert_eq!(
            wire::decode_attestation(&wire::encode(&attestation)),
            Ok(attestation)
        );
    }
});
