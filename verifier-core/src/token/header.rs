//! The protected header (RFC 7515 §4).

use serde_json::{Map, Value};

use super::Algorithm;
use crate::error::{Error, FormDefect, Part};
use crate::limits::KEY_ID_BYTES;

/// Parameters that change what the rest of the token means. A verifier that skipped over one
/// would verify something else than what was signed.
const NEVER: [&str; 5] = ["crit", "b64", "cty", "enc", "zip"];

/// The header of a token: what it says about its signature, believed by nobody yet.
///
/// `jku`, `jwk` and `x5u` are where a token would send its verifier for keys. They are not even
/// read (RFC 8725 §3.10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    algorithm: Algorithm,
    key_id: Option<String>,
    certificates: Option<Vec<String>>,
    thumbprint_sha1: Option<String>,
    thumbprint_sha256: Option<String>,
}

impl Header {
    /// Reads the parameters that matter and refuses those that must not be there.
    ///
    /// Not checked yet: whether the algorithm is accepted for the issuer, and anything inside
    /// `x5c`.
    pub(super) fn from_object(object: &Map<String, Value>) -> Result<Self, Error> {
        for parameter in NEVER {
            if object.contains_key(parameter) {
                return Err(Error::HeaderNotAllowed { parameter });
            }
        }
        // RFC 8725 §3.11: another `typ` is another kind of token, also when it is signed well.
        match object.get("typ") {
            None => {}
            Some(Value::String(typ)) if typ == "JWT" => {}
            Some(_) => return Err(Error::HeaderNotAllowed { parameter: "typ" }),
        }
        let algorithm = text(object, "alg")?.ok_or(malformed("alg"))?;
        let key_id = text(object, "kid")?;
        if key_id
            .as_ref()
            .is_some_and(|key_id| key_id.len() > KEY_ID_BYTES)
        {
            return Err(malformed("kid"));
        }
        Ok(Self {
            algorithm: Algorithm::from_name(&algorithm).ok_or(Error::AlgorithmNotAllowed)?,
            key_id,
            certificates: object.get("x5c").map(certificates).transpose()?,
            thumbprint_sha1: text(object, "x5t")?,
            thumbprint_sha256: text(object, "x5t#S256")?,
        })
    }

    /// `alg`.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// `kid`, compared byte for byte.
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// `x5c`: the entries as they stand (RFC 7515 §4.1.6).
    pub fn certificates(&self) -> Option<&[String]> {
        self.certificates.as_deref()
    }

    /// `x5t` (RFC 7515 §4.1.7).
    pub(super) fn thumbprint_sha1(&self) -> Option<&str> {
        self.thumbprint_sha1.as_deref()
    }

    /// `x5t#S256` (RFC 7515 §4.1.8).
    pub(super) fn thumbprint_sha256(&self) -> Option<&str> {
        self.thumbprint_sha256.as_deref()
    }
}

fn text(object: &Map<String, Value>, parameter: &'static str) -> Result<Option<String>, Error> {
    match object.get(parameter) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(malformed(parameter)),
    }
}

fn certificates(value: &Value) -> Result<Vec<String>, Error> {
    let entries = value.as_array().ok_or(malformed("x5c"))?;
    entries
        .iter()
        .map(|entry| entry.as_str().map(str::to_owned).ok_or(malformed("x5c")))
        .collect()
}

const fn malformed(parameter: &'static str) -> Error {
    Error::TokenMalformed {
        part: Part::Header,
        defect: FormDefect::Parameter(parameter),
    }
}
