//! Any bytes as a JWK set: an error or a set, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate_core::Jwks;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(jwks) = Jwks::parse(bytes) {
        let _ = jwks.has_key("1");
    }
});
