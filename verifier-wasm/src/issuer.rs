//! A trusted issuer, held on the wasm side between calls.

use std::cell::RefCell;

use sealgate_core::{Issuer as TrustedIssuer, Jwks, KeySource, Policy, Roots, Verifier};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Failure;
use crate::options::{PolicyText, Settings};

/// An issuer with its keys, and the verifier that was last made for it.
#[wasm_bindgen]
pub struct Issuer {
    issuer: TrustedIssuer,
    // A program verifies with the same settings again and again, and parsing a policy costs more
    // than checking a token against it.
    last: RefCell<Option<(Settings, Verifier)>>,
}

#[wasm_bindgen]
impl Issuer {
    /// The issuer `url` whose tokens are signed by a key of `jwks` (JSON text, RFC 7517 §5).
    #[wasm_bindgen(js_name = fromJwks)]
    pub fn from_jwks(url: &str, jwks: &str) -> Result<Issuer, Failure> {
        let keys = Jwks::parse(jwks.as_bytes())?;
        Ok(Self::new(url, KeySource::Jwks(keys)))
    }

    /// The issuer `url` whose tokens carry a certificate chain to one of `roots` (PEM).
    #[wasm_bindgen(js_name = fromRoots)]
    pub fn from_roots(url: &str, roots: &str) -> Result<Issuer, Failure> {
        let keys = Roots::parse_pem(roots)?;
        Ok(Self::new(url, KeySource::Roots(keys)))
    }
}

impl Issuer {
    fn new(url: &str, keys: KeySource) -> Self {
        Self {
            issuer: TrustedIssuer::new(url, keys),
            last: RefCell::new(None),
        }
    }

    /// The verifier with exactly `settings`.
    pub(crate) fn verifier(&self, settings: Settings) -> Result<Verifier, Failure> {
        if let Some((known, verifier)) = &*self.last.borrow()
            && *known == settings
        {
            return Ok(verifier.clone());
        }
        let mut verifier = Verifier::new(self.issuer.clone(), settings.audiences.clone());
        if let Some(policy) = &settings.policy {
            verifier = verifier.policy(match policy {
                PolicyText::Condition(condition) => Policy::from_condition(condition)?,
                PolicyText::Document(document) => Policy::parse(document.as_bytes())?,
            });
        }
        if let Some(seconds) = settings.clock_tolerance {
            verifier = verifier.clock_skew(seconds);
        }
        if let Some(seconds) = settings.max_token_age {
            verifier = verifier.max_age(seconds);
        }
        *self.last.borrow_mut() = Some((settings, verifier.clone()));
        Ok(verifier)
    }
}
