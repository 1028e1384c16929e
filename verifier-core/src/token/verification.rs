//! The pipeline: `parse → issuer → select key → check signature → time → audience → nonce → policy`.
//!
//! Up to the signature a defect ends everything, since nothing after it means anything. After it
//! every check is made and reported, and the first that failed is the error.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::checks::{
    check_audience, check_expiry, check_issuer, check_lifetime, check_nonces, check_not_before,
};
use super::verifier::{Expectations, KeySource};
use super::{
    Claims, PublicKey, SignatureAnswer, SignatureCheck, SignedToken, UnverifiedToken, VerifiedToken,
};
use crate::appraisal::{Appraisal, Report};
use crate::error::Error;
use crate::time::UnixTime;

/// A verification that waits for the answer to its signature check.
#[derive(Clone, Debug)]
pub struct Verification {
    expectations: Arc<Expectations>,
    now: UnixTime,
    report: Report,
    token_sha256: Option<[u8; 32]>,
    pending: Option<(UnverifiedToken, SignatureCheck)>,
}

/// The result of a verification and the report on it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The verified token, or the first check that failed.
    pub result: Result<VerifiedToken, Error>,
    /// Every check.
    pub appraisal: Appraisal,
}

impl Verification {
    pub(super) fn begin(
        expectations: Arc<Expectations>,
        parsed: Result<UnverifiedToken, Error>,
        now: UnixTime,
    ) -> Self {
        let mut verification = Self {
            expectations,
            now,
            report: Report::default(),
            token_sha256: None,
            pending: None,
        };
        if let Some(token) = verification
            .report
            .step("token", Value::Null, Value::Null, parsed)
        {
            verification.token_sha256 = Some(token.signing_input_sha256());
            verification.pending = verification.prepare(token);
        }
        verification
    }

    fn prepare(&mut self, token: UnverifiedToken) -> Option<(UnverifiedToken, SignatureCheck)> {
        let issuer = &self.expectations.issuer;
        // Keys belong to an issuer, so a token of another one has no key here. This can only
        // refuse: what is believed of `iss` is believed after the signature was checked.
        self.report.step(
            "issuer",
            json!(issuer.url),
            token.payload().get("iss").cloned().unwrap_or_default(),
            check_issuer(token.payload(), &issuer.url),
        )?;
        let check = self.report.step(
            "key",
            json!(issuer.source),
            json!({ "alg": token.header().algorithm().name(), "kid": token.key_id() }),
            select_key(&self.expectations, &token, self.now).and_then(|key| {
                SignatureCheck::new(
                    token.header().algorithm(),
                    key,
                    token.signing_input().as_bytes().to_vec(),
                    token.signature().to_vec(),
                )
                .ok_or(Error::AlgorithmNotAllowed)
            }),
        )?;
        Some((token, check))
    }

    /// What the host may check with its own crypto; `None` when the token is already refused.
    pub fn signature_check(&self) -> Option<&SignatureCheck> {
        self.pending.as_ref().map(|(_, check)| check)
    }

    /// Ends the verification with the answer to [`Self::signature_check`], which does not count
    /// when there was nothing to check.
    pub fn finish(mut self, answer: SignatureAnswer) -> Outcome {
        let signed = self.pending.take().and_then(|(token, _)| {
            let signed = SignedToken::new(token, answer);
            self.report
                .step("signature", Value::Null, Value::Null, signed)
        });
        let payload = signed.as_ref().map(|signed| signed.payload().clone());
        let verified = signed.and_then(|signed| self.check_claims(signed));
        let result = match (self.report.error().cloned(), verified) {
            (None, Some(verified)) => Ok(verified),
            (Some(error), _) => Err(error),
            // Unreachable: a step that yields nothing has left its error. Refused all the same.
            (None, None) => Err(Error::SignatureInvalid),
        };
        let appraisal = self.appraise(result.is_ok(), payload);
        Outcome { result, appraisal }
    }

