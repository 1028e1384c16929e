//! Images that were loaded, as events describe them.

use super::bytes::Bytes;
use super::variable::utf16;
use crate::limits::DEVICE_PATH_BYTES;

/// The type and subtype of a part of a device path that is a file's name (UEFI 2.10, section
/// 10.3.5.4).
const FILE_PATH: [u8; 2] = [4, 4];
/// The type of the last part of a device path (UEFI 2.10, section 10.3.1).
const END: u8 = 0x7F;
/// A part's type, subtype and length, in bytes.
const NODE_HEADER: usize = 4;

/// `UEFI_IMAGE_LOAD_EVENT` (TCG PC Client Platform Firmware Profile 1.06, section 10.2.3). The
/// digest of its event is that of the image; nothing proves this description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ImageLoad<'a> {
    pub(super) address: u64,
    pub(super) length: u64,
    pub(super) device_path: &'a [u8],
}

impl<'a> ImageLoad<'a> {
    /// Reads the description of an image; `None` when it is none.
    ///
    /// Not checked: the device path, and what follows it.
    pub(super) fn parse(data: &'a [u8]) -> Option<Self> {
        let mut bytes = Bytes::new(data);
        let address = bytes.u64()?;
        let length = bytes.u64()?;
        let _link_time_address = bytes.u64()?;
        let path_bytes = usize::try_from(bytes.u64()?).ok()?;
        if path_bytes > DEVICE_PATH_BYTES {
            return None;
        }
        Some(Self {
            address,
            length,
            device_path: bytes.take(path_bytes)?,
        })
    }

    /// The files' names in its device path, one after the other, if there are any.
    pub(super) fn file(&self) -> Option<String> {
        let mut rest = Bytes::new(self.device_path);
        let mut file = String::new();
        while let (Some(kind), Some(length)) = (rest.array::<2>(), rest.u16()) {
            let Some(part) = usize::from(length)
                .checked_sub(NODE_HEADER)
                .and_then(|length| rest.take(length))
            else {
                break;
            };
            if kind == FILE_PATH {
                file.push_str(utf16(part)?.trim_end_matches('\0'));
            }
            if kind.first() == Some(&END) {
                break;
            }
        }
        (!file.is_empty()).then_some(file)
    }
}
