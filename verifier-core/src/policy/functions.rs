//! The functions of conditions: CEL's standard ones, without those that need a clock database or
//! a regular expression engine, and those that are ours.
//!
//! Moments and durations are whole seconds as `int`, so `timestamp(assertion.iat) <
//! timestamp("2027-01-01T00:00:00Z")` and `timestamp(a) - timestamp(b) <= duration("1h30m")` mean
//! what they say. A fraction of a second is an error, never rounded.

use cel::common::ast::IdedExpr;
use cel::common::types::{CelInt, CelList, CelMap, CelNull, CelString, DYN_TYPE, INT_TYPE};
use cel::common::types::{MAP_TYPE, STRING_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env, ExecutionError};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::defect::ConditionDefect;
use super::path::text;

/// `@ordered(x)`: `x`, or the sorted names of `x` when it is an object. No condition can spell it;
/// it stands around the range of every comprehension, because a map has no order of its own.
pub(crate) const ORDERED: &str = "@ordered";
/// `@addend(x)`: `x`, unless it is an object, whose names a list would take in no order at all. It
/// stands around what is added.
pub(crate) const ADDEND: &str = "@addend";
/// `@override(container, name)`: the member, or an empty list or object where it is absent or null.
pub(crate) const OVERRIDE: &str = "@override";
/// The member of a container that reads as an empty list.
pub(crate) const CMD_OVERRIDE: &str = "cmd_override";
/// The member of a container that reads as an empty object.
pub(crate) const ENV_OVERRIDE: &str = "env_override";

const NANOSECONDS: i128 = 1_000_000_000;

/// The functions that evaluation may call.
pub(crate) fn environment() -> Result<Env, DeclarationError> {
    let mut env = Env::default().with_optional_support(false).with_stdlib();
    env.add_overload(ADDEND, "addend", vec![DYN_TYPE], addend)?;
    env.add_overload(ORDERED, "ordered", vec![DYN_TYPE], ordered)?;
    env.add_overload(OVERRIDE, "override", vec![MAP_TYPE, STRING_TYPE], or_empty)?;
    env.add_overload("timestamp", "int_to_seconds", vec![INT_TYPE], identity)?;
    env.add_overload("timestamp", "text_to_seconds", vec![STRING_TYPE], timestamp)?;
    env.add_overload("duration", "text_to_seconds", vec![STRING_TYPE], duration)?;
    Ok(env)
}

/// Whether a condition may call `function` with so many arguments, on a target or without one.
pub(crate) fn check_call(
    function: &str,
    target: Option<&IdedExpr>,
    arguments: &[IdedExpr],
) -> Result<(), ConditionDefect> {
    let expected = match (function, target.is_some()) {
        (
            "bool" | "double" | "duration" | "dyn" | "int" | "string" | "timestamp" | "uint",
            false,
        )
        | ("size", false)
        | ("contains" | "endsWith" | "startsWith", true) => 1,
        ("size", true) => 0,
        _ => return Err(ConditionDefect::Function(function.to_owned())),
    };
    if arguments.len() != expected {
        return Err(ConditionDefect::Arguments(function.to_owned()));
    }
    // A literal that cannot be read is a mistake of today, not a refusal of some day.
    match (function, arguments.first().and_then(text)) {
        ("timestamp", Some(text)) if seconds_of_moment(text).is_none() => {
            Err(ConditionDefect::Time("timestamp"))
        }
        ("duration", Some(text)) if seconds_of_duration(text).is_none() => {
            Err(ConditionDefect::Time("duration"))
        }
        _ => Ok(()),
    }
}

fn identity<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    arguments.into_iter().next().ok_or_else(missing_argument)
}

fn addend<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let value = identity(arguments)?;
    match value.downcast_ref::<CelMap<'_>>() {
        Some(_) => Err(ExecutionError::function_error("+", "an object")),
        None => Ok(value),
    }
}

fn ordered<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let range = identity(arguments)?;
    let Some(map) = range.downcast_ref::<CelMap<'_>>() else {
        return Ok(range);
    };
    let mut keys: Vec<_> = map.inner().keys().cloned().collect();
    keys.sort();
    let keys: Vec<Box<dyn Val + 'v>> = keys
        .iter()
        .map(|key| key.inner().clone_as_boxed())
        .collect();
    Ok(CowVal::owned(CelList::from(keys)))
}

fn or_empty<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let mut arguments = arguments.into_iter();
    let (Some(container), Some(name)) = (arguments.next(), arguments.next()) else {
        return Err(missing_argument());
    };
    let is_list = name
        .downcast_ref::<CelString<'_>>()
        .is_some_and(|name| name.inner() == CMD_OVERRIDE);
    let member = match container {
        CowVal::Borrowed(container) => container
            .as_indexer()
            .and_then(|container| container.get(name.as_ref()).ok()),
        CowVal::Owned(container) => container
            .into_indexer()
            .and_then(|container| container.steal(name.as_ref()).ok())
            .map(CowVal::Owned),
    };
    Ok(match member {
        Some(member) if member.downcast_ref::<CelNull>().is_none() => member,
        _ if is_list => CowVal::owned(CelList::default()),
        _ => CowVal::owned(CelMap::default()),
    })
}

