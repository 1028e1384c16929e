//! From an error of the core, or of a call, to the `SealgateError` that JavaScript catches.

use sealgate_core::{Code, Error};
use serde_json::{Value, json};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(raw_module = "../lib/error.js")]
extern "C" {
    type SealgateError;

    /// `details` is JSON text of `{claim, expected, actual}`.
    #[wasm_bindgen(static_method_of = SealgateError, js_name = fromText)]
    fn from_text(code: &str, message: &str, details: &str) -> SealgateError;
}

/// Why a call failed. A local type, because `From<Error> for JsValue` is not ours to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The core refuses what it was given.
    Core(Error),
    /// An option is not what it must be.
    Option {
        /// Its name.
        name: &'static str,
        /// What it must be.
        expected: &'static str,
        /// What kind of value it is; never the value.
        actual: &'static str,
    },
    /// An option that does not exist: a misspelt one would switch off a check.
    UnknownOption {
        /// Its name.
        name: String,
    },
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        let (code, message, details) = match failure {
            Failure::Core(error) => (
                error.code(),
                error.to_string(),
                json!({ "claim": error.claim() }),
            ),
            Failure::Option {
                name,
                expected,
                actual,
            } => (
                Code::RequestInvalid,
                format!("the option `{name}` must be {expected}, not {actual}"),
                json!({ "expected": expected, "actual": actual }),
            ),
            Failure::UnknownOption { name } => (
                Code::RequestInvalid,
                format!("there is no option `{name}`"),
                Value::Null,
            ),
        };
        SealgateError::from_text(code.as_str(), &message, &details.to_string()).into()
    }
}
