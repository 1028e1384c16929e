//! Releasing a secret, binding `bearer`: the codelab's curl line, with each token good for once.

use sealgate_core::{Code, Door, Facts, SecretName, base64url};
use serde_json::json;
use worker::{Env, Request, Response};

use crate::config::Config;
use crate::objects::secret::{self, Released};
use crate::problem::Problem;
use crate::{http, proof};

/// No body is needed; what a client sends all the same is read no further than this.
const BODY_BYTES: usize = 1024;
/// Members of a request for a release that is bound to a key or to evidence.
const BOUND: [&str; 3] = ["challenge", "evidence", "public_key"];

/// `POST /v1/secrets/NAME/release`.
pub(crate) async fn bearer(
    request: &mut Request,
    env: &Env,
    name: &SecretName,
) -> Result<Response, Problem> {
    // The token first: nobody without one makes the gate wait for a body.
    let facts = prove(request, env, Door::Bearer(name)).await?;
    check_unbound(&http::body(request, BODY_BYTES).await?)?;
    let Released { version, value } = release(env, name, facts).await?;
    let answer = match std::str::from_utf8(&value) {
        Ok(text) => json!({ "name": name.as_str(), "version": version, "value": text }),
        Err(_) => json!({
            "name": name.as_str(), "version": version, "value_base64": base64url::encode(&value),
        }),
    };
    http::json(200, &answer)
}

/// Refuses to answer in the clear who asked for more: nothing falls back to `bearer`.
fn check_unbound(body: &[u8]) -> Result<(), Problem> {
    if body.is_empty() {
        return Ok(());
    }
    let object = http::parse_object(body)?;
    if object.keys().any(|name| BOUND.contains(&name.as_str())) {
        return Err(Problem::detailed(
            Code::BindingNotSupported,
            "this gate releases by bearer token only; send no body to accept that",
        ));
    }
    if object.is_empty() {
        return Ok(());
    }
    Err(Problem::detailed(
        Code::RequestInvalid,
        "a release by bearer token takes no body",
    ))
}

/// `GET /` with a token: the deployment's default secret, as text and a newline.
pub(crate) async fn default(request: &Request, env: &Env) -> Result<Response, Problem> {
    let name = Config::new(env).default_secret()?;
    let facts = prove(request, env, Door::Default).await?;
    let Released { mut value, .. } = release(env, &name, facts).await?;
    let content_type = if std::str::from_utf8(&value).is_ok() {
        value.push(b'\n');
        "text/plain; charset=utf-8"
    } else {
        "application/octet-stream"
    };
    http::bytes(200, content_type, value)
}

async fn prove(request: &Request, env: &Env, door: Door<'_>) -> Result<Facts, Problem> {
    let token = http::bearer(request)?;
    let audience = Config::new(env).origin()?.audience(door);
    proof::verify(env, &token, audience).await
}

async fn release(env: &Env, name: &SecretName, facts: Facts) -> Result<Released, Problem> {
    secret::release(env, name, facts).await.map_err(hide)
}

/// What a machine may learn of the decision about a secret: whether it was refused by its policy,
/// not how, and not whether there is such a secret.
fn hide(problem: Problem) -> Problem {
    match problem.code() {
        Code::TokenAlreadyUsed
        | Code::TokenExpired
        | Code::GateUnavailable
        | Code::Misconfigured
        | Code::InternalError => problem,
        code => Problem::new(Code::ConditionNotMet).because(code),
    }
}
