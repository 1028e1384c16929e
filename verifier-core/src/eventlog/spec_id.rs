//! The header of a log: which hashes its records have.

use super::bytes::Bytes;
use super::{Event, EventType, LogDefect};
use crate::limits::EVENT_DIGESTS;
use crate::tpm::HashAlgorithm;

const SIGNATURE: &[u8] = b"Spec ID Event03\0";
/// The signatures of older headers, before whose records have one digest of SHA-1.
const LEGACY_SIGNATURES: [&[u8]; 2] = [b"Spec ID Event00\0", b"Spec ID Event02\0"];
/// The size of the shortest header: one hash, no vendor's information, bytes.
const SHORTEST: usize = 28;
/// The longest digest of a hash that is not known here, in bytes.
const LONGEST_DIGEST: u16 = 64;

/// `TCG_EfiSpecIDEvent` (TCG PC Client Platform Firmware Profile 1.06, section 10.4.5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SpecId {
    /// The hashes by number and the size of their digests, in the header's order.
    algorithms: Vec<(u16, u16)>,
}

impl SpecId {
    /// Reads a log's first event as its header; `None` when it is none, but an event of a legacy
    /// log.
    ///
    /// Not checked: the platform's class, the errata number, the size of the platform's integers.
    pub(super) fn parse(first: &Event<'_>) -> Result<Option<Self>, LogDefect> {
        if first.event_type != EventType::NO_ACTION
            || first.data.len() < SHORTEST
            || LEGACY_SIGNATURES
                .iter()
                .any(|signature| first.data.starts_with(signature))
        {
            return Ok(None);
        }
        let header = Self::read(first.data).ok_or(LogDefect::SpecId)?;
        let mut seen = Vec::new();
        for (id, size) in &header.algorithms {
            let expected = HashAlgorithm::from_id(*id).map(HashAlgorithm::digest_bytes);
            let fits = match expected {
                Some(expected) => usize::from(*size) == expected,
                None => (1..=LONGEST_DIGEST).contains(size),
            };
            if !fits || seen.contains(id) {
                return Err(LogDefect::SpecId);
            }
            seen.push(*id);
        }
        if header.known().next().is_none() {
            return Err(LogDefect::SpecId);
        }
        Ok(Some(header))
    }

    /// How many hashes it names.
    pub(super) fn count(&self) -> usize {
        self.algorithms.len()
    }

    /// The size of the digests of a hash, if it names it.
    pub(super) fn digest_bytes(&self, id: u16) -> Option<usize> {
        self.algorithms
            .iter()
            .find_map(|(known, size)| (*known == id).then_some(usize::from(*size)))
    }

    /// Those of its hashes that are known here.
    pub(super) fn known(&self) -> impl Iterator<Item = HashAlgorithm> {
        self.algorithms
            .iter()
            .filter_map(|(id, _)| HashAlgorithm::from_id(*id))
    }

    /// Its hashes by number.
    pub(super) fn ids(&self) -> impl Iterator<Item = u16> {
        self.algorithms.iter().map(|(id, _)| *id)
    }

    /// Reads the structure alone.
    pub(super) fn read(data: &[u8]) -> Option<Self> {
        let mut bytes = Bytes::new(data.strip_prefix(SIGNATURE)?);
        let _platform_class = bytes.u32()?;
        let (minor, major) = (bytes.u8()?, bytes.u8()?);
        let _errata = bytes.u8()?;
        let _integers = bytes.u8()?;
        let count = usize::try_from(bytes.u32()?).ok()?;
        if (major, minor) != (2, 0) || count > EVENT_DIGESTS {
            return None;
        }
        let algorithms = (0..count)
            .map(|_| Some((bytes.u16()?, bytes.u16()?)))
            .collect::<Option<_>>()?;
        let vendor = bytes.u8()?;
        bytes.take(usize::from(vendor))?;
        bytes.is_empty().then_some(Self { algorithms })
    }
}
