//! Reading a token without verifying it. Named so that it is noticed in a review.

use serde_json::{Map, Value};

use crate::error::Error;
use crate::token::split;

/// A token taken apart. Anybody can have written every byte of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The protected header.
    pub header: Map<String, Value>,
    /// The payload, in the order in which it was written.
    pub payload: Map<String, Value>,
    /// The signature's bytes; may be empty.
    pub signature: Vec<u8>,
}

/// Takes a token apart for people to look at: any algorithm, any header, any claim.
///
/// The form is held as strictly as by [`crate::UnverifiedToken::parse`]: size, three parts,
/// base64url, JSON without duplicate names.
pub fn decode(text: &str) -> Result<Decoded, Error> {
    let parts = split(text)?;
    Ok(Decoded {
        header: parts.header()?,
        payload: parts.payload()?,
        signature: parts.signature()?,
    })
}
