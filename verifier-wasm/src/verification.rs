//! One verification, which waits for the answer to its signature check.

use sealgate_core::{
    Appraisal, Error, SignatureAnswer as Answer, SignatureCheck, Verification as Pending,
    base64url, parse_object,
};
use serde::Serialize;
use serde_json::{Map, Value};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::options::Options;
use crate::{Failure, Issuer, json};

/// The answer to a signature check.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureAnswer {
    /// The signature is not the key's over the message.
    Invalid,
    /// It is.
    Valid,
}

/// A verification that has come as far as the signature.
#[wasm_bindgen]
pub struct Verification {
    pending: Pending,
    header: String,
}

/// What `finish` tells, as JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Verdict<'a> {
    refusal: Option<Refusal<'a>>,
    protected_header: Option<Map<String, Value>>,
    appraisal: &'a Appraisal,
}

/// The parts of an error that the appraisal does not have.
#[derive(Serialize)]
struct Refusal<'a> {
    message: String,
    claim: Option<&'a str>,
}

#[wasm_bindgen]
impl Verification {
    /// Begins to verify `token` with the options of `verify`.
    #[wasm_bindgen(constructor)]
    pub fn new(issuer: &Issuer, token: &str, options: &JsValue) -> Result<Verification, Failure> {
        let Options {
            settings,
            nonces,
            now,
        } = Options::read(options)?;
        let mut verifier = issuer.verifier(settings)?;
        if let Some(nonces) = nonces {
            verifier = verifier.nonces(nonces);
        }
        let header = token.split('.').next().unwrap_or_default().to_owned();
        Ok(Self {
            pending: verifier.begin(token, now),
            header,
        })
    }

    /// The algorithm of the signature to check, or nothing when the token is already refused.
    #[wasm_bindgen(getter)]
    pub fn algorithm(&self) -> Option<String> {
        self.check()
            .map(|check| check.algorithm().name().to_owned())
    }

    /// The key to check with, a JWK as JSON text.
    #[wasm_bindgen(getter)]
    pub fn key(&self) -> Option<String> {
        self.check().map(|check| check.key().to_jwk())
    }

    /// The bytes that were signed.
    #[wasm_bindgen(getter)]
    pub fn message(&self) -> Option<Vec<u8>> {
        self.check().map(|check| check.message().to_vec())
    }

    /// The signature over them.
    #[wasm_bindgen(getter)]
    pub fn signature(&self) -> Option<Vec<u8>> {
        self.check().map(|check| check.signature().to_vec())
    }

    /// Checks the signature here, for a host that has no crypto of its own.
    #[wasm_bindgen(js_name = checkSignature)]
    pub fn check_signature(&self) -> SignatureAnswer {
        match self.check().map(SignatureCheck::verify) {
            Some(Answer::Valid) => SignatureAnswer::Valid,
            Some(Answer::Invalid) | None => SignatureAnswer::Invalid,
        }
    }

    /// Ends the verification: JSON text of the verdict.
    pub fn finish(self, answer: SignatureAnswer) -> String {
        let outcome = self.pending.finish(match answer {
            SignatureAnswer::Invalid => Answer::Invalid,
            SignatureAnswer::Valid => Answer::Valid,
        });
        let (refusal, protected_header) = match &outcome.result {
            Ok(_) => (None, object(&self.header)),
            Err(error) => (Some(Refusal::from(error)), None),
        };
        json(&Verdict {
            refusal,
            protected_header,
            appraisal: &outcome.appraisal,
        })
    }
}

impl Verification {
    fn check(&self) -> Option<&SignatureCheck> {
        self.pending.signature_check()
    }
}

impl<'a> From<&'a Error> for Refusal<'a> {
    fn from(error: &'a Error) -> Self {
        Self {
            message: error.to_string(),
            claim: error.claim(),
        }
    }
}

/// The header of a token that was verified, so that both steps have succeeded before.
fn object(encoded: &str) -> Option<Map<String, Value>> {
    parse_object(&base64url::decode(encoded)?).ok()
}
