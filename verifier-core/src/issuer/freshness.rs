//! How long fetched keys count.
//!
//! One absolute expiry holds in every layer that keeps the keys. Keys that could not be renewed go
//! on for a while, since an issuer that is down is not an issuer that revoked; and then they end.

use serde::{Deserialize, Serialize};

use crate::limits::{CLOCK_SKEW, KEYS_COOL_DOWN, KEYS_LIFETIME, KEYS_RETRY, KEYS_STALE};
use crate::time::UnixTime;

/// When a key set was fetched, and until when it is fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyTimes {
    fetched_at: UnixTime,
    expires_at: UnixTime,
}

/// What may be done with a kept key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Use it.
    Fresh,
    /// Renew it; use it where that fails.
    Stale,
    /// Renew it; where that fails there are no keys.
    Gone,
}

impl KeyTimes {
    /// The times of a set fetched at `now`, by the answer's `cache-control` (RFC 9111 §5.2), held
    /// between 5 minutes and 1 hour. Without one, or where it forbids keeping, 5 minutes.
    pub fn new(now: UnixTime, cache_control: Option<&str>) -> Self {
        let lifetime = max_age(cache_control.unwrap_or_default())
            .unwrap_or(0)
            .clamp(*KEYS_LIFETIME.start(), *KEYS_LIFETIME.end());
        Self {
            fetched_at: now,
            expires_at: now.plus(lifetime),
        }
    }

    /// What may be done with the set at `now`.
    pub fn freshness(&self, now: UnixTime) -> Freshness {
        if now.plus(CLOCK_SKEW) < self.fetched_at {
            // Fetched by a clock that was ahead: how old the set is nobody knows.
            Freshness::Gone
        } else if now < self.expires_at {
            Freshness::Fresh
        } else if now < self.fetched_at.plus(KEYS_STALE) {
            Freshness::Stale
        } else {
            Freshness::Gone
        }
    }

    /// When to renew ahead of expiry: after four fifths of the lifetime.
    pub fn renew_at(&self) -> UnixTime {
        let lifetime = self.expires_at.since(self.fetched_at);
        self.fetched_at.plus(lifetime.saturating_sub(lifetime / 5))
    }

    /// When the set was fetched.
    pub fn fetched_at(&self) -> UnixTime {
        self.fetched_at
    }

    /// Until when the set is fresh.
    pub fn expires_at(&self) -> UnixTime {
        self.expires_at
    }
}

/// Whether a token with an unknown `kid` may make the gate ask the issuer again.
///
/// Once per issuer and cool-down, whatever the `kid`: a flood of invented ones must not become a
/// flood of requests.
pub fn may_force_refresh(last: Option<UnixTime>, now: UnixTime) -> bool {
    last.is_none_or(|last| now < last || now >= last.plus(KEYS_COOL_DOWN))
}

/// Whether a request may make the gate ask an issuer again whose last answer was a failure.
pub fn may_retry(failed_at: Option<UnixTime>, now: UnixTime) -> bool {
    failed_at.is_none_or(|failed_at| now < failed_at || now >= failed_at.plus(KEYS_RETRY))
}

fn max_age(cache_control: &str) -> Option<u64> {
    let mut age = None;
    for directive in cache_control.split(',') {
        let directive = directive.trim().to_ascii_lowercase();
        if directive.starts_with("no-store") || directive.starts_with("no-cache") {
            return None;
        }
        if let Some(seconds) = directive.strip_prefix("max-age=") {
            // Of several the shortest counts.
            let seconds = seconds.trim_matches('"').parse().unwrap_or(0);
            age = Some(age.map_or(seconds, |age: u64| age.min(seconds)));
        }
    }
    age
}

#[cfg(test)]
mod tests {
    use super::{Freshness, KeyTimes, may_force_refresh, may_retry};
    use crate::time::UnixTime;

    const NOW: u64 = 1_000_000;

    fn at(seconds: u64) -> UnixTime {
        UnixTime::from_secs(NOW + seconds)
    }

    #[test]
    fn holds_the_lifetime_between_five_minutes_and_an_hour() {
        for (header, seconds) in [
            (None, 300),
            (Some(""), 300),
            (Some("max-age=0"), 300),
            (Some("max-age=299"), 300),
            (Some("public, max-age=1800, must-revalidate"), 1800),
            (Some("Max-Age=\"1800\""), 1800),
            (Some("max-age=86400"), 3600),
            (Some("max-age=99999999999999999999"), 300),
            (Some("max-age=-1"), 300),
            (Some("no-store, max-age=1800"), 300),
            (Some("max-age=1800, no-cache"), 300),
            (Some("s-maxage=1800"), 300),
            (Some("max-age=600, max-age=3600"), 600),
            (Some("max-age=1800, no-cache=\"x\""), 300),
        ] {
            assert_eq!(
                KeyTimes::new(at(0), header).expires_at(),
                at(seconds),
                "{header:?}"
            );
        }
    }

    #[test]
    fn is_fresh_then_stale_then_gone() {
        let times = KeyTimes::new(at(0), Some("max-age=600"));
        assert_eq!(times.renew_at(), at(480));
        assert_eq!(times.freshness(at(599)), Freshness::Fresh);
        assert_eq!(times.freshness(at(600)), Freshness::Stale);
        assert_eq!(times.freshness(at(6 * 3600 - 1)), Freshness::Stale);
        assert_eq!(times.freshness(at(6 * 3600)), Freshness::Gone);
    }

    #[test]
    fn an_unknown_key_id_asks_once_per_cool_down() {
        assert!(may_force_refresh(None, at(0)));
        assert!(!may_force_refresh(Some(at(0)), at(0)));
        assert!(!may_force_refresh(Some(at(0)), at(29)));
        assert!(may_force_refresh(Some(at(0)), at(30)));
    }

    #[test]
    fn a_failing_issuer_is_asked_again_after_a_pause() {
        assert!(may_retry(None, at(0)));
        assert!(!may_retry(Some(at(0)), at(4)));
        assert!(may_retry(Some(at(0)), at(5)));
    }

    #[test]
    fn a_clock_that_was_ahead_keeps_nothing_fresh() {
        let ahead = KeyTimes::new(at(1_000_000), Some("max-age=3600"));
        assert_eq!(ahead.freshness(at(0)), Freshness::Gone);
        assert!(may_force_refresh(Some(at(1_000_000)), at(0)));
        assert!(may_retry(Some(at(1_000_000)), at(0)));
        let skewed = KeyTimes::new(at(60), Some("max-age=3600"));
        assert_eq!(skewed.freshness(at(0)), Freshness::Fresh);
    }
}
