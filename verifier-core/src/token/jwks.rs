//! JWK sets and the choice of a key from one (RFC 7517 §5).

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{Algorithm, Header, PublicKey};
use crate::error::{Error, JwksDefect};
use crate::json::parse_object;
use crate::limits::{JWKS_BYTES, JWKS_KEYS};

/// An issuer's published keys.
///
/// A key is looked at when it is selected: a set may hold keys for other uses, and one of them
/// must not make the others unusable.
#[derive(Clone, Debug)]
pub struct Jwks {
    keys: Vec<Map<String, Value>>,
    sha256: [u8; 32],
}

impl Jwks {
    /// Parses a set of 1 to 64 keys in at most 256 KiB.
    ///
    /// Not checked: the keys themselves.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > JWKS_BYTES {
            return Err(Error::JwksInvalid(JwksDefect::TooLarge));
        }
        let mut set =
            parse_object(bytes).map_err(|defect| Error::JwksInvalid(JwksDefect::Json(defect)))?;
        let Some(Value::Array(entries)) = set.remove("keys") else {
            return Err(Error::JwksInvalid(JwksDefect::Keys));
        };
        if entries.is_empty() {
            return Err(Error::JwksInvalid(JwksDefect::NoKey));
        }
        if entries.len() > JWKS_KEYS {
            return Err(Error::JwksInvalid(JwksDefect::TooManyKeys));
        }
        let keys = entries
            .into_iter()
            .map(|entry| match entry {
                Value::Object(key) => Ok(key),
                _ => Err(Error::JwksInvalid(JwksDefect::Keys)),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            keys,
            sha256: Sha256::digest(bytes).into(),
        })
    }

    /// Whether the set has a key with exactly this `kid`.
    pub fn has_key(&self, key_id: &str) -> bool {
        self.with_id(key_id).next().is_some()
    }

    /// Whether the set has a key that tokens of `algorithm` could be verified with: of its own
    /// `kid`, and fit for it. A set without one is no renewal of a set with one.
    pub fn is_usable(&self, algorithm: Algorithm) -> bool {
        self.keys.iter().any(|key| {
            let key_id = key.get("kid").and_then(Value::as_str);
            key_id.is_some_and(|key_id| self.with_id(key_id).count() == 1)
                && PublicKey::from_jwk(key, algorithm).is_ok()
        })
    }

    /// SHA-256 of the set as it was given.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// The one key with the header's `kid`.
    ///
    /// Keys are never tried one after the other: without a `kid`, or with one that two keys carry,
    /// there is no key.
    pub(super) fn select(&self, header: &Header) -> Result<PublicKey, Error> {
        let key_id = header.key_id().ok_or(Error::KeyNotFound)?;
        let mut candidates = self.with_id(key_id);
        let jwk = candidates.next().ok_or(Error::KeyNotFound)?;
        if candidates.next().is_some() {
            return Err(Error::KeyAmbiguous);
        }
        PublicKey::from_jwk(jwk, header.algorithm()).map_err(Error::KeyNotUsable)
    }

    fn with_id<'a>(&'a self, key_id: &'a str) -> impl Iterator<Item = &'a Map<String, Value>> {
        self.keys
            .iter()
            .filter(move |key| key.get("kid").and_then(Value::as_str) == Some(key_id))
    }
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, Jwks};
    use crate::error::{Error, JwksDefect};
    use crate::json::JsonDefect;

    #[track_caller]
    fn check(text: &str, defect: JwksDefect) {
        assert_eq!(
            Jwks::parse(text.as_bytes()).map(|_| ()),
            Err(Error::JwksInvalid(defect))
        );
    }

    #[test]
    fn refuses_what_is_not_a_set_of_keys() {
        check("<html>", JwksDefect::Json(JsonDefect::Syntax));
        check(
            r#"{"keys":[{}],"keys":[{}]}"#,
            JwksDefect::Json(JsonDefect::DuplicateName),
        );
        check("{}", JwksDefect::Keys);
        check(r#"{"keys":{}}"#, JwksDefect::Keys);
        check(r#"{"keys":["x"]}"#, JwksDefect::Keys);
        check(r#"{"keys":[]}"#, JwksDefect::NoKey);
    }

    #[test]
    fn bounds_size_and_count() {
        let keys = |count: usize| format!(r#"{{"keys":[{}]}}"#, vec!["{}"; count].join(","));
        assert!(Jwks::parse(keys(64).as_bytes()).is_ok());
        check(&keys(65), JwksDefect::TooManyKeys);
        check(&" ".repeat(256 * 1024 + 1), JwksDefect::TooLarge);
    }

    #[test]
    fn a_set_is_usable_by_a_key_that_is() {
        let key = |kid: &str, exponent: &str| {
            let modulus = format!("{}Q", "z".repeat(341));
            format!(r#"{{"kty":"RSA","kid":"{kid}","n":"{modulus}","e":"{exponent}"}}"#)
        };
        let usable = |keys: &[String]| {
            let set = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
            Jwks::parse(set.as_bytes())
                .unwrap()
                .is_usable(Algorithm::Rs256)
        };
        assert!(usable(&["{}".to_owned(), key("1", "AQAB")]));
        assert!(!usable(&["{}".to_owned()]));
        assert!(!usable(&[key("1", "Aw")]));
        assert!(!usable(&[key("1", "AQAB"), key("1", "AQAB")]));
    }

    #[test]
    fn compares_key_ids_byte_for_byte() {
        let set = Jwks::parse(br#"{"keys":[{"kid":"Key"},{"kid":5}]}"#).unwrap();
        assert!(set.has_key("Key"));
        for other in ["key", "Key ", "", "5", "__proto__"] {
            assert!(!set.has_key(other), "{other}");
        }
    }
}
