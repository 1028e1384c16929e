//! Verifying a machine's token: the issuer's keys, the host's crypto, the core's verdict.

use sealgate_core::{Error, Facts, Issuer, KeySource, SignatureAnswer, UnverifiedToken, Verifier};
use worker::Env;

use crate::config::Config;
use crate::problem::Problem;
use crate::{clock, host_crypto, keys};

/// Verifies `token` for `audience`. Nothing of a secret is touched before this has succeeded.
pub(crate) async fn verify(env: &Env, token: &str, audience: String) -> Result<Facts, Problem> {
    let unverified = UnverifiedToken::parse(token)?;
    let issuers = Config::new(env).issuers()?;
    let setting = issuers.select(&unverified)?;
    // Without a key id no key is ever selected, and none has to be fetched.
    let key_id = unverified.key_id().ok_or(Error::KeyNotFound)?;
    let set = keys::of(env, setting, Some(key_id)).await?;
    let issuer = Issuer::new(&setting.issuer, KeySource::Jwks(set.jwks()));
    let verification = Verifier::new(issuer, vec![audience]).begin_parsed(unverified, clock::now());
    let answer = match verification.signature_check() {
        Some(check) => host_crypto::answer(check).await,
        None => SignatureAnswer::Invalid,
    };
    Ok(verification.finish(answer).result?.facts())
}
