//! One event of a log.

use super::EventType;
use crate::tpm::{Digest, HashAlgorithm};

/// One event, as the log has it: nobody's word until the log explains quoted registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    pub(super) number: usize,
    pub(super) offset: usize,
    pub(super) register: u32,
    pub(super) event_type: EventType,
    pub(super) digests: Vec<(HashAlgorithm, Digest)>,
    pub(super) data: &'a [u8],
}

impl<'a> Event<'a> {
    /// Its number in the log, from 0.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Where its record begins in the log, in bytes.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The register that it says it was measured into: a TPM's PCR, or a TDX machine's index
    /// (0 for MRTD, 1 to 4 for RTMR 0 to 3). `0xFFFF_FFFF` says none.
    pub fn register(&self) -> u32 {
        self.register
    }

    /// Its type.
    pub fn event_type(&self) -> EventType {
        self.event_type
    }

    /// Its digests of the hashes known here, in the log's order.
    pub fn digests(&self) -> &[(HashAlgorithm, Digest)] {
        &self.digests
    }

    /// Its digest for a bank, if it has one.
    pub fn digest(&self, bank: HashAlgorithm) -> Option<&Digest> {
        self.digests
            .iter()
            .find_map(|(algorithm, digest)| (*algorithm == bank).then_some(digest))
    }

    /// Whether its digest for `bank` is that of its data. Of many events it is not, and need not
    /// be: the data then describes what was measured instead of being it.
    pub fn digest_verified(&self, bank: HashAlgorithm) -> bool {
        self.digest(bank) == Some(&bank.digest(&[self.data]))
    }

    /// Its data.
    pub fn data(&self) -> &'a [u8] {
        self.data
    }

    /// Whether it changed its register: all do but those of `EV_NO_ACTION` (PFP section 10.4.5).
    pub fn is_measured(&self) -> bool {
        self.event_type != EventType::NO_ACTION
    }
}
