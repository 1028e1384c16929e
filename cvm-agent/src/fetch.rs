//! The present keys of an issuer, by OpenID Connect Discovery 1.0 §4.
//!
//! Bounded in time and size, and bound to the issuer's own host: no redirect is followed, and a
//! discovery document cannot send us elsewhere.

use std::error::Error as _;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::blocking::Client;
use reqwest::redirect::Policy;
use sealgate_core::limits::{DISCOVERY_BYTES, JWKS_BYTES};
use sealgate_core::{IssuerSetting, IssuerSettings, Jwks, discovery_url, jwks_uri};
use serde_json::json;

use crate::error::Failure;
use crate::input::{self, bounded};
use crate::printable::escape;

/// A whole request, from the look-up of the name to the last byte.
const TIME_OUT: Duration = Duration::from_secs(10);
/// Until a connection stands.
const CONNECT_TIME_OUT: Duration = Duration::from_secs(5);

/// The issuer's key set and the URL it came from.
pub(crate) fn keys(issuer: &str) -> Result<(String, Jwks), Failure> {
    let setting = setting(issuer)?;
    let client = client().map_err(|error| Failure::TlsUnavailable {
        reason: root_cause(&error, TIME_OUT),
    })?;
    fetch(&client, &setting).map_err(|reason| Failure::IssuerUnreachable {
        issuer: issuer.to_owned(),
        reason: escape(&reason),
    })
}

/// The issuer as a gate would take it into its configuration: the same rules hold here.
fn setting(issuer: &str) -> Result<IssuerSetting, Failure> {
    let list = json!([{ "issuer": issuer }]).to_string();
    IssuerSettings::parse(&list)
        .ok()
        .and_then(|settings| settings.find(issuer).cloned())
        .ok_or_else(|| {
            Failure::usage(
                format!(
                    "the issuer {} is not an https URL to fetch keys from",
                    escape(issuer)
                ),
                "write it as in the token's `iss`, such as https://issuer.example, \
                 or give its keys with --jwks FILE",
            )
        })
}

fn fetch(client: &Client, setting: &IssuerSetting) -> Result<(String, Jwks), String> {
    let location = match &setting.jwks_uri {
        Some(built_in) => built_in.clone(),
        None => discover(client, &setting.issuer)?,
    };
    let bytes = get(client, &location, JWKS_BYTES)?;
    let jwks = Jwks::parse(&bytes).map_err(|error| format!("{location}: {error}"))?;
    Ok((location, jwks))
}

fn discover(client: &Client, issuer: &str) -> Result<String, String> {
    let location = discovery_url(issuer);
    let document = get(client, &location, DISCOVERY_BYTES)?;
    jwks_uri(&document, issuer).map_err(|error| format!("{location}: {error}"))
}

fn client() -> reqwest::Result<Client> {
    // Fails only when a provider is there already, which is then the one to use.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("cvm-agent/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .connect_timeout(CONNECT_TIME_OUT)
        .build()
}

fn get(client: &Client, location: &str, limit: usize) -> Result<Vec<u8>, String> {
    let response = client
        .get(location)
        .header("accept", "application/json")
        // On the request it is over all of it; on this client it would be for each read, and a
        // server that drips could hold us for days.
        .timeout(TIME_OUT)
        .send()
        .map_err(|error| format!("{location}: {}", root_cause(&error, TIME_OUT)))?;
    if response.status() != StatusCode::OK {
        return Err(format!("{location} answers {}", response.status()));
    }
    let bytes = bounded(response, limit).map_err(|error| {
        let source = error
            .get_ref()
            .and_then(|source| source.downcast_ref::<reqwest::Error>());
        let cause = source.map_or_else(|| error.to_string(), |source| root_cause(source, TIME_OUT));
        format!("{location}: {cause}")
    })?;
    if bytes.len() > limit {
        return Err(format!("{location} answers with more than {limit} bytes"));
    }
    Ok(bytes)
}

/// What lies at the bottom of an error: the layers above it say nothing more.
pub(crate) fn root_cause(error: &reqwest::Error, time_out: Duration) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", time_out.as_secs());
    }
    let mut cause = error.source();
    while let Some(inner) = cause.and_then(|cause| cause.source()) {
        cause = Some(inner);
    }
    cause.map_or_else(
        || error.to_string(),
        |cause| input::reason(&cause.to_string()),
    )
}

#[cfg(test)]
mod tests {
    use sealgate_core::{GOOGLE_ISSUER, GOOGLE_JWKS_URI, exit};

    use super::setting;

    #[test]
    fn takes_https_and_http_on_this_machine() {
        for issuer in [
            "https://issuer.example",
            "http://127.0.0.1:8787",
            "http://localhost:1/a",
        ] {
            assert_eq!(setting(issuer).unwrap().jwks_uri, None, "{issuer}");
        }
        let google = setting(GOOGLE_ISSUER).unwrap();
        assert_eq!(google.jwks_uri.as_deref(), Some(GOOGLE_JWKS_URI));
        for issuer in [
            "http://issuer.example",
            "http://localhost.issuer.example",
            "file:///etc/passwd",
            "issuer.example",
            "https://user:password@issuer.example",
            "https://issuer.example/?a=b",
            "https://issuer.example\",{\"issuer\":\"https://other.example",
            "",
        ] {
            let failure = setting(issuer).unwrap_err();
            assert_eq!(failure.exit_code(), exit::USAGE, "{issuer}");
        }
    }
}
