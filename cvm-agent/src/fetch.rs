//! The present keys of an issuer, by OpenID Connect Discovery 1.0 §4.
//!
//! Bounded in time and size, and bound to the issuer's own host: no redirect is followed, and a
//! discovery document cannot send us elsewhere.

use std::error::Error as _;
use std::time::Duration;

use reqwest::blocking::Client;
use reqwest::redirect::Policy;
use reqwest::{StatusCode, Url};
use sealgate_core::limits::JWKS_BYTES;
use sealgate_core::{Jwks, parse_object};
use serde_json::Value;

use crate::archive::GOOGLE;
use crate::error::Failure;
use crate::input::{self, bounded};
use crate::printable::escape;

/// Google's `jwks_uri`: on another host than its issuer, so it is built in, whole.
const GOOGLE_JWKS: &str = "https://www.googleapis.com/service_accounts/v1/metadata/jwk/signer@confidentialspace-sign.iam.gserviceaccount.com";

/// A whole request, from the look-up of the name to the last byte.
const TIME_OUT: Duration = Duration::from_secs(10);
/// Until a connection stands.
const CONNECT_TIME_OUT: Duration = Duration::from_secs(5);
/// A discovery document, in bytes. Google's has 603.
const DISCOVERY_BYTES: usize = 64 * 1024;

/// The issuer's key set and the URL it came from.
pub(crate) fn keys(issuer: &str) -> Result<(String, Jwks), Failure> {
    let url = issuer_url(issuer)?;
    fetch(issuer, &url).map_err(|reason| Failure::IssuerUnreachable {
        issuer: issuer.to_owned(),
        reason: escape(&reason),
    })
}

fn fetch(issuer: &str, url: &Url) -> Result<(String, Jwks), String> {
    let client = client().map_err(|error| root_cause(&error))?;
    let jwks_uri = if issuer == GOOGLE {
        GOOGLE_JWKS.to_owned()
    } else {
        discover(&client, issuer, url)?
    };
    let bytes = get(&client, &jwks_uri, JWKS_BYTES)?;
    let jwks = Jwks::parse(&bytes).map_err(|error| format!("{jwks_uri}: {error}"))?;
    Ok((jwks_uri, jwks))
}

fn issuer_url(issuer: &str) -> Result<Url, Failure> {
    Url::parse(issuer)
        .ok()
        .filter(|url| is_secure(url) && url.query().is_none() && url.fragment().is_none())
        .ok_or_else(|| {
            Failure::usage(
                format!(
                    "the issuer {} is not an https URL whose keys can be fetched",
                    escape(issuer)
                ),
                "write it as in the token's `iss`, such as https://issuer.example, \
                 or give its keys with --jwks FILE",
            )
        })
}

/// HTTPS, or HTTP that never leaves this machine: an issuer on the desk.
fn is_secure(url: &Url) -> bool {
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let plain = url.username().is_empty() && url.password().is_none();
    plain && (url.scheme() == "https" || (url.scheme() == "http" && loopback))
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

fn discover(client: &Client, issuer: &str, url: &Url) -> Result<String, String> {
    let location = format!(
        "{}/.well-known/openid-configuration",
        issuer.trim_end_matches('/')
    );
    let bytes = get(client, &location, DISCOVERY_BYTES)?;
    let document = parse_object(&bytes).map_err(|defect| format!("{location}: {defect}"))?;
    jwks_uri(&document, issuer, url).map_err(|reason| format!("{location}: {reason}"))
}

/// The `jwks_uri` of a discovery document, which must be of this issuer and on its host.
fn jwks_uri(
    document: &serde_json::Map<String, Value>,
    issuer: &str,
    url: &Url,
) -> Result<String, &'static str> {
    if document.get("issuer").and_then(Value::as_str) != Some(issuer) {
        return Err("it is the document of another issuer");
    }
    let uri = document
        .get("jwks_uri")
        .and_then(Value::as_str)
        .ok_or("it has no jwks_uri")?;
    let parsed = Url::parse(uri).map_err(|_| "its jwks_uri is not a URL")?;
    let same = parsed.scheme() == url.scheme()
        && parsed.host() == url.host()
        && parsed.port_or_known_default() == url.port_or_known_default();
    if !same || !is_secure(&parsed) {
        return Err("its jwks_uri is not on the issuer's own host");
    }
    Ok(uri.to_owned())
}

fn get(client: &Client, location: &str, limit: usize) -> Result<Vec<u8>, String> {
    let response = client
        .get(location)
        .header("accept", "application/json")
        // On the request it is over all of it; on this client it would be for each read, and a
        // server that drips could hold us for days.
        .timeout(TIME_OUT)
        .send()
        .map_err(|error| format!("{location}: {}", root_cause(&error)))?;
    if response.status() != StatusCode::OK {
        return Err(format!("{location} answers {}", response.status()));
    }
    let bytes = bounded(response, limit)
        .map_err(|error| format!("{location}: {}", input::reason(&error.to_string())))?;
    if bytes.len() > limit {
        return Err(format!("{location} answers with more than {limit} bytes"));
    }
    Ok(bytes)
}

/// What lies at the bottom of an error: the layers above it say nothing more.
fn root_cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", TIME_OUT.as_secs());
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
    use reqwest::Url;
    use serde_json::json;

    use super::{issuer_url, jwks_uri};

    #[test]
    fn takes_https_and_http_on_this_machine() {
        for issuer in [
            "https://issuer.example",
            "http://127.0.0.1:8787",
            "http://localhost:1/a",
        ] {
            assert!(issuer_url(issuer).is_ok(), "{issuer}");
        }
        for issuer in [
            "http://issuer.example",
            "http://localhost.issuer.example",
            "file:///etc/passwd",
            "issuer.example",
            "https://user:password@issuer.example",
            "https://issuer.example/?a=b",
            "",
        ] {
            let failure = issuer_url(issuer).unwrap_err();
            assert_eq!(failure.exit_code(), sealgate_core::exit::USAGE, "{issuer}");
        }
    }

    #[test]
    fn discovery_names_the_issuer_and_stays_on_its_host() {
        let issuer = "https://issuer.example";
        let url = Url::parse(issuer).unwrap();
        let check =
            |document: serde_json::Value| jwks_uri(document.as_object().unwrap(), issuer, &url);
        assert_eq!(
            check(json!({ "issuer": issuer, "jwks_uri": "https://issuer.example/jwks" })),
            Ok("https://issuer.example/jwks".to_owned())
        );
        for document in [
            json!({ "issuer": "https://issuer.example/", "jwks_uri": "https://issuer.example/jwks" }),
            json!({ "issuer": issuer }),
            json!({ "issuer": issuer, "jwks_uri": "jwks" }),
            json!({ "issuer": issuer, "jwks_uri": "http://issuer.example/jwks" }),
            json!({ "issuer": issuer, "jwks_uri": "https://issuer.example:444/jwks" }),
            json!({ "issuer": issuer, "jwks_uri": "https://issuer.example@other.example/jwks" }),
            json!({ "issuer": issuer, "jwks_uri": "https://other.example/jwks" }),
        ] {
            assert!(check(document.clone()).is_err(), "{document}");
        }
    }
}
