//! Time as an argument: seconds since the Unix epoch, with arithmetic that cannot overflow.

use core::fmt;

use ::time::OffsetDateTime;
use ::time::format_description::well_known::Rfc3339;
use serde::{Deserialize, Serialize};

/// The largest integer that every JSON reader keeps exactly (RFC 7493 §2.2).
const MAX: u64 = (1 << 53) - 1;

/// A moment in whole seconds since 1970-01-01T00:00:00Z, as in RFC 7519 `NumericDate`.
///
/// `NumericDate` allows fractions; no issuer of attestation tokens writes them, and a fraction
/// invites rounding in the wrong direction, so they are refused where claims are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixTime(u64);

impl UnixTime {
    /// The moment `seconds` after the epoch. Later than 2^53 - 1 is cut to that.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(if seconds > MAX { MAX } else { seconds })
    }

    /// The moment of an integer claim: `None` when it is negative or not exact in JSON.
    pub(crate) fn from_claim(seconds: i64) -> Option<Self> {
        u64::try_from(seconds)
            .ok()
            .filter(|seconds| *seconds <= MAX)
            .map(Self)
    }

    /// Reads RFC 3339 text (`2025-09-05T08:17:30Z`) or whole Unix seconds (`1757060250`).
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(seconds) = text.parse::<i64>() {
            return Self::from_claim(seconds);
        }
        let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        Self::from_claim(moment.unix_timestamp())
    }

    /// Seconds since the epoch.
    pub const fn as_secs(self) -> u64 {
        self.0
    }

    /// The moment `seconds` later.
    #[must_use]
    pub const fn plus(self, seconds: u64) -> Self {
        Self::from_secs(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this moment, zero when it is not earlier.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// RFC 3339 text in UTC; the plain number of seconds beyond the year 9999.
    pub fn to_rfc3339(self) -> String {
        i64::try_from(self.0)
            .ok()
            .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
            .and_then(|moment| moment.format(&Rfc3339).ok())
            .unwrap_or_else(|| self.0.to_string())
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

#[cfg(test)]
mod tests {
    use super::UnixTime;

    #[test]
    fn reads_what_it_writes() {
        let moment = UnixTime::from_secs(1_757_060_250);
        assert_eq!(moment.to_rfc3339(), "2025-09-05T08:17:30Z");
        assert_eq!(UnixTime::parse("2025-09-05T08:17:30Z"), Some(moment));
        assert_eq!(UnixTime::parse("2025-09-05T10:17:30+02:00"), Some(moment));
        assert_eq!(UnixTime::parse("1757060250"), Some(moment));
    }

    #[test]
    fn refuses_what_is_no_moment() {
        for text in [
            "",
            "-1",
            "1.5",
            "yesterday",
            "9007199254740992",
            "2025-09-05",
        ] {
            assert_eq!(UnixTime::parse(text), None, "{text}");
        }
    }

    #[test]
    fn arithmetic_saturates() {
        let end = UnixTime::from_secs(u64::MAX);
        assert_eq!(end.plus(u64::MAX), end);
        assert_eq!(UnixTime::from_secs(0).since(end), 0);
    }
}
