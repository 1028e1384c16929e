//! Public keys that may verify a token (RFC 7517 §4, RFC 7518 §6).

use rsa::BoxedUint;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::Algorithm;
use crate::base64url;
use crate::error::KeyDefect;
use crate::limits::RSA_BITS;

/// Smallest public exponent that is accepted: smaller ones make padding faults exploitable.
const EXPONENT_MIN: u32 = 65_537;

/// Members that belong into no published key (RFC 7517 §9.2).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A public key whose size and form were checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(Material);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Material {
    /// Affine coordinates, 32 bytes each.
    P256 { x: [u8; 32], y: [u8; 32] },
    /// Modulus and exponent, big-endian without leading zeroes.
    Rsa { modulus: Vec<u8>, exponent: u32 },
}

impl PublicKey {
    /// The key of a JWK, if it may verify signatures of `algorithm`.
    ///
    /// `alg`, `use` and `key_ops` are held to when they are there; private members make a key
    /// unusable, since whoever read the set can sign with it.
    pub fn from_jwk(jwk: &Map<String, Value>, algorithm: Algorithm) -> Result<Self, KeyDefect> {
        let expected_type = match algorithm {
            Algorithm::Es256 => "EC",
            Algorithm::Rs256 => "RSA",
        };
        if jwk.get("kty").and_then(Value::as_str) != Some(expected_type) {
            return Err(KeyDefect::KeyType);
        }
        if PRIVATE.iter().any(|member| jwk.contains_key(*member)) {
            return Err(KeyDefect::PrivateMembers);
        }
        if jwk
            .get("alg")
            .is_some_and(|alg| alg.as_str() != Some(algorithm.name()))
        {
            return Err(KeyDefect::Algorithm);
        }
        if jwk
            .get("use")
            .is_some_and(|r#use| r#use.as_str() != Some("sig"))
        {
            return Err(KeyDefect::Use);
        }
        let verifies = |operations: &Value| {
            operations.as_array().is_some_and(|operations| {
                operations
                    .iter()
                    .any(|operation| operation.as_str() == Some("verify"))
            })
        };
        if jwk
            .get("key_ops")
            .is_some_and(|operations| !verifies(operations))
        {
            return Err(KeyDefect::Use);
        }
        match algorithm {
            Algorithm::Es256 => {
                if jwk.get("crv").and_then(Value::as_str) != Some("P-256") {
                    return Err(KeyDefect::KeyType);
                }
                Self::p256(coordinate(jwk, "x")?, coordinate(jwk, "y")?)
            }
            Algorithm::Rs256 => Self::rsa(&member(jwk, "n")?, &member(jwk, "e")?),
        }
    }

    /// An RSA key of `modulus` and `exponent`, both big-endian in minimal form (RFC 7518 §6.3.1).
    pub fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyDefect> {
        // "Base64urlUInt" is the minimal number of octets: a leading zero is a second spelling.
        if modulus.first().is_none_or(|byte| *byte == 0)
            || exponent.first().is_none_or(|byte| *byte == 0)
        {
            return Err(KeyDefect::Encoding);
        }
        let exponent = exponent
            .iter()
            .try_fold(0_u32, |value, byte| {
                value
                    .checked_mul(256)
                    .and_then(|value| value.checked_add(u32::from(*byte)))
            })
            .filter(|exponent| *exponent >= EXPONENT_MIN && exponent % 2 == 1)
            .ok_or(KeyDefect::Exponent)?;
        let leading = modulus.first().map_or(0, |byte| byte.leading_zeros());
        let bits = modulus
            .len()
            .saturating_mul(8)
            .saturating_sub(usize::try_from(leading).unwrap_or(usize::MAX));
        let odd = modulus.last().is_some_and(|byte| byte % 2 == 1);
        if !RSA_BITS.contains(&bits) || !odd {
            return Err(KeyDefect::Modulus);
        }
        Ok(Self(Material::Rsa {
            modulus: modulus.to_vec(),
            exponent,
        }))
    }

    fn p256(x: [u8; 32], y: [u8; 32]) -> Result<Self, KeyDefect> {
        let key = Self(Material::P256 { x, y });
        // A point off the curve is found here, before anything is checked with it.
        key.to_p256().map(|_| key).ok_or(KeyDefect::Encoding)
    }

    pub(super) fn material(&self) -> &Material {
        &self.0
    }

    /// Whether this kind of key is the one that `algorithm` signs with.
    pub(super) fn fits(&self, algorithm: Algorithm) -> bool {
        matches!(
            (&self.0, algorithm),
            (Material::P256 { .. }, Algorithm::Es256) | (Material::Rsa { .. }, Algorithm::Rs256)
        )
    }

    pub(super) fn to_p256(&self) -> Option<p256::ecdsa::VerifyingKey> {
        let Material::P256 { x, y } = &self.0 else {
            return None;
        };
        let sec1 = [&[4_u8][..], x, y].concat();
        p256::ecdsa::VerifyingKey::from_sec1_bytes(&sec1).ok()
    }

    pub(crate) fn to_rsa(&self) -> Option<rsa::PublicKey> {
        let Material::Rsa { modulus, exponent } = &self.0 else {
            return None;
        };
        rsa::PublicKey::new_with_size_limits(
            BoxedUint::from_be_slice_vartime(modulus),
            BoxedUint::from(*exponent),
            RSA_BITS,
        )
        .ok()
    }

    /// The public members as a JWK in the canonical form of RFC 7638 §3: what `WebCrypto` and
    /// `node:crypto` import.
    pub fn to_jwk(&self) -> String {
        match &self.0 {
            Material::P256 { x, y } => format!(
                r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
                base64url::encode(x),
                base64url::encode(y)
            ),
            Material::Rsa { modulus, exponent } => {
                let exponent = exponent.to_be_bytes();
                let start = exponent.iter().position(|byte| *byte != 0).unwrap_or(0);
                format!(
                    r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#,
                    base64url::encode(exponent.get(start..).unwrap_or(&exponent)),
                    base64url::encode(modulus)
                )
            }
        }
    }

    /// The key's thumbprint (RFC 7638 §3, SHA-256).
    pub fn thumbprint(&self) -> [u8; 32] {
        Sha256::digest(self.to_jwk().as_bytes()).into()
    }
}

fn member(jwk: &Map<String, Value>, name: &str) -> Result<Vec<u8>, KeyDefect> {
    jwk.get(name)
        .and_then(Value::as_str)
        .and_then(base64url::decode)
        .ok_or(KeyDefect::Encoding)
}

fn coordinate(jwk: &Map<String, Value>, name: &str) -> Result<[u8; 32], KeyDefect> {
    member(jwk, name)?
        .try_into()
        .map_err(|_| KeyDefect::Encoding)
}

#[cfg(test)]
mod tests {
    use super::PublicKey;
    use crate::error::KeyDefect;
    use crate::parse_object;
    use crate::token::Algorithm;

