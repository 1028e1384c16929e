//! What owners do: store, look at, list and delete secrets, and replace policies.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sealgate_core::limits::{POLICY_BYTES, VALUE_BYTES};
use sealgate_core::{Code, Error, Owner, Policy, Right, SecretName, base64url};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use worker::{Env, Request, Response};

use crate::config::Config;
use crate::http::{self, header};
use crate::objects::index;
use crate::objects::secret::{self, Condition, Metadata, NewValue};
use crate::problem::Problem;

/// A value as JSON text can be six times its bytes (`\u0000`).
const PUT_BYTES: usize = 6 * VALUE_BYTES + POLICY_BYTES + 4096;
/// Names in one page of a listing.
const PAGE: usize = 100;

/// `PUT /v1/secrets/NAME`: stores a version; the first time with a policy.
pub(crate) async fn put(
    request: &mut Request,
    env: &Env,
    name: &SecretName,
) -> Result<Response, Problem> {
    let owner = authenticate(request, env)?;
    check(&owner, Right::Write, name)?;
    let condition = condition(request)?;
    let mut body = http::object(request, PUT_BYTES, &["value", "value_base64", "policy"]).await?;
    let value = value(&mut body)?;
    let policy = match body.remove("policy") {
        None => None,
        Some(policy) => {
            check(&owner, Right::Policy, name)?;
            Some(accept(env, policy.to_string().as_bytes())?)
        }
    };
    // A name is in the index before there is a secret, and again after one was made: whatever
    // breaks in between, and whoever deletes meanwhile, no secret is missing from a listing.
    let creating = policy.is_some();
    if creating {
        index::add(env, name).await?;
    }
    let new = NewValue {
        value,
        policy: policy.map(|policy| policy.document().to_owned()),
    };
    let metadata = secret::put(env, name, new, condition)
        .await
        .map_err(explain)?;
    if creating {
        index::add(env, name).await?;
    }
    let status = if metadata.created { 201 } else { 200 };
    describe(status, name, &metadata)
}

/// `PUT /v1/secrets/NAME/policy`: replaces the policy.
pub(crate) async fn put_policy(
    request: &mut Request,
    env: &Env,
    name: &SecretName,
) -> Result<Response, Problem> {
    check(&authenticate(request, env)?, Right::Policy, name)?;
    let condition = condition(request)?;
    let document = http::body(request, POLICY_BYTES).await?;
    let policy = accept(env, &document)?;
    let metadata = secret::put_policy(env, name, policy.document().to_owned(), condition)
        .await
        .map_err(explain)?;
    describe(200, name, &metadata)
}

/// `GET /v1/secrets/NAME`: metadata, never the value.
pub(crate) async fn get(
    request: &Request,
    env: &Env,
    name: &SecretName,
) -> Result<Response, Problem> {
    if !authenticate(request, env)?.owns(name) {
        return Err(Problem::forbidden());
    }
    describe(
        200,
        name,
        &secret::metadata(env, name).await.map_err(explain)?,
    )
}

/// `DELETE /v1/secrets/NAME`: erases values and policy. What was used stays used.
pub(crate) async fn delete(
    request: &Request,
    env: &Env,
    name: &SecretName,
) -> Result<Response, Problem> {
    check(&authenticate(request, env)?, Right::Delete, name)?;
    let generation = index::generation(env, name).await?;
    let deleted = secret::delete(env, name, condition(request)?).await;
    // A name without a secret is what a first PUT leaves that was refused after it.
    let gone = deleted.as_ref().err().map(Problem::code);
    if matches!(gone, None | Some(Code::SecretNotFound)) {
        index::remove(env, name, generation).await?;
    }
    deleted.map_err(explain)?;
    Ok(http::empty(204))
}

#[derive(Deserialize)]
struct Page {
    after: Option<String>,
}

/// `GET /v1/secrets`: names that this owner may see, a page at a time.
pub(crate) async fn list(request: &Request, env: &Env) -> Result<Response, Problem> {
    let owner = authenticate(request, env)?;
    let page: Page = request
        .query()
        .map_err(|_| Problem::detailed(Code::RequestInvalid, "the query must be after=NAME"))?;
    let mut after = page.after.unwrap_or_default();
    let mut names: Vec<String> = Vec::new();
    let mut next = None;
    'pages: loop {
        let found = index::page(env, &after).await?;
        for name in &found.names {
            if SecretName::parse(name).is_ok_and(|name| owner.owns(&name)) {
                if names.len() == PAGE {
                    next = names.last().cloned();
                    break 'pages;
                }
                names.push(name.clone());
            }
        }
        match found.names.last() {
            Some(last) if found.more => after.clone_from(last),
            _ => break,
        }
    }
    let secrets: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
    http::json(200, &json!({ "secrets": secrets, "next": next }))
}

