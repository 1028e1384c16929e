//! JSON that cannot surprise: no name twice in an object, a bound on nesting, nothing after the end.
//!
//! Parsers differ on which of two equal names counts (RFC 8259 §4), and a verifier and its caller
//! that differ can be played against each other; so a second one is an error at any depth, also
//! when it is spelt with escapes (I-JSON, RFC 7493 §2.3).

use core::cell::Cell;
use core::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::limits::JSON_DEPTH;

/// Why bytes are not acceptable JSON.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonDefect {
    /// An object has a name twice.
    DuplicateName,
    /// The top level is not an object.
    NotAnObject,
    /// Not JSON (RFC 8259), not UTF-8, a number beyond what a double holds, or bytes after the end.
    Syntax,
    /// Nested deeper than 32.
    TooDeep,
}

impl fmt::Display for JsonDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DuplicateName => "an object has the same name twice",
            Self::NotAnObject => "it is not a JSON object",
            Self::Syntax => "it is not valid JSON",
            Self::TooDeep => "it is nested too deep",
        })
    }
}

/// Parses one JSON object. The caller has bounded the length of `bytes`.
///
/// Values are not interpreted: what a name means, and which type its value must have, is not
/// checked here.
pub fn parse_object(bytes: &[u8]) -> Result<Map<String, Value>, JsonDefect> {
    match parse(bytes)? {
        Value::Object(map) => Ok(map),
        _ => Err(JsonDefect::NotAnObject),
    }
}

/// Parses a JSON list of objects without a null among their members: how settings are written.
///
/// `null` is what a template leaves where a value is missing, and must not read as left out.
pub(crate) fn parse_settings(text: &str) -> Result<Vec<Map<String, Value>>, &'static str> {
    let Ok(Value::Array(entries)) = parse(text.as_bytes()) else {
        return Err("it is not a JSON list");
    };
    entries
        .into_iter()
        .map(|entry| match entry {
            Value::Object(entry) if entry.values().any(Value::is_null) => {
                Err("an entry has a member that is null")
            }
            Value::Object(entry) => Ok(entry),
            _ => Err("an entry is not an object"),
        })
        .collect()
}

fn parse(bytes: &[u8]) -> Result<Value, JsonDefect> {
    let defect = Cell::new(JsonDefect::Syntax);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Strict {
        depth: 0,
        defect: &defect,
    }
    .deserialize(&mut deserializer)
    .map_err(|_| defect.get())?;
    deserializer.end().map_err(|_| JsonDefect::Syntax)?;
    Ok(value)
}

/// Builds a [`Value`] and notes in `defect` why it gave up: serde's error is text only.
#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    defect: &'a Cell<JsonDefect>,
}

impl Strict<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth >= JSON_DEPTH {
            self.defect.set(JsonDefect::TooDeep);
            return Err(E::custom("too deep"));
        }
        Ok(Self {
            depth: self.depth.saturating_add(1),
            ..self
        })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("not finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = access.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut map = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            if map.contains_key(&name) {
                self.defect.set(JsonDefect::DuplicateName);
                return Err(A::Error::custom("duplicate name"));
            }
            let value = access.next_value_seed(inner)?;
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::{JsonDefect, parse_object};
    use crate::limits::JSON_DEPTH;

    #[track_caller]
    fn check(text: &str, defect: JsonDefect) {
        assert_eq!(parse_object(text.as_bytes()), Err(defect), "{text}");
    }

    #[test]
    fn refuses_a_name_twice_however_it_is_spelt() {
        check(r#"{"a":1,"a":1}"#, JsonDefect::DuplicateName);
        check(r#"{"a":1,"\u0061":1}"#, JsonDefect::DuplicateName);
        check(
            r#"{"x":[{"y":{"a":1,"b":2,"a":3}}]}"#,
            JsonDefect::DuplicateName,
        );
    }

    #[test]
    fn refuses_nesting_beyond_the_limit() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse_object(nested(JSON_DEPTH - 1).as_bytes()).is_ok());
        check(&nested(JSON_DEPTH), JsonDefect::TooDeep);
        check(
            &format!("{{\"a\":{}", "[".repeat(100_000)),
            JsonDefect::TooDeep,
        );
        check(&r#"{"a":"#.repeat(100_000), JsonDefect::TooDeep);
    }

    #[test]
    fn refuses_what_is_not_json() {
        for text in [
            "",
            "{",
            "{}{}",
            "{} x",
            "{'a':1}",
            r#"{"a":1,}"#,
            r#"{"a":01}"#,
            r#"{"a":.5}"#,
            r#"{"a":1.}"#,
            r#"{"a":NaN}"#,
            r#"{"a":0x10}"#,
            r#"{"a":1e400}"#,
            r#"{"a":"\ud800"}"#,
            "\u{feff}{}",
            "{\"a\":\"\n\"}",
            "{/**/}",
            r#"{"a" 1}"#,
            r#"{a:1}"#,
        ] {
            check(text, JsonDefect::Syntax);
        }
        assert_eq!(parse_object(b"{\"a\":\"\xff\"}"), Err(JsonDefect::Syntax));
    }

    #[test]
    fn refuses_other_top_levels() {
        for text in ["[]", "null", "1", "\"x\"", "true"] {
            check(text, JsonDefect::NotAnObject);
        }
    }

    #[test]
    fn keeps_order_and_exact_integers() {
        let map = parse_object(br#"{"b":18446744073709551615,"a":-1}"#).unwrap();
        assert_eq!(map.keys().collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(map["b"].as_u64(), Some(u64::MAX));
    }
}
