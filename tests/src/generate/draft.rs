//! A token before it is signed, with one thing about to go wrong.

use std::borrow::Cow;

use sealgate_core::base64url;
use serde_json::{Map, Value, json};

use crate::issuer::confidential_vm;
use crate::keys::{ISSUER, ISSUER_NEXT, RsaKey};
use crate::vectors::{Keys, Options, Text, Vector};

/// `iat` of the good token: 2026-09-21T14:13:20Z.
pub const ISSUED_AT: u64 = 1_790_000_000;
/// The time of verification, unless the vector is about time.
pub(super) const NOW: u64 = ISSUED_AT + 600;
pub(super) const GOOGLE: &str = "https://confidentialcomputing.googleapis.com";
pub(super) const AUDIENCE: &str = "https://gate.example/v1/secrets/db-password/release";
pub(super) const NONCE: &str = "dGVzdC1ub25jZS1vZi00My1jaGFyYWN0ZXJzLTAwMDE";
pub(super) const KEY_ID: &str = "5ea19a7e00000000000000000000000000000001";
pub(super) const NEXT_KEY_ID: &str = "5ea19a7e00000000000000000000000000000002";

type Edit = Box<dyn Fn(String) -> String>;
type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// A vector in the making. Starts as a good one.
pub struct Draft {
    header: Part,
    payload: Part,
    /// Changes the encoded `header.payload` before it is signed.
    signing_input: Option<Edit>,
    sign: Sign,
    /// Changes the whole token after it was signed.
    token: Option<Edit>,
    keys: Keys,
    options: Options,
    now: u64,
    claims: Map<String, Value>,
}

enum Part {
    Object(Map<String, Value>),
    Bytes(Vec<u8>),
}

impl Part {
    fn object(&mut self) -> &mut Map<String, Value> {
        match self {
            Self::Object(object) => object,
            Self::Bytes(_) => panic!("this part was already written as bytes"),
        }
    }

    fn bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Object(object) => {
                Cow::Owned(serde_json::to_vec(object).expect("an object can be written"))
            }
            Self::Bytes(bytes) => Cow::Borrowed(bytes),
        }
    }
}

impl Draft {
    /// A good token of a Confidential VM, and a verifier that accepts it.
    pub fn good() -> Self {
        let header = json!({ "alg": "RS256", "kid": KEY_ID, "typ": "JWT" });
        let mut payload = confidential_vm(GOOGLE, AUDIENCE, ISSUED_AT);
        payload.insert("eat_nonce".to_owned(), json!(NONCE));
        Self {
            header: Part::Object(header.as_object().expect("an object").clone()),
            payload: Part::Object(payload),
            signing_input: None,
            sign: Box::new(|message| ISSUER.sign(message)),
            token: None,
            keys: Keys::Jwks(json!({ "keys": [ISSUER.jwk(KEY_ID), ISSUER_NEXT.jwk(NEXT_KEY_ID)] })),
            options: Options {
                issuer: GOOGLE.to_owned(),
                audience: vec![AUDIENCE.to_owned()],
                nonce: None,
                policy: None,
                clock_skew: None,
                max_age: None,
            },
            now: NOW,
            claims: Map::new(),
        }
    }

    /// A good token of a production Confidential Space workload.
    pub(super) fn confidential_space() -> Self {
        Self::good()
            .claim("eat_profile", "https://cloud.google.com/confidential-computing/confidential-space/docs/reference/token-claims")
            .claim("swname", "CONFIDENTIAL_SPACE")
            .claim("swversion", json!(["260900"]))
            .claim("dbgstat", "disabled-since-boot")
            .claim(
                "/submods/confidential_space",
                json!({
                    "support_attributes": ["LATEST", "STABLE", "USABLE"],
                    "monitoring_enabled": { "memory": false },
                }),
            )
            .claim(
                "/submods/container",
                json!({
                    "image_reference": "europe-docker.pkg.dev/desk-project/desk/app:latest",
                    "image_digest": format!("sha256:{}", "4f".repeat(32)),
                    "image_id": format!("sha256:{}", "c2".repeat(32)),
                    "restart_policy": "Never",
                    "env": { "PATH": "/usr/bin" },
                    "args": ["/app"],
                }),
            )
    }

