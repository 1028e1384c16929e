//! Platform configuration registers: which banks there are, and what is in them.

use sealgate_core::{HashAlgorithm, PcrBank, PcrIndex};
use tss_esapi::constants::CapabilityType;
use tss_esapi::interface_types::algorithm::HashingAlgorithm;
use tss_esapi::structures::{CapabilityData, PcrSelection, PcrSelectionList, PcrSlot};

use super::fault::Command;
use super::{Tpm, TpmFault};

/// Registers of one bank.
pub(super) struct Bank {
    pub(super) algorithm: HashAlgorithm,
    pub(super) selection: PcrSelectionList,
}

impl Tpm {
    /// The banks that have registers, in the TPM's order, each with those it has.
    pub(super) fn banks(&mut self) -> Result<Vec<Bank>, TpmFault> {
        let banks = self
            .context
            .get_capability(CapabilityType::AssignedPcr, 0, 1)
            .map_err(|error| TpmFault::new(Command::GetCapability, error))?;
        let (CapabilityData::AssignedPcr(banks), _) = banks else {
            return Err(TpmFault::Senseless {
                command: Command::GetCapability,
            });
        };
        Ok(banks.get_selections().iter().filter_map(bank).collect())
    }

    /// The values of a bank's registers. A TPM tells eight at a time.
    pub(super) fn registers(&mut self, bank: &Bank) -> Result<PcrBank, TpmFault> {
        let senseless = || TpmFault::Senseless {
            command: Command::PcrRead,
        };
        let mut values = PcrBank::new(bank.algorithm);
        let mut missing = bank.selection.clone();
        while !missing.is_empty() {
            let (_, told, digests) = self
                .context
                .pcr_read(missing.clone())
                .map_err(|error| TpmFault::new(Command::PcrRead, error))?;
            let indices: Vec<_> = told.get_selections().iter().flat_map(indices).collect();
            if indices.is_empty() || indices.len() != digests.len() {
                return Err(senseless());
            }
            for (index, digest) in indices.into_iter().zip(digests.value()) {
                values.insert(index, digest.value()).ok_or_else(senseless)?;
            }
            missing.subtract(&told).map_err(|_| senseless())?;
        }
        Ok(values)
    }
}

/// The registers of a selection that every PC Client TPM has, for a hash that is known here.
fn bank(selection: &PcrSelection) -> Option<Bank> {
    let algorithm = algorithm(selection.hashing_algorithm())?;
    let slots: Vec<_> = selection
        .selected()
        .into_iter()
        .filter(|slot| index(*slot).is_some())
        .collect();
    if slots.is_empty() {
        return None;
    }
    let selection = PcrSelectionList::builder()
        .with_size_of_select(selection.size_of_select())
        .with_selection(selection.hashing_algorithm(), &slots)
        .build()
        .ok()?;
    Some(Bank {
        algorithm,
        selection,
    })
}

fn indices(selection: &PcrSelection) -> Vec<PcrIndex> {
    let mut indices: Vec<_> = selection.selected().into_iter().filter_map(index).collect();
    indices.sort();
    indices
}

/// A slot is a bit, and a register its position.
fn index(slot: PcrSlot) -> Option<PcrIndex> {
    PcrIndex::new(u32::from(slot).trailing_zeros())
}

fn algorithm(algorithm: HashingAlgorithm) -> Option<HashAlgorithm> {
    match algorithm {
        HashingAlgorithm::Sha1 => Some(HashAlgorithm::Sha1),
        HashingAlgorithm::Sha256 => Some(HashAlgorithm::Sha256),
        HashingAlgorithm::Sha384 => Some(HashAlgorithm::Sha384),
        HashingAlgorithm::Sha512 => Some(HashAlgorithm::Sha512),
        _ => None,
    }
}
