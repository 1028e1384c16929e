//! GUIDs, as UEFI writes them.

use core::fmt;

use super::bytes::Bytes;

/// A GUID in the bytes of an `EFI_GUID` (UEFI 2.10, appendix A): its first three numbers are
/// little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid([u8; 16]);

impl Guid {
    /// The GUID with the bytes of an `EFI_GUID`.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The GUID with the numbers of its usual spelling.
    pub(super) const fn new(first: u32, second: u16, third: u16, last: [u8; 8]) -> Self {
        let [a, b, c, d] = first.to_le_bytes();
        let [e, f] = second.to_le_bytes();
        let [g, h] = third.to_le_bytes();
        let [i, j, k, l, m, n, o, p] = last;
        Self([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
    }

    /// The bytes of an `EFI_GUID`.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0
    }

    pub(super) fn read(bytes: &mut Bytes<'_>) -> Option<Self> {
        bytes.array().map(Self)
    }
}

/// The usual spelling, lower case.
impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, f1, g, h, i, j, k, l, m, n, o, p] = self.0;
        let first = u32::from_le_bytes([a, b, c, d]);
        let (second, third) = (u16::from_le_bytes([e, f1]), u16::from_le_bytes([g, h]));
        write!(f, "{first:08x}-{second:04x}-{third:04x}-{i:02x}{j:02x}-")?;
        [k, l, m, n, o, p]
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::Guid;

    #[test]
    fn it_is_spelled_as_the_specification_spells_it() {
        let bytes = [
            0x61, 0xDF, 0xE4, 0x8B, 0xCA, 0x93, 0xD2, 0x11, 0xAA, 0x0D, 0x00, 0xE0, 0x98, 0x03,
            0x2B, 0x8C,
        ];
        let guid = Guid::from_bytes(bytes);
        assert_eq!(guid.to_string(), "8be4df61-93ca-11d2-aa0d-00e098032b8c");
        let same = Guid::new(
            0x8BE4_DF61,
            0x93CA,
            0x11D2,
            [0xAA, 0x0D, 0x00, 0xE0, 0x98, 0x03, 0x2B, 0x8C],
        );
        assert_eq!(same, guid);
        assert_eq!(guid.to_bytes(), bytes);
    }
}
