//! RSA signatures that are not quite RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.2 and §9.2).
//!
//! The padding faults are made with the private key, so that the exponentiation is sound and only
//! the padding is wrong. An attacker with a small public exponent needs no private key for them.

use num_bigint::BigUint;
use sealgate_core::Code;
use sha2::{Digest, Sha256};

use super::{Cases, Draft};
use crate::keys::{DIGEST_INFO, ISSUER, STRANGER};

pub(super) fn add(cases: &mut Cases) {
    padding(cases);
    numbers(cases);
    lengths(cases);
    cases.refused(
        "rsa_stranger",
        Code::SignatureInvalid,
        "Signed by somebody else.",
        "RFC 8017 §8.2.2",
        Draft::good().signed_by(&STRANGER),
    );
    cases.refused(
        "rsa_bit_flipped",
        Code::SignatureInvalid,
        "One bit of the signature is flipped.",
        "RFC 8017 §8.2.2",
        Draft::good().signed(|message| {
            let mut signature = ISSUER.sign(message);
            signature[100] ^= 1;
            signature
        }),
    );
    cases.refused(
        "rsa_other_payload",
        Code::SignatureInvalid,
        "The signature is the issuer's, of another token.",
        "RFC 8017 §8.2.2",
        Draft::good()
            .claim("hwmodel", "GCP_INTEL_TDX")
            .signed(|_| ISSUER.sign(b"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJzb21lYm9keSJ9")),
    );
}

fn padding(cases: &mut Cases) {
    const HASH_OID: &[u8] = &[0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];
    let mut add = |name: &str, comment: &str, encode: fn(&[u8]) -> Vec<u8>| {
        cases.refused(
            &format!("rsa_padding_{name}"),
            Code::SignatureInvalid,
            comment,
            "RFC 8017 §9.2",
            Draft::good().signed(move |message| {
                let encoded = encode(&Sha256::digest(message));
                assert_eq!(encoded.len(), ISSUER.size());
                ISSUER.power(&encoded)
            }),
        );
    };
    add(
        "garbage_after_digest",
        "Short padding, the digest, then garbage.",
        |digest| {
            let mut encoded = [&[0, 1][..], &[0xff; 8], &[0], &info(digest)].concat();
            encoded.resize(ISSUER.size(), 0xaa);
            encoded
        },
    );
    add(
        "short",
        "Seven bytes of padding, the rest after the digest.",
        |digest| {
            let mut encoded = [&[0, 1][..], &[0xff; 7], &[0], &info(digest)].concat();
            encoded.resize(ISSUER.size(), 0);
            encoded
        },
    );
    add(
        "missing_null",
        "The algorithm's parameters are absent instead of NULL.",
        |digest| {
            let head = [0x30, 0x2f, 0x30, 0x0b];
            ISSUER.encode(&[&head[..], HASH_OID, &[0x01, 0x04, 0x20], digest].concat())
        },
    );
    add(
        "ber_length",
        "A length in a longer form than DER has.",
        |digest| {
            let head = [0x30, 0x81, 0x31, 0x30, 0x0d];
            ISSUER.encode(&[&head[..], HASH_OID, &[0x01, 0x05, 0, 0x04, 0x20], digest].concat())
        },
    );
    add(
        "indefinite_length",
        "An indefinite length, as BER has it.",
        |digest| {
            let head = [0x30, 0x80, 0x30, 0x0d];
            ISSUER.encode(
                &[
                    &head[..],
                    HASH_OID,
                    &[0x01, 0x05, 0, 0x04, 0x20],
                    digest,
                    &[0, 0],
                ]
                .concat(),
            )
        },
    );
    add(
        "wrong_hash",
        "The name of SHA-512 around a SHA-256 digest.",
        |digest| {
            let head = [0x30, 0x31, 0x30, 0x0d];
            ISSUER.encode(&[&head[..], HASH_OID, &[0x03, 0x05, 0, 0x04, 0x20], digest].concat())
        },
    );
    add(
        "trailing_in_sequence",
        "Two bytes more inside the sequence.",
        |digest| {
            let head = [0x30, 0x33, 0x30, 0x0d];
            ISSUER.encode(
                &[
                    &head[..],
                    HASH_OID,
                    &[0x01, 0x05, 0, 0x04, 0x20],
                    digest,
                    &[5, 0],
                ]
                .concat(),
            )
        },
    );
    add("no_digest_info", "The digest alone.", |digest| {
        ISSUER.encode(digest)
    });
    add("block_type_2", "The padding of encryption.", |digest| {
        let mut encoded = ISSUER.encode(&info(digest));
        encoded[1] = 2;
        encoded
    });
    add(
        "wrong_byte",
        "One byte of the padding is not FF.",
        |digest| {
            let mut encoded = ISSUER.encode(&info(digest));
            encoded[50] = 0xfe;
            encoded
        },
    );
    add(
        "missing_separator",
        "FF where the 00 after the padding belongs.",
        |digest| {
            let mut encoded = ISSUER.encode(&info(digest));
            encoded[ISSUER.size() - 52] = 0xff;
            encoded
        },
    );
    add("first_byte", "01 as the first byte.", |digest| {
        // Smaller than the modulus for this key, so that the exponentiation gives it back.
        let mut encoded = ISSUER.encode(&info(digest));
        encoded[0] = 1;
        encoded
    });
}

