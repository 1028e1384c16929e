//! The decision to release, made where the secret is: by the secret's own object, in one turn with
//! using the token up and reading the value.

use crate::error::Error;
use crate::limits::{CLOCK_SKEW, USED_MARGIN};
use crate::policy::Policy;
use crate::time::UnixTime;
use crate::token::Facts;

/// Decides whether verified `facts` may have a secret under `policy`, and if so until when the
/// token's use must be remembered.
///
/// `now` is the object's time. Expiry is checked again: between the verification and this turn,
/// time went on, and the token may have expired meanwhile.
pub fn admit(policy: &Policy, facts: &Facts, now: UnixTime) -> Result<UnixTime, Error> {
    policy.check_supported()?;
    if now >= facts.expires_at.plus(CLOCK_SKEW) {
        return Err(Error::TokenExpired {
            now,
            not_after: facts.expires_at,
        });
    }
    policy.check(&facts.issuer, &facts.payload, None)?;
    Ok(used_until(facts.expires_at))
}

/// Until when the use of a token that expires at `expires_at` is remembered: beyond the last moment
/// at which any verifier could accept it.
pub fn used_until(expires_at: UnixTime) -> UnixTime {
    expires_at.plus(CLOCK_SKEW).plus(USED_MARGIN)
}

/// The object's time: never before what it has already seen, so that a clock set back gives no
/// expired token a second life.
pub fn object_time(seen: UnixTime, clock: UnixTime) -> UnixTime {
    seen.max(clock)
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::{admit, object_time, used_until};
    use crate::policy::Policy;
    use crate::time::UnixTime;
    use crate::token::Facts;

    const EXPIRY: u64 = 1_000_000;

    fn facts() -> Facts {
        let mut payload = Map::new();
        payload.insert("swname".to_owned(), json!("GCE"));
        Facts {
            issuer: "https://issuer.example".to_owned(),
            payload,
            expires_at: UnixTime::from_secs(EXPIRY),
            token_sha256: "00".repeat(32),
        }
    }

    fn policy(more: &str) -> Policy {
        let document = format!(
            r#"{{"issuers":["https://issuer.example"],"condition":"assertion.swname == \"GCE\""{more}}}"#
        );
        Policy::parse(document.as_bytes()).unwrap()
    }

    #[track_caller]
    fn refuses(policy: &Policy, facts: &Facts, now: u64, code: &str) {
        let error = admit(policy, facts, UnixTime::from_secs(now)).unwrap_err();
        assert_eq!(error.code().as_str(), code);
    }

    #[test]
    fn admits_until_expiry_and_skew() {
        let policy = policy(r#","binding":"bearer""#);
        let last = UnixTime::from_secs(EXPIRY + 59);
        assert_eq!(
            admit(&policy, &facts(), last),
            Ok(UnixTime::from_secs(EXPIRY + 360))
        );
        refuses(&policy, &facts(), EXPIRY + 60, "token_expired");
    }

    #[test]
    fn a_use_is_remembered_beyond_the_last_acceptable_moment() {
        let expiry = UnixTime::from_secs(EXPIRY);
        let policy = policy(r#","binding":"bearer""#);
        refuses(
            &policy,
            &facts(),
            used_until(expiry).as_secs() - 300,
            "token_expired",
        );
    }

    #[test]
    fn nothing_falls_back_to_bearer() {
        refuses(&policy(""), &facts(), EXPIRY, "binding_not_supported");
        refuses(
            &policy(r#","binding":"challenge""#),
            &facts(),
            EXPIRY,
            "binding_not_supported",
        );
        let evidence = policy(r#","binding":"bearer","evidence":"required""#);
        refuses(&evidence, &facts(), EXPIRY, "evidence_not_supported");
    }

    #[test]
    fn holds_to_issuer_and_condition() {
        let policy = policy(r#","binding":"bearer""#);
        let other = Facts {
            issuer: "https://other.example".to_owned(),
            ..facts()
        };
        refuses(&policy, &other, EXPIRY, "issuer_not_trusted");
        let mut other = facts();
        other
            .payload
            .insert("swname".to_owned(), json!("CONFIDENTIAL_SPACE"));
        refuses(&policy, &other, EXPIRY, "condition_not_met");
        other.payload.clear();
        refuses(&policy, &other, EXPIRY, "claim_missing");
    }

    #[test]
    fn time_never_runs_backwards() {
        let seen = UnixTime::from_secs(100);
        assert_eq!(object_time(seen, UnixTime::from_secs(99)), seen);
        assert_eq!(
            object_time(seen, UnixTime::from_secs(101)),
            UnixTime::from_secs(101)
        );
    }
}
