//! What a token is after its signature, and after every check.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Claims, SignatureAnswer, UnverifiedToken};
use crate::error::Error;
use crate::time::UnixTime;

/// A token whose signature is its issuer's. What it claims is the issuer's word, but it may be
/// old, or meant for somebody else.
#[derive(Clone, Debug)]
pub struct SignedToken {
    payload: Map<String, Value>,
    signing_input_sha256: [u8; 32],
}

impl SignedToken {
    pub(super) fn payload(&self) -> &Map<String, Value> {
        &self.payload
    }

    pub(super) fn new(token: UnverifiedToken, answer: SignatureAnswer) -> Result<Self, Error> {
        match answer {
            SignatureAnswer::Invalid => Err(Error::SignatureInvalid),
            SignatureAnswer::Valid => Ok(Self {
                signing_input_sha256: token.signing_input_sha256(),
                payload: token.into_payload(),
            }),
        }
    }
}

/// A token that passed every check of a [`super::Verifier`]. Only a verifier makes one.
#[derive(Clone, Debug)]
pub struct VerifiedToken {
    claims: Claims,
    signed: SignedToken,
}

impl VerifiedToken {
    pub(super) fn new(claims: Claims, signed: SignedToken) -> Self {
        Self { claims, signed }
    }

    /// The claims, typed.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The claims as they stand in the token.
    pub fn payload(&self) -> &Map<String, Value> {
        &self.signed.payload
    }

    /// The issuer.
    pub fn issuer(&self) -> &str {
        &self.claims.issuer
    }

    /// `exp`.
    pub fn expires_at(&self) -> UnixTime {
        self.claims.expires_at
    }

    /// SHA-256 of the token's signing input: what is used up when the token is used.
    pub fn signing_input_sha256(&self) -> [u8; 32] {
        self.signed.signing_input_sha256
    }

    /// What was verified, for the object that decides about the secret.
    pub fn facts(&self) -> Facts {
        Facts {
            issuer: self.claims.issuer.clone(),
            payload: self.signed.payload.clone(),
            expires_at: self.claims.expires_at,
            token_sha256: hex::encode(self.signed.signing_input_sha256),
        }
    }
}

/// Verified facts on their way from the isolate that verified a token to the object that holds the
/// secret. Whoever reads them trusts whoever sent them: they travel between parts of one gate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// `iss`.
    pub issuer: String,
    /// The payload.
    pub payload: Map<String, Value>,
    /// `exp`.
    pub expires_at: UnixTime,
    /// Hexadecimal SHA-256 of the token's signing input.
    pub token_sha256: String,
}
