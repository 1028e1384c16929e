//! `GET /v1/issuers/keys?issuer=…`: the kept key set of a trusted issuer, for the page.

use serde::Deserialize;
use worker::{Env, Request, Response};

use crate::config::Config;
use crate::problem::Problem;
use crate::{http, keys};
use sealgate_core::{Code, Error};

#[derive(Deserialize)]
struct Query {
    issuer: String,
}

pub(crate) async fn get(request: &Request, env: &Env) -> Result<Response, Problem> {
    let query: Query = request
        .query()
        .map_err(|_| Problem::detailed(Code::RequestInvalid, "the query must be issuer=URL"))?;
    let issuers = Config::new(env).issuers()?;
    let setting = issuers.find(&query.issuer).ok_or(Error::IssuerNotTrusted)?;
    let set = keys::of(env, setting, None).await?;
    http::bytes(
        200,
        "application/jwk-set+json",
        set.text().as_bytes().to_vec(),
    )
}
