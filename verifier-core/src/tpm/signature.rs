//! What a TPM signs with (TPM 2.0 Library, Part 2, section 11.3: `TPMT_SIGNATURE`).

use tpm2_protocol::TpmUnmarshal;
use tpm2_protocol::data::{TpmtSignature, TpmuSignature};

use super::public::{padded, signature_hash};
use super::{AttestationKey, QuoteDefect};
use crate::cert::SubjectPublicKey;

/// The signature in a `TPMT_SIGNATURE`, if it is of the scheme and hash that `key` is fixed to: the
/// number of RSASSA, or `r ‖ s` of ECDSA, each as long as the field.
///
/// Not checked here: that it verifies.
pub(super) fn parse(bytes: &[u8], key: &AttestationKey) -> Result<Vec<u8>, QuoteDefect> {
    let (signature, rest) = TpmtSignature::unmarshal(bytes).map_err(|_| QuoteDefect::Signature)?;
    if !rest.is_empty() {
        return Err(QuoteDefect::Signature);
    }
    let (hash, bytes) = match (&signature.signature, key.subject_public_key()) {
        (TpmuSignature::Rsassa(signature), SubjectPublicKey::Rsa(_)) => {
            (signature.hash, Some(signature.sig.to_vec()))
        }
        (TpmuSignature::Ecdsa(signature), SubjectPublicKey::P256(_)) => (
            signature.hash,
            concatenated::<32>(&signature.signature_r, &signature.signature_s),
        ),
        (TpmuSignature::Ecdsa(signature), SubjectPublicKey::P384(_)) => (
            signature.hash,
            concatenated::<48>(&signature.signature_r, &signature.signature_s),
        ),
        _ => return Err(QuoteDefect::SignatureScheme),
    };
    if signature_hash(hash) != Some(key.hash()) {
        return Err(QuoteDefect::SignatureScheme);
    }
    bytes.ok_or(QuoteDefect::Signature)
}

/// A TPM may leave leading zeroes of either number out.
fn concatenated<const FIELD: usize>(r: &[u8], s: &[u8]) -> Option<Vec<u8>> {
    Some([padded::<FIELD>(r)?, padded::<FIELD>(s)?].concat())
}
