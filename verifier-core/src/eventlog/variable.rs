//! EFI variables, as events hold them.

use super::Guid;
use super::bytes::Bytes;
use crate::limits::{VARIABLE_BYTES, VARIABLE_NAME_UNITS};

/// The variables that UEFI itself defines (`EFI_GLOBAL_VARIABLE`, UEFI 2.10, section 3.3).
pub(super) const GLOBAL: Guid = Guid::new(
    0x8BE4_DF61,
    0x93CA,
    0x11D2,
    [0xAA, 0x0D, 0x00, 0xE0, 0x98, 0x03, 0x2B, 0x8C],
);
/// `db` and `dbx` (`EFI_IMAGE_SECURITY_DATABASE_GUID`, UEFI 2.10, section 32.6.1).
pub(super) const IMAGE_SECURITY: Guid = Guid::new(
    0xD719_B2CB,
    0x3D3A,
    0x4596,
    [0xA3, 0xBC, 0xDA, 0xD0, 0x0E, 0x67, 0x65, 0x6F],
);
/// The variables of shim, the first boot loader of most Linux distributions.
pub(super) const SHIM: Guid = Guid::new(
    0x605D_AB50,
    0xE046,
    0x4300,
    [0xAB, 0xB6, 0x3D, 0xD8, 0x10, 0xDD, 0x8B, 0x23],
);

/// `UEFI_VARIABLE_DATA` (TCG PC Client Platform Firmware Profile 1.06, section 10.2.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variable<'a> {
    pub(super) vendor: Guid,
    /// Characters outside the basic plane, and lone halves of them, become U+FFFD.
    pub(super) name: String,
    pub(super) data: &'a [u8],
    /// How many bytes follow it.
    pub(super) excess: usize,
}

impl<'a> Variable<'a> {
    /// Reads a variable from an event's data; `None` when it is none.
    ///
    /// Not checked: that nothing follows it. Some versions of shim count a few bytes too many.
    pub(super) fn parse(data: &'a [u8]) -> Option<Self> {
        let mut bytes = Bytes::new(data);
        let vendor = Guid::read(&mut bytes)?;
        let units = usize::try_from(bytes.u64()?).ok()?;
        let length = usize::try_from(bytes.u64()?).ok()?;
        if units > VARIABLE_NAME_UNITS || length > VARIABLE_BYTES {
            return None;
        }
        let name = utf16(bytes.take(units.checked_mul(2)?)?)?;
        let data = bytes.take(length)?;
        Some(Self {
            vendor,
            name,
            data,
            excess: bytes.rest().len(),
        })
    }

    pub(super) fn is(&self, vendor: Guid, name: &str) -> bool {
        self.vendor == vendor && self.name == name
    }
}

/// Text in UTF-16LE; `None` for an odd number of bytes. What is no character becomes U+FFFD.
pub(super) fn utf16(bytes: &[u8]) -> Option<String> {
    let (units, []) = bytes.as_chunks::<2>() else {
        return None;
    };
    let units = units.iter().map(|unit| u16::from_le_bytes(*unit));
    Some(
        char::decode_utf16(units)
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect(),
    )
}
