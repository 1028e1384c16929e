//! Any bytes as a quote and its signature, under a key that they bring along: an error, or a quote
//! whose registers are those that were given; never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate_core::{AttestationKey, HashAlgorithm, PcrBank, PcrIndex, Quote};

/// A real key, for whatever brings none of its own.
const KEY: &[u8] = include_bytes!("../../tests/vectors/evidence/quotes/ak_pub.tpmt");

fuzz_target!(|parts: (&[u8], &[u8], &[u8], &[u8])| {
    let (public_area, attest, signature, nonce) = parts;
    let key = AttestationKey::parse(public_area).or_else(|_| AttestationKey::parse(KEY));
    let Ok(key) = key else { return };
    for algorithm in HashAlgorithm::ALL {
        let mut registers = PcrBank::new(algorithm);
        for index in PcrIndex::all() {
            registers.insert(index, &vec![0; algorithm.digest_bytes()]);
        }
        let quote = Quote::new(attest.to_vec(), signature.to_vec(), registers.clone());
        if let Ok(verified) = quote.verify(&key, nonce) {
            assert_eq!(verified.pcrs(), &registers);
        }
    }
});
