//! Any bytes as the certificate of an attestation key: an error, or a certificate that does not lead
//! to Google's roots; never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate_core::{AkCertificate, AttestationKey, UnixTime, VtpmRoots};

const KEY: &[u8] = include_bytes!("../../tests/vectors/evidence/quotes/ak_pub.tpmt");

fuzz_target!(|parts: (&[u8], Vec<Vec<u8>>, u64)| {
    let (der, intermediates, now) = parts;
    let Ok(certificate) = AkCertificate::parse(der) else {
        return;
    };
    if let Ok(key) = AttestationKey::parse(KEY) {
        let _ = certificate.check_key(&key);
    }
    let _ = certificate.verify(
        &intermediates,
        &VtpmRoots::google(),
        UnixTime::from_secs(now),
    );
});
