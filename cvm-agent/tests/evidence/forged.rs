//! An attestation by a key that is no TPM's, over any log: what `verify debug` cannot tell apart.

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use sealgate_core::wire::attest::Attestation;
use sealgate_core::wire::encode;
use sealgate_core::wire::tpm::{PcRs, Quote};
use sealgate_core::{EventLog, HashAlgorithm, LogKind, PcrIndex};

const BANK: HashAlgorithm = HashAlgorithm::Sha256;

/// What a TPM of a machine with this log would have quoted for no nonce.
pub(crate) fn attestation(log: &[u8]) -> Vec<u8> {
    let key = SigningKey::from_slice(&[7; 32]).unwrap();
    let mut values = vec![vec![0; 32]; usize::from(PcrIndex::COUNT)];
    for replay in EventLog::parse(log, LogKind::Tpm).unwrap().replay(BANK) {
        values[usize::try_from(replay.register).unwrap()] =
            replay.value.unwrap().as_bytes().to_vec();
    }
    let quote = attest(BANK.digest(&[&values.concat()]).as_bytes());
    let raw_sig = signature(&key.sign(&quote));
    let pcrs = (0..).zip(values).collect();
    encode(&Attestation {
        ak_pub: public_area(&key),
        quotes: vec![Quote {
            quote,
            raw_sig,
            pcrs: Some(PcRs {
                hash: i32::from(BANK.id()),
                pcrs,
            }),
        }],
        event_log: log.to_vec(),
        ..Attestation::default()
    })
}

/// A buffer with its length before it (`TPM2B`).
fn sized(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap();
    [&length.to_be_bytes(), bytes].concat()
}

/// `TPMT_PUBLIC` of an attestation key on P-256 (TPM 2.0 Library, Part 2, section 12.2.4).
fn public_area(key: &SigningKey) -> Vec<u8> {
    let point = key.verifying_key().to_sec1_point(false);
    [
        // ECC, name by SHA-256, the attributes of an attestation key, no policy.
        &[0x00, 0x23, 0x00, 0x0b, 0x00, 0x05, 0x00, 0x72, 0x00, 0x00][..],
        // No symmetric algorithm; ECDSA with SHA-256; P-256; no key derivation.
        &[0x00, 0x10, 0x00, 0x18, 0x00, 0x0b, 0x00, 0x03, 0x00, 0x10],
        &sized(point.x().unwrap()),
        &sized(point.y().unwrap()),
    ]
    .concat()
}

/// `TPMS_ATTEST` of a quote of all registers (section 10.12.12).
fn attest(pcr_digest: &[u8]) -> Vec<u8> {
    [
        &[0xff, 0x54, 0x43, 0x47, 0x80, 0x18][..],
        &sized(&[0; 34]),
        &sized(&[]),
        // Clock, resets, restarts, safe, firmware.
        &[0; 16],
        &[1],
        &[0; 8],
        // One selection: SHA-256, registers 0 to 23.
        &[0, 0, 0, 1, 0x00, 0x0b, 3, 0xff, 0xff, 0xff],
        &sized(pcr_digest),
    ]
    .concat()
}

/// `TPMT_SIGNATURE` (section 11.3.4).
fn signature(signature: &Signature) -> Vec<u8> {
    let (r, s) = signature.split_bytes();
    [&[0x00, 0x18, 0x00, 0x0b][..], &sized(&r), &sized(&s)].concat()
}