/// The owner who asks. A request without a token is told so before anything else.
fn authenticate(request: &Request, env: &Env) -> Result<Owner, Problem> {
    let token = http::bearer(request)?;
    Ok(Config::new(env).owners()?.authenticate(&token)?.clone())
}

fn check(owner: &Owner, right: Right, name: &SecretName) -> Result<(), Problem> {
    owner.check(right, name).map_err(|_| Problem::forbidden())
}

/// Accepts a policy that this gate can keep: well-formed, offered, not too open, of issuers that
/// are trusted here.
fn accept(env: &Env, document: &[u8]) -> Result<Policy, Problem> {
    let policy = Policy::parse(document).map_err(say)?;
    policy.check_supported().map_err(say)?;
    policy.check_openness().map_err(say)?;
    if !Config::new(env).check_issuers(&policy)? {
        return Err(Problem::detailed(
            Code::PolicyInvalid,
            "the policy names an issuer that is not in SEALGATE_ISSUERS",
        ));
    }
    Ok(policy)
}

/// The value to store: 1 byte to 64 KiB, as text or in base64.
fn value(body: &mut Map<String, Value>) -> Result<Vec<u8>, Problem> {
    let invalid = |detail| Problem::detailed(Code::RequestInvalid, detail);
    let value = match (body.remove("value"), body.remove("value_base64")) {
        (Some(Value::String(text)), None) => text.into_bytes(),
        // base64url as everywhere on the wire, or what the `base64` command writes.
        (None, Some(Value::String(text))) => base64url::decode(&text)
            .or_else(|| STANDARD.decode(&text).ok())
            .ok_or_else(|| invalid("`value_base64` is neither base64url nor base64"))?,
        _ => {
            return Err(invalid(
                "the body needs one of `value` and `value_base64`, a string",
            ));
        }
    };
    match value.len() {
        0 => Err(invalid("the value is empty")),
        length if length > VALUE_BYTES => Err(Problem::new(Code::RequestTooLarge)),
        _ => Ok(value),
    }
}

/// `If-Match` and `If-None-Match` (RFC 9110 §13.1): a single entity tag, or `*`.
fn condition(request: &Request) -> Result<Condition, Problem> {
    let if_match = header(request, "If-Match");
    let if_none_match = header(request, "If-None-Match");
    match (if_match.as_deref(), if_none_match.as_deref()) {
        (None, None) => Ok(Condition::None),
        (Some("*"), None) => Ok(Condition::Exists),
        (None, Some("*")) => Ok(Condition::Absent),
        (Some(tag), None) => tag
            .strip_prefix('"')
            .and_then(|tag| tag.strip_suffix('"'))
            .and_then(|tag| {
                tag.parse()
                    .ok()
                    .filter(|revision: &u64| revision.to_string() == tag)
            })
            .map(Condition::Revision)
            // A tag that this gate never gave out matches nothing.
            .ok_or_else(|| Problem::new(Code::PreconditionFailed)),
        _ => Err(Problem::detailed(
            Code::RequestInvalid,
            "send If-Match with one ETag or *, or If-None-Match: *",
        )),
    }
}

fn describe(status: u16, name: &SecretName, metadata: &Metadata) -> Result<Response, Problem> {
    let policy: Value = serde_json::from_str(&metadata.policy).unwrap_or_default();
    let response = http::json(
        status,
        &json!({
            "name": name.as_str(),
            "version": metadata.version,
            "created_at": metadata.created_at.to_rfc3339(),
            "updated_at": metadata.updated_at.to_rfc3339(),
            "key_id": metadata.key_id,
            "policy": policy,
            "policy_sha256": metadata.policy_sha256,
            "released": metadata.released,
        }),
    )?;
    http::with_header(response, "ETag", &format!("\"{}\"", metadata.revision))
}

/// A core error in the words of the core: an owner may know what is wrong with their own text, and
/// what to do about it.
fn say(error: Error) -> Problem {
    let code = error.code();
    Problem::detailed(code, format!("{error}. {}", code.remedy()))
}

/// An object's refusal, with what to do about it.
fn explain(problem: Problem) -> Problem {
    match problem.code() {
        Code::PreconditionFailed | Code::PolicyRequired => {
            Problem::detailed(problem.code(), problem.code().remedy())
        }
        _ => problem,
    }
}
