//! The strict compact form of a JWS (RFC 7515 §3.1 and §5.2).

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::Header;
use crate::base64url;
use crate::error::{Error, FormDefect, Part};
use crate::json::parse_object;
use crate::limits::TOKEN_BYTES;

/// A text that has the form of a token. Nothing in it is verified.
#[derive(Clone, Debug)]
pub struct UnverifiedToken {
    header: Header,
    payload: Map<String, Value>,
    signature: Vec<u8>,
    signing_input: String,
}

impl UnverifiedToken {
    /// Parses exactly a token: nothing around it, one spelling of every part.
    ///
    /// Checked: size, three parts, base64url, JSON without duplicate names, and the header's
    /// rules. Not checked: signature, time, or any claim.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let parts = split(text)?;
        let header = Header::from_object(&parts.header()?)?;
        let payload = parts.payload()?;
        let signature = parts.signature()?;
        if signature.is_empty() {
            return Err(malformed(Part::Signature, FormDefect::Empty));
        }
        Ok(Self {
            header,
            payload,
            signature,
            signing_input: parts.signing_input(),
        })
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The `iss` that the token claims: good for choosing among trusted issuers, and for nothing
    /// else, since nobody has vouched for it.
    pub fn claimed_issuer(&self) -> Option<&str> {
        self.payload.get("iss").and_then(Value::as_str)
    }

    /// The `kid` of the header.
    pub fn key_id(&self) -> Option<&str> {
        self.header.key_id()
    }

    /// SHA-256 of the bytes that were signed. Two tokens are the same token when these are equal,
    /// whatever their signatures look like.
    pub fn signing_input_sha256(&self) -> [u8; 32] {
        Sha256::digest(self.signing_input.as_bytes()).into()
    }

    pub(super) fn payload(&self) -> &Map<String, Value> {
        &self.payload
    }

    pub(super) fn into_payload(self) -> Map<String, Value> {
        self.payload
    }

    pub(super) fn signing_input(&self) -> &str {
        &self.signing_input
    }

    pub(super) fn signature(&self) -> &[u8] {
        &self.signature
    }
}

/// The three parts of a compact JWS, still encoded.
pub(crate) struct Parts<'a> {
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
}

/// Splits a text of bounded size at its two dots.
pub(crate) fn split(text: &str) -> Result<Parts<'_>, Error> {
    if text.len() > TOKEN_BYTES {
        return Err(Error::TokenTooLarge { bytes: text.len() });
    }
    if text.is_empty() {
        return Err(malformed(Part::Compact, FormDefect::Empty));
    }
    let mut parts = text.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(header), Some(payload), Some(signature), None) => Ok(Parts {
            header,
            payload,
            signature,
        }),
        _ => Err(malformed(Part::Compact, FormDefect::PartCount)),
    }
}

impl Parts<'_> {
    pub(crate) fn header(&self) -> Result<Map<String, Value>, Error> {
        object(self.header, Part::Header)
    }

    pub(crate) fn payload(&self) -> Result<Map<String, Value>, Error> {
        object(self.payload, Part::Payload)
    }

    pub(crate) fn signature(&self) -> Result<Vec<u8>, Error> {
        base64url::decode(self.signature).ok_or(malformed(Part::Signature, FormDefect::Base64))
    }

    fn signing_input(&self) -> String {
        [self.header, ".", self.payload].concat()
    }
}

fn object(encoded: &str, part: Part) -> Result<Map<String, Value>, Error> {
    if encoded.is_empty() {
        return Err(malformed(part, FormDefect::Empty));
    }
    let bytes = base64url::decode(encoded).ok_or(malformed(part, FormDefect::Base64))?;
    parse_object(&bytes).map_err(|defect| malformed(part, FormDefect::Json(defect)))
}

const fn malformed(part: Part, defect: FormDefect) -> Error {
    Error::TokenMalformed { part, defect }
}
