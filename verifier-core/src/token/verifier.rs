//! What a verifier expects: one issuer with its keys, audiences, nonces, a policy, and the clocks.

use std::sync::Arc;

use super::verification::{Outcome, Verification};
use super::{Algorithm, Jwks, Roots, UnverifiedToken, VerifiedToken};
use crate::appraisal::{Appraisal, Keys};
use crate::error::Error;
use crate::limits::{CLOCK_SKEW, TOKEN_LIFETIME};
use crate::policy::Policy;
use crate::time::UnixTime;

/// Where an issuer's keys come from. The caller chooses; a token never does (RFC 8725 §3.1).
#[derive(Clone, Debug)]
pub enum KeySource {
    /// A published set, chosen from by `kid`: OIDC tokens.
    Jwks(Jwks),
    /// Roots of certificate chains in `x5c`: PKI tokens.
    Roots(Roots),
}

/// An issuer that is trusted, and how its signatures are checked.
#[derive(Clone, Debug)]
pub struct Issuer {
    pub(super) url: String,
    pub(super) keys: KeySource,
    pub(super) source: String,
    pub(super) algorithms: Vec<Algorithm>,
}

impl Issuer {
    /// The issuer named exactly `url` in `iss`. Accepts RS256.
    pub fn new(url: impl Into<String>, keys: KeySource) -> Self {
        let source = match &keys {
            KeySource::Jwks(_) => "jwks",
            KeySource::Roots(_) => "roots",
        };
        Self {
            url: url.into(),
            keys,
            source: source.to_owned(),
            algorithms: vec![Algorithm::Rs256],
        }
    }

    /// Says where the keys come from, for the appraisal.
    #[must_use]
    pub fn labelled(self, source: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            ..self
        }
    }

    /// Accepts exactly `algorithms` from this issuer.
    #[must_use]
    pub fn accepting(self, algorithms: &[Algorithm]) -> Self {
        Self {
            algorithms: algorithms.to_vec(),
            ..self
        }
    }

    pub(super) fn describe_keys(&self) -> Keys {
        let sha256 = match &self.keys {
            KeySource::Jwks(jwks) => jwks.sha256(),
            KeySource::Roots(roots) => roots.sha256(),
        };
        Keys {
            source: self.source.clone(),
            sha256: hex::encode(sha256),
        }
    }
}

/// Judges tokens. Cheap to clone.
///
/// Issuer and audience have no default: a token for somebody else is the oldest attack there is.
#[derive(Clone, Debug)]
pub struct Verifier(Arc<Expectations>);

#[derive(Clone, Debug)]
pub(super) struct Expectations {
    pub(super) issuer: Issuer,
    pub(super) audiences: Vec<String>,
    pub(super) nonces: Option<Vec<String>>,
    pub(super) policy: Option<Policy>,
    pub(super) clock_skew: u64,
    pub(super) max_age: Option<u64>,
    pub(super) max_lifetime: u64,
}

impl Verifier {
    /// Accepts tokens of `issuer` whose one audience is exactly one of `audiences`.
    pub fn new(issuer: Issuer, audiences: Vec<String>) -> Self {
        Self(Arc::new(Expectations {
            issuer,
            audiences,
            nonces: None,
            policy: None,
            clock_skew: CLOCK_SKEW,
            max_age: None,
            max_lifetime: TOKEN_LIFETIME,
        }))
    }

    /// Requires exactly these nonces, in any order. Without this, nonces are not looked at.
    ///
    /// Exactly, because a token that also carries a stranger's nonce was made for the stranger too.
    #[must_use]
    pub fn nonces(self, nonces: Vec<String>) -> Self {
        self.with(|expectations| expectations.nonces = Some(nonces))
    }

    /// Requires the policy's issuers and condition.
    #[must_use]
    pub fn policy(self, policy: Policy) -> Self {
        self.with(|expectations| expectations.policy = Some(policy))
    }

    /// Allows clocks to differ by `seconds` instead of [`CLOCK_SKEW`].
    #[must_use]
    pub fn clock_skew(self, seconds: u64) -> Self {
        self.with(|expectations| expectations.clock_skew = seconds)
    }

    /// Requires that the token was issued at most `seconds` ago.
    #[must_use]
    pub fn max_age(self, seconds: u64) -> Self {
        self.with(|expectations| expectations.max_age = Some(seconds))
    }

    /// Accepts tokens that live up to `seconds` instead of [`TOKEN_LIFETIME`].
    #[must_use]
    pub fn max_lifetime(self, seconds: u64) -> Self {
        self.with(|expectations| expectations.max_lifetime = seconds)
    }

    fn with(mut self, change: impl FnOnce(&mut Expectations)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Verifies `text` at `now`. The error is that of the first check that fails.
    pub fn verify(&self, text: &str, now: UnixTime) -> Result<VerifiedToken, Error> {
        self.judge(text, now).result
    }

    /// Verifies `text` at `now` and reports on every check.
    pub fn appraise(&self, text: &str, now: UnixTime) -> Appraisal {
        self.judge(text, now).appraisal
    }

    /// Verifies `text` at `now`: the result and the report on it.
    pub fn judge(&self, text: &str, now: UnixTime) -> Outcome {
        let verification = self.begin(text, now);
        let answer = verification
            .signature_check()
            .map(super::SignatureCheck::verify);
        verification.finish(answer.unwrap_or(super::SignatureAnswer::Invalid))
    }

    /// Begins to verify `text` at `now`, up to the signature: for hosts with their own crypto.
    pub fn begin(&self, text: &str, now: UnixTime) -> Verification {
        Verification::begin(Arc::clone(&self.0), UnverifiedToken::parse(text), now)
    }

    /// [`Self::begin`] with a token that the host parsed already, to choose the issuer by.
    pub fn begin_parsed(&self, token: UnverifiedToken, now: UnixTime) -> Verification {
        Verification::begin(Arc::clone(&self.0), Ok(token), now)
    }
}
