//! Attestation keys (TPM 2.0 Library, Part 2, section 12.2: `TPMT_PUBLIC`).
//!
//! A quote is worth what its key is: an unrestricted key signs whatever it is given, and so any
//! forged quote (Part 1, section 31). The public area says what its TPM enforces.

use tpm2_protocol::TpmUnmarshal;
use tpm2_protocol::data::{
    TpmAlgId, TpmEccCurve, TpmaObject, TpmtPublic, TpmuAsymScheme, TpmuPublicId, TpmuPublicParms,
};

use super::{AttestationKeyDefect, HashAlgorithm};
use crate::cert::SubjectPublicKey;
use crate::error::Error;
use crate::limits::{PUBLIC_AREA_BYTES, RSA_BITS};

/// The public exponent that a zero stands for (Part 2, section 12.2.3.5).
const EXPONENT: u32 = 65_537;

/// A key that signs only what its TPM made itself, in one fixed scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttestationKey {
    key: SubjectPublicKey,
    hash: HashAlgorithm,
}

impl AttestationKey {
    /// Reads a `TPMT_PUBLIC` without its size, and holds it to what an attestation key is:
    /// restricted, for signing alone, made by its TPM and fixed to it; RSA of 2048 to 4096 bits,
    /// P-256 or P-384; RSASSA or ECDSA with SHA-256, SHA-384 or SHA-512.
    ///
    /// Not checked here: that a TPM holds such a key. Only a certificate says so.
    ///
    /// # Errors
    ///
    /// [`Error::AttestationKeyNotAllowed`] with what it lacks.
    pub fn parse(public_area: &[u8]) -> Result<Self, Error> {
        read(public_area).map_err(Error::AttestationKeyNotAllowed)
    }

    /// The hash of its signatures.
    pub fn hash(&self) -> HashAlgorithm {
        self.hash
    }

    pub(crate) fn subject_public_key(&self) -> &SubjectPublicKey {
        &self.key
    }
}

fn read(public_area: &[u8]) -> Result<AttestationKey, AttestationKeyDefect> {
    if public_area.len() > PUBLIC_AREA_BYTES {
        return Err(AttestationKeyDefect::Malformed);
    }
    let (public, rest) =
        TpmtPublic::unmarshal(public_area).map_err(|_| AttestationKeyDefect::Malformed)?;
    if !rest.is_empty() {
        return Err(AttestationKeyDefect::Malformed);
    }
    if !matches!(public.object_type, TpmAlgId::Rsa | TpmAlgId::Ecc) {
        return Err(AttestationKeyDefect::Type);
    }
    check_attributes(public.object_attributes)?;
    match (&public.parameters, &public.unique) {
        (TpmuPublicParms::Rsa(parameters), TpmuPublicId::Rsa(modulus)) => {
            let hash = hash_of(
                (parameters.scheme.scheme, TpmAlgId::Rsassa),
                parameters.scheme.details,
            )?;
            let exponent = match parameters.exponent.value() {
                0 | EXPONENT => EXPONENT,
                _ => return Err(AttestationKeyDefect::Size),
            };
            let bits = usize::from(parameters.key_bits.value());
            if !RSA_BITS.contains(&bits) || modulus.len().checked_mul(8) != Some(bits) {
                return Err(AttestationKeyDefect::Size);
            }
            let exponent = exponent.to_be_bytes();
            let key =
                SubjectPublicKey::from_numbers(modulus, exponent.get(1..).unwrap_or_default())
                    .map_err(|_| AttestationKeyDefect::Size)?;
            Ok(AttestationKey { key, hash })
        }
        (TpmuPublicParms::Ecc(parameters), TpmuPublicId::Ecc(point)) => {
            let key = match parameters.curve_id {
                TpmEccCurve::NistP256 => {
                    sec1::<32>(&point.x, &point.y).map(|sec1| SubjectPublicKey::p256(&sec1))
                }
                TpmEccCurve::NistP384 => {
                    sec1::<48>(&point.x, &point.y).map(|sec1| SubjectPublicKey::p384(&sec1))
                }
                _ => return Err(AttestationKeyDefect::Type),
            };
            let hash = hash_of(
                (parameters.scheme.scheme, TpmAlgId::Ecdsa),
                parameters.scheme.details,
            )?;
            let key = key
                .and_then(Result::ok)
                .ok_or(AttestationKeyDefect::Malformed)?;
            Ok(AttestationKey { key, hash })
        }
        _ => Err(AttestationKeyDefect::Malformed),
    }
}

fn check_attributes(attributes: TpmaObject) -> Result<(), AttestationKeyDefect> {
    let has = |attribute: TpmaObject| attributes.bits() & attribute.bits() == attribute.bits();
    if !has(TpmaObject::SIGN_ENCRYPT) || has(TpmaObject::DECRYPT) {
        return Err(AttestationKeyDefect::NotSigning);
    }
    if !has(TpmaObject::RESTRICTED) {
        return Err(AttestationKeyDefect::NotRestricted);
    }
    if !has(TpmaObject::FIXED_TPM) || !has(TpmaObject::FIXED_PARENT) {
        return Err(AttestationKeyDefect::NotFixed);
    }
    if !has(TpmaObject::SENSITIVE_DATA_ORIGIN) {
        return Err(AttestationKeyDefect::NotFromTpm);
    }
    Ok(())
}

/// The hash of a scheme that must be the one given.
fn hash_of(
    (scheme, required): (TpmAlgId, TpmAlgId),
    details: TpmuAsymScheme,
) -> Result<HashAlgorithm, AttestationKeyDefect> {
    match details {
        TpmuAsymScheme::Hash(hash) if scheme == required => {
            signature_hash(hash.hash_alg).ok_or(AttestationKeyDefect::Scheme)
        }
        _ => Err(AttestationKeyDefect::Scheme),
    }
}

/// A hash that a signature may use: none but the SHA-2 ones.
pub(super) fn signature_hash(id: TpmAlgId) -> Option<HashAlgorithm> {
    HashAlgorithm::from_id(id.value()).filter(|hash| *hash != HashAlgorithm::Sha1)
}

/// The uncompressed point of SEC 1 (§2.3.3): a TPM may leave leading zeroes out, SEC 1 may not.
fn sec1<const FIELD: usize>(x: &[u8], y: &[u8]) -> Option<Vec<u8>> {
    Some([&[4][..], &padded::<FIELD>(x)?, &padded::<FIELD>(y)?].concat())
}

/// `number` in as many bytes as the field has; `None` where it has more.
pub(super) fn padded<const FIELD: usize>(number: &[u8]) -> Option<[u8; FIELD]> {
    let missing = FIELD.checked_sub(number.len())?;
    let mut bytes = [0; FIELD];
    bytes.get_mut(missing..)?.copy_from_slice(number);
    Some(bytes)
}
