//! The core's face for JavaScript: conversion, and no decision.
//!
//! What crosses: text and options in, JSON text out. The JavaScript around it (`npm/`) reads that
//! text with `JSON.parse`, which makes every name an own property. Names set one by one would hand
//! a claim called `__proto__` to the setter of that name.
//!
//! The signature is a step of its own, so that the host's crypto may carry it out:
//! `new Verification(…)` → `algorithm`, `key`, `message`, `signature` → `finish(answer)`.

mod error;
mod issuer;
mod options;
mod verification;

use sealgate_core::dangerous;
use serde::Serialize;
use serde_json::{Map, Value};
use wasm_bindgen::prelude::wasm_bindgen;

pub use error::Failure;
pub use issuer::Issuer;
pub use verification::{SignatureAnswer, Verification};

/// A token taken apart, marked for what it is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Unverified {
    verified: bool,
    protected_header: Map<String, Value>,
    payload: Map<String, Value>,
}

/// Takes a token apart without verifying anything.
#[wasm_bindgen]
pub fn decode(token: &str) -> Result<String, Failure> {
    let decoded = dangerous::decode(token)?;
    let unverified = Unverified {
        verified: false,
        protected_header: decoded.header,
        payload: decoded.payload,
    };
    Ok(json(&unverified))
}

/// JSON text of what has string keys and no failing `Serialize`: it cannot fail.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
