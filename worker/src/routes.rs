//! Which handler a method and path belong to.
//!
//! Anything but the methods listed is 405: `HEAD` and `OPTIONS` release nothing and use nothing up.

use sealgate_core::{Code, SecretName};
use worker::{Env, Request, Response};

use crate::handlers::{about, audience, issuer_keys, page, release, secrets};
use crate::problem::Problem;

/// A route, for the log and for the realm of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Gate,
    Health,
    IssuerKeys,
    OpenApi,
    Page,
    Policy,
    Release,
    Root,
    Secret,
    Secrets,
}

impl Route {
    pub(crate) const fn pattern(self) -> &'static str {
        match self {
            Self::Gate => "/.well-known/sealgate",
            Self::Health => "/healthz",
            Self::IssuerKeys => "/v1/issuers/keys",
            Self::OpenApi => "/openapi.json",
            Self::Page => "/*",
            Self::Policy => "/v1/secrets/{name}/policy",
            Self::Release => "/v1/secrets/{name}/release",
            Self::Root => "/",
            Self::Secret => "/v1/secrets/{name}",
            Self::Secrets => "/v1/secrets",
        }
    }

    /// Who is asked for a token here.
    pub(crate) const fn realm(self) -> &'static str {
        match self {
            Self::Policy | Self::Secret | Self::Secrets => "owner",
            _ => "release",
        }
    }

    const fn methods(self) -> &'static str {
        match self {
            Self::Policy => "PUT",
            Self::Release => "POST",
            Self::Secret => "GET, PUT, DELETE",
            _ => "GET",
        }
    }
}

/// Where a path leads, and the name in it as it stands there.
fn find(path: &str) -> (Route, &str) {
    match path {
        "/" => return (Route::Root, ""),
        "/.well-known/sealgate" => return (Route::Gate, ""),
        "/healthz" => return (Route::Health, ""),
        "/openapi.json" => return (Route::OpenApi, ""),
        "/v1/issuers/keys" => return (Route::IssuerKeys, ""),
        "/v1/secrets" => return (Route::Secrets, ""),
        _ => {}
    }
    let Some(rest) = path.strip_prefix("/v1/secrets/") else {
        return (Route::Page, path);
    };
    match rest.split_once('/') {
        None => (Route::Secret, rest),
        Some((name, "policy")) => (Route::Policy, name),
        Some((name, "release")) => (Route::Release, name),
        Some(_) => (Route::Page, path),
    }
}

pub(crate) async fn dispatch(
    mut request: Request,
    env: &Env,
) -> (Route, Result<Response, Problem>) {
    let path = request.path();
    let (route, name) = find(&path);
    (route, answer(route, name, &mut request, env).await)
}

async fn answer(
    route: Route,
    name: &str,
    request: &mut Request,
    env: &Env,
) -> Result<Response, Problem> {
    // The method as it was sent: the runtime's type reads one it does not know as GET.
    let method = request.inner().method();
    if !route.methods().split(", ").any(|allowed| allowed == method) {
        return Err(Problem::method_not_allowed(route.methods()));
    }
    match route {
        Route::Gate => about::gate(),
        Route::Health => about::health(env),
        Route::IssuerKeys => issuer_keys::get(request, env).await,
        Route::OpenApi => about::open_api(),
        Route::Page => page::get(env, name).await,
        Route::Root => {
            if request.headers().has("Authorization")? {
                release::default(request, env).await
            } else if audience::is_browser(request) {
                page::get(env, "/index.html").await
            } else {
                Err(Problem::new(Code::TokenMissing))
            }
        }
        Route::Secrets => secrets::list(request, env).await,
        Route::Policy => secrets::put_policy(request, env, &parse(name)?).await,
        Route::Release => release::bearer(request, env, &parse(name)?).await,
        Route::Secret => {
            let name = parse(name)?;
            match method.as_str() {
                "PUT" => secrets::put(request, env, &name).await,
                "DELETE" => secrets::delete(request, env, &name).await,
                _ => secrets::get(request, env, &name).await,
            }
        }
    }
}

fn parse(name: &str) -> Result<SecretName, Problem> {
    Ok(SecretName::parse(name)?)
}