/// `DigestInfo` of a SHA-256 digest.
fn info(digest: &[u8]) -> Vec<u8> {
    [&DIGEST_INFO[..], digest].concat()
}

/// Numbers whose power is known without a key, and numbers that are no signature at all.
fn numbers(cases: &mut Cases) {
    let mut add = |name: &str, comment: &str, number: BigUint| {
        cases.refused(
            &format!("rsa_number_{name}"),
            Code::SignatureInvalid,
            comment,
            "RFC 8017 §5.2.2",
            Draft::good().signed(move |_| ISSUER.octets(&number)),
        );
    };
    let modulus = ISSUER.modulus();
    add(
        "zero",
        "The signature 0, which is its own power.",
        BigUint::ZERO,
    );
    add(
        "one",
        "The signature 1, which is its own power.",
        BigUint::from(1_u32),
    );
    add(
        "minus_one",
        "The signature n - 1, which is its own power.",
        modulus - 1_u32,
    );
    add("modulus", "The signature n.", modulus.clone());
    add("above_modulus", "The signature n + 1.", modulus + 1_u32);
    add(
        "all_ones",
        "As large as 256 bytes can be.",
        BigUint::from_bytes_be(&[0xff; 256]),
    );
    let fits =
        |signature: &[u8]| (BigUint::from_bytes_be(signature) + ISSUER.modulus()).bits() <= 2048;
    cases.refused(
        "rsa_number_plus_modulus",
        Code::SignatureInvalid,
        "A sound signature plus the modulus: the same number modulo n, spelt differently.",
        "RFC 8017 §5.2.2 step 1",
        Draft::good().until(fits).signed(|message| {
            let signature = BigUint::from_bytes_be(&ISSUER.sign(message));
            ISSUER.octets(&(signature + ISSUER.modulus()))
        }),
    );
}

fn lengths(cases: &mut Cases) {
    let source = "RFC 8017 §8.2.2 step 1";
    cases.refused(
        "rsa_length_leading_zero",
        Code::SignatureInvalid,
        "A zero byte before a sound signature.",
        source,
        Draft::good().signed(|message| [&[0][..], &ISSUER.sign(message)].concat()),
    );
    cases.refused(
        "rsa_length_trailing_zero",
        Code::SignatureInvalid,
        "A zero byte after a sound signature.",
        source,
        Draft::good().signed(|message| [&ISSUER.sign(message)[..], &[0]].concat()),
    );
    cases.refused(
        "rsa_length_cut",
        Code::SignatureInvalid,
        "A sound signature without its last byte.",
        source,
        Draft::good().signed(|message| {
            let mut signature = ISSUER.sign(message);
            signature.pop();
            signature
        }),
    );
    cases.refused(
        "rsa_length_stripped_zero",
        Code::SignatureInvalid,
        "A sound signature that begins with a zero byte, without that byte.",
        source,
        Draft::good()
            .until(|signature| signature[0] == 0)
            .signed(|message| ISSUER.sign(message)[1..].to_vec()),
    );
    cases.accepted(
        "rsa_length_with_zero",
        "A sound signature that begins with a zero byte.",
        source,
        Draft::good().until(|signature| signature[0] == 0),
    );
}
