//! The signature as a step that a host may carry out with its own crypto.

use rsa::Pkcs1v15Sign;
use sha2::{Digest, Sha256};

use super::key::Material;
use super::{Algorithm, PublicKey};

/// What is to be checked: is `signature` the one of `key` over `message`?
///
/// [`Self::verify`] answers with `RustCrypto`. A host with faster native crypto (`WebCrypto`,
/// `node:crypto`) may answer instead; it answers for this value and for nothing else.
#[derive(Clone, Debug)]
pub struct SignatureCheck {
    algorithm: Algorithm,
    key: PublicKey,
    message: Vec<u8>,
    signature: Vec<u8>,
}

/// The answer to a [`SignatureCheck`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureAnswer {
    /// The signature is the key's over the message.
    Valid,
    /// It is not.
    Invalid,
}

impl SignatureCheck {
    /// The check of `signature` over `message`, or `None` when the kind of key is not the one that
    /// `algorithm` signs with.
    pub fn new(
        algorithm: Algorithm,
        key: PublicKey,
        message: Vec<u8>,
        signature: Vec<u8>,
    ) -> Option<Self> {
        key.fits(algorithm).then_some(Self {
            algorithm,
            key,
            message,
            signature,
        })
    }

    /// The algorithm, already found to be accepted.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The issuer's key.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The bytes that were signed: header, dot, payload, as they stand in the token.
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// The signature: as long as the modulus for RSA, `r ‖ s` of 64 bytes for ES256.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Checks with `RustCrypto`.
    pub fn verify(&self) -> SignatureAnswer {
        let valid = match self.key.material() {
            Material::P256 { .. } => self.verify_p256(),
            // RFC 8017 §8.2.2: one length only, so that a number has one spelling.
            Material::Rsa { modulus, .. } if self.signature.len() == modulus.len() => {
                self.verify_rsa()
            }
            Material::Rsa { .. } => None,
        };
        match valid {
            Some(()) => SignatureAnswer::Valid,
            None => SignatureAnswer::Invalid,
        }
    }

    fn verify_p256(&self) -> Option<()> {
        use p256::ecdsa::signature::Verifier;
        let signature = p256::ecdsa::Signature::from_slice(&self.signature).ok()?;
        self.key.to_p256()?.verify(&self.message, &signature).ok()
    }

    fn verify_rsa(&self) -> Option<()> {
        let digest = Sha256::digest(&self.message);
        self.key
            .to_rsa()?
            .verify(Pkcs1v15Sign::new::<Sha256>(), &digest, &self.signature)
            .ok()
    }
}
