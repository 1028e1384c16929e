//! Templates of attestation keys: public areas without a key in them.

use tss_esapi::structures::Public;
use tss_esapi::traits::UnMarshall as _;

use crate::cli::attest::KeyAlgorithm;

/// `TPMT_PUBLIC` of gotpm's AK, RSA: SHA-256 names; fixedTPM, fixedParent, sensitiveDataOrigin,
/// userWithAuth, restricted, sign; no policy; RSASSA with SHA-256; 2048 bits, exponent 65537.
const RSA: &[u8] = &[
    0x00, 0x01, 0x00, 0x0B, 0x00, 0x05, 0x00, 0x72, 0x00, 0x00, 0x00, 0x10, 0x00, 0x14, 0x00, 0x0B,
    0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
];
/// The same, ECC: ECDSA with SHA-256; P-256, no key derivation; a point of 2 × 32 zero bytes.
const ECC: &[u8] = &{
    const HEAD: [u8; 20] = [
        0x00, 0x23, 0x00, 0x0B, 0x00, 0x05, 0x00, 0x72, 0x00, 0x00, 0x00, 0x10, 0x00, 0x18, 0x00,
        0x0B, 0x00, 0x03, 0x00, 0x10,
    ];
    const COORDINATE: usize = 2 + 32;
    let mut template = [0; HEAD.len() + 2 * COORDINATE];
    let mut index = 0;
    while index < HEAD.len() {
        template[index] = HEAD[index];
        index += 1;
    }
    template[HEAD.len() + 1] = 32;
    template[HEAD.len() + COORDINATE + 1] = 32;
    template
};

/// The template of the AK.
pub(super) fn of_ak(algorithm: KeyAlgorithm) -> Public {
    let bytes = match algorithm {
        KeyAlgorithm::Rsa => RSA,
        KeyAlgorithm::Ecc => ECC,
    };
    // Invariant: both are templates of the specification, which a test reads.
    Public::unmarshall(bytes).expect("a template")
}

/// Whether a key is of this template: everything but the key itself.
pub(super) fn is_of(key: &Public, template: &Public) -> bool {
    let same_head = key.object_attributes() == template.object_attributes()
        && key.name_hashing_algorithm() == template.name_hashing_algorithm()
        && key.auth_policy() == template.auth_policy();
    same_head
        && match (key, template) {
            (Public::Rsa { parameters, .. }, Public::Rsa { parameters: of, .. }) => {
                parameters == of
            }
            (Public::Ecc { parameters, .. }, Public::Ecc { parameters: of, .. }) => {
                parameters == of
            }
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use tss_esapi::structures::Public;
    use tss_esapi::traits::{Marshall as _, UnMarshall as _};

    use super::{ECC, RSA, is_of, of_ak};
    use crate::cli::attest::KeyAlgorithm;

    #[test]
    fn templates_are_whole_public_areas() {
        for (algorithm, bytes) in [(KeyAlgorithm::Rsa, RSA), (KeyAlgorithm::Ecc, ECC)] {
            assert_eq!(of_ak(algorithm).marshall().unwrap(), bytes);
        }
    }

    #[test]
    fn a_key_of_another_template_is_not_taken() {
        let rsa = of_ak(KeyAlgorithm::Rsa);
        let mut key = RSA.to_vec();
        key.truncate(22);
        key.extend([&[1, 0][..], &[0xA5; 256]].concat());
        assert!(is_of(&Public::unmarshall(&key).unwrap(), &rsa));
        assert!(!is_of(&of_ak(KeyAlgorithm::Ecc), &rsa));
        // Not restricted; RSASSA with SHA-384.
        for (index, value) in [(5, 0x04), (15, 0x0C)] {
            let mut other = key.clone();
            other[index] = value;
            assert!(
                !is_of(&Public::unmarshall(&other).unwrap(), &rsa),
                "{index}"
            );
        }
    }
}
