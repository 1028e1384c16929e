//! Reading requests with bounds, and building answers.

use std::time::Duration;

use futures_util::StreamExt;
use sealgate_core::Code;
use serde::Serialize;
use serde_json::{Map, Value};
use worker::{ByteStream, Headers, Request, Response, ResponseBuilder, Result};

use crate::clock::within;
use crate::problem::Problem;

/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);

/// Headers of every answer: nothing of a gate is for a cache, a frame or a guess at its type.
const ALWAYS: [(&str, &str); 4] = [
    ("Cache-Control", "no-store"),
    ("Vary", "Authorization, Accept"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
];

pub(crate) fn finish(response: Response) -> Result<Response> {
    // Headers of a response that came from a fetch cannot be changed: they are copied.
    let headers = Headers::new();
    for (name, value) in response.headers().entries() {
        headers.set(&name, &value)?;
    }
    for (name, value) in ALWAYS {
        headers.set(name, value)?;
    }
    Ok(response.with_headers(headers))
}

pub(crate) fn json<T: Serialize>(status: u16, value: &T) -> Result<Response, Problem> {
    let text = serde_json::to_vec(value).map_err(|_| Problem::new(Code::InternalError))?;
    bytes(status, "application/json", text)
}

pub(crate) fn bytes(status: u16, content_type: &str, body: Vec<u8>) -> Result<Response, Problem> {
    let headers = Headers::new();
    headers.set("Content-Type", content_type)?;
    Ok(ResponseBuilder::new()
        .with_status(status)
        .with_headers(headers)
        .fixed(body))
}

pub(crate) fn empty(status: u16) -> Response {
    ResponseBuilder::new().with_status(status).empty()
}

pub(crate) fn with_header(
    response: Response,
    name: &str,
    value: &str,
) -> Result<Response, Problem> {
    let headers = response.headers().clone();
    headers.set(name, value)?;
    Ok(response.with_headers(headers))
}

pub(crate) fn header(request: &Request, name: &str) -> Option<String> {
    request.headers().get(name).ok().flatten()
}

/// The credential of `Authorization: Bearer …` (RFC 6750 §2.1).
///
/// The scheme's case does not matter, one space separates, and what follows is taken as it is:
/// white space around a token is not part of it, and is for the token's parser to refuse. Two
/// headers arrive joined by a comma, which no token has.
pub(crate) fn bearer(request: &Request) -> Result<String, Problem> {
    let missing = || Problem::new(Code::TokenMissing);
    let header = header(request, "Authorization").ok_or_else(missing)?;
    match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() => {
            Ok(token.to_owned())
        }
        _ => Err(missing()),
    }
}

/// The body, of at most `limit` bytes: more is refused while it is read, never kept.
pub(crate) async fn body(request: &mut Request, limit: usize) -> Result<Vec<u8>, Problem> {
    let too_large = || Problem::new(Code::RequestTooLarge);
    let announced = header(request, "Content-Length").and_then(|length| length.parse().ok());
    if announced.is_some_and(|length: u64| length > limit as u64) {
        return Err(too_large());
    }
    if request.inner().body().is_none() {
        return Ok(Vec::new());
    }
    let invalid = |detail| Problem::detailed(Code::RequestInvalid, detail);
    let stream = request.stream()?;
    match within(BODY_TIME, collect(stream, limit)).await {
        Some(Ok(body)) => Ok(body),
        Some(Err(Broken::TooLarge)) => Err(too_large()),
        Some(Err(Broken::Stream(_))) => Err(invalid("the body ended before it was complete")),
        None => Err(invalid("the body did not arrive within 10 s")),
    }
}

/// Why a body could not be read to its end.
pub(crate) enum Broken {
    Stream(worker::Error),
    TooLarge,
}

/// All of a body, of at most `limit` bytes: more is refused while it is read, never kept.
pub(crate) async fn collect(mut stream: ByteStream, limit: usize) -> Result<Vec<u8>, Broken> {
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(Broken::Stream)?;
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(Broken::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// A body as one JSON object, no name twice.
pub(crate) fn parse_object(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    sealgate_core::parse_object(body)
        .map_err(|defect| Problem::detailed(Code::RequestInvalid, format!("the body: {defect}")))
}

/// The body as one JSON object, no name twice, and no member but `known`.
pub(crate) async fn object(
    request: &mut Request,
    limit: usize,
    known: &[&str],
) -> Result<Map<String, Value>, Problem> {
    let object = parse_object(&body(request, limit).await?)?;
    if let Some(unknown) = object.keys().find(|name| !known.contains(&name.as_str())) {
        let shown: String = unknown.escape_default().take(64).collect();
        return Err(Problem::detailed(
            Code::RequestInvalid,
            format!(
                "the body has no member `{shown}`; it has {}",
                known.join(", ")
            ),
        ));
    }
    Ok(object)
}
