//! The options of `verify` and `appraise`, read from a JavaScript object.
//!
//! The object is the caller's, and so are its getters: each option is read once, and whatever a
//! read throws becomes a [`Failure`]. An option that is there must have a value, and one that does
//! not exist is refused: neither an undefined variable nor a typing error may switch off a check.

use js_sys::{Array, Object, Reflect};
use sealgate_core::{UnixTime, limits};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::Failure;

/// Every option. `issuer` is read by the JavaScript around us: it holds our [`crate::Issuer`].
const NAMES: [&str; 7] = [
    "audience",
    "clockTolerance",
    "currentDate",
    "issuer",
    "maxTokenAge",
    "nonce",
    "policy",
];

const TEXTS: &str = "a string, or an array of at most 16 strings, none of them empty";
const SECONDS: &str = "a whole number of seconds";

#[wasm_bindgen]
extern "C" {
    /// Works on a `Date` of any realm, and throws on anything else.
    #[wasm_bindgen(catch, js_namespace = ["Date", "prototype", "getTime"], js_name = call)]
    fn time_of(date: &JsValue) -> Result<f64, JsValue>;

    /// A plain copy, whatever `values` does when it is read.
    #[wasm_bindgen(catch, js_namespace = Array, js_name = from)]
    fn copy(values: &JsValue) -> Result<Array, JsValue>;
}

/// The options of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) settings: Settings,
    pub(crate) nonces: Option<Vec<String>>,
    pub(crate) now: UnixTime,
}

/// The options that are usually the same from call to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) audiences: Vec<String>,
    pub(crate) policy: Option<PolicyText>,
    pub(crate) clock_tolerance: Option<u64>,
    pub(crate) max_token_age: Option<u64>,
}

/// A policy as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PolicyText {
    /// A CEL condition.
    Condition(String),
    /// JSON text of a policy document.
    Document(String),
}

impl Options {
    pub(crate) fn read(object: &JsValue) -> Result<Self, Failure> {
        refuse_unknown(object)?;
        let audiences = read(object, "audience", TEXTS, texts)?.ok_or(Failure::Option {
            name: "audience",
            expected: TEXTS,
            actual: "left out",
        })?;
        let now = read(
            object,
            "currentDate",
            "a valid Date, not before 1970",
            moment,
        )?;
        Ok(Self {
            settings: Settings {
                audiences,
                policy: read(
                    object,
                    "policy",
                    "a policy document or a CEL condition",
                    policy,
                )?,
                clock_tolerance: read(object, "clockTolerance", SECONDS, seconds)?,
                max_token_age: read(object, "maxTokenAge", SECONDS, seconds)?,
            },
            nonces: read(object, "nonce", TEXTS, texts)?,
            now: now.unwrap_or_else(|| whole_seconds(js_sys::Date::now())),
        })
    }
}

fn refuse_unknown(object: &JsValue) -> Result<(), Failure> {
    let unreadable = |_| Failure::Option {
        name: "options",
        expected: "an object",
        actual: "one that cannot be read",
    };
    if !is_plain(object) {
        return Err(Failure::Option {
            name: "options",
            expected: "a plain object",
            actual: "one that inherits",
        });
    }
    for key in Reflect::own_keys(object).map_err(unreadable)? {
        let name = key.as_string().unwrap_or_else(|| "a symbol".to_owned());
        if !NAMES.contains(&name.as_str()) {
            return Err(Failure::UnknownOption { name });
        }
    }
    Ok(())
}

/// Whether everything that an object says stands in the object itself: what is inherited, from a
/// class or from a prototype that somebody polluted, is not seen and must not be relied on.
fn is_plain(object: &JsValue) -> bool {
    let Ok(prototype) = Reflect::get_prototype_of(object) else {
        return false;
    };
    // `Object.prototype`, of whatever realm, is the object that inherits from nothing.
    prototype.is_null() || Reflect::get_prototype_of(&prototype).is_ok_and(|end| end.is_null())
}

