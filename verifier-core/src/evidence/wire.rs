//! The messages that carry evidence: `attest.Attestation` and what it was found to be.
//!
//! Their names and numbers are those of gotpm's messages. The Rust is generated from `proto/` and
//! checked in: no build script runs, and no compiler for protobuf is needed.

mod scan;

// Generated: its documentation is the protobuf files' own, and its lints are its generator's.
macro_rules! generated {
    ($($(#[$about:meta])* $package:ident)*) => {$(
        $(#[$about])*
        #[rustfmt::skip]
        #[allow(
            missing_docs,
            unused_qualifications,
            clippy::all,
            clippy::arithmetic_side_effects,
            clippy::as_conversions,
            clippy::indexing_slicing,
            clippy::unreachable
        )]
        pub mod $package;
    )*};
}

generated! {
    /// A machine's evidence, and what it was found to be.
    attest
    /// AMD SEV-SNP reports.
    sevsnp
    /// Intel TDX quotes.
    tdx
    /// What a TPM says.
    tpm
}

use prost::Message;

use crate::error::Error;
use crate::evidence::EvidenceDefect;
use crate::limits;

/// Reads an attestation in protobuf's binary form.
///
/// Sizes and counts of every field are bounded before anything is allocated for it. A field that
/// is not known is ignored, as proto3 has it; an enum's number that is not known is kept. NOT
/// checked: anything else. A message that lacks every field is an attestation, and what is in it
/// is a stranger's word until it is verified.
///
/// # Errors
/// [`Error::EvidenceMalformed`]: bytes that are no such message, a group (proto3 has none), a
/// field that is there once and comes twice, or anything above [`limits`].
pub fn decode_attestation(bytes: &[u8]) -> Result<attest::Attestation, Error> {
    if bytes.len() > limits::EVIDENCE_BYTES {
        return Err(Error::EvidenceMalformed(EvidenceDefect::TooLarge));
    }
    scan::attestation(bytes).map_err(Error::EvidenceMalformed)?;
    attest::Attestation::decode(bytes)
        .map_err(|_| Error::EvidenceMalformed(EvidenceDefect::Encoding))
}

/// The binary form of a message: fields by number, map entries by key. No default is written.
#[must_use]
pub fn encode<M: Message>(message: &M) -> Vec<u8> {
    message.encode_to_vec()
}

#[cfg(test)]
mod tests;