fn timestamp<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    seconds("timestamp", arguments, seconds_of_moment)
}

fn duration<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    seconds("duration", arguments, seconds_of_duration)
}

fn seconds<'b, 'v>(
    function: &str,
    arguments: Vec<CowVal<'b, 'v>>,
    read: fn(&str) -> Option<i64>,
) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let argument = identity(arguments)?;
    argument
        .downcast_ref::<CelString<'_>>()
        .and_then(|text| read(text.inner()))
        .map(|seconds| CowVal::owned(CelInt::from(seconds)))
        .ok_or_else(|| ExecutionError::function_error(function, "not readable"))
}

fn missing_argument() -> ExecutionError {
    ExecutionError::MissingArgumentOrTarget
}

/// Seconds since the epoch of RFC 3339 text on a whole second.
fn seconds_of_moment(text: &str) -> Option<i64> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    (moment.nanosecond() == 0).then(|| moment.unix_timestamp())
}

/// Seconds of a duration as CEL writes it: `1h30m`, `-1.5h`, `0`.
fn seconds_of_duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut total = 0_i128;
    loop {
        let (nanoseconds, after) = leading_term(rest)?;
        total = total.checked_add(nanoseconds)?;
        if after.is_empty() {
            break;
        }
        rest = after;
    }
    let seconds = total.checked_div(NANOSECONDS)?;
    if seconds.checked_mul(NANOSECONDS)? != total {
        return None;
    }
    i64::try_from(if negative {
        seconds.checked_neg()?
    } else {
        seconds
    })
    .ok()
}

/// The nanoseconds of the number and unit that `text` starts with, and what follows them.
fn leading_term(text: &str) -> Option<(i128, &str)> {
    let is_digit = |character: char| character.is_ascii_digit();
    let (whole, rest) = text.split_at_checked(text.find(|c| !is_digit(c))?)?;
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at_checked(rest.find(|c| !is_digit(c))?)?,
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() || whole.len() > 18 || fraction.len() > 12 {
        return None;
    }
    let (unit, rest) = ["h", "ms", "m", "s", "us", "µs", "ns"]
        .into_iter()
        .find_map(|unit| Some((unit, rest.strip_prefix(unit)?)))?;
    let unit: i128 = match unit {
        "h" => 3_600_000_000_000,
        "m" => 60_000_000_000,
        "s" => NANOSECONDS,
        "ms" => 1_000_000,
        "us" | "µs" => 1000,
        _ => 1,
    };
    let digits: i128 = format!("0{whole}{fraction}").parse().ok()?;
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let scaled = digits.checked_mul(unit)?;
    let nanoseconds = scaled.checked_div(scale)?;
    // Less than a nanosecond is not a whole second either, whatever else is added.
    (nanoseconds.checked_mul(scale)? == scaled).then_some((nanoseconds, rest))
}

#[cfg(test)]
mod tests {
    use super::{seconds_of_duration, seconds_of_moment};

    #[test]
    fn reads_durations_of_whole_seconds() {
        for (text, seconds) in [
            ("0", 0),
            ("1h30m", 5400),
            ("3600s", 3600),
            ("1.5h", 5400),
            ("-1h", -3600),
            ("+2s", 2),
            (".5m", 30),
            ("500ms500ms", 1),
            ("1h0m0s", 3600),
        ] {
            assert_eq!(seconds_of_duration(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn refuses_durations_that_are_none_or_not_whole_seconds() {
        for text in [
            "",
            "-",
            "1",
            "h",
            ".",
            ".s",
            "1d",
            "1.5s",
            "1ms",
            "1h ",
            " 1h",
            "1h-1m",
            "1e3s",
            "--1h",
            "9999999999999999999h",
            "999999999999999999h",
            "0.0000000000001h",
            "1µ",
        ] {
            assert_eq!(seconds_of_duration(text), None, "{text:?}");
        }
    }

    #[test]
    fn reads_moments_on_a_whole_second() {
        assert_eq!(
            seconds_of_moment("2025-09-05T08:17:30Z"),
            Some(1_757_060_250)
        );
        assert_eq!(
            seconds_of_moment("2025-09-05T10:17:30+02:00"),
            Some(1_757_060_250)
        );
        for text in [
            "",
            "2025-09-05",
            "2025-09-05T08:17:30",
            "2025-09-05T08:17:30.5Z",
            "1757060250",
        ] {
            assert_eq!(seconds_of_moment(text), None, "{text:?}");
        }
    }
}
