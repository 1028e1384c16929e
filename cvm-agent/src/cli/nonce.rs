//! A nonce that quotes are expected to carry.

use std::str::FromStr;

use sealgate_core::limits::QUOTE_NONCE_BYTES;

use super::attest::hexadecimal;

/// A nonce that quotes are expected to carry; empty when they are to carry none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExpectedNonce(Vec<u8>);

impl ExpectedNonce {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromStr for ExpectedNonce {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bytes = hexadecimal(text)?;
        if bytes.len() > QUOTE_NONCE_BYTES {
            return Err(format!(
                "it has {} bytes, and no TPM quotes more than {QUOTE_NONCE_BYTES}",
                bytes.len()
            ));
        }
        Ok(Self(bytes))
    }
}
