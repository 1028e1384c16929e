//! What a gate says of itself.

use sealgate_core::limits::{NAME_BYTES, POLICY_BYTES, TOKEN_BYTES, VALUE_BYTES};
use serde_json::json;
use worker::{Env, Response};

use crate::config::Config;
use crate::http;
use crate::problem::Problem;

/// The interface's description, kept beside the code that it describes.
const OPEN_API: &str = include_str!("../../openapi.json");

/// `GET /healthz`: 200 when everything needed is configured, else 503 with what is not.
///
/// It names variables and what is wrong with them, never a value.
pub(crate) fn health(env: &Env) -> Result<Response, Problem> {
    let problems = Config::new(env).defects();
    let defects: Vec<_> = problems.iter().filter_map(Problem::setting).collect();
    let (status, word) = if defects.is_empty() {
        (200, "ok")
    } else {
        (503, "misconfigured")
    };
    http::json(
        status,
        &json!({ "status": word, "version": env!("CARGO_PKG_VERSION"), "defects": defects }),
    )
}

/// `GET /.well-known/sealgate`: what a client may expect of this gate.
///
/// It seals to no key and signs no receipt, so it has neither suites nor keys of its own.
pub(crate) fn gate() -> Result<Response, Problem> {
    http::json(
        200,
        &json!({
            "protocols": ["v1"],
            "bindings": ["bearer"],
            "suites": [],
            "gate_keys": [],
            "limits": {
                "name_bytes": NAME_BYTES,
                "policy_bytes": POLICY_BYTES,
                "token_bytes": TOKEN_BYTES,
                "value_bytes": VALUE_BYTES,
            },
            "build": { "version": env!("CARGO_PKG_VERSION") },
        }),
    )
}

/// `GET /openapi.json`.
pub(crate) fn open_api() -> Result<Response, Problem> {
    http::bytes(200, "application/json", OPEN_API.as_bytes().to_vec())
}
