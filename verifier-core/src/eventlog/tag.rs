//! `EV_EVENT_TAG`: events of the operating system's own kinds.

use super::bytes::Bytes;

/// Linux: the initial RAM disk that the kernel's own loader read.
pub(super) const LINUX_INITRD: u32 = 0x8F3B_22EC;
/// Linux: the command line that the kernel's own loader was given.
pub(super) const LINUX_LOAD_OPTIONS: u32 = 0x8F3B_22ED;

/// Who uses which number, and for what.
const KNOWN: [(u32, &str); 10] = [
    (LINUX_INITRD, "Linux initial RAM disk"),
    (LINUX_LOAD_OPTIONS, "Linux load options"),
    (0xF5BC_582A, "systemd-boot configuration"),
    (0x6C46_F751, "systemd-stub device tree addon"),
    (0x49DF_FE0F, "systemd-stub initial RAM disk addon"),
    (0xDAC0_8E1A, "systemd-stub microcode addon"),
    (0x13AE_D6DB, "systemd-stub profile"),
    (0xD5CB_7CBC, "systemd-stub SMBIOS system information"),
    (0xE0D4_7BC8, "systemd-stub SMBIOS board information"),
    (0xC0B3_BD23, "systemd-stub SMBIOS OEM strings"),
];

/// `taggedEventStruct` (TCG PC Client Platform Firmware Profile 1.06, section 10.2.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TaggedEvent<'a> {
    pub(super) id: u32,
    pub(super) data: &'a [u8],
}

impl<'a> TaggedEvent<'a> {
    /// Reads a tagged event; `None` when it is none.
    ///
    /// Not checked: what its number stands for, and what follows it.
    pub(super) fn parse(data: &'a [u8]) -> Option<Self> {
        let mut bytes = Bytes::new(data);
        let id = bytes.u32()?;
        Some(Self {
            id,
            data: bytes.sized_u32()?,
        })
    }

    /// What its number stands for, if that is known.
    pub(super) fn name(&self) -> Option<&'static str> {
        KNOWN
            .into_iter()
            .find_map(|(id, name)| (id == self.id).then_some(name))
    }
}
