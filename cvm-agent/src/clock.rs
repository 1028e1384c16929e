//! The time as of which a command judges, and how times are told to people.

use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sealgate_core::{Error, UnixTime};
use serde_json::{Map, Value};

use crate::error::Failure;

/// `--at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// A given moment.
    Fixed(UnixTime),
    /// The token's own `iat`.
    Issued,
    /// The machine's clock.
    Now,
}

impl FromStr for At {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "issued" => Ok(Self::Issued),
            "now" => Ok(Self::Now),
            _ => UnixTime::parse(text).map(Self::Fixed).ok_or(
                "not a time; write 2025-09-05T08:17:30Z, Unix seconds such as 1757060250, \
                 or issued",
            ),
        }
    }
}

impl At {
    /// The moment, given the payload of the token in question.
    ///
    /// `issued` believes an unverified claim. That is the caller's wish, and it makes no key valid
    /// that the caller has not given.
    pub(crate) fn moment(self, payload: Option<&Map<String, Value>>) -> Result<UnixTime, Failure> {
        match self {
            Self::Fixed(moment) => Ok(moment),
            Self::Now => now(),
            // A text that is no token has no time either; any will do to say so.
            Self::Issued => payload.map_or_else(now, issued),
        }
    }
}

/// The machine's clock.
pub(crate) fn now() -> Result<UnixTime, Failure> {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map(|elapsed| UnixTime::from_secs(elapsed.as_secs()))
        .map_err(|_| Failure::ClockBeforeEpoch)
}

fn issued(payload: &Map<String, Value>) -> Result<UnixTime, Failure> {
    let claim = || "iat".to_owned();
    let error = match payload.get("iat").map(claimed_moment) {
        Some(Some(moment)) => return Ok(moment),
        Some(None) => Error::ClaimInvalid {
            claim: claim(),
            expected: "a time in whole seconds",
        },
        None => Error::ClaimMissing { claim: claim() },
    };
    let remedy = Some("give the time itself with --at TIME");
    Err(Failure::Refused { error, remedy })
}

/// The moment that `exp`, `iat` or `nbf` names.
pub(crate) fn claimed_moment(claim: &Value) -> Option<UnixTime> {
    claim
        .as_u64()
        .map(UnixTime::from_secs)
        .filter(|moment| Some(moment.as_secs()) == claim.as_u64())
}

/// A moment for people: in UTC, how long before or after `now`, and by the local clock where that
/// differs.
pub(crate) fn tell(moment: UnixTime, now: UnixTime) -> String {
    let mut text = format!("{moment}, {}", relative(moment, now));
    if let Some(local) = local(moment) {
        text.push_str(&format!("; local {local}"));
    }
    text
}

fn local(moment: UnixTime) -> Option<String> {
    let seconds = i64::try_from(moment.as_secs()).ok()?;
    let local = Timestamp::from_second(seconds)
        .ok()?
        .to_zoned_datetime(TimeZone::system());
    (!local.offset().is_zero()).then(|| local.strftime("%Y-%m-%d %H:%M:%S %:z").to_string())
}

/// How far `moment` is from `now`, in the largest two units that fit.
fn relative(moment: UnixTime, now: UnixTime) -> String {
    if moment > now {
        format!("in {}", duration(moment.since(now)))
    } else {
        format!("{} ago", duration(now.since(moment)))
    }
}

pub(crate) fn duration(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use sealgate_core::UnixTime;

    use super::{At, relative};

    #[test]
    fn tells_how_long_ago_or_ahead() {
        let now = UnixTime::from_secs(1_000_000);
        for (moment, told) in [
            (1_000_000, "0 s ago"),
            (999_941, "59 s ago"),
            (1_000_061, "in 1 min 1 s"),
            (996_400, "1 h 0 min ago"),
            (1_090_000, "in 1 d 1 h"),
        ] {
            assert_eq!(relative(UnixTime::from_secs(moment), now), told);
        }
    }

    #[test]
    fn reads_times_and_the_word() {
        assert_eq!("issued".parse(), Ok(At::Issued));
        let moment = At::Fixed(UnixTime::from_secs(1_757_060_250));
        assert_eq!("1757060250".parse(), Ok(moment));
        assert_eq!("2025-09-05T10:17:30+02:00".parse(), Ok(moment));
        assert!("yesterday".parse::<At>().is_err());
    }
}