    /// RFC 7638 §3.1.
    const RFC_7638: &str = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;

    #[test]
    fn thumbprint_is_that_of_rfc_7638() {
        let jwk = parse_object(RFC_7638.as_bytes()).unwrap();
        let key = PublicKey::from_jwk(&jwk, Algorithm::Rs256).unwrap();
        assert_eq!(
            crate::base64url::encode(&key.thumbprint()),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
    }

    #[test]
    fn refuses_weak_or_badly_written_rsa_keys() {
        let modulus = |bytes: usize| {
            let mut modulus = vec![0xc1; bytes];
            modulus[bytes - 1] = 1;
            modulus
        };
        let good = modulus(256);
        assert!(PublicKey::rsa(&good, &[1, 0, 1]).is_ok());
        let padded = [&[0][..], &good].concat();
        let mut even = good.clone();
        even[255] = 2;
        let cases: [(&[u8], &[u8], KeyDefect); 12] = [
            (&modulus(255), &[1, 0, 1], KeyDefect::Modulus),
            (&modulus(128), &[1, 0, 1], KeyDefect::Modulus),
            (&modulus(513), &[1, 0, 1], KeyDefect::Modulus),
            (&even, &[1, 0, 1], KeyDefect::Modulus),
            (&padded, &[1, 0, 1], KeyDefect::Encoding),
            (&[], &[1, 0, 1], KeyDefect::Encoding),
            (&good, &[], KeyDefect::Encoding),
            (&good, &[0, 1, 0, 1], KeyDefect::Encoding),
            (&good, &[1], KeyDefect::Exponent),
            (&good, &[3], KeyDefect::Exponent),
            (&good, &[1, 0, 0], KeyDefect::Exponent),
            (&good, &[1, 0, 0, 0, 1], KeyDefect::Exponent),
        ];
        for (modulus, exponent, defect) in cases {
            assert_eq!(PublicKey::rsa(modulus, exponent), Err(defect));
        }
    }
}
