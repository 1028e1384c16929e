//! The public keys of certificates and TPMs: RSA, P-256, P-384 (RFC 3279 §2.3, RFC 5480 §2).

use der::asn1::{ObjectIdentifier, UintRef};
use der::{Decode, Reader, SliceReader};
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::Pkcs1v15Sign;
use rsa::traits::PublicKeyParts;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use crate::error::KeyDefect;
use crate::token;
use crate::tpm::HashAlgorithm;

/// `rsaEncryption` (RFC 8017 appendix C).
pub(crate) const RSA_ENCRYPTION: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// `id-ecPublicKey` (RFC 5480 §2.1.1).
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// `secp256r1` (RFC 5480 §2.1.1.1).
const SECP256R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
/// `secp384r1` (RFC 5480 §2.1.1.1).
const SECP384R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

/// A key that may sign certificates or quotes, its size and form checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SubjectPublicKey {
    /// ECDSA on P-256.
    P256(p256::ecdsa::VerifyingKey),
    /// ECDSA on P-384.
    P384(p384::ecdsa::VerifyingKey),
    /// RSASSA-PKCS1-v1_5 with 2048 to 4096 bits.
    Rsa(token::PublicKey),
}

impl SubjectPublicKey {
    /// The key of a `SubjectPublicKeyInfo`.
    pub(crate) fn from_spki(spki: &SubjectPublicKeyInfoOwned) -> Result<Self, KeyDefect> {
        let bits = spki
            .subject_public_key
            .as_bytes()
            .ok_or(KeyDefect::Encoding)?;
        if spki.algorithm.oid == RSA_ENCRYPTION {
            return Self::rsa(bits);
        }
        if spki.algorithm.oid != EC_PUBLIC_KEY {
            return Err(KeyDefect::KeyType);
        }
        match spki
            .algorithm
            .parameters
            .as_ref()
            .and_then(|any| any.decode_as::<ObjectIdentifier>().ok())
        {
            Some(SECP256R1) => Self::p256(bits),
            Some(SECP384R1) => Self::p384(bits),
            _ => Err(KeyDefect::KeyType),
        }
    }

    /// `RSAPublicKey` (RFC 8017 appendix A.1.1).
    pub(crate) fn rsa(der: &[u8]) -> Result<Self, KeyDefect> {
        rsa_public_key(der).map(Self::Rsa)
    }

    /// An RSA key of a modulus and an exponent, both big-endian in minimal form.
    pub(crate) fn from_numbers(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyDefect> {
        token::PublicKey::rsa(modulus, exponent).map(Self::Rsa)
    }

    /// A point of P-256 as SEC 1 writes it (§2.3.3).
    pub(crate) fn p256(sec1: &[u8]) -> Result<Self, KeyDefect> {
        p256::ecdsa::VerifyingKey::from_sec1_bytes(sec1)
            .map(Self::P256)
            .map_err(|_| KeyDefect::Encoding)
    }

    /// A point of P-384 as SEC 1 writes it (§2.3.3).
    pub(crate) fn p384(sec1: &[u8]) -> Result<Self, KeyDefect> {
        p384::ecdsa::VerifyingKey::from_sec1_bytes(sec1)
            .map(Self::P384)
            .map_err(|_| KeyDefect::Encoding)
    }

    /// Whether `signature` is this key's over `message`: RSASSA-PKCS1-v1_5 as long as the modulus,
    /// or `r ‖ s` of ECDSA, each as long as the field.
    ///
    /// Nothing verifies with SHA-1.
    pub(crate) fn verify(
        &self,
        hash: HashAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Option<()> {
        let digest = hash.digest(&[message]);
        let digest = digest.as_bytes();
        if hash == HashAlgorithm::Sha1 {
            return None;
        }
        match self {
            Self::P256(key) => {
                let signature = p256::ecdsa::Signature::from_slice(signature).ok()?;
                key.verify_prehash(digest, &signature).ok()
            }
            Self::P384(key) => {
                let signature = p384::ecdsa::Signature::from_slice(signature).ok()?;
                key.verify_prehash(digest, &signature).ok()
            }
            Self::Rsa(key) => {
                let padding = match hash {
                    HashAlgorithm::Sha1 => return None,
                    HashAlgorithm::Sha256 => Pkcs1v15Sign::new::<sha2::Sha256>(),
                    HashAlgorithm::Sha384 => Pkcs1v15Sign::new::<sha2::Sha384>(),
                    HashAlgorithm::Sha512 => Pkcs1v15Sign::new::<sha2::Sha512>(),
                };
                // RFC 8017 §8.2.2: one length only, so that a number has one spelling.
                let key = key.to_rsa().filter(|key| key.size() == signature.len())?;
                key.verify(padding, digest, signature).ok()
            }
        }
    }
}

/// `RSAPublicKey` (RFC 8017 appendix A.1.1).
pub(crate) fn rsa_public_key(der: &[u8]) -> Result<token::PublicKey, KeyDefect> {
    let numbers = || -> der::Result<(Vec<u8>, Vec<u8>)> {
        let mut reader = SliceReader::new(der)?;
        let numbers = reader.sequence(|sequence| {
            let modulus = UintRef::decode(sequence)?.as_bytes().to_vec();
            let exponent = UintRef::decode(sequence)?.as_bytes().to_vec();
            der::Result::Ok((modulus, exponent))
        })?;
        reader.finish()?;
        Ok(numbers)
    };
    let (modulus, exponent) = numbers().map_err(|_| KeyDefect::Encoding)?;
    token::PublicKey::rsa(&modulus, &exponent)
}
