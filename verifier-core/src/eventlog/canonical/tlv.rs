//! Type, length, value: the elements of a canonical event log (section 5.1 of its format).

/// The record's number.
pub(super) const RECORD_NUMBER: u8 = 0;
/// The index of a TPM's register.
pub(super) const PCR: u8 = 1;
/// Digests, each an element whose type is the hash's `TPM_ALG_ID`.
pub(super) const DIGESTS: u8 = 3;
/// Content of Confidential Space. Google uses the number; the format does not reserve it.
pub(super) const CONFIDENTIAL_SPACE: u8 = 80;
/// The index of a processor's measurement register. Google uses the number.
pub(super) const CCMR: u8 = 108;

/// One element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tlv<'a> {
    pub(super) kind: u8,
    pub(super) value: &'a [u8],
    /// Type, length and value as they stand.
    pub(super) bytes: &'a [u8],
}

impl<'a> Tlv<'a> {
    /// Takes one element off `rest`; `None`, and `rest` left as it is, where there is no whole one.
    pub(super) fn take(rest: &mut &'a [u8]) -> Option<Self> {
        let all = *rest;
        let (kind, after) = all.split_first()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (value, after) = after.split_at_checked(length)?;
        let bytes = all.get(..all.len().checked_sub(after.len())?)?;
        *rest = after;
        Some(Self {
            kind: *kind,
            value,
            bytes,
        })
    }
}