    /// Sets a header parameter.
    pub(super) fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.object().insert(name.to_owned(), value.into());
        self
    }

    /// Leaves a header parameter out.
    pub(super) fn without_header(mut self, name: &str) -> Self {
        self.header.object().remove(name);
        self
    }

    /// Changes the header as text.
    pub(super) fn header_text(mut self, edit: impl Fn(String) -> String) -> Self {
        self.header = Part::Bytes(edit(text(&self.header)).into_bytes());
        self
    }

    /// Sets a claim, by name or by JSON pointer.
    pub(super) fn claim(mut self, path: &str, value: impl Into<Value>) -> Self {
        let (parent, name) = locate(self.payload.object(), path);
        parent.insert(name, value.into());
        self
    }

    /// Leaves a claim out, by name or by JSON pointer.
    pub(super) fn without(mut self, path: &str) -> Self {
        let (parent, name) = locate(self.payload.object(), path);
        assert!(
            parent.remove(&name).is_some(),
            "the good token has no {path}"
        );
        self
    }

    /// Changes the payload as text; the edit must change something.
    pub(super) fn payload_text(mut self, edit: impl Fn(String) -> String) -> Self {
        let before = text(&self.payload);
        let after = edit(before.clone());
        assert_ne!(before, after, "the edit found nothing to change");
        self.payload = Part::Bytes(after.into_bytes());
        self
    }

    /// Replaces the payload's bytes.
    pub(super) fn payload_bytes(mut self, bytes: &[u8]) -> Self {
        self.payload = Part::Bytes(bytes.to_vec());
        self
    }

    /// Changes the encoded header and payload before they are signed.
    pub(super) fn signing_input(mut self, edit: impl Fn(String) -> String + 'static) -> Self {
        self.signing_input = Some(Box::new(edit));
        self
    }

    /// Signed by `key` with RS256.
    pub(super) fn signed_by(self, key: &'static RsaKey) -> Self {
        self.signed(move |message| key.sign(message))
    }

    /// Signed in any other way.
    pub(super) fn signed(mut self, sign: impl Fn(&[u8]) -> Vec<u8> + 'static) -> Self {
        self.sign = Box::new(sign);
        self
    }

    /// Changes the signed token as text.
    pub(super) fn token(mut self, edit: impl Fn(String) -> String + 'static) -> Self {
        self.token = Some(Box::new(edit));
        self
    }

    /// Trusts exactly these keys.
    pub(super) fn keys(mut self, keys: Value) -> Self {
        self.keys = Keys::Jwks(json!({ "keys": keys }));
        self
    }

    /// Trusts a key set, given as its text.
    pub(super) fn key_set_text(mut self, text: String) -> Self {
        self.keys = Keys::Jwks(Value::String(text));
        self
    }

    /// Trusts chains to these roots.
    pub(super) fn roots(mut self, pem: String) -> Self {
        self.keys = Keys::Roots(pem);
        self
    }

    /// Trusts this issuer.
    pub(super) fn issuer(mut self, issuer: &str) -> Self {
        issuer.clone_into(&mut self.options.issuer);
        self
    }

    /// Expects one of these audiences.
    pub(super) fn audience(mut self, audiences: &[&str]) -> Self {
        self.options.audience = audiences
            .iter()
            .map(|&audience| audience.to_owned())
            .collect();
        self
    }

    /// Expects these nonces.
    pub(super) fn nonces(mut self, nonces: &[&str]) -> Self {
        self.options.nonce = Some(nonces.iter().map(|&nonce| nonce.to_owned()).collect());
        self
    }

    /// Requires a policy: a document, or a bare condition.
    pub(super) fn policy(mut self, policy: impl Into<Value>) -> Self {
        self.options.policy = Some(policy.into());
        self
    }

    /// Verified then.
    pub(super) fn at(mut self, now: u64) -> Self {
        self.now = now;
        self
    }

    /// Allows clocks to differ by this much.
    pub(super) fn clock_skew(mut self, seconds: u64) -> Self {
        self.options.clock_skew = Some(seconds);
        self
    }

    /// Requires a token no older than this.
    pub(super) fn max_age(mut self, seconds: u64) -> Self {
        self.options.max_age = Some(seconds);
        self
    }

    /// Says that reading without verifying shows this claim.
    pub(super) fn shows(mut self, pointer: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(pointer.to_owned(), value.into());
        self
    }

    /// Uses `token` as it is instead of making one.
    pub(super) fn existing(token: &str) -> Self {
        let token = token.to_owned();
        Self::good().token(move |_| token.clone())
    }

    /// The signing input and the signature.
    fn sign(&self) -> (String, Vec<u8>) {
        let mut input = [
            base64url::encode(&self.header.bytes()),
            base64url::encode(&self.payload.bytes()),
        ]
        .join(".");
        if let Some(edit) = &self.signing_input {
            input = edit(input);
        }
        let signature = (self.sign)(input.as_bytes());
        (input, signature)
    }

    /// Varies an unknown claim until the signature is as wanted.
    pub(super) fn until(mut self, wanted: impl Fn(&[u8]) -> bool) -> Self {
        for attempt in 0..100_000 {
            self = self.claim("attempt", attempt);
            if wanted(&self.sign().1) {
                return self;
            }
        }
        panic!("no signature was as wanted");
    }

    /// The finished vector.
    pub(super) fn vector(self, comment: &str, source: &str, expect: &str) -> Vector {
        let (input, signature) = self.sign();
        let mut token = [&input, ".", &base64url::encode(&signature)].concat();
        if let Some(edit) = &self.token {
            token = edit(token);
        }
        Vector {
            comment: comment.to_owned(),
            source: source.to_owned(),
            token: Text::compress(token),
            keys: self.keys,
            options: self.options,
            now: self.now,
            expect: expect.to_owned(),
            claims: self.claims,
        }
    }
}

fn text(part: &Part) -> String {
    String::from_utf8(part.bytes().into_owned()).expect("this part is text")
}

/// The object that holds what `path` names, and its last step.
fn locate<'a>(
    object: &'a mut Map<String, Value>,
    path: &str,
) -> (&'a mut Map<String, Value>, String) {
    let Some(path) = path.strip_prefix('/') else {
        return (object, path.to_owned());
    };
    let mut steps: Vec<_> = path.split('/').collect();
    let last = steps.pop().unwrap_or_default().to_owned();
    let parent = steps.into_iter().fold(object, |object, step| {
        object
            .get_mut(step)
            .and_then(Value::as_object_mut)
            .expect("the path leads to an object")
    });
    (parent, last)
}
