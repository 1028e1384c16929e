//! The token page: static files, served by the gate.

use sealgate_core::Code;
use worker::{Env, Response};

use crate::http;
use crate::problem::Problem;

/// Files of the page by ending, and their types. Nothing else is served, whatever is there.
const TYPES: [(&str, &str); 7] = [
    (".html", "text/html; charset=utf-8"),
    (".css", "text/css; charset=utf-8"),
    (".js", "text/javascript; charset=utf-8"),
    (".json", "application/json"),
    (".wasm", "application/wasm"),
    (".svg", "image/svg+xml"),
    (".png", "image/png"),
];

/// `GET /…`: a file of the page, or 404.
pub(crate) async fn get(env: &Env, path: &str) -> Result<Response, Problem> {
    let missing = || Problem::new(Code::RouteNotFound);
    let (_, content_type) = TYPES
        .iter()
        .find(|(ending, _)| path.ends_with(ending))
        .ok_or_else(missing)?;
    // A path as a browser sends it after resolving it; anything else is nobody's file.
    if path.contains("..") || path.contains("//") || path.contains(['%', '\\']) {
        return Err(missing());
    }
    let assets = env.service("ASSETS").map_err(|_| missing())?;
    let mut file = assets.fetch(format!("https://assets{path}"), None).await?;
    if file.status_code() != 200 {
        return Err(missing());
    }
    let response = http::bytes(200, content_type, file.bytes().await?)?;
    // The page has its own policy in its markup; being framed can only be refused here.
    http::with_header(
        response,
        "Content-Security-Policy",
        "frame-ancestors 'none'",
    )
}
