//! Indices of non-volatile memory: where Google Cloud puts attestation keys and certificates.

use tss_esapi::abstraction::nv::read_full;
use tss_esapi::handles::NvIndexTpmHandle;
use tss_esapi::interface_types::resource_handles::NvAuth;

use super::fault::{Command, is_absent};
use super::{Tpm, TpmFault};

impl Tpm {
    /// The whole of an index, read with the owner's empty password; `None` where there is none.
    pub(super) fn nv_index(&mut self, index: u32) -> Result<Option<Vec<u8>>, TpmFault> {
        // Invariant: indices are constants of this program, all of the type that NV indices have.
        let handle = NvIndexTpmHandle::new(index).expect("an NV index");
        match self.authorized(|context| read_full(context, NvAuth::Owner, handle)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if is_absent(error) => Ok(None),
            Err(error) => Err(TpmFault::in_hierarchy(Command::NvRead, "owner", error)),
        }
    }
}
