//! Tokens shaped like those of a Confidential VM.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Map, Value, json};

use crate::keys::{RsaKey, STRANGER};

/// The claims of a Confidential VM's token (Google Cloud: Confidential VM token claims).
pub fn confidential_vm(issuer: &str, audience: &str, issued_at: u64) -> Map<String, Value> {
    let claims = json!({
        "aud": audience,
        "exp": issued_at + 3600,
        "iat": issued_at,
        "iss": issuer,
        "nbf": issued_at,
        "sub": "https://www.googleapis.com/compute/v1/projects/desk-project/zones/europe-west4-a/instances/desk-vm",
        "eat_profile": "https://cloud.google.com/confidential-computing/confidential-vm/docs/token-claims",
        "secboot": true,
        "oemid": 11129,
        "hwmodel": "GCP_AMD_SEV",
        "swname": "GCE",
        "submods": {
            "gce": {
                "zone": "europe-west4-a",
                "project_id": "desk-project",
                "project_number": "123456789012",
                "instance_name": "desk-vm",
                "instance_id": "7333251546816446069",
            },
        },
        "google_service_accounts": ["desk-vm@desk-project.iam.gserviceaccount.com"],
    });
    match claims {
        Value::Object(claims) => claims,
        _ => unreachable!("written as an object above"),
    }
}

/// A token before it is signed.
#[derive(Clone)]
pub struct TokenBuilder {
    key: &'static RsaKey,
    header: Header,
    claims: Map<String, Value>,
}

impl TokenBuilder {
    pub(super) fn new(key: &'static RsaKey, key_id: String, claims: Map<String, Value>) -> Self {
        let header = Header {
            kid: Some(key_id),
            ..Header::new(Algorithm::RS256)
        };
        Self {
            key,
            header,
            claims,
        }
    }

    /// Sets a claim.
    #[must_use]
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Leaves a claim out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Issued then, for `lifetime` seconds.
    #[must_use]
    pub fn issued_at(self, issued_at: u64, lifetime: u64) -> Self {
        self.claim("iat", issued_at)
            .claim("nbf", issued_at)
            .claim("exp", issued_at.saturating_add(lifetime))
    }

    /// Another `kid`.
    #[must_use]
    pub fn key_id(mut self, key_id: &str) -> Self {
        self.header.kid = Some(key_id.to_owned());
        self
    }

    /// Header parameters that point to somebody else's keys (RFC 7515 §4.1.2 and §4.1.5).
    #[must_use]
    pub fn key_urls(mut self, url: &str) -> Self {
        self.header.jku = Some(url.to_owned());
        self.header.x5u = Some(url.to_owned());
        self
    }

    /// Signed by somebody who is not the issuer.
    #[must_use]
    pub fn signed_by_stranger(mut self) -> Self {
        self.key = &STRANGER;
        self
    }

    /// The token.
    pub fn sign(self) -> String {
        let key = EncodingKey::from_rsa_pem(self.key.pem.as_bytes()).expect("a test key");
        jsonwebtoken::encode(&self.header, &self.claims, &key).expect("claims can be signed")
    }
}
