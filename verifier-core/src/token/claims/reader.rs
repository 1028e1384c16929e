//! Reading typed values out of a JSON object, with the path of what is wrong.

use serde_json::{Map, Value};

use crate::error::Error;
use crate::time::UnixTime;

/// An object of claims and where it stands in the token.
#[derive(Clone, Copy)]
pub(super) struct ClaimsReader<'a> {
    object: &'a Map<String, Value>,
    parent: &'a str,
}

impl<'a> ClaimsReader<'a> {
    pub(super) fn new(object: &'a Map<String, Value>, parent: &'a str) -> Self {
        Self { object, parent }
    }

    fn path(&self, name: &str) -> String {
        if self.parent.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.parent)
        }
    }

    fn invalid(&self, name: &str, expected: &'static str) -> Error {
        Error::ClaimInvalid {
            claim: self.path(name),
            expected,
        }
    }

    fn read<T>(
        &self,
        name: &str,
        expected: &'static str,
        convert: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        self.object
            .get(name)
            .map(|value| convert(value).ok_or_else(|| self.invalid(name, expected)))
            .transpose()
    }

    pub(super) fn string(&self, name: &str) -> Result<Option<String>, Error> {
        self.read(name, "a string", |value| value.as_str().map(str::to_owned))
    }

    pub(super) fn boolean(&self, name: &str) -> Result<Option<bool>, Error> {
        self.read(name, "true or false", Value::as_bool)
    }

    pub(super) fn unsigned(&self, name: &str) -> Result<Option<u64>, Error> {
        self.read(name, "an unsigned integer", Value::as_u64)
    }

    /// A `NumericDate` (RFC 7519 §2), whole seconds only.
    pub(super) fn time(&self, name: &str) -> Result<Option<UnixTime>, Error> {
        self.read(name, "a time in whole seconds", |value| {
            value.as_i64().and_then(UnixTime::from_claim)
        })
    }

    pub(super) fn strings(&self, name: &str) -> Result<Option<Vec<String>>, Error> {
        self.read(name, "an array of strings", strings)
    }

    /// An array of strings where `null` means that there is none, as in Google's own examples.
    pub(super) fn strings_or_null(&self, name: &str) -> Result<Option<Vec<String>>, Error> {
        self.read(name, "an array of strings or null", |value| match value {
            Value::Null => Some(None),
            value => strings(value).map(Some),
        })
        .map(Option::flatten)
    }

    /// A string, or an array of strings: RFC 7519 §4.1.3 for `aud`, RFC 9711 §4.1 for `eat_nonce`.
    pub(super) fn one_or_more(&self, name: &str) -> Result<Option<Vec<String>>, Error> {
        self.read(
            name,
            "a string or an array of strings",
            |value| match value {
                Value::String(text) => Some(vec![text.clone()]),
                value => strings(value),
            },
        )
    }

    /// An object with string values; `null` means that there is none.
    pub(super) fn string_map(&self, name: &str) -> Result<Option<Vec<(String, String)>>, Error> {
        self.read(name, "an object of strings or null", |value| match value {
            Value::Null => Some(None),
            value => value
                .as_object()?
                .iter()
                .map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
                .collect::<Option<_>>()
                .map(Some),
        })
        .map(Option::flatten)
    }

    pub(super) fn object(&self, name: &str) -> Result<Option<&'a Map<String, Value>>, Error> {
        self.read(name, "an object", Value::as_object)
    }

    /// An object, or an array of exactly one object.
    pub(super) fn object_or_one(
        &self,
        name: &str,
    ) -> Result<Option<&'a Map<String, Value>>, Error> {
        self.read(name, "an object or an array of one", |value| match value {
            Value::Array(values) => match values.as_slice() {
                [Value::Object(object)] => Some(object),
                _ => None,
            },
            value => value.as_object(),
        })
    }

    pub(super) fn objects(&self, name: &str) -> Result<Option<Vec<&'a Map<String, Value>>>, Error> {
        self.read(name, "an array of objects", |value| {
            value.as_array()?.iter().map(Value::as_object).collect()
        })
    }

    pub(super) fn required<T>(&self, name: &str, value: Option<T>) -> Result<T, Error> {
        value.ok_or_else(|| Error::ClaimMissing {
            claim: self.path(name),
        })
    }

    /// What is left when the `known` names are taken away.
    pub(super) fn others(&self, known: &[&str]) -> Map<String, Value> {
        self.object
            .iter()
            .filter(|(name, _)| !known.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

fn strings(value: &Value) -> Option<Vec<String>> {
    value
        .as_array()?
        .iter()
        .map(|value| value.as_str().map(str::to_owned))
        .collect()
}
