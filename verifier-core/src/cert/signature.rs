//! The signatures of certificates (RFC 4055 §5, RFC 5758 §3.2).

use rustls_pki_types::{
    AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};

use super::SubjectPublicKey;
use super::public_key::rsa_public_key;
use crate::token::{Algorithm, SignatureAnswer, SignatureCheck};
use crate::tpm::HashAlgorithm;

/// RSASSA-PKCS1-v1_5 with SHA-256: every certificate of Google's is signed with it.
///
/// By itself, so that a module that reads tokens alone has no other algorithm in it.
#[derive(Debug)]
pub(crate) struct RsaSha256;

impl SignatureVerificationAlgorithm for RsaSha256 {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let check = rsa_public_key(public_key).ok().and_then(|key| {
            SignatureCheck::new(Algorithm::Rs256, key, message.to_vec(), signature.to_vec())
        });
        match check.map(|check| check.verify()) {
            Some(SignatureAnswer::Valid) => Ok(()),
            Some(SignatureAnswer::Invalid) | None => Err(InvalidSignature),
        }
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_PKCS1_SHA256
    }
}

/// A signature algorithm with one kind of key.
#[derive(Debug)]
pub(crate) struct CertificateSignature {
    key: KeyKind,
    hash: HashAlgorithm,
    signature: AlgorithmIdentifier,
}

#[derive(Clone, Copy, Debug)]
enum KeyKind {
    P256,
    P384,
    Rsa,
}

const fn algorithm(
    key: KeyKind,
    hash: HashAlgorithm,
    signature: AlgorithmIdentifier,
) -> CertificateSignature {
    CertificateSignature {
        key,
        hash,
        signature,
    }
}

static RSA_SHA384: CertificateSignature = algorithm(
    KeyKind::Rsa,
    HashAlgorithm::Sha384,
    alg_id::RSA_PKCS1_SHA384,
);
static RSA_SHA512: CertificateSignature = algorithm(
    KeyKind::Rsa,
    HashAlgorithm::Sha512,
    alg_id::RSA_PKCS1_SHA512,
);
static P256_SHA256: CertificateSignature =
    algorithm(KeyKind::P256, HashAlgorithm::Sha256, alg_id::ECDSA_SHA256);
static P256_SHA384: CertificateSignature =
    algorithm(KeyKind::P256, HashAlgorithm::Sha384, alg_id::ECDSA_SHA384);
static P384_SHA256: CertificateSignature =
    algorithm(KeyKind::P384, HashAlgorithm::Sha256, alg_id::ECDSA_SHA256);
static P384_SHA384: CertificateSignature =
    algorithm(KeyKind::P384, HashAlgorithm::Sha384, alg_id::ECDSA_SHA384);

/// Those that a chain to an operator's own authority may have.
pub(crate) static SIGNATURES: [&dyn SignatureVerificationAlgorithm; 7] = [
    &RsaSha256,
    &RSA_SHA384,
    &RSA_SHA512,
    &P256_SHA256,
    &P256_SHA384,
    &P384_SHA256,
    &P384_SHA384,
];

impl SignatureVerificationAlgorithm for CertificateSignature {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let verified = match self.key {
            KeyKind::P256 => p256::ecdsa::Signature::from_der(signature)
                .ok()
                .zip(SubjectPublicKey::p256(public_key).ok())
                .and_then(|(numbers, key)| key.verify(self.hash, message, &numbers.to_bytes())),
            KeyKind::P384 => p384::ecdsa::Signature::from_der(signature)
                .ok()
                .zip(SubjectPublicKey::p384(public_key).ok())
                .and_then(|(numbers, key)| key.verify(self.hash, message, &numbers.to_bytes())),
            KeyKind::Rsa => SubjectPublicKey::rsa(public_key)
                .ok()
                .and_then(|key| key.verify(self.hash, message, signature)),
        };
        verified.ok_or(InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        match self.key {
            KeyKind::P256 => alg_id::ECDSA_P256,
            KeyKind::P384 => alg_id::ECDSA_P384,
            KeyKind::Rsa => alg_id::RSA_ENCRYPTION,
        }
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signature
    }
}
