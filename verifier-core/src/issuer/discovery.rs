//! Where an issuer publishes its keys (OpenID Connect Discovery 1.0 §4).

use serde_json::Value;

use crate::error::{DiscoveryDefect, Error};
use crate::json::parse_object;
use crate::limits::DISCOVERY_BYTES;

/// Google Cloud Attestation.
pub const GOOGLE_ISSUER: &str = "https://confidentialcomputing.googleapis.com";

/// Google's key set. It is on another host than the issuer, so it is built in, whole: no rule about
/// hosts has to be widened for it.
pub const GOOGLE_JWKS_URI: &str = "https://www.googleapis.com/service_accounts/v1/metadata/jwk/signer@confidentialspace-sign.iam.gserviceaccount.com";

/// The address of an issuer's discovery document (§4).
pub fn discovery_url(issuer: &str) -> String {
    format!(
        "{}/.well-known/openid-configuration",
        issuer.strip_suffix('/').unwrap_or(issuer)
    )
}

/// The `jwks_uri` of `issuer`'s discovery document.
///
/// The document must name exactly this issuer (§4.3), and keys on the issuer's own host: a document
/// that could point anywhere could make a gate ask anybody.
pub fn jwks_uri(document: &[u8], issuer: &str) -> Result<String, Error> {
    let invalid = Error::DiscoveryInvalid;
    if document.len() > DISCOVERY_BYTES {
        return Err(invalid(DiscoveryDefect::TooLarge));
    }
    let document =
        parse_object(document).map_err(|defect| invalid(DiscoveryDefect::Json(defect)))?;
    if document.get("issuer").and_then(Value::as_str) != Some(issuer) {
        return Err(invalid(DiscoveryDefect::Issuer));
    }
    let uri = document
        .get("jwks_uri")
        .and_then(Value::as_str)
        .ok_or(invalid(DiscoveryDefect::JwksUri))?;
    let host = authority(issuer).ok_or(invalid(DiscoveryDefect::JwksUri))?;
    if authority(uri) != Some(host) {
        return Err(invalid(DiscoveryDefect::JwksUri));
    }
    Ok(uri.to_owned())
}

/// Scheme and authority of an `http` or `https` URL that has no user information.
///
/// Anything that a URL parser might read in another way than this does is not a URL here:
/// backslashes, white space and control characters, non-ASCII, a fragment.
pub(super) fn authority(url: &str) -> Option<&str> {
    let plain = url
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"\\#\"<>^`{|}".contains(&byte));
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| url.starts_with(scheme))?;
    if !plain {
        return None;
    }
    let rest = url.get(scheme.len()..)?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let host = rest.get(..end)?;
    if host.is_empty() || host.contains('@') || host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    url.get(..scheme.len().checked_add(end)?)
}

#[cfg(test)]
mod tests {
    use super::{discovery_url, jwks_uri};

    const ISSUER: &str = "https://issuer.example";

    fn document(issuer: &str, uri: &str) -> String {
        format!(r#"{{"issuer":"{issuer}","jwks_uri":"{uri}"}}"#)
    }

    #[test]
    fn takes_keys_on_the_issuers_own_host() {
        let uri = "https://issuer.example/keys?v=1";
        assert_eq!(
            jwks_uri(document(ISSUER, uri).as_bytes(), ISSUER).unwrap(),
            uri
        );
        assert_eq!(
            discovery_url(ISSUER),
            "https://issuer.example/.well-known/openid-configuration"
        );
    }

    #[test]
    fn refuses_other_issuers_and_other_hosts() {
        let mut cases = vec![
            document("https://issuer.example/", "https://issuer.example/keys"),
            document("https://other.example", "https://issuer.example/keys"),
            r#"{"issuer":"https://issuer.example"}"#.to_owned(),
            r#"{"issuer":"https://issuer.example","jwks_uri":5}"#.to_owned(),
            "<html>".to_owned(),
            " ".repeat(64 * 1024 + 1),
        ];
        for uri in [
            "https://other.example/keys",
            "http://issuer.example/keys",
            "https://issuer.example:8443/keys",
            "https://issuer.example@evil.example/keys",
            "https://issuer.example.evil.example/keys",
            "https://evil.example\\\\@issuer.example/keys",
            "https://issuer.example\\\\.evil.example/keys",
            "https://ISSUER.example/keys",
            "//issuer.example/keys",
            "/keys",
            "file:///etc/passwd",
            "https://issuer.example#/keys",
        ] {
            cases.push(document(ISSUER, uri));
        }
        for case in cases {
            let error = jwks_uri(case.as_bytes(), ISSUER).unwrap_err();
            assert_eq!(error.code().as_str(), "issuer_unreachable", "{case:.80}");
        }
    }
}
