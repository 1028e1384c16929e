//! The release gate: secrets in, and out again to machines that prove what they are.
//!
//! HTTP, storage and fetching live here; every decision is the core's. `openapi.json` describes the
//! interface, `docs/errors.md` the codes.
//!
//! | file | what belongs there |
//! |---|---|
//! | `routes` | which handler a method and path belong to |
//! | `handlers/*` | request → core → response |
//! | `config` | the environment, typed; a wrong setting is `misconfigured`, never a default |
//! | `problem` | RFC 9457 answers |
//! | `http` | reading headers and bounded bodies, building answers |
//! | `proof` | verifying a token with the issuer's keys and the host's crypto |
//! | `keys` | an issuer's keys: the isolate's layer, and fetching |
//! | `objects/*` | the Durable Objects: `Secret`, `Index`, `IssuerKeys` |
//! | `call` | asking an object, with a time-out |
//! | `log` | one line per request |

mod call;
mod clock;
mod config;
mod handlers;
mod host_crypto;
mod http;
mod keys;
mod log;
mod objects;
mod problem;
mod proof;
mod routes;

use worker::{Context, Env, Request, Response, Result, event};

use crate::problem::Problem;

/// Answers a request. Never an `Err`: that would reach the caller as an empty reply.
#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    let started = clock::millis();
    let method = request.inner().method();
    let (route, answer) = routes::dispatch(request, &env).await;
    let (response, problem) = match answer {
        Ok(response) => (response, None),
        Err(problem) => (problem.to_response(&route)?, Some(problem)),
    };
    let outcome = log::Outcome {
        status: response.status_code(),
        code: problem.as_ref().map(Problem::code),
        cause: problem.as_ref().and_then(Problem::cause),
    };
    log::request(
        &method,
        &route,
        &outcome,
        clock::millis().saturating_sub(started),
    );
    http::finish(response)
}