/// The option `name`, or `None` when it was left out. Only the object's own options count.
fn read<T>(
    object: &JsValue,
    name: &'static str,
    expected: &'static str,
    convert: impl FnOnce(&JsValue) -> Option<T>,
) -> Result<Option<T>, Failure> {
    let refused = |actual| Failure::Option {
        name,
        expected,
        actual,
    };
    let key = JsValue::from_str(name);
    if !Object::has_own(object.unchecked_ref::<Object>(), &key) {
        return Ok(None);
    }
    let value = Reflect::get(object, &key).map_err(|_| refused("one that cannot be read"))?;
    convert(&value)
        .map(Some)
        .ok_or_else(|| refused(kind(&value)))
}

fn texts(value: &JsValue) -> Option<Vec<String>> {
    let values = if value.is_string() {
        Array::of1(value)
    } else if Array::is_array(value) && !is_too_long(value.unchecked_ref()) {
        copy(value).ok()?
    } else {
        return None;
    };
    if !values.iter().all(|value| value.is_string()) {
        return None;
    }
    let texts: Vec<String> = serde_wasm_bindgen::from_value(values.into()).ok()?;
    let acceptable = texts.len() <= limits::EXPECTED_VALUES
        && texts
            .iter()
            .all(|text| !text.is_empty() && is_well_formed(text));
    acceptable.then_some(texts)
}

/// Bounds a list before it is copied: a sparse one can claim millions of members.
fn is_too_long(values: &Array) -> bool {
    usize::try_from(values.length()).is_ok_and(|length| length > limits::EXPECTED_VALUES)
}

/// Half a surrogate pair becomes U+FFFD on its way into Rust, and would then equal another text.
fn is_well_formed(text: &str) -> bool {
    !text.contains(char::REPLACEMENT_CHARACTER)
}

fn seconds(value: &JsValue) -> Option<u64> {
    value.as_f64()?;
    serde_wasm_bindgen::from_value(value.clone()).ok()
}

fn moment(value: &JsValue) -> Option<UnixTime> {
    let milliseconds = time_of(value).ok()?;
    (milliseconds >= 0.0).then(|| whole_seconds(milliseconds))
}

/// Drops the fraction: a `Date` counts milliseconds, a token whole seconds. The cast saturates.
fn whole_seconds(milliseconds: f64) -> UnixTime {
    UnixTime::from_secs((milliseconds / 1000.0) as u64)
}

fn policy(value: &JsValue) -> Option<PolicyText> {
    if let Some(condition) = value.as_string() {
        return is_well_formed(&condition).then_some(PolicyText::Condition(condition));
    }
    if !value.is_object() || !is_plain(value) {
        return None;
    }
    // Not `JSON.stringify`: it leaves members out that are undefined, and calls `toJSON`.
    let mut document = serde_json::Map::new();
    for key in Reflect::own_keys(value).ok()? {
        let member = Reflect::get(value, &key).ok()?;
        document.insert(key.as_string()?, json(&member)?);
    }
    let document = serde_json::Value::Object(document);
    Some(PolicyText::Document(document.to_string()))
}

/// A member of a policy document: a text, a number, a truth value, or a list of texts.
fn json(value: &JsValue) -> Option<serde_json::Value> {
    if Array::is_array(value) {
        return texts(value).map(serde_json::Value::from);
    }
    if value.is_undefined() || value.is_object() || value.is_function() || value.is_symbol() {
        return None;
    }
    serde_wasm_bindgen::from_value(value.clone()).ok()
}

fn kind(value: &JsValue) -> &'static str {
    if value.is_undefined() {
        "undefined (leave the option out)"
    } else if value.is_null() {
        "null"
    } else if value.is_string() {
        "such a string"
    } else if value.as_f64().is_some() {
        "such a number"
    } else if value.is_function() {
        "a function"
    } else if value.is_object() {
        "such an object"
    } else {
        "another kind of value"
    }
}