    fn check_claims(&mut self, signed: SignedToken) -> Option<VerifiedToken> {
        let claims = self.report.step(
            "claims",
            Value::Null,
            Value::Null,
            Claims::parse(signed.payload()),
        )?;
        let expectations = Arc::clone(&self.expectations);
        let now = self.now;
        let skew = expectations.clock_skew;
        let mut check = |name, expected: Value, actual: Value, result| {
            self.report.step(name, expected, actual, result);
        };
        check(
            "expiry",
            json!({ "before": claims.expires_at.plus(skew).to_rfc3339() }),
            json!(now.to_rfc3339()),
            check_expiry(claims.expires_at, skew, now),
        );
        let begins = claims
            .not_before
            .unwrap_or(claims.issued_at)
            .max(claims.issued_at);
        check(
            "not_before",
            json!({ "from": begins.to_rfc3339() }),
            json!(now.to_rfc3339()),
            check_not_before(begins, skew, now),
        );
        check(
            "lifetime",
            json!({ "seconds": expectations.max_lifetime }),
            json!({ "seconds": claims.expires_at.since(claims.issued_at) }),
            check_lifetime(&claims, begins, expectations.max_lifetime),
        );
        if let Some(max_age) = expectations.max_age {
            check(
                "age",
                json!({ "seconds": max_age }),
                json!({ "seconds": now.since(claims.issued_at) }),
                check_expiry(claims.issued_at.plus(max_age), skew.saturating_add(1), now),
            );
        }
        check(
            "audience",
            json!(expectations.audiences),
            json!(claims.audience),
            check_audience(&claims.audience, &expectations.audiences),
        );
        if let Some(nonces) = &expectations.nonces {
            check(
                "nonce",
                json!(nonces),
                json!(claims.nonces),
                check_nonces(&claims.nonces, nonces),
            );
        }
        if let Some(policy) = &expectations.policy {
            if !policy.issuers().is_empty() {
                check(
                    "policy_issuer",
                    json!(policy.issuers()),
                    json!(claims.issuer),
                    policy.check_issuer(&claims.issuer),
                );
            }
            for verdict in policy.evaluate(signed.payload(), None) {
                check(
                    "condition",
                    json!(verdict.clause),
                    Value::Null,
                    verdict.result,
                );
            }
        }
        Some(VerifiedToken::new(claims, signed))
    }

    fn appraise(self, verified: bool, payload: Option<Map<String, Value>>) -> Appraisal {
        let policy = self.expectations.policy.as_ref();
        let code = self.report.error().map(Error::code);
        let planned = [
            ("token", true),
            ("issuer", true),
            ("key", true),
            ("signature", true),
            ("claims", true),
            ("expiry", true),
            ("not_before", true),
            ("lifetime", true),
            ("age", self.expectations.max_age.is_some()),
            ("audience", true),
            ("nonce", self.expectations.nonces.is_some()),
            (
                "policy_issuer",
                policy.is_some_and(|policy| !policy.issuers().is_empty()),
            ),
            ("condition", policy.is_some()),
        ];
        let planned = planned
            .into_iter()
            .filter_map(|(name, wanted)| wanted.then_some(name));
        let checks = self.report.finish(planned);
        Appraisal {
            schema: Appraisal::SCHEMA,
            tool: Appraisal::TOOL,
            verified,
            code,
            evaluated_at: self.now.to_rfc3339(),
            token_sha256: self.token_sha256.map(hex::encode),
            evidence_sha256: None,
            keys: self.expectations.issuer.describe_keys(),
            policy_sha256: policy.map(|policy| hex::encode(policy.sha256())),
            checks,
            claims: payload,
            machine: None,
            unreadable: Vec::new(),
        }
    }
}

fn select_key(
    expectations: &Expectations,
    token: &UnverifiedToken,
    now: UnixTime,
) -> Result<PublicKey, Error> {
    if !expectations
        .issuer
        .algorithms
        .contains(&token.header().algorithm())
    {
        return Err(Error::AlgorithmNotAllowed);
    }
    match &expectations.issuer.keys {
        KeySource::Jwks(jwks) => jwks.select(token.header()),
        KeySource::Roots(roots) => roots.select(token.header(), now),
    }
}
