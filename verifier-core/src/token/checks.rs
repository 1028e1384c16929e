//! The checks on what a token claims, one function each.

use serde_json::{Map, Value};
use subtle::{Choice, ConstantTimeEq};

use super::Claims;
use crate::error::Error;
use crate::time::UnixTime;

/// Byte for byte: a trailing slash, a port or another case is another issuer.
pub(super) fn check_issuer(payload: &Map<String, Value>, expected: &str) -> Result<(), Error> {
    match payload.get("iss") {
        None => Err(Error::ClaimMissing {
            claim: "iss".to_owned(),
        }),
        Some(Value::String(issuer)) if issuer == expected => Ok(()),
        Some(Value::String(_)) => Err(Error::IssuerNotTrusted),
        Some(_) => Err(Error::ClaimInvalid {
            claim: "iss".to_owned(),
            expected: "a string",
        }),
    }
}

/// RFC 7519 §4.1.4: the current time must be before `exp`; equal is too late.
pub(super) fn check_expiry(expires_at: UnixTime, skew: u64, now: UnixTime) -> Result<(), Error> {
    if now >= expires_at.plus(skew) {
        return Err(Error::TokenExpired {
            now,
            not_after: expires_at,
        });
    }
    Ok(())
}

pub(super) fn check_not_before(begins: UnixTime, skew: u64, now: UnixTime) -> Result<(), Error> {
    if begins > now.plus(skew) {
        return Err(Error::TokenNotYetValid {
            now,
            not_before: begins,
        });
    }
    Ok(())
}

/// A cap on `exp - iat`, and no token that ends before it begins.
pub(super) fn check_lifetime(claims: &Claims, begins: UnixTime, limit: u64) -> Result<(), Error> {
    if claims.expires_at <= begins {
        return Err(Error::ClaimInvalid {
            claim: "exp".to_owned(),
            expected: "after iat and nbf",
        });
    }
    let lifetime = claims.expires_at.since(claims.issued_at);
    if lifetime > limit {
        return Err(Error::TokenLifetimeTooLong { lifetime, limit });
    }
    Ok(())
}

/// One audience, and exactly one of those expected: with a second one the token would open a
/// second door too.
pub(super) fn check_audience(actual: &[String], expected: &[String]) -> Result<(), Error> {
    match actual {
        [audience] if expected.contains(audience) => Ok(()),
        _ => Err(Error::AudienceMismatch {
            expected: expected.to_vec(),
            actual: actual.to_vec(),
        }),
    }
}

/// Exactly the expected nonces, in any order, compared without a hint of how far they agree.
pub(super) fn check_nonces(actual: &[String], expected: &[String]) -> Result<(), Error> {
    let count = |nonces: &[String], nonce: &String| {
        nonces.iter().fold(0_u32, |count, other| {
            let equal = other.as_bytes().ct_eq(nonce.as_bytes()).unwrap_u8();
            count.saturating_add(u32::from(equal))
        })
    };
    let all = expected.iter().fold(Choice::from(1), |all, nonce| {
        all & count(actual, nonce).ct_eq(&count(expected, nonce))
    });
    if expected.is_empty() || actual.len() != expected.len() || !bool::from(all) {
        return Err(Error::NonceMismatch {
            expected: expected.len(),
            actual: actual.len(),
        });
    }
    Ok(())
}
