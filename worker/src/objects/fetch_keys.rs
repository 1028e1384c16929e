//! Fetching an issuer's keys: bounded in time and size, following nothing.

use std::time::Duration;

use sealgate_core::limits::{DISCOVERY_BYTES, JWKS_BYTES};
use sealgate_core::{Algorithm, IssuerSetting, Jwks, KeyTimes, discovery_url, jwks_uri};
use worker::{AbortController, AbortSignal, Fetch, Method, Request, RequestInit, RequestRedirect};

use crate::clock::{self, within};
use crate::http::{Broken, collect};
use crate::keys::Fetched;

/// For everything: discovery and keys, connection to last byte.
const TIME_OUT: Duration = Duration::from_secs(10);

/// Fetches the key set of `setting`'s issuer. The error is text for the operator.
pub(crate) async fn fetch_keys(setting: &IssuerSetting) -> Result<Fetched, String> {
    let controller = AbortController::default();
    let signal = controller.signal();
    match within(TIME_OUT, discover_and_get(setting, &signal)).await {
        Some(answer) => answer,
        None => {
            controller.abort();
            Err("no complete answer within 10 s".to_owned())
        }
    }
}

async fn discover_and_get(
    setting: &IssuerSetting,
    signal: &AbortSignal,
) -> Result<Fetched, String> {
    let uri = match &setting.jwks_uri {
        Some(uri) => uri.clone(),
        None => {
            let url = discovery_url(&setting.issuer);
            let (document, _) = get(&url, DISCOVERY_BYTES, signal).await?;
            jwks_uri(&document, &setting.issuer).map_err(|error| error.to_string())?
        }
    };
    let (body, cache_control) = get(&uri, JWKS_BYTES, signal).await?;
    let jwks = Jwks::parse(&body).map_err(|error| error.to_string())?;
    if !jwks.is_usable(Algorithm::Rs256) {
        return Err("no key of the set can verify RS256".to_owned());
    }
    let text = String::from_utf8(body).map_err(|_| "the key set is not UTF-8".to_owned())?;
    Ok(Fetched {
        text,
        times: KeyTimes::new(clock::now(), cache_control.as_deref()),
    })
}

async fn get(
    url: &str,
    limit: usize,
    signal: &AbortSignal,
) -> Result<(Vec<u8>, Option<String>), String> {
    let say = |error: worker::Error| error.to_string();
    let mut init = RequestInit::new();
    // A redirect is an answer that is not 200: it is not followed, wherever it leads.
    init.with_method(Method::Get)
        .with_redirect(RequestRedirect::Manual);
    let request = Request::new_with_init(url, &init).map_err(say)?;
    request
        .headers()
        .set("Accept", "application/json")
        .map_err(say)?;
    let mut response = Fetch::Request(request)
        .send_with_signal(signal)
        .await
        .map_err(say)?;
    if response.status_code() != 200 {
        return Err(format!("status {} instead of 200", response.status_code()));
    }
    let cache_control = response.headers().get("Cache-Control").map_err(say)?;
    let stream = response.stream().map_err(say)?;
    let body = collect(stream, limit)
        .await
        .map_err(|broken| match broken {
            Broken::Stream(error) => say(error),
            Broken::TooLarge => format!("more than {limit} bytes"),
        })?;
    Ok((body, cache_control))
}
