//! What a gate says of itself.

use serde_json::{Value, json};
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
    let defects: Vec<Value> = Config::new(env)
        .defects()
        .iter()
        .map(|problem| json!({ "setting": problem.member("setting"), "defect": problem.detail() }))
        .collect();
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

/// `GET /openapi.json`.
pub(crate) fn open_api() -> Result<Response, Problem> {
    http::bytes(200, "application/json", OPEN_API.as_bytes().to_vec())
}
